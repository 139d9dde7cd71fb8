import { once } from 'node:events'
import { connect } from 'node:net'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import { Clocks } from '../server/clock.js'
import type { Emulator, EmulatorOptions } from '../server/emulator.js'
import { TooManyScopes } from '../server/scoped.js'
import { MemoryStore } from '../server/state/memory.js'
import { bulk, items, lastRequest, startTestEmulator } from './emulator.js'

const real = '2031-05-06T07:08:09.010Z'
const frozen = '2026-01-23T12:00:00.000Z'
const item = items({ warehouse: 'New York', upc: '1', inventory: 1 })
const event = { timestamp: '2015-01-23T16:35:38+0000', product_code: 'a', inventory_level: 4 }

const control = (emulator: Emulator) => supertest(emulator.url)
const setClock = async (emulator: Emulator, body: object, query = '') =>
  (await control(emulator).put(`/_backstock/clock${query}`).send(body).expect(200)).body
const clockOf = async (emulator: Emulator, query = '') =>
  (await control(emulator).get(`/_backstock/clock${query}`).expect(200)).body
const send = (emulator: Emulator, site = 'shop') =>
  control(emulator).post(`/v2/${site}/inventory`).set('Authorization', 'Bearer site-token').send(event)
const levels = async (emulator: Emulator, site = 'shop') =>
  (await control(emulator).get(`/_backstock/jirafe/sites/${site}/levels`)).body.levels
const inHeader = (instant: string) => new Date(instant).toUTCString()

/** An emulator beside a clock that stands until the test moves it. */
async function startBeside(options: EmulatorOptions = {}) {
  let now = Date.parse(real)
  const emulator = await startTestEmulator({ ...options, clock: () => new Date(now) })
  const pass = (seconds: number) => {
    now += seconds * 1000
  }
  return { emulator, pass }
}

