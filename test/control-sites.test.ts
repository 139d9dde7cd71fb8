import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { lastRequest, startTestEmulator } from './emulator.js'
import { cost, customer, send as sendType, visit } from './jirafe-events.js'

const control = (emulator: Emulator) => supertest(emulator.url)
const site = '/_backstock/jirafe/sites/shop'
const first = (code: string, level: number | string, timestamp = '2015-01-23T16:35:38+0000') => ({
  timestamp,
  product_code: code,
  inventory_level: level,
})
const second = (code: string, level: number, effective: string, change: string) => ({
  sku_code: code,
  inventory_level: level,
  effective_date: effective,
  change_date: change,
})
const send = (emulator: Emulator, body: object | string, at = 'shop', token = 'site-token') =>
  control(emulator)
    .post(`/v2/${at}/inventory`)
    .set('Authorization', `Bearer ${token}`)
    .set('Content-Type', 'application/json')
    .send(typeof body === 'string' ? body : JSON.stringify(body))
const sites = async (emulator: Emulator) => (await control(emulator).get('/_backstock/jirafe/sites')).body.sites
const levels = (emulator: Emulator, query = '') => control(emulator).get(`${site}/levels${query}`)

describe('A site', () => {
  it('is made by PUT with 201 and replaced whole with 200; the body is what GET shows', async () => {
    const emulator = await startTestEmulator()
    const document = { token: 'site-token', levels: [first('a', 4)], settings: { reply_layout: '2013-12' } }
    const made = await control(emulator).put(site).send(document)
    expect(made.status).toBe(201)
    expect(made.body).toEqual({
      site: 'shop',
      declared: true,
      levels: 1,
      requests: 0,
      settings: { reply_layout: '2013-12' },
      heartbeat: null,
    })
    expect((await control(emulator).get(site)).body).toEqual(made.body)
    const replaced = await control(emulator).put(site).send({ token: 'site-token' })
    expect(replaced.status).toBe(200)
    expect(replaced.body).toMatchObject({ levels: 0, settings: {} })
    expect((await levels(emulator)).body.levels).toEqual([])
  })

  it('gets a token made where none is given, shown in that reply only', async () => {
    const emulator = await startTestEmulator({ settings: { auth: 'enforce' } })
    const { body } = await control(emulator).put(site).send({})
    expect(body.token).toEqual(expect.any(String))
    expect((await control(emulator).get(site)).text).not.toContain(body.token)
    expect((await control(emulator).get('/_backstock/jirafe/sites')).text).not.toContain(body.token)
    expect((await send(emulator, first('a', 1), 'shop', 'another')).status).toBe(403)
    expect((await send(emulator, first('a', 1), 'shop', body.token)).status).toBe(200)
  })

  it('that nobody declared is made by its first call; PUT takes it over', async () => {
    const emulator = await startTestEmulator()
    await send(emulator, first('a', 1))
    expect(await sites(emulator)).toEqual([{ site: 'shop', declared: false, levels: 1, requests: 1 }])
    await control(emulator).put(site).send({ token: 'site-token' })
    expect(await sites(emulator)).toEqual([{ site: 'shop', declared: true, levels: 0, requests: 1 }])
    const { body } = await control(emulator).get('/_backstock/requests?site=shop')
    expect(body.requests).toHaveLength(1)
  })

  it('is deleted with 204, once, and 404 afterwards', async () => {
    const emulator = await startTestEmulator()
    await control(emulator).put(site).send({})
    const { status, text } = await control(emulator).delete(site)
    expect([status, text]).toEqual([204, ''])
    for (const reply of [
      await control(emulator).delete(site),
      await control(emulator).get(site),
      await levels(emulator),
    ]) {
      expect(reply.status).toBe(404)
      expect(reply.headers['content-type']).toContain('application/problem+json')
    }
  })

  it.each([
    ['an unknown field', { level: [] }, ['level', 'levels']],
    ['a setting of the other vendor', { settings: { partial_code: '1' } }, ['partial_code']],
    ['an unknown value', { settings: { latest_by: 'date' } }, ['latest_by', 'arrival or timestamp']],
    [
      'a level that breaks its schema',
      { levels: [first('a', 1), first('b', 'many')] },
      ['levels[1]', 'inventory_level'],
    ],
    ['a level that is no object', { levels: [1] }, ['levels[0]']],
    ['a list', [], ['an object']],
  ])('refuses %s by name, and is not made', async (_what, document, told) => {
    const emulator = await startTestEmulator()
    const { status, headers, body } = await control(emulator).put(site).send(document)
    expect(status).toBe(400)
    expect(headers['content-type']).toContain('application/problem+json')
    for (const part of told) expect(body.detail).toContain(part)
    expect(await sites(emulator)).toEqual([])
  })

  it('keeps a level of any size exactly that PUT gives it', async () => {
    const emulator = await startTestEmulator()
    const document = `{"levels":[{"timestamp":"2015-01-23T16:35:38+0000","product_code":"a","inventory_level":12345678901234567890}]}`
    await control(emulator).put(site).set('Content-Type', 'application/json').send(document).expect(201)
    expect((await levels(emulator)).text).toContain('"inventory_level":12345678901234567890')
  })
})

