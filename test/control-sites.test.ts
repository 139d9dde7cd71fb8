import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { startTestEmulator } from './emulator.js'

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
