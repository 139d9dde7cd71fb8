import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { type Account, type Backstock, BackstockError, connect, type Site, UnmetError } from '../client/client.js'
import { startTestEmulator } from './emulator.js'

afterEach(() => vi.unstubAllEnvs())

const upc = '822508068753'
const item = (inventory: unknown, more: object = {}) => ({ warehouse: 'New York', upc, inventory, ...more })

/** What a connector under test would do. */
function send({ baseUrl, authorization }: Account, ...items: object[]): Promise<Response> {
  return fetch(`${baseUrl}/v2/bulk-inventory`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ inventory_items: items }),
  })
}

function sendLevel({ baseUrl, authorization, name }: Site, level: number): Promise<Response> {
  const event = { timestamp: '2015-01-23T16:35:38+0000', product_code: 'a', inventory_level: level }
  return fetch(`${baseUrl}/v2/${name}/inventory`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(event),
  })
}

async function open(): Promise<Backstock> {
  return connect(await startTestEmulator())
}

/** What a promise is rejected with. */
const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )

describe('connect', () => {
  it('takes an emulator of this process, its URL in any form, and the environment', async () => {
    const emulator = await startTestEmulator()
    vi.stubEnv('BACKSTOCK_URL', emulator.url)
    for (const where of [emulator, emulator.url, `${emulator.url}/`, new URL(emulator.url), undefined]) {
      const backstock = await connect(where)
      expect(backstock.url).toBe(emulator.url)
      expect(await backstock.version()).toMatch(/^\d+\.\d+\.\d+/)
    }
  })

  it('says where nobody answers, and what to do', async () => {
    const emulator = await startTestEmulator()
    await emulator.close()
    const error = await errorOf(connect(emulator))
    expect(error).toBeInstanceOf(BackstockError)
    expect(error).toMatchObject({ status: null, call: `GET ${emulator.url}/_backstock/version` })
    for (const part of [emulator.url, 'ECONNREFUSED', 'npx backstock', 'BACKSTOCK_URL'])
      expect(String(error)).toContain(part)
  })

  it.each([
    [404, 'not here'],
    [200, '<html></html>'],
    [200, '{"hello":"world"}'],
    [200, 'null'],
  ])('says where somebody else answers: %s %s', async (status, body) => {
    const server = createServer((_request, response) => response.writeHead(status).end(body))
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
    onTestFinished(() => void server.close())
    // A server that listens on TCP has a port.
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const error = await errorOf(connect(url))
    expect(error).toBeInstanceOf(BackstockError)
    expect(String(error)).toContain(`There is no Backstock at ${url}.`)
  })

  it.each(['localhost:4350', 'ftp://localhost', '', '4350'])('refuses %j for an address', async (where) => {
    const error = await errorOf(connect(where))
    expect(error).toBeInstanceOf(TypeError)
    expect(String(error)).toContain('http://127.0.0.1:4350')
  })

  it('goes on by the fetch that was there, whatever a test puts in its place', async () => {
    const backstock = await open()
    vi.stubGlobal('fetch', () => Promise.reject(new Error('a double of the test')))
    onTestFinished(() => void vi.unstubAllGlobals())
    expect(await backstock.joor.accounts()).toEqual([])
  })
})