describe('The clock', () => {
  it('is the real one until it is set, and again once it is deleted', async () => {
    const { emulator } = await startBeside()
    const asReal = { now: real, frozen: false, set_for: null }
    expect(await clockOf(emulator)).toEqual(asReal)
    await setClock(emulator, { freeze: frozen })
    await control(emulator).delete('/_backstock/clock').expect(204)
    expect(await clockOf(emulator)).toEqual(asReal)
    expect((await bulk(emulator, item)).headers.date).toBe(inHeader(real))
  })

  it('dates with the machine where no clock is handed in', async () => {
    const emulator = await startTestEmulator()
    const before = Date.now()
    const { now } = await clockOf(emulator)
    expect(Date.parse(now)).toBeGreaterThanOrEqual(before)
    expect(Date.parse(now)).toBeLessThanOrEqual(Date.now())
  })

  it('stands where it was frozen, and advances by what it is told', async () => {
    const { emulator, pass } = await startBeside()
    expect(await setClock(emulator, { freeze: frozen })).toEqual({ now: frozen, frozen: true, set_for: 'all' })
    pass(100)
    expect(await clockOf(emulator)).toEqual({ now: frozen, frozen: true, set_for: 'all' })
    const on = { now: '2026-01-23T12:05:00.500Z', frozen: true, set_for: 'all' }
    expect(await setClock(emulator, { advance: 300.5 })).toEqual(on)
    pass(100)
    expect(await clockOf(emulator)).toEqual(on)
  })

  it('runs on from the instant that it is set to, and from where it is advanced to', async () => {
    const { emulator, pass } = await startBeside()
    expect(await setClock(emulator, { now: frozen })).toEqual({ now: frozen, frozen: false, set_for: 'all' })
    pass(1.5)
    expect(await clockOf(emulator)).toMatchObject({ now: '2026-01-23T12:00:01.500Z', frozen: false })
    await setClock(emulator, { advance: 60 })
    pass(1)
    expect(await clockOf(emulator)).toMatchObject({ now: '2026-01-23T12:01:02.500Z', frozen: false })
  })

  it('advances real time, and goes on running', async () => {
    const { emulator, pass } = await startBeside()
    expect(await setClock(emulator, { advance: 60 })).toMatchObject({ now: '2031-05-06T07:09:09.010Z', frozen: false })
    pass(1)
    expect(await clockOf(emulator)).toMatchObject({ now: '2031-05-06T07:09:10.010Z' })
  })

  it.each([
    ['2026-01-23', '2026-01-23T00:00:00.000Z'],
    ['2026-01-23T12:00:00', frozen],
    ['2026-01-23T14:00:00+02:00', frozen],
    ['2026-01-23T12:00:00.0009Z', frozen],
    ['2026-01-23T12:00:00.5Z', '2026-01-23T12:00:00.500Z'],
    ['1970-01-01T00:00:00Z', '1970-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('reads %s', async (text, now) => {
    const { emulator } = await startBeside()
    expect(await setClock(emulator, { freeze: text })).toMatchObject({ now })
  })

  it.each([
    [{}, 'Right is exactly one of freeze and now (an instant), and advance (seconds)'],
    [{ freeze: frozen, advance: 1 }, 'freeze and advance are given'],
    [{ freez: frozen }, 'freez: unknown field; did you mean "freeze"?'],
    [{ freeze: 'noon' }, 'freeze is "noon". Right is an instant in ISO 8601'],
    [{ now: '2026-02-30' }, 'now is "2026-02-30"'],
    [{ now: '1969-12-31T23:59:59Z' }, 'from 1970 to 9999'],
    [{ freeze: '9999-12-31T23:59:59-01:00' }, 'from 1970 to 9999'],
    [{ freeze: 1_700_000_000 }, 'freeze: must be text, not 1700000000'],
    [{ freeze: null }, 'freeze: must be text, not null'],
    [{ advance: '60' }, 'advance: must be a number, not "60"'],
    [{ advance: -1 }, 'advance: must be at least 0, not -1'],
    [{ advance: 1e12 }, 'advance is 1000000000000. Right are seconds that lead to no later year than 9999'],
    [[], 'must be an object'],
  ])('refuses %j and stays as it was', async (body, told) => {
    const { emulator } = await startBeside()
    const reply = await control(emulator).put('/_backstock/clock').send(body)
    expect(reply.status).toBe(400)
    expect(reply.headers['content-type']).toContain('application/problem+json')
    expect(reply.body.detail).toContain(told)
    expect(await clockOf(emulator)).toEqual({ now: real, frozen: false, set_for: null })
  })

  it.each(['?acount=brand', '?account=a&site=b', '?limit=1'])('refuses %s', async (query) => {
    const { emulator } = await startBeside()
    for (const method of ['get', 'put', 'delete'] as const)
      expect((await control(emulator)[method](`/_backstock/clock${query}`).send({ advance: 1 })).status).toBe(400)
  })
})

describe('The clock of one account or site', () => {
  it('stands over the one of all, and each is replaced by itself', async () => {
    const { emulator } = await startBeside()
    await setClock(emulator, { freeze: '2020-01-01' })
    await setClock(emulator, { freeze: '2021-01-01' }, '?account=brand')
    await setClock(emulator, { freeze: '2022-01-01' }, '?site=brand')
    expect(await clockOf(emulator)).toMatchObject({ now: '2020-01-01T00:00:00.000Z', set_for: 'all' })
    expect(await clockOf(emulator, '?account=brand')).toMatchObject({
      now: '2021-01-01T00:00:00.000Z',
      set_for: 'own',
    })
    expect(await clockOf(emulator, '?site=brand')).toMatchObject({ now: '2022-01-01T00:00:00.000Z' })
    expect(await clockOf(emulator, '?account=other')).toMatchObject({
      now: '2020-01-01T00:00:00.000Z',
      set_for: 'all',
    })
    await control(emulator).delete('/_backstock/clock?account=brand').expect(204)
    expect(await clockOf(emulator, '?account=brand')).toMatchObject({
      now: '2020-01-01T00:00:00.000Z',
      set_for: 'all',
    })
    expect(await clockOf(emulator, '?site=brand')).toMatchObject({ now: '2022-01-01T00:00:00.000Z' })
    await control(emulator).delete('/_backstock/clock').expect(204)
    for (const scope of ['', '?account=brand', '?site=brand'])
      expect(await clockOf(emulator, scope)).toEqual({ now: real, frozen: false, set_for: null })
  })

  it('is one of their own for ten thousand accounts and sites, and no more', () => {
    const clocks = new Clocks(() => new Date(real))
    for (let count = 0; count < 10_000; count++) clocks.freeze(`joor:brand-${count}`, new Date(frozen))
    expect(() => clocks.freeze('joor:another', new Date(frozen))).toThrow(TooManyScopes)
    clocks.advance('joor:brand-7', 1)
    clocks.clear('joor:brand-7')
    clocks.freeze('joor:another', new Date(frozen))
    expect(clocks.now('joor:another').toISOString()).toBe(frozen)
  })

  it('advances from what holds for it, and leaves the one of all alone', async () => {
    const { emulator } = await startBeside()
    await setClock(emulator, { freeze: frozen })
    expect(await setClock(emulator, { advance: 60 }, '?site=shop')).toEqual({
      now: '2026-01-23T12:01:00.000Z',
      frozen: true,
      set_for: 'own',
    })
    await setClock(emulator, { advance: 1 })
    expect(await clockOf(emulator, '?site=shop')).toMatchObject({ now: '2026-01-23T12:01:00.000Z' })
    expect(await clockOf(emulator)).toMatchObject({ now: '2026-01-23T12:00:01.000Z' })
  })

  it('dates what it receives and nothing of others', async () => {
    const { emulator } = await startBeside()
    await setClock(emulator, { freeze: frozen }, '?site=shop')
    expect((await send(emulator)).headers.date).toBe(inHeader(frozen))
    expect(await lastRequest(emulator)).toMatchObject({ site: 'shop', at: frozen })
    expect(await levels(emulator)).toMatchObject([{ received_at: frozen }])
    expect((await send(emulator, 'other')).headers.date).toBe(inHeader(real))
    expect(await lastRequest(emulator)).toMatchObject({ site: 'other', at: real })
    expect(await levels(emulator, 'other')).toMatchObject([{ received_at: real }])
  })

  it('is looked at: a storage that dates all alike is caught', async () => {
    const { emulator } = await startBeside({
      store: (parts) => new MemoryStore({ ...parts, clock: () => parts.clock(null) }),
    })
    await setClock(emulator, { freeze: frozen }, '?site=shop')
    expect((await send(emulator)).headers.date).toBe(inHeader(real))
  })

  it('dates the levels that are declared for it', async () => {
    const { emulator } = await startBeside()
    await setClock(emulator, { freeze: frozen }, '?site=shop')
    await control(emulator)
      .put('/_backstock/jirafe/sites/shop')
      .send({ levels: [event] })
      .expect(201)
    expect(await levels(emulator)).toMatchObject([{ received_at: frozen }])
    const sites = { shop: { levels: [event] }, other: { levels: [event] } }
    await control(emulator).put('/_backstock/seed').send({ jirafe: { sites } }).expect(200)
    expect(await levels(emulator)).toMatchObject([{ received_at: frozen }])
    expect(await levels(emulator, 'other')).toMatchObject([{ received_at: real }])
  })

  it('is left alone by a reset', async () => {
    const { emulator } = await startBeside()
    await setClock(emulator, { freeze: frozen }, '?site=shop')
    await control(emulator).post('/_backstock/reset').expect(200)
    expect((await send(emulator)).headers.date).toBe(inHeader(frozen))
  })
})

describe('Every reply of a vendor has the Date of the clock', () => {
  const joor = (emulator: Emulator) => bulk(emulator, item)
  const badToken = (emulator: Emulator) => control(emulator).post('/v2/bulk-inventory').set('Authorization', 'x')
  it.each([
    ['a call that is taken', joor],
    ['an event that is taken', send],
    ['a call without a token', badToken],
    ['a body that is none', (emulator: Emulator) => bulk(emulator, '{')],
    ['another method', (emulator: Emulator) => control(emulator).get('/v2/bulk-inventory')],
    ['a HEAD', (emulator: Emulator) => control(emulator).head('/v2/shop/inventory')],
    ['a path of nobody', (emulator: Emulator) => control(emulator).get('/nowhere')],
    ['a tracker', (emulator: Emulator) => control(emulator).get('/v2/tracker/pageview.gif')],
  ])('%s', async (_, call) => {
    const { emulator } = await startBeside()
    await setClock(emulator, { freeze: frozen })
    const reply = await call(emulator)
    expect(reply.headers.date).toBe(inHeader(frozen))
    expect(await lastRequest(emulator)).toMatchObject({
      at: frozen,
      status: reply.status,
      reply: { headers: { Date: inHeader(frozen) } },
    })
  })

  it('a change that cannot be stored', async () => {
    let full = false
    const keep = async () => {
      if (full) throw new Error('no space left')
    }
    const { emulator } = await startBeside({ store: (parts) => new MemoryStore({ ...parts, keep }) })
    await send(emulator)
    await setClock(emulator, { freeze: frozen }, '?site=shop')
    full = true
    const reply = await send(emulator)
    expect([reply.status, reply.headers.date]).toEqual([503, inHeader(frozen)])
    expect(await lastRequest(emulator)).toMatchObject({ at: frozen, status: 503 })
  })

  it('but the control plane has the real one', async () => {
    const { emulator } = await startBeside()
    await setClock(emulator, { freeze: frozen })
    expect((await control(emulator).get('/_backstock/health')).headers.date).not.toBe(inHeader(frozen))
  })

  it('and once only, on the wire', async () => {
    const { emulator } = await startBeside()
    await setClock(emulator, { freeze: frozen })
    const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1')
    socket.write('GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
    })
    await once(socket, 'close')
    expect(text.match(/^date: .*$/gim)).toEqual([`Date: ${inHeader(frozen)}`])
  })

  it('and a call whose client hung up is dated by it, too', async () => {
    const { emulator } = await startBeside()
    await send(emulator)
    await setClock(emulator, { freeze: frozen }, '?site=shop')
    const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1')
    const head = ['POST /v2/shop/inventory HTTP/1.1', 'Host: a', 'Authorization: Bearer site-token']
    const request = [...head, 'Content-Type: application/json', 'Content-Length: 100', '', '{'].join('\r\n')
    socket.write(request, () => socket.destroy())
    await expect.poll(async () => (await lastRequest(emulator)).status, { timeout: 5_000 }).toBeNull()
    expect(await lastRequest(emulator)).toMatchObject({ site: 'shop', at: frozen })
  })
})

