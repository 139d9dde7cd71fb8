import { Agent, request as send } from 'node:http'
import supertest from 'supertest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { type Emulator, startEmulator } from '../server/emulator.js'
import { isFull, tell } from './proof.js'
import { withoutGuard } from './unguarded.js'

/** What is said of each value here is what docs/share.md promises of it, and is taken from nowhere else. */
type Verdict = 'ours' | 'stranger'

const hosts: readonly (readonly [string, Verdict])[] = [
  ['127.0.0.1:4350', 'ours'],
  ['localhost:4350', 'ours'],
  ['[::1]:4350', 'ours'],
  ['shop.localhost:4350', 'ours'],
  ['backstock:4350', 'ours'],
  ['stock.test:4350', 'ours'],
  ['evil.test:4350', 'stranger'],
  ['localhost.evil.test', 'stranger'],
]

/** `HOST` stands for the host that the same call names. */
const origins: readonly (readonly [string | undefined, Verdict])[] = [
  [undefined, 'ours'],
  ['http://HOST', 'ours'],
  ['https://HOST', 'stranger'],
  ['http://HOST:1', 'stranger'],
  ['http://localhost:3000', 'stranger'],
  ['http://evil.test', 'stranger'],
  ['null', 'stranger'],
  ['', 'stranger'],
]

const sites: readonly (readonly [string | undefined, Verdict])[] = [
  [undefined, 'ours'],
  ['same-origin', 'ours'],
  ['none', 'ours'],
  ['same-site', 'stranger'],
  ['cross-site', 'stranger'],
  ['same-origin, cross-site', 'stranger'],
]

const types = [undefined, 'application/json', 'text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']

/** What each method comes to where nobody refuses it: on the control plane, and for an event of one of Jirafe's sites. */
const methods = [
  { method: 'GET', clock: 200, event: 405 },
  { method: 'HEAD', clock: 200, event: 405 },
  { method: 'POST', clock: 404, event: 200 },
  { method: 'PUT', clock: 200, event: 200 },
  { method: 'DELETE', clock: 204, event: 405 },
  { method: 'OPTIONS', clock: 200, event: 405 },
] as const

const freeze = '{"freeze":"2001-01-01T00:00:00Z"}'
const event = '{"timestamp":"2015-01-23T16:35:38+0000","product_code":"1","inventory_level":12}'
const targets = { clock: '/_backstock/clock', event: '/v2/shop/inventory' } as const

interface Cell {
  readonly target: keyof typeof targets
  readonly host: string
  readonly origin: string | undefined
  readonly site: string | undefined
  readonly type: string | undefined
  readonly method: string
  readonly right: number
}

function* cells(ofHosts = hosts): Iterable<Cell> {
  for (const target of ['clock', 'event'] as const)
    for (const [host, ofHost] of ofHosts)
      for (const [pattern, ofOrigin] of origins)
        for (const [site, ofSite] of sites)
          for (const type of types)
            for (const { method, ...taken } of methods) {
              const origin = pattern?.replace('HOST', host)
              const foreign = target === 'clock' && (ofOrigin === 'stranger' || ofSite === 'stranger')
              const right = ofHost === 'stranger' ? 421 : foreign ? 403 : taken[target]
              yield { target, host, origin, site, type, method, right }
            }
}

/** In the short form one of so many cells is asked: no number of values is divided by it, so none is passed over. */
const stride = 7

/** Every two values that stand in one cell, however often. */
function pairsOf(asked: readonly Cell[]): ReadonlySet<string> {
  const pairs = asked.flatMap((cell) => {
    const values = Object.entries(cell).map((each) => each.join(' '))
    return values.flatMap((one, at) => values.slice(at + 1).map((other) => `${one}, ${other}`))
  })
  return new Set(pairs.sort())
}

const isRefused = ({ right }: Cell) => right === 421 || right === 403

/** The cells that were answered with another status than theirs. */
async function wrong(url: string, asked: Iterable<Cell>): Promise<readonly (Cell & { readonly status: number })[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 8 })
  onTestFinished(() => agent.destroy())
  const found: (Cell & { readonly status: number })[] = []
  const queue = [...asked].values()
  const work = async () => {
    for (const cell of queue) {
      const status = await statusOf(url, cell, agent)
      if (status !== cell.right) found.push({ ...cell, status })
    }
  }
  await Promise.all(Array.from({ length: 8 }, work))
  return found
}

