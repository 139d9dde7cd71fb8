import type { ControlPlane } from './control-plane.js'
import type { FaultSpec, Match, RequestFilter } from './documents.js'
import type {
  Answer,
  ArmedFault,
  ClockTold,
  Coverage,
  Evidence,
  IdsTold,
  RequestDetail,
  RequestLine,
  Restored,
  Snapshot,
  Violation,
} from './replies.js'
import { unmetWait } from './unmet.js'

/** One account, one site, or everything. */
export type Of = { readonly account: string } | { readonly site: string } | Record<never, never>

/** What can be asked and set for one account or site, or for everything. */
export interface Scope {
  /** The calls that arrived and that the journal still has, newest first. */
  requests(filter?: RequestFilter): Promise<readonly RequestLine[]>
  /** One call in detail. */
  request(id: string): Promise<RequestDetail>
  /** Whether there was such a call. As `count` and `sequence` it only tells; `waitFor` demands. */
  find(match: Match): Promise<Answer>
  /** How many such calls there were; with a number, whether there were exactly so many. */
  count(match: Match, count?: number): Promise<Answer>
  /** Waits until there are such calls. Rejected with UnmetError, which names the nearest call, where they do not come. */
  waitFor(match: Match, options?: { readonly count?: number; readonly timeoutMs?: number }): Promise<Answer>
  /** Whether such calls came in this order, others in between or not. */
  sequence(matches: readonly Match[], options?: { readonly timeoutMs?: number }): Promise<Answer>
  /** Arms more: what is armed already stays. */
  arm(faults: FaultSpec | readonly FaultSpec[]): Promise<readonly ArmedFault[]>
  disarm(): Promise<void>
  /** What is armed, and how often each was met. */
  faults(): Promise<readonly ArmedFault[]>
  /** What clients broke, in the order in which they did. */
  violations(): Promise<readonly Violation[]>
  /** Which rules the calls came to, and how to come to the others; it outlives the journal and `reset`. */
  coverage(asked?: CoverageQuestion): Promise<Coverage>
  readonly clock: Clock
  /** Makes the ids of logs and requests a reproducible sequence. */
  seedIds(seed: number): Promise<IdsTold>
  /** Keeps the state under this name. */
  snapshot(name: string): Promise<Snapshot>
  snapshots(): Promise<readonly Snapshot[]>
  /** Back to the state that was kept under this name. */
  restore(name: string): Promise<Restored>
  dropSnapshot(name: string): Promise<void>
}

export interface Clock {
  /** It stands at this instant. */
  freeze(at: Instant): Promise<ClockTold>
  /** It goes on by so many seconds, and stands or runs as before. */
  advance(seconds: number): Promise<ClockTold>
  /** What time it is; with an instant, it runs on from there. */
  now(from?: Instant): Promise<ClockTold>
  /** It is the machine's again. */
  real(): Promise<void>
}

export interface CoverageQuestion {
  /** Vendors and operations, instead of what was called: `joor`, `jirafe.batch`. */
  readonly of?: readonly string[]
  /** The least evidence of the rules that count. */
  readonly evidence?: Evidence
}

/** A text is in ISO 8601; without an offset it is UTC. */
export type Instant = Date | string

export function scopeOf(plane: ControlPlane, of: Of): Scope {
  const query = { ...of }
  const ask = (question: string, body: object) => plane.call<Answer>('POST', `requests/${question}`, { query, body })
  return {
    requests: (filter = {}) => plane.list('requests', 'requests', { ...query, ...filter }),
    request: (id) => plane.call('GET', `requests/${encodeURIComponent(id)}`),
    find: (match) => ask('find', { match }),
    count: (match, count) => ask('count', { match, count }),
    async waitFor(match, options = {}) {
      refuseUnknown('waitFor', options, ['count', 'timeoutMs'])
      const { count = 1, timeoutMs = 5_000 } = options
      const answer = await ask('wait', { match, count, timeout_ms: timeoutMs })
      if (answer.verdict === 'pass') return answer
      throw unmetWait(nameOf(of), match, count, timeoutMs, answer)
    },
    sequence(matches, options = {}) {
      refuseUnknown('sequence', options, ['timeoutMs'])
      return ask('sequence', { matches, timeout_ms: options.timeoutMs })
    },
    async arm(faults) {
      const body = Array.isArray(faults) ? faults : [faults]
      return (await plane.call<Faults>('POST', 'faults', { query, body })).faults
    },
    disarm: () => plane.call('DELETE', 'faults', { query }),
    faults: async () => (await plane.call<Faults>('GET', 'faults', { query })).faults,
    violations: () => plane.list('violations', 'violations', query),
    coverage(asked = {}) {
      refuseUnknown('coverage', asked, ['of', 'evidence'])
      return plane.call('GET', 'coverage', { query: { ...query, ...asked } })
    },
    clock: clockOf(plane, query),
    seedIds: (seed) => plane.call('PUT', 'ids', { query, body: { seed } }),
    snapshot: (name) => plane.call('PUT', snapshotAt(name), { query }),
    snapshots: async () => (await plane.call<{ snapshots: Snapshot[] }>('GET', 'snapshots', { query })).snapshots,
    restore: (name) => plane.call('POST', `${snapshotAt(name)}/restore`, { query }),
    dropSnapshot: (name) => plane.call('DELETE', snapshotAt(name), { query }),
  }
}

/** JavaScript lets a misspelt option pass, and a wait would take its usual time in silence. */
function refuseUnknown(what: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined) throw new TypeError(`${what} has no option ${unknown}. Right is ${known.join(' or ')}.`)
}

interface Faults {
  readonly faults: readonly ArmedFault[]
}

/** `account brand`, `site shop`, or whoever called. */
export function nameOf(of: Of): string {
  if ('account' in of) return `account ${of.account}`
  return 'site' in of ? `site ${of.site}` : 'all accounts and sites'
}

const snapshotAt = (name: string) => `snapshots/${encodeURIComponent(name)}`

function clockOf(plane: ControlPlane, query: Of): Clock {
  const put = (body: object) => plane.call<ClockTold>('PUT', 'clock', { query: { ...query }, body })
  return {
    freeze: (at) => put({ freeze: writeInstant(at) }),
    advance: (seconds) => put({ advance: seconds }),
    now: (from) =>
      from === undefined ? plane.call('GET', 'clock', { query: { ...query } }) : put({ now: writeInstant(from) }),
    real: () => plane.call('DELETE', 'clock', { query: { ...query } }),
  }
}

const writeInstant = (instant: Instant) => (typeof instant === 'string' ? instant : instant.toISOString())