describe('The levels of a site', () => {
  it('show both revisions apart, with null where a revision has none', async () => {
    const emulator = await startTestEmulator({ clock: () => new Date('2026-01-02T03:04:05Z') })
    await send(emulator, first('a', 4))
    await send(emulator, {
      ...second('a', 7, '2026-01-01', '2026-01-01T00:00:00Z'),
      low_stock_alert: -2,
      inventory_alerts: true,
    })
    const { body } = await levels(emulator)
    expect(body).toEqual({
      levels: [
        {
          code: 'a',
          revision: 'first',
          inventory_level: 4,
          timestamp: '2015-01-23T16:35:38+0000',
          effective_date: null,
          change_date: null,
          received_at: '2026-01-02T03:04:05.000Z',
          low_stock_alert: null,
          inventory_alerts: null,
        },
        {
          code: 'a',
          revision: 'second',
          inventory_level: 7,
          timestamp: null,
          effective_date: '2026-01-01',
          change_date: '2026-01-01T00:00:00Z',
          received_at: '2026-01-02T03:04:05.000Z',
          low_stock_alert: -2,
          inventory_alerts: true,
        },
      ],
      next: null,
    })
  })

  it('come out by their own digits, whatever their size', async () => {
    const emulator = await startTestEmulator()
    await send(
      emulator,
      '{"timestamp":"2015-01-23T16:35:38+0000","product_code":"a","inventory_level":-12345678901234567890}',
    )
    expect((await levels(emulator)).text).toContain('"inventory_level":-12345678901234567890')
  })

  it('are filtered by code and paged by a cursor', async () => {
    const emulator = await startTestEmulator()
    for (const code of ['b', 'a', '\u{1f600}', '10', '9', '__proto__']) await send(emulator, first(code, 1))
    const codesOf = (body: { levels: { code: string }[] }) => body.levels.map(({ code }) => code)
    const all = codesOf((await levels(emulator)).body)
    expect(all).toEqual(['10', '9', '__proto__', 'a', 'b', '\u{1f600}'])
    const seen: string[] = []
    let query = '?limit=4'
    for (;;) {
      const { body } = await levels(emulator, query)
      seen.push(...codesOf(body))
      if (body.next === null) break
      query = `?limit=4&cursor=${body.next}`
    }
    expect(seen).toEqual(all)
    expect(codesOf((await levels(emulator, '?code=a')).body)).toEqual(['a'])
    expect(codesOf((await levels(emulator, '?code=A')).body)).toEqual([])
  })

  it('remember no more of long texts than 256 K characters', async () => {
    const emulator = await startTestEmulator()
    const long = (level: number, length: number) => ({ ...first('a', level), timestamp: 'x'.repeat(length) })
    for (const level of [1, 2, 3, 4]) await send(emulator, long(level, 100_000))
    const [{ history }] = (await levels(emulator, '?history=true')).body.levels
    expect(history.map((each: { inventory_level: number }) => each.inventory_level)).toEqual([4, 3])
    await send(emulator, long(5, 300_000))
    const [kept] = (await levels(emulator, '?history=true')).body.levels
    expect(kept).toMatchObject({ inventory_level: 5, history: [] })
  })

  it('show their history where it is asked for: the last hundred of a code, newest first', async () => {
    const emulator = await startTestEmulator()
    for (let n = 1; n <= 103; n++) await send(emulator, first('a', n))
    await send(emulator, first('b', 1))
    const { body } = await levels(emulator, '?history=true')
    const [a, b] = body.levels
    expect(a.history).toHaveLength(100)
    expect(a.history[0].inventory_level).toBe(103)
    expect(a.history[99].inventory_level).toBe(4)
    expect(b.history).toHaveLength(1)
    expect((await levels(emulator)).body.levels[0]).not.toHaveProperty('history')
    expect((await levels(emulator, '?history=false')).body.levels[0]).not.toHaveProperty('history')
  })

  it.each([
    ['?cod=a', ['cod', 'code']],
    ['?history=yes', ['history', 'true or false']],
    ['?limit=0', ['limit']],
    ['?cursor=W10', ['cursor']],
  ])('refuse %s by name', async (query, told) => {
    const emulator = await startTestEmulator()
    await send(emulator, first('a', 1))
    const { status, body } = await levels(emulator, query)
    expect(status).toBe(400)
    for (const part of told) expect(body.detail).toContain(part)
  })

  it('of two sites are never seen by each other', async () => {
    const emulator = await startTestEmulator()
    await send(emulator, first('a', 1))
    await send(emulator, first('a', 2), 'outlet')
    expect((await levels(emulator)).body.levels).toMatchObject([{ inventory_level: 1 }])
  })
})

