import { Agent, request } from 'node:http'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { items, oauth2, startTestEmulator } from './emulator.js'
import { isFull } from './proof.js'

/** On the double every call waits for random ticks, and the memory it stands for has its thousand in the long form. */
const rounds = isFull ? (inject('store') === 'memory' ? 1_000 : 100) : 25
const flood = 5

/** One of the suites that share an emulator, with an account and a site of its own. */
interface Suite {
  readonly name: string
  /** What it arms; the suites differ in it, so that a fault which went astray shows. */
  readonly status: 500 | 503
  /** What its clock is frozen at. */
  readonly instant: string
  readonly seed: number
}

const suites: readonly Suite[] = [
  { name: 'one', status: 503, instant: '2020-02-29T12:00:00.000Z', seed: 1 },
  { name: 'two', status: 500, instant: '2031-07-01T00:00:00.000Z', seed: 2 },
]

const seed = {
  joor: {
    accounts: Object.fromEntries(
      suites.map(({ name }, index) => [
        name,
        { token: name, positions: [{ warehouse: 'New York', upc: '1', inventory: index }] },
      ]),
    ),
  },
  jirafe: { sites: Object.fromEntries(suites.map(({ name }) => [name, { token: name }])) },
}

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** Node's own client with kept connections: tens of thousands of calls are to be sent. */
function clientOf(emulator: Emulator) {
  const agent = new Agent({ keepAlive: true })
  onTestFinished(() => agent.destroy())
  return (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const type = { 'Content-Type': 'application/json' }
      const sent = request(`${emulator.url}${path}`, { method, agent, headers: { ...type, ...headers } }, (reply) => {
        const chunks: Buffer[] = []
        reply.on('data', (chunk: Buffer) => chunks.push(chunk))
        reply.on('error', reject)
        reply.on('end', () => {
          resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text: Buffer.concat(chunks).toString() })
        })
      })
      sent.on('error', reject)
      sent.end(body === undefined ? undefined : JSON.stringify(body))
    })
}

/** How a suite says for whom its faults, clock, ids, counts and resets are. */
type Scope = (suite: Suite) => string
const own: Scope = ({ name }) => `?account=${name}`

/** What a suite does in every round, and what it must see however busy the other one is. */
async function run(emulator: Emulator, suite: Suite, index: number, times: number, scopeOf: Scope): Promise<void> {
  const ask = clientOf(emulator)
  const scope = scopeOf(suite)
  const control = async (method: string, path: string, body?: unknown) => {
    const { status, text } = await ask(method, `/_backstock/${path}`, body)
    expect(status, `${method} ${path} of ${suite.name}: ${text}`).toBeLessThan(300)
    return text === '' ? undefined : JSON.parse(text)
  }
  const send = (inventory: number, upc = '1') =>
    ask('POST', '/v2/bulk-inventory', items({ warehouse: 'New York', upc, inventory }), {
      Authorization: oauth2(suite.name),
    })
  const stock = async () => {
    const { positions } = await control('GET', `joor/accounts/${suite.name}/positions`)
    return positions.map(({ available }: { available: number }) => available)
  }
  const date = new Date(suite.instant).toUTCString()
  let firstIds: readonly unknown[] | undefined

  for (let round = 0; round < times; round++) {
    await control('PUT', `clock${scope}`, { freeze: suite.instant })
    await control('PUT', `ids${scope}`, { seed: suite.seed })
    const match = { operation: 'joor.bulk-inventory' }
    await control('PUT', `faults${scope}`, [{ match, times: 1, fault: { kind: 'error', status: suite.status } }])
    await control('DELETE', `requests${scope}`)

    const failed = await send(7)
    const taken = await send(7 + index)
    expect([failed.status, taken.status]).toEqual([suite.status, 200])
    expect([failed.headers.date, taken.headers.date]).toEqual([date, date])
    const ids = [failed, taken].map(({ headers }) => headers['backstock-request-id'])
    firstIds ??= ids
    expect(ids).toEqual(firstIds)

    const flooded = await Promise.all(Array.from({ length: flood }, (_, upc) => send(upc, `flood ${upc}`)))
    expect(flooded.map(({ status }) => status)).toEqual(flooded.map(() => 200))
    const counted = await control('POST', `requests/count${scope}`, { match: { status: 200 }, count: flood + 1 })
    expect(counted).toMatchObject({ verdict: 'pass', count: flood + 1, evicted: 0 })
    expect((await stock()).sort()).toEqual([7 + index, ...Array.from({ length: flood }, (_, upc) => upc)].sort())

    const { faults } = await control('GET', `faults${scope}`)
    expect(faults.map(({ hits }: { hits: number }) => hits)).toEqual([1])
    await control('DELETE', `faults${scope}`)
    await control('POST', `reset${scope}`)
    expect(await stock()).toEqual([index])
    if (round % 10 === 0) await control('DELETE', `clock${scope}`)
  }
}

async function runAll(times: number, scopeOf: Scope): Promise<void> {
  const emulator = await startTestEmulator({ seed })
  await Promise.all(suites.map((suite, index) => run(emulator, suite, index, times, scopeOf)))
}

describe('Two suites at one emulator', () => {
  it(`arm, freeze, flood and reset ${rounds} times and never notice each other`, { timeout: 300_000 }, async () => {
    await runAll(rounds, own)
  })

  it('notice each other where they leave out for whom it is', { timeout: 60_000 }, async () => {
    await expect(runAll(50, () => '')).rejects.toThrow()
  })
})