describe('An account', () => {
  it('is new, and has what its client needs', async () => {
    const backstock = await open()
    const [one, other] = await Promise.all([backstock.joor.account(), backstock.joor.account()])
    expect(one.name).not.toBe(other.name)
    expect(one.token).not.toBe(other.token)
    expect((await send(one, item(7))).status).toBe(200)
    expect(await one.positions()).toEqual([
      {
        warehouse: 'New York',
        inventory_date: 'IMMEDIATE',
        sku: { upc },
        available: 7,
        incoming: 7,
        pending_deducted: 0,
        made_to_order: false,
      },
    ])
    expect(await other.positions()).toEqual([])
    expect(await one.requests()).toMatchObject([{ account: one.name, status: 200 }])
    expect(await other.requests()).toEqual([])
    expect(await backstock.requests()).toHaveLength(1)
  })

  it('takes a name, a token beyond ASCII, warehouses, styles, pending, positions and settings', async () => {
    const backstock = await open()
    const account = await backstock.joor.account({
      name: 'Größe/1?&',
      token: 'Schlüssel',
      warehouses: ['New York'],
      styles: [
        { style_number: 'S', style_identifier: 1, colors: [{ color_code: 'RED', sizes: [{ size: 'M', upc }] }] },
      ],
      pending: [{ warehouse: 'New York', upc, quantity: 2 }],
      positions: [item(5)],
      settings: { partial_code: '1' },
    })
    expect(account).toMatchObject({ name: 'Größe/1?&', token: 'Schlüssel' })
    expect(await account.positions({ warehouse: 'New York', style_number: 'S' })).toMatchObject([{ available: 5 }])
    expect(await account.positions({ warehouse: 'Los Angeles' })).toEqual([])
    const reply = await send(account, item(6), item(1, { warehouse: 'Los Angeles' }))
    expect(await reply.json()).toMatchObject({ response: { code: '1' } })
    expect(await account.setPending([{ upc, warehouse: 'New York', quantity: 4 }])).toMatchObject([{ quantity: 4 }])
    expect(await account.requests()).toHaveLength(1)
  })

  it('shows all of its positions, page by page', async () => {
    const backstock = await open()
    const positions = Array.from({ length: 2_345 }, (_, n) => item(n, { upc: `${n}` }))
    const account = await backstock.joor.account({ positions })
    const shown = await account.positions()
    expect(new Set(shown.map(({ sku }) => sku.upc)).size).toBe(2_345)
  })

  it('works taken apart, as tests like to', async () => {
    const { positions, waitFor, ...account } = await (await open()).joor.account()
    await fetch(`${account.baseUrl}/v2/bulk-inventory`, { headers: { authorization: account.authorization } })
    await waitFor({ status: 405 })
    expect(await positions()).toEqual([])
  })

  it('goes back to what it was declared with, and so does its fork to what it began with', async () => {
    const account = await (await open()).joor.account({ positions: [item(5)] })
    await send(account, item(6))
    const fork = await account.fork()
    expect(fork.token).not.toBe(account.token)
    await send(fork, item(7))
    expect(await account.positions()).toMatchObject([{ available: 6 }])
    await Promise.all([account.reset(), fork.reset()])
    expect(await account.positions()).toMatchObject([{ available: 5 }])
    expect(await fork.positions()).toMatchObject([{ available: 6 }])
    expect((await send(account, item(8))).status).toBe(200)
    expect((await send(fork, item(9))).status).toBe(200)
    expect(await account.positions()).toMatchObject([{ available: 8 }])
    expect(await fork.positions()).toMatchObject([{ available: 9 }])
  })

  it('leaves nothing behind but its calls', async () => {
    const backstock = await open()
    const account = await backstock.joor.account({ name: 'brand' })
    const other = await backstock.joor.account({ name: 'other' })
    await send(account, item(5))
    for (const each of [account, other]) {
      await each.snapshot('before')
      await each.arm({ fault: { kind: 'reset' } })
      await each.clock.freeze('2030-01-01')
      await each.seedIds(1)
    }
    await account.remove()
    expect(await backstock.joor.accounts()).toMatchObject([{ account: 'other' }])
    expect(await backstock.faults()).toMatchObject([{ account: 'other' }])
    expect(await account.snapshots()).toEqual([])
    expect(await other.snapshots()).toHaveLength(1)
    expect(await account.clock.now()).toMatchObject({ set_for: null })
    expect(await other.clock.now()).toMatchObject({ set_for: 'own' })
    expect(await account.requests()).toHaveLength(1)
    expect(await errorOf(account.remove())).toMatchObject({ status: 404 })
  })
})

describe('A site', () => {
  it('has levels, costs and events', async () => {
    const backstock = await open()
    const site = await backstock.jirafe.site({ name: 'shop' })
    expect((await sendLevel(site, 4)).status).toBe(200)
    await sendLevel(site, 3)
    expect(await site.levels({ code: 'a' })).toMatchObject([{ code: 'a', inventory_level: 3 }])
    expect(await site.levels({ history: true })).toMatchObject([{ history: [{ inventory_level: 3 }, {}] }])
    expect(await site.levels({ code: 'b' })).toEqual([])
    expect(await site.costs()).toEqual([])
    expect(await site.events({ limit: 1 })).toMatchObject([{ type: 'inventory', event: { inventory_level: 3 } }])
    await site.verifyState([{ code: 'a', inventory_level: 3 }])
    expect(await backstock.jirafe.sites()).toMatchObject([{ site: 'shop', levels: 1 }])
  })

  it('is forked, reset and removed', async () => {
    const backstock = await open()
    const site = await backstock.jirafe.site()
    await sendLevel(site, 4)
    const fork = await site.fork({ name: 'fork', token: 'fork-token' })
    expect(fork).toMatchObject({ name: 'fork', authorization: 'Bearer fork-token' })
    await sendLevel(fork, 9)
    await Promise.all([site.reset(), fork.reset()])
    expect(await site.levels()).toEqual([])
    expect(await fork.levels()).toMatchObject([{ inventory_level: 4 }])
    await Promise.all([site.remove(), fork.remove()])
    expect(await backstock.jirafe.sites()).toEqual([])
  })
})