const shown = (emulator: Emulator, what: 'costs' | 'events', query = '') =>
  control(emulator).get(`${site}/${what}${query}`)
const heartbeat = (emulator: Emulator, version: string) => sendType(emulator, 'heartbeat', { version })

describe('The costs of a site', () => {
  it('show SKU, year, amount and dates, sorted by SKU and year', async () => {
    const emulator = await startTestEmulator({ clock: () => new Date('2026-01-02T03:04:05Z') })
    for (const [sku_code, effective_date] of [
      ['b', '2015-01-01'],
      ['a', '2016-01-01'],
      ['a', '2015-12-31'],
      ['a', 'soon'],
      ['a', '20151'],
      ['a', 'in 2015'],
    ])
      await sendType(emulator, 'product.cost', { ...cost, sku_code, effective_date })
    const { body } = await shown(emulator, 'costs')
    expect(body.next).toBeNull()
    expect(body.costs[0]).toEqual({
      sku_code: 'a',
      year: '2015',
      sku_cost: 12.95,
      effective_date: '2015-12-31',
      change_date: cost.change_date,
      received_at: '2026-01-02T03:04:05.000Z',
    })
    const keys = body.costs.map((row: { sku_code: string; year: string }) => `${row.sku_code} ${row.year}`)
    expect(keys).toEqual(['a 2015', 'a 2016', 'a 20151', 'a in 2015', 'a soon', 'b 2015'].sort())
  })

  it.each(['2015-06-01', '20150601', '20150601T000000Z', '2015-06-01T00:00:00+0000', '2015', '2015-13-45'])(
    'are those of 2015 where effective_date is %s',
    async (effective_date) => {
      const emulator = await startTestEmulator()
      await sendType(emulator, 'product.cost', { ...cost, effective_date: '2015-12-31' })
      await sendType(emulator, 'product.cost', { ...cost, effective_date })
      expect((await shown(emulator, 'costs')).body.costs).toMatchObject([{ year: '2015', effective_date }])
    },
  )

  it('come out as they were written', async () => {
    const emulator = await startTestEmulator()
    const text = JSON.stringify({ ...cost, sku_cost: 'COST' })
    for (const literal of ['12.950', '1e2', '-0.00', '12345678901234567890.123456789', '7']) {
      await sendType(emulator, 'product.cost', text.replace('"COST"', literal))
      expect((await shown(emulator, 'costs')).text).toContain(`"sku_cost":${literal},`)
    }
  })

  it('are filtered by SKU and paged by a cursor', async () => {
    const emulator = await startTestEmulator()
    for (const sku_code of ['b', 'a', '\u{1f600}', '10', '__proto__'])
      await sendType(emulator, 'product.cost', { ...cost, sku_code })
    const codesOf = (body: { costs: { sku_code: string }[] }) => body.costs.map(({ sku_code }) => sku_code)
    const all = codesOf((await shown(emulator, 'costs')).body)
    expect(all).toEqual(['10', '__proto__', 'a', 'b', '\u{1f600}'])
    const seen: string[] = []
    let query = '?limit=2'
    for (;;) {
      const { body } = await shown(emulator, 'costs', query)
      seen.push(...codesOf(body))
      if (body.next === null) break
      query = `?limit=2&cursor=${body.next}`
    }
    expect(seen).toEqual(all)
    expect(codesOf((await shown(emulator, 'costs', '?sku_code=a')).body)).toEqual(['a'])
    expect(codesOf((await shown(emulator, 'costs', '?sku_code=A')).body)).toEqual([])
  })

  it('are told as changes of their request', async () => {
    const emulator = await startTestEmulator()
    await sendType(emulator, 'product.cost', cost)
    await sendType(emulator, 'product.cost', { ...cost, sku_cost: 13 })
    const { changes, changes_total } = await lastRequest(emulator)
    expect(changes_total).toBe(1)
    expect(changes).toMatchObject([
      { kind: 'cost', key: { sku_code: 'SKU-1', year: '2015' }, before: { sku_cost: 12.95 }, after: { sku_cost: 13 } },
    ])
    await sendType(emulator, 'product.cost', { ...cost, sku_cost: 14, change_date: '2015-01-01' })
    expect((await lastRequest(emulator)).changes).toEqual([])
  })
})

