import type { Figure, Spread } from './figures.js'

/** What a figure is to reach. */
export interface Goal {
  readonly direction: 'at least' | 'at most'
  readonly figure: number
  /** The Node on which it is judged; elsewhere it is reported. Default: every one. */
  readonly node?: number
  /** How much of what is committed the short form wants of it. Default: what a time keeps on a busy machine. */
  readonly kept?: number
}

/**
 * Twofold slower is 0.5 and has to fail; a busy machine may not make the same commit fail. So this lies between the two.
 */
export const keptOfTime = 0.65
/**
 * Memory hardly differs between runs of a commit, 7 % at most, and twice as much is less than that from outside: the
 * collector works the harder.
 */
const keptOfMemory = 0.75

const atLeast = (figure: number, node?: number): Goal => ({
  direction: 'at least',
  figure,
  ...(node !== undefined && { node }),
})
const atMost = (figure: number, node?: number): Goal => ({ ...atLeast(figure, node), direction: 'at most' })

/** The Node that users should run. */
const judged = 24

/** By the name of the figure. */
export const goals: ReadonlyMap<string, Goal> = new Map([
  ['Jirafe event', atLeast(0.5, judged)],
  ['Jirafe event, of express.json + res.json', atLeast(3, 20)],
  ['Jirafe event, of WireMock, warm, journal off', atLeast(4, judged)],
  ['JOOR 1 item JSON', atLeast(0.4, judged)],
  ['JOOR 1 item XML', atLeast(0.33, judged)],
  ['JOOR 10,000 items JSON', atLeast(0.45, judged)],
  ['JOOR 10,000 items XML', atLeast(0.6, judged)],
  ['JOOR 10,000 items XML, of the xml2js emulator', atLeast(4, judged)],
  ['Longest stall during 20 MB of XML', atMost(50, judged)],
  ['Longest stall, of the xml2js emulator', atMost(0.1, judged)],
  ['Longest wait of a small call beside it', atMost(50, judged)],
  ['Ready after start', atMost(2.5, judged)],
  ['Ready after start, without a compile cache', atMost(2.5, judged)],
  ...['WireMock, warm, journal off', 'WireMock, warm, journal on', 'Prism', 'Mockoon', 'json-server'].map(
    (peer) => [`Ready after start, of ${peer}`, atMost(1, judged)] as const,
  ),
  ['Live heap after many events', { ...atMost(40, judged), kept: keptOfMemory }],
  ['RSS after many events', { ...atMost(200, judged), kept: keptOfMemory }],
  ['RSS during 20 MB of XML, of the body', { ...atMost(8, judged), kept: keptOfMemory }],
  ['Cost of an item of 100,000, of one of 1,000, JSON', atMost(1.3, judged)],
  ['Cost of an item of 100,000, of one of 1,000, XML', atMost(1.3, judged)],
  ['Single call with many positions, of one with 1,000', atMost(1.3, judged)],
  ['Page of many positions, of one of 1,000', atMost(1.3, judged)],
  ['Single call through two replicas in turn, of an INSERT … ON CONFLICT', atMost(4, judged)],
  ['Single call through one replica of two, of an INSERT … ON CONFLICT', atMost(4, judged)],
  ['10,000 items through two replicas, of one set statement', atMost(3, judged)],
  ['Reset of an account with many positions, of one with 1,000', atMost(1.3, judged)],
])

export function isMet({ direction, figure }: Goal, { median }: Spread): boolean {
  return direction === 'at least' ? median >= figure : median <= figure
}

/** Undefined where nothing is promised on this Node. */
export function goalOn(node: number, { name }: Figure): Goal | undefined {
  const goal = goals.get(name)
  return goal?.node === undefined || goal.node === node ? goal : undefined
}