describe('Questions about calls', () => {
  it('are answered for the account alone', async () => {
    const backstock = await open()
    const [account, other] = await Promise.all([backstock.joor.account(), backstock.joor.account()])
    await send(account, item(1))
    await send(other, item(2))
    await send(account, item(3))
    const with3 = { command: { '/inventory_items/0/inventory': 3 } }
    expect(await account.find(with3)).toMatchObject({ verdict: 'pass', count: 1 })
    expect(await other.find(with3)).toMatchObject({ verdict: 'fail', count: 0 })
    expect(await account.count({ status: 200 }, 2)).toMatchObject({ verdict: 'pass' })
    expect(await account.count({ status: 200 }, 3)).toMatchObject({ verdict: 'fail', count: 2 })
    expect(await account.count({ status: 200 })).toMatchObject({ verdict: 'pass', count: 2 })
    const with1 = { command: { '/inventory_items/0/inventory': 1 } }
    expect(await account.sequence([with1, with3])).toMatchObject({ verdict: 'pass' })
    expect(await account.sequence([with3, with1])).toMatchObject({ verdict: 'fail' })
    expect(await backstock.count({ operation: 'joor.bulk-inventory' })).toMatchObject({ count: 3 })
    const [line] = await account.requests({ status: 200 })
    expect(await account.request(line?.id ?? '')).toMatchObject({ account: account.name, changes_total: 1 })
  })

  it('wait for a call that is still to come', async () => {
    const account = await (await open()).joor.account()
    const waiting = account.waitFor({ outcome: 'updated' }, { count: 2 })
    await send(account, item(1))
    await send(account, item(2))
    expect(await waiting).toMatchObject({ verdict: 'pass', count: 2 })
  })

  it('takes no option that it does not know', async () => {
    const account = await (await open()).joor.account()
    // What a program in JavaScript may send.
    const misspelt = { timeout_ms: 1 } as object
    expect(await errorOf(account.waitFor({}, misspelt))).toMatchObject({
      message: 'waitFor has no option timeout_ms. Right is count or timeoutMs.',
    })
  })

  it('that wait in vain say what was expected and which call came nearest', async () => {
    const account = await (await open()).joor.account({ name: 'brand' })
    await send(account, item(5))
    const match = { status: 200, command: { '/inventory_items/0/inventory': 7 } }
    const error = await errorOf(account.waitFor(match, { timeoutMs: 1 }))
    expect(error).toBeInstanceOf(UnmetError)
    const [call] = await account.requests()
    expect(String(error)).toBe(
      `UnmetError: account brand: 1 call with ${JSON.stringify(match)} expected within 1 ms, 0 came (fail).\n` +
        `Nearest is ${call?.id}:\n  /inventory_items/0/inventory: expected 7, seen "5"`,
    )
    expect(error).toMatchObject({ found: { verdict: 'fail', nearest: { id: call?.id } } })
    const none = await errorOf((await (await open()).joor.account()).waitFor({}, { timeoutMs: 0 }))
    expect(String(none)).toContain('No other call came.')
  })
})

describe('A table held against the state', () => {
  it('passes or names each row that differs', async () => {
    const account = await (await open()).joor.account({ name: 'brand', positions: [item(5), item(6, { upc: '2' })] })
    const right = [
      { warehouse: 'New York', upc, available: 5 },
      { warehouse: 'New York', upc: '2', available: 6 },
    ]
    expect(await account.verifyState(right)).toMatchObject({ verdict: 'pass', equal: 2 })
    await account.verifyState(right.slice(1), { extra: 'ignore' })
    const wrong = [
      { ...right[0], available: 4 },
      { warehouse: 'New York', upc: '3' },
    ]
    const error = await errorOf(account.verifyState(wrong))
    expect(error).toBeInstanceOf(UnmetError)
    for (const part of ['account brand: 0 of 2 rows', '{"available":4}, seen {"available":5}', 'nothing stands there'])
      expect(String(error)).toContain(part)
    expect(String(error)).toContain('no row names it')
  })
})