describe('The events of a site', () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute))
  interface Shown {
    readonly type: string
    readonly received_at: string
    readonly event: { readonly version?: string }
  }
  const versions = (body: { events: Shown[] }) => body.events.map(({ event }) => event.version)

  it('are shown as they were received, newest first, of all types together', async () => {
    let minute = 0
    const emulator = await startTestEmulator({ clock: () => at(minute) })
    const tries = [
      () => sendType(emulator, 'customer', customer),
      () => sendType(emulator, 'product.inventory', first('a', 1)),
      () => sendType(emulator, 'tracker/visit', visit),
      () => sendType(emulator, 'heartbeat', '{"version" : "1" , "more":1e2}'),
      () => send(emulator, first('a', 'x')),
    ]
    const ids: string[] = []
    for (const attempt of tries) {
      minute++
      await attempt()
      ids.push((await lastRequest(emulator)).id)
    }
    const { body } = await shown(emulator, 'events')
    expect(body.events).toEqual([
      {
        type: 'heartbeat',
        received_at: '2026-01-01T00:04:00.000Z',
        request: ids[3],
        bytes: 30,
        event: { version: '1', more: 100 },
      },
      expect.objectContaining({ type: 'tracker/visit', request: ids[2], event: visit }),
      expect.objectContaining({ type: 'inventory', request: ids[1], event: first('a', 1) }),
      expect.objectContaining({ type: 'customer', request: ids[0], event: customer }),
    ])
  })

  it('are filtered by type and instant and cut at a limit', async () => {
    let minute = 0
    const emulator = await startTestEmulator({ clock: () => at(minute) })
    for (minute = 1; minute <= 4; minute++) await heartbeat(emulator, `${minute}`)
    await sendType(emulator, 'customer', customer)
    const of = async (query: string) => versions((await shown(emulator, 'events', query)).body)
    expect(await of('?type=heartbeat')).toEqual(['4', '3', '2', '1'])
    expect(await of('?type=heartbeat&limit=2')).toEqual(['4', '3'])
    expect(await of('?since=2026-01-01T00:03:00Z&type=heartbeat')).toEqual(['4', '3'])
    expect(await of('?since=2026-01-01T01:03:00.001%2B01:00&type=heartbeat')).toEqual(['4'])
    expect(await of('?since=2027-01-01')).toEqual([])
    expect(await of('?limit=1')).toEqual([undefined])
    expect(await of('?type=order')).toEqual([])
    expect((await shown(emulator, 'events', '?type=inventory')).body).toEqual({ events: [] })
    expect((await shown(emulator, 'events', '?type=product.inventory')).body).toEqual({ events: [] })
  })

  it('are the last hundred of each type', async () => {
    const emulator = await startTestEmulator()
    await sendType(emulator, 'customer', customer)
    for (let n = 1; n <= 103; n++) await heartbeat(emulator, `${n}`)
    const { body } = await shown(emulator, 'events', '?type=heartbeat')
    expect(versions(body)).toEqual(Array.from({ length: 100 }, (_, index) => `${103 - index}`))
    expect((await shown(emulator, 'events')).body.events).toHaveLength(101)
    await sendType(emulator, 'batch', { heartbeat: Array.from({ length: 150 }, (_, n) => ({ version: `b${n}` })) })
    const after = versions((await shown(emulator, 'events', '?type=heartbeat')).body)
    expect([after.length, after[0], after[99]]).toEqual([100, 'b149', 'b50'])
  })

  it('of one type are as many as 256 KiB hold; one that is longer by itself is null', async () => {
    const emulator = await startTestEmulator()
    const sized = (bytes: number) => 'x'.repeat(bytes - '{"version":""}'.length)
    for (const [index, bytes] of [100_000, 100_000, 60_000, 3_000].entries())
      await heartbeat(emulator, sized(bytes).replace('x', `${index}`))
    const marks = async () => {
      const { body } = await shown(emulator, 'events', '?type=heartbeat')
      return body.events.map(({ bytes, event }: { bytes: number; event: { version: string } | null }) => [
        bytes,
        event?.version[0] ?? null,
      ])
    }
    // 263,000 bytes are more than 262,144.
    expect(await marks()).toEqual([
      [3_000, '3'],
      [60_000, '2'],
      [100_000, '1'],
    ])
    await heartbeat(emulator, sized(262_145))
    expect(await marks()).toEqual([
      [262_145, null],
      [3_000, '3'],
      [60_000, '2'],
      [100_000, '1'],
    ])
    await heartbeat(emulator, sized(262_144).replace('x', '9'))
    expect(await marks()).toEqual([
      [262_144, '9'],
      [262_145, null],
    ])
  })

  it.each([
    ['as it is', 'a-token', '{"id":"x «token» y"}'],
    ['escaped in full', String.raw`\u0061\u002dtoken`, '{"id":"x «token» y"}'],
    ['as a part of a longer text', 'Bearer a-tokens', '{"id":"x Bearer «token»s y"}'],
  ])('show the token of their request nowhere: %s', async (_what, token, told) => {
    const emulator = await startTestEmulator()
    const rest = JSON.stringify(customer).replace('{"id":"c1"', '')
    await sendType(emulator, 'customer', `{"id":"x ${token} y"${rest}`)
    await sendType(emulator, 'batch', `{"customer":[{"id":"x ${token} y"${rest}]}`)
    await sendType(emulator, 'heartbeat', `{"${token}":1}`)
    const { body, text } = await shown(emulator, 'events')
    expect(text).not.toMatch(/a-token|u002d/)
    expect(body.events.filter(({ type }: Shown) => type === 'customer')).toMatchObject(
      Array(2).fill({ event: JSON.parse(told) }),
    )
    expect(body.events).toHaveLength(3)
  })

  it('are shown as a text where the token stood for a number', async () => {
    const emulator = await startTestEmulator()
    const call = control(emulator).post('/v2/shop/heartbeat').set('Authorization', 'Bearer 5')
    await call.set('Content-Type', 'application/json').send('{"more":[5,1]}').expect(200)
    const { body } = await shown(emulator, 'events')
    expect(body.events).toMatchObject([{ bytes: 14, event: '{"more":[«token»,1]}' }])
  })

  it.each([
    ['?type=orders', ['type is orders', 'order, product']],
    ['?type=batch', ['type is batch']],
    ['?type=', ['type is']],
    ['?since=soon', ['since is soon', 'ISO 8601']],
    ['?since=2026-02-30', ['since is 2026-02-30']],
    ['?since=', ['since is']],
    ['?limit=0', ['limit']],
    ['?limit=1001', ['limit']],
    ['?typ=order', ['typ', 'type']],
    ['?type=order&type=cart', ['type', 'twice']],
    ['?cursor=W10', ['cursor']],
  ])('refuse %s by name', async (query, told) => {
    const emulator = await startTestEmulator()
    await heartbeat(emulator, '1')
    const { status, headers, body } = await shown(emulator, 'events', query)
    expect(status).toBe(400)
    expect(headers['content-type']).toContain('application/problem+json')
    for (const part of told) expect(body.detail).toContain(part)
  })

  it('are nobody’s where PUT or a seed gives levels', async () => {
    const emulator = await startTestEmulator({ seed: { jirafe: { sites: { outlet: { levels: [first('a', 1)] } } } } })
    await control(emulator)
      .put(site)
      .send({ levels: [first('a', 1)] })
      .expect(201)
    expect((await shown(emulator, 'events')).body.events).toEqual([])
    expect((await control(emulator).get('/_backstock/jirafe/sites/outlet/events')).body.events).toEqual([])
  })

  it('are shown by their own text: numbers of any spelling, names that were given twice', async () => {
    const emulator = await startTestEmulator()
    const text = '{"version":"1","a":1e400,"b":12.950,"c":0.12345678901234567890,"d":-0.0,"e":1,"e":2}'
    await sendType(emulator, 'heartbeat', text).expect(200)
    expect((await shown(emulator, 'events')).text).toContain(`"event":${text}}`)
    expect((await control(emulator).get(site)).text).toContain(`"event":${text}}`)
  })

  it.each(['costs', 'events'] as const)('and costs of a site that is not there are 404: %s', async (what) => {
    const emulator = await startTestEmulator()
    expect((await shown(emulator, what)).status).toBe(404)
  })
})