describe('A rate limit', () => {
  const twoCalls = { settings: { rate_limit: '10/60' } } as const
  const statuses = async (emulator: Emulator, calls: number, token?: string) => {
    const seen: number[] = []
    for (let call = 0; call < calls; call++)
      seen.push((await bulk(emulator, item, token === undefined ? {} : { token })).status)
    return seen
  }

  it('is met again only once the clock has advanced beyond its window', async () => {
    const { emulator } = await startBeside(twoCalls)
    await setClock(emulator, { freeze: frozen })
    expect(await statuses(emulator, 3)).toEqual([200, 200, 429])
    await setClock(emulator, { advance: 59.5 })
    const refused = await bulk(emulator, item)
    expect([refused.status, refused.headers['retry-after']]).toEqual([429, '1'])
    await setClock(emulator, { advance: 0.5 })
    expect(await statuses(emulator, 3)).toEqual([200, 200, 429])
  })

  it('of one account follows its own clock, and that of another stays spent', async () => {
    const { emulator } = await startBeside(twoCalls)
    await setClock(emulator, { freeze: frozen })
    for (const [account, token] of [['one', 'first'] as const, ['other', 'second'] as const])
      await control(emulator).put(`/_backstock/joor/accounts/${account}`).send({ token })
    expect(await statuses(emulator, 3, 'first')).toEqual([200, 200, 429])
    expect(await statuses(emulator, 3, 'second')).toEqual([200, 200, 429])
    await setClock(emulator, { advance: 60 }, '?account=one')
    expect(await statuses(emulator, 1, 'first')).toEqual([200])
    expect(await statuses(emulator, 1, 'second')).toEqual([429])
  })

  it('begins a window when time has gone back before the last one', async () => {
    const { emulator } = await startBeside(twoCalls)
    await setClock(emulator, { freeze: frozen })
    expect(await statuses(emulator, 3)).toEqual([200, 200, 429])
    await setClock(emulator, { freeze: '2020-01-01' })
    expect(await statuses(emulator, 3)).toEqual([200, 200, 429])
    await setClock(emulator, { advance: 60 })
    expect(await statuses(emulator, 1)).toEqual([200])
  })
})

describe('A clock near the last instant', () => {
  it('stops there instead of writing a year of five digits', () => {
    let now = 0
    const clocks = new Clocks(() => new Date(now))
    clocks.run(undefined, new Date('9999-12-31T23:59:59.000Z'))
    now = 5_000
    expect(clocks.now('joor:brand').toISOString()).toBe('9999-12-31T23:59:59.999Z')
  })
})
