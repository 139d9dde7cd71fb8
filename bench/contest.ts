import { type Beside, beside, type Spread, spread } from './figures.js'
import type { Load, Loaded } from './load.js'
import type { ServerProcess } from './server-process.js'
import type { Setup } from './setup.js'

export interface Contest {
  /** Calls a second of the one by those of the other. */
  readonly value: Spread
  /** Calls that the one answers in a second of its CPU time, by those of the other. */
  readonly byCpu: Spread
  readonly beside: readonly Beside[]
}

export interface Side {
  readonly named: string
  readonly server: ServerProcess
  /** Sent in turn. */
  readonly requests: readonly Buffer[]
}

interface Terms {
  /** Default: the one of the run. Calls that take long are counted best by one who waits for their ends. */
  readonly load?: Load
  readonly connections: number
  /** Whether both have to send equally many bytes. */
  readonly sameBytes: boolean
}

/** Both servers at once, each measured in turn: a machine that drifts drifts for both. */
export async function contest({ options }: Setup, one: Side, other: Side, terms: Terms): Promise<Contest> {
  const { load = options.load, connections } = terms
  const stretch = async ({ named, server, requests }: Side, seconds: number): Promise<Stretch> => {
    for (let attempt = 0; attempt < tries; attempt++) {
      const before = server.cpuSeconds
      const loaded = await load(server.url, requests, connections, seconds)
      if (loaded.calls > 0) return { ...loaded, cpu: server.cpuSeconds - before }
    }
    throw new Error(`${named} answered no call in ${tries} times ${seconds} s.`)
  }
  const rounds: { readonly ours: Stretch; readonly theirs: Stretch }[] = []
  for (const side of [one, other]) await stretch(side, options.short ? warmUp.short : warmUp.long)
  for (let round = 0; round < options.rounds; round++)
    rounds.push({ ours: await stretch(one, options.seconds), theirs: await stretch(other, options.seconds) })
  if (terms.sameBytes) for (const { ours, theirs } of rounds) compareBytes(ours, theirs, other.named)
  const ours = rounds.map((round) => round.ours)
  const theirs = rounds.map((round) => round.theirs)
  return {
    value: spread(rounds.map((round) => rate(round.ours) / rate(round.theirs))),
    byCpu: spread(rounds.map((round) => cost(round.theirs) / cost(round.ours))),
    beside: [
      beside(one.named, '/s', ours.map(rate)),
      beside(other.named, '/s', theirs.map(rate)),
      beside('the server had of its core', 'share', [...ours, ...theirs].map(shareOfCore)),
      beside(`CPU of ${one.named}`, 'us', ours.map(cost)),
      beside(`CPU of ${other.named}`, 'us', theirs.map(cost)),
    ],
  }
}

/** Seconds until what is measured is compiled: of a single call that is after some 30,000 of them. */
const warmUp = { long: 10, short: 2.5 }
/** On a busy machine a server may get nothing of its core for seconds. */
const tries = 5

type Stretch = Loaded & { readonly cpu: number }
const rate = ({ calls, seconds }: Stretch) => calls / seconds
const shareOfCore = ({ cpu, seconds }: Stretch) => cpu / seconds
/** Microseconds of CPU time a call. */
const cost = ({ cpu, calls }: Stretch) => (cpu * 1e6) / calls

/** A floor that sends less than the emulator would be none. */
function compareBytes(ours: Loaded, theirs: Loaded, named: string): void {
  const [our, their] = [ours.bytes / ours.calls, theirs.bytes / theirs.calls]
  if (Math.abs(our - their) > our * 0.02)
    throw new Error(`A reply of the emulator has ${our.toFixed(1)} bytes, one of ${named} ${their.toFixed(1)}.`)
}