describe('The heartbeat of a site', () => {
  it('is its last, of whatever call, and null where there is none', async () => {
    const emulator = await startTestEmulator({ clock: () => new Date('2026-01-02T03:04:05Z') })
    await send(emulator, first('a', 1))
    expect((await control(emulator).get(site)).body.heartbeat).toBeNull()
    await heartbeat(emulator, '1')
    await sendType(emulator, 'batch', { heartbeat: [{ version: '2' }, { version: '3' }, { version: 4 }] })
    const { id } = await lastRequest(emulator)
    await sendType(emulator, 'customer', customer)
    expect((await control(emulator).get(site)).body.heartbeat).toEqual({
      type: 'heartbeat',
      received_at: '2026-01-02T03:04:05.000Z',
      request: id,
      bytes: 15,
      event: { version: '3' },
    })
    expect((await control(emulator).get('/_backstock/jirafe/sites')).body.sites[0]).not.toHaveProperty('heartbeat')
  })
})

describe('What a site remembers', () => {
  const fill = async (emulator: Emulator) => {
    await sendType(emulator, 'product.cost', cost)
    await heartbeat(emulator, '1')
    expect((await shown(emulator, 'events')).body.events).toHaveLength(2)
    expect((await shown(emulator, 'costs')).body.costs).toHaveLength(1)
  }
  const nothing = async (emulator: Emulator) => {
    expect((await shown(emulator, 'events')).body.events).toEqual([])
    expect((await shown(emulator, 'costs')).body.costs).toEqual([])
    expect((await control(emulator).get(site)).body.heartbeat).toBeNull()
  }

  it('is taken away by PUT', async () => {
    const emulator = await startTestEmulator()
    await fill(emulator)
    await control(emulator).put(site).send({ token: 'a-token' }).expect(200)
    await nothing(emulator)
    await fill(emulator)
    await control(emulator).put(site).send({ token: 'a-token' }).expect(200)
    await nothing(emulator)
  })

  it('is taken away by DELETE', async () => {
    const emulator = await startTestEmulator()
    await fill(emulator)
    await control(emulator).delete(site).expect(204)
    expect((await shown(emulator, 'events')).status).toBe(404)
    await send(emulator, first('a', 'x'))
    await nothing(emulator)
  })

  it('is taken away by reset, of a site of the seed and of another', async () => {
    const emulator = await startTestEmulator({ seed: { jirafe: { sites: { shop: {} } } } })
    await fill(emulator)
    await sendType(emulator, 'heartbeat', {}, { site: 'outlet' })
    await control(emulator).post('/_backstock/reset').expect(200)
    await nothing(emulator)
    expect((await control(emulator).get('/_backstock/jirafe/sites/outlet/events')).status).toBe(404)
  })

  it('is never seen by another site', async () => {
    const emulator = await startTestEmulator()
    await fill(emulator)
    await sendType(emulator, 'heartbeat', {}, { site: 'outlet' })
    const outlet = async (what: string) =>
      (await control(emulator).get(`/_backstock/jirafe/sites/outlet/${what}`)).body[what]
    expect(await outlet('events')).toHaveLength(1)
    expect(await outlet('costs')).toEqual([])
    expect((await shown(emulator, 'events')).body.events).toHaveLength(2)
  })
})
