import { jsonCall, leanItem, times, xmlCall } from '../calls.js'
import { contest, type Side } from '../contest.js'
import { beside, type Figure, spread } from '../figures.js'
import { ownLoad, sendCalls } from '../load.js'
import type { ServerProcess } from '../server-process.js'
import { requestsOf, type Setup } from '../setup.js'
import { type Row, withServers } from './row.js'

/** Items of the largest call that the vendor takes, and of the one that it is compared with. */
const [large, small] = [100_000, 1_000]

const costOfItem = (setup: Setup, format: string, call: typeof jsonCall): Promise<Figure> =>
  withServers(async (keep) => {
    // On two servers: what one has in memory is the other's not to carry.
    const many = await keep(setup.emulator())
    const few = await keep(setup.emulator({ measured: false }))
    const calls = (items: number) => requestsOf(times(2, (round) => call(times(items, (n) => leanItem(n, n + round)))))
    const [largeCalls, smallCalls] = [calls(large), calls(small)]
    const cost = async (server: ServerProcess, requests: readonly Buffer[], items: number) => {
      const cpu = server.cpuSeconds
      const { seconds } = await sendCalls(server.url, requests, 1, sent / items)
      return { us: (seconds * 1e6) / sent, cpu: ((server.cpuSeconds - cpu) * 1e6) / sent }
    }
    const sent = setup.options.short ? large : 2 * large
    const rounds: { readonly one: Cost; readonly other: Cost }[] = []
    const rounded = setup.options.short ? Math.ceil(setup.options.rounds / 2) : setup.options.rounds
    for (let round = -1; round < rounded; round++) {
      const measured = { one: await cost(many, largeCalls, large), other: await cost(few, smallCalls, small) }
      if (round >= 0) rounds.push(measured)
    }
    return {
      ...{
        name: `Cost of an item of 100,000, of one of 1,000, ${format}`,
        unit: 'times',
        value: spread(rounds.map(({ one, other }) => one.us / other.us)),
      },
      byCpu: spread(rounds.map(({ one, other }) => one.cpu / other.cpu)),
      beside: [
        beside(
          '100,000',
          'us',
          rounds.map(({ one }) => one.us),
        ),
        beside(
          '1,000',
          'us',
          rounds.map(({ other }) => other.us),
        ),
      ],
    }
  })

interface Cost {
  readonly us: number
  readonly cpu: number
}

/** Positions of an account, by calls of the largest size. */
async function fill(server: ServerProcess, positions: number, account: string): Promise<void> {
  for (let from = 0; from < positions; from += large) {
    const items = times(Math.min(large, positions - from), (n) => leanItem(from + n, 1))
    await sendCalls(server.url, requestsOf([jsonCall(items, account)]), 1, 1)
  }
}

interface Filled extends Omit<Side, 'requests'> {
  readonly positions: number
}

/** What must not depend on how much there is: a call, a page and a reset. */
const withMany = (setup: Setup): Promise<readonly Figure[]> =>
  withServers(async (keep) => {
    const { short } = setup.options
    const [most, resettable] = short ? [200_000, 20_000] : [1_000_000, 100_000]
    const many = { named: numbered(most), server: await keep(setup.emulator()), positions: most }
    const few = { named: numbered(small), server: await keep(setup.emulator({ measured: false })), positions: small }
    for (const { server, positions } of [many, few]) await fill(server, positions, account)
    // The lesser one stands first, so that the ratio is that of the costs.
    const single = ({ positions, ...side }: Filled) => ({ ...side, requests: singleCalls(positions) })
    const calls = await contest(setup, single(few), single(many), { connections: 32, sameBytes: true })
    const paged = async (side: Filled) => ({ ...side, requests: [await pageRequest(side.server)] })
    const pages = await contest(setup, await paged(few), await paged(many), {
      ...{ load: ownLoad, connections: 1, sameBytes: true },
    })
    return [
      { name: 'Single call with many positions, of one with 1,000', unit: 'times', ...calls },
      { name: 'Page of many positions, of one of 1,000', unit: 'times', ...pages },
      await resets(setup, { ...many, positions: resettable }, few),
    ]
  })

const account = 'bench-token'
const numbered = (positions: number) => `${positions.toLocaleString('en')} positions`

/** Different positions, all over the state. */
const singleCalls = (positions: number) =>
  requestsOf(times(64, (n) => jsonCall([leanItem((n * 7_919) % positions, n)], account)))

/** The usual page: as many rows of both. */
async function pageRequest({ url }: ServerProcess): Promise<Buffer> {
  return controlRequest('GET', `joor/accounts/${await nameOf(url, account)}/positions`)
}

/** Each an account of its own; all are filled before the first is reset, so that none pays for what that leaves behind. */
async function resets({ options }: Setup, many: Filled, few: Filled): Promise<Figure> {
  const tokens = times(options.rounds * 2 + 1, (n) => `reset-${n}`)
  for (const { server, positions } of [many, few]) for (const token of tokens) await fill(server, positions, token)
  const reset = async ({ server }: Filled, token: string) => {
    const name = await nameOf(server.url, token)
    const { seconds } = await sendCalls(server.url, [controlRequest('POST', `reset?account=${name}`)], 1, 1)
    return seconds * 1_000
  }
  const rounds: { readonly one: number; readonly other: number }[] = []
  for (const token of tokens) rounds.push({ one: await reset(many, token), other: await reset(few, token) })
  // Nothing of the first is compiled yet.
  rounds.shift()
  return {
    name: 'Reset of an account with many positions, of one with 1,000',
    unit: 'times',
    value: spread(rounds.map(({ one, other }) => one / other)),
    beside: [
      beside(
        numbered(many.positions),
        'ms',
        rounds.map(({ one }) => one),
      ),
      beside(
        numbered(few.positions),
        'ms',
        rounds.map(({ other }) => other),
      ),
    ],
  }
}

const controlRequest = (method: string, path: string) =>
  Buffer.from(`${method} /_backstock/${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n`)

/** What the emulator calls an account that nobody declared. */
async function nameOf(url: string, token: string): Promise<string> {
  const response = await fetch(`${url}/_backstock/joor/account`, { headers: jsonCall([], token).headers })
  // As the control plane documents it.
  return ((await response.json()) as { readonly account: string }).account
}

export const growthRows: readonly Row[] = [
  { name: 'items-json', measure: async (setup) => [await costOfItem(setup, 'JSON', jsonCall)] },
  { name: 'items-xml', measure: async (setup) => [await costOfItem(setup, 'XML', xmlCall)] },
  { name: 'growth', measure: withMany },
]