describe('Faults', () => {
  it('that are armed later stand beside the earlier ones, which keep their counters', async () => {
    const account = await (await open()).joor.account()
    const [first] = await account.arm({ times: 1, fault: { kind: 'error', status: 503 } })
    expect(first).toMatchObject({ account: account.name, times: 1, hits: 0 })
    expect((await send(account, item(1))).status).toBe(503)
    await account.arm([{ after: 1, times: 1, fault: { kind: 'error', status: 500 } }])
    expect((await send(account, item(1))).status).toBe(200)
    expect((await send(account, item(1))).status).toBe(500)
    expect(await account.faults()).toMatchObject([{ hits: 1 }, { hits: 1 }])
    const [newest] = await account.requests()
    expect((await account.request(newest?.id ?? '')).fault).toMatchObject({ by: { account: account.name, index: 1 } })
    await account.disarm()
    expect(await account.faults()).toEqual([])
    expect((await send(account, item(1))).status).toBe(200)
  })

  it('are of the account alone', async () => {
    const backstock = await open()
    const [account, other] = await Promise.all([backstock.joor.account(), backstock.joor.account()])
    await Promise.all([account, other].map((each) => each.arm({ fault: { kind: 'error', status: 503 } })))
    await other.disarm()
    expect((await send(account, item(1))).status).toBe(503)
    expect((await send(other, item(1))).status).toBe(200)
  })
})

describe('Violations', () => {
  it('are listed in the order in which the account broke rules', async () => {
    const backstock = await open()
    const account = await backstock.joor.account()
    await send(await backstock.joor.account(), item('8'))
    await send(account, item(1))
    expect(await account.violations()).toEqual([])
    await send(account, item(-7))
    await send(account, item(1.5))
    const violations = await account.violations()
    expect(violations.map(({ seen }) => seen)).toEqual(['-7', '1.5'])
    expect(violations[0]?.request).not.toBe(violations[1]?.request)
    expect(await backstock.violations()).toHaveLength(3)
  })
})

describe('Clock, ids, snapshots and the seed', () => {
  it('are set for the account alone', async () => {
    const backstock = await open()
    const account = await backstock.joor.account()
    const at = '2030-01-01T00:00:00.000Z'
    expect(await account.clock.freeze(new Date(at))).toEqual({ now: at, frozen: true, set_for: 'own' })
    expect(await account.clock.advance(1.5)).toMatchObject({ now: '2030-01-01T00:00:01.500Z' })
    expect(await account.clock.now('2031-01-01')).toMatchObject({ frozen: false, set_for: 'own' })
    expect(await account.clock.now()).toMatchObject({ now: expect.stringMatching(/^2031/) })
    await account.clock.real()
    expect(await account.clock.now()).toMatchObject({ set_for: null })
    expect(await account.seedIds(7)).toEqual({ seed: 7, set_for: 'own' })
    expect(await backstock.clock.now()).toMatchObject({ set_for: null })
  })

  it('keep and bring back the state of an account, or of everything', async () => {
    const backstock = await open()
    const account = await backstock.joor.account({ positions: [item(5)] })
    expect(await account.snapshot('before')).toMatchObject({ name: 'before', account: account.name })
    await send(account, item(6))
    await account.restore('before')
    expect(await account.positions()).toMatchObject([{ available: 5 }])
    await account.dropSnapshot('before')
    expect(await errorOf(account.restore('before'))).toMatchObject({ status: 404 })
    expect(await backstock.seed({ joor: { accounts: { seeded: {} } } })).toEqual({ accounts: 1, sites: 0 })
    expect(await backstock.reset()).toEqual({ accounts: 1, sites: 0 })
    expect(await backstock.joor.accounts()).toMatchObject([{ account: 'seeded' }])
  })
})

describe('An error', () => {
  it('says what the problem says, and which call it was of', async () => {
    const backstock = await open()
    const error = await errorOf(backstock.joor.account({ name: 'brand', positions: [{ upc: '1', inventory: 'x' }] }))
    expect(error).toBeInstanceOf(BackstockError)
    expect(error).toMatchObject({
      status: 400,
      call: `PUT ${backstock.url}/_backstock/joor/accounts/brand`,
      message: expect.stringMatching(/^positions\[0\]: .*inventory/),
    })
    expect(await errorOf(backstock.request('nothing'))).toMatchObject({ status: 404 })
    const account = await backstock.joor.account()
    expect(await errorOf(account.find({ account: 'another' }))).toMatchObject({ status: 400 })
  })

  it('of an emulator that is gone says so', async () => {
    const emulator = await startTestEmulator()
    const backstock = await connect(emulator)
    await emulator.close()
    expect(await errorOf(backstock.rules())).toMatchObject({
      status: null,
      message: expect.stringContaining('got no reply'),
    })
  })
})