function statusOf(url: string, { target, host, origin, site, type, method }: Cell, agent: Agent): Promise<number> {
  const headers = {
    Host: host,
    Authorization: 'Bearer site-token',
    ...(origin !== undefined && { Origin: origin }),
    ...(site !== undefined && { 'Sec-Fetch-Site': site }),
    ...(type !== undefined && { 'Content-Type': type }),
  }
  return new Promise((resolve, reject) => {
    const call = send(`${url}${targets[target]}`, { method, headers, agent }, (reply) => {
      reply.resume().once('end', () => resolve(reply.statusCode ?? 0))
    })
    call.once('error', reject)
    call.end(['POST', 'PUT'].includes(method) ? (target === 'clock' ? freeze : event) : undefined)
  })
}

async function started(): Promise<Emulator> {
  const seed = { jirafe: { sites: { shop: { token: 'site-token' } } } }
  const emulator = await startEmulator({ port: 0, seed, allowedHosts: ['stock.test'], levels: { '*': 'off' } })
  onTestFinished(() => emulator.close())
  return emulator
}

async function shown(emulator: Emulator) {
  const get = async (path: string) => (await supertest(emulator.url).get(`/_backstock/${path}`)).body
  const { frozen, set_for: setFor } = await get('clock')
  const { levels } = await get('jirafe/sites/shop/levels')
  return { frozen, setFor, levels, calls: emulator.counts().calls }
}

describe('Every host, origin, site, content type and method', () => {
  it('is answered as it is stated, and what is refused leaves nothing behind', async () => {
    const emulator = await started()
    const every = [...cells()]
    const all = every.filter((_, at) => isFull || at % stride === 0)
    const refused = all.filter(isRefused)
    const before = await shown(emulator)
    expect(await wrong(emulator.url, refused)).toEqual([])
    expect(await shown(emulator)).toEqual(before)
    const others = all.filter((cell) => !isRefused(cell))
    expect(await wrong(emulator.url, others)).toEqual([])
    expect((await shown(emulator)).calls).toBe(others.filter(({ target }) => target === 'event').length)
    const by = (status: number, of = all) => of.filter(({ right }) => right === status).length
    tell(
      'guard',
      `${all.length} cells: ${by(421)} by their host and ${by(403)} by their page refused, ${others.length} taken`,
    )
    expect([every.length, by(421, every), by(403, every)]).toEqual([23_040, 5_760, 7_560])
    // The short form, too, has each value beside each of every other header.
    expect(pairsOf(all)).toEqual(pairsOf(every))
  }, 300_000)

  it('has each value in a cell that is taken, and each that is a stranger in one that is refused for it alone', () => {
    const all = [...cells()]
    const taken = all.filter(({ target, right }) => target === 'clock' && right < 300)
    expect(new Set(taken.map(({ host }) => host)).size).toBe(6)
    expect(new Set(taken.map(({ site }) => site)).size).toBe(3)
    expect(new Set(taken.map(({ type }) => type)).size).toBe(types.length)
    const refused = all.filter(({ target, right }) => target === 'clock' && right === 403)
    const byOrigin = refused.filter(({ site, host }) => site === undefined && host === 'localhost:4350')
    expect(new Set(byOrigin.map(({ origin }) => origin)).size).toBe(6)
    const bySite = refused.filter(({ origin, host }) => origin === undefined && host === 'localhost:4350')
    expect(new Set(bySite.map(({ site }) => site)).size).toBe(3)
  })
})

describe('A guard that lets one cell through', () => {
  const few = hosts.filter(([host]) => ['localhost:4350', 'evil.test:4350'].includes(host))
  it.each([
    { target: 'clock', host: 'localhost:4350', origin: 'null', site: undefined, type: 'text/plain', method: 'PUT' },
    { target: 'clock', host: 'localhost:4350', origin: undefined, site: 'same-site', type: undefined, method: 'GET' },
    {
      target: 'clock',
      host: 'evil.test:4350',
      origin: 'http://evil.test:4350',
      site: 'none',
      type: undefined,
      method: 'HEAD',
    },
    {
      target: 'event',
      host: 'evil.test:4350',
      origin: undefined,
      site: undefined,
      type: 'application/json',
      method: 'POST',
    },
  ] as const)(
    'is caught: $target of $host with origin $origin, site $site and type $type by $method',
    async (planted) => {
      const { url } = await started()
      const faulty = await withoutGuard(url, ({ url: path, method, headers }) => {
        const seen = [path, headers.host, headers.origin, headers['sec-fetch-site'], headers['content-type'], method]
        const { target, host, origin, site, type } = planted
        return [targets[target], host, origin, site, type, planted.method].every(
          (value, index) => value === seen[index],
        )
      })
      const asked = [...cells(few)].filter(
        ({ target, method }) => target === planted.target && method === planted.method,
      )
      const found = await wrong(faulty, asked)
      expect(found).toHaveLength(1)
      expect(found[0]).toMatchObject(planted)
      expect(await wrong(url, asked)).toEqual([])
    },
    60_000,
  )
})
