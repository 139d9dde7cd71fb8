import type { BreachOfCall } from '../journal/broken-rule.js'
import type { Committed, Fold } from '../journal/committed.js'
import type { Entry } from '../journal/entry.js'
import type { Levels } from '../levels.js'
import { RecentMap } from '../recent-map.js'
import { redact } from '../redaction.js'
import type { Said } from '../said.js'
import { type Partition, type Scope, type Vendor, vendors } from '../state/store.js'
import { type Hearing, tell } from './hearing.js'
import { type ConductName, conductNames, type Limits } from './limits.js'
import { Memory } from './memory.js'
import { judgeOverwrites } from './overwrites.js'
import { Pace } from './pace.js'
import { PastCall } from './past-call.js'
import { openOf, settleDue } from './pending.js'
import { noteRefused, sendAgain } from './refused-items.js'
import { judgeResends, noteTries } from './resends.js'
import { judgeRetryAfter, noteWait } from './retry-after.js'
import { conductRules } from './rules.js'
import { judgeSingleCalls } from './single-calls.js'
import { tokenInUrl } from './token-in-url.js'
import { Told } from './told.js'
import { judgeTypes } from './types.js'
import type { Watched, Watches } from './watched.js'

/** What is remembered of all accounts and sites together, as `Memory.size` counts; beyond it those go that called longest ago. */
const usualBound = 100_000

/** Breaches of ended runs that are kept; beyond them the oldest goes. */
const endedKept = 1_000

export interface ConductParts {
  readonly levels: Levels
  readonly limits: Limits
  readonly clock: (scope: Scope) => Date
  /** Does a task once all calls are read that had come in by now, like setImmediate. */
  readonly later: (task: () => void) => void
  /** Instead of the usual bound. */
  readonly most?: number
}

/**
 * What one call cannot show: judged as calls are committed, from a memory of its own. What a call shows stands in its
 * entry from then on; what is wrong because nothing came is found when it is asked for.
 */
export class Conduct implements Fold {
  readonly #clock: ConductParts['clock']
  readonly #later: ConductParts['later']
  readonly #most: number
  readonly #watches: Readonly<Record<Vendor, Watches>>
  readonly #listens: Readonly<Record<Vendor, boolean>>
  readonly #compares: Readonly<Record<Vendor, boolean>>
  /** How long a call is remembered, in milliseconds. */
  readonly #longest: Readonly<Record<Vendor, number>>
  /** The one that called last stands last. */
  readonly #memories = new RecentMap<Partition, Memory>()
  readonly #begins: Readonly<Record<Vendor, () => Memory>> = {
    joor: () => this.#begin('joor'),
    jirafe: () => this.#begin('jirafe'),
  }
  readonly #strangers: Readonly<Record<Vendor, Pace>> = { joor: new Pace(), jirafe: new Pace() }
  /** What was told of calls without an account. */
  readonly #told = new Told()
  /** What no call showed in runs that have ended. */
  readonly #ended: BreachOfCall[] = []
  #size = 0
  #committed = 0
  #knowable = 0
  #counting = false

  constructor({ levels, limits, clock, later, most = usualBound }: ConductParts) {
    this.#clock = clock
    this.#later = later
    this.#most = most
    const watched = (vendor: Vendor) => watchesOf(vendor, levels, limits)
    this.#watches = { joor: watched('joor'), jirafe: watched('jirafe') }
    const { joor, jirafe } = this.#watches
    this.#listens = { joor: isListened(joor), jirafe: isListened(jirafe) }
    this.#compares = { joor: isCompared(joor), jirafe: isCompared(jirafe) }
    this.#longest = { joor: longestOf(joor), jirafe: longestOf(jirafe) }
  }

  /**
   * Calls whose replies the client of one that arrives may have heard. What waits beside each other is read in one go, and
   * the first may be answered before the last is read.
   */
  get knowable(): number {
    return this.#knowable
  }

  /** Whether anything is judged of a vendor's calls; where nothing is, nothing has to be told of them. */
  listensTo(vendor: Vendor | null): boolean {
    return vendor !== null && this.#listens[vendor]
  }

  /** Whether what calls say is compared. */
  compares(vendor: Vendor | null): boolean {
    return vendor !== null && this.#compares[vendor]
  }

  /** How much is remembered. */
  get size(): number {
    return this.#size
  }

  add(scope: Scope, { entry, heard }: Committed): void {
    const number = this.#committed++
    this.#count()
    if (heard === undefined || entry.vendor === null) return
    const watches = this.#watches[entry.vendor]
    const now = entry.at.getTime()
    if (!isPartition(scope)) {
      judgeUrl({ entry, heard, now, watches, told: this.#told }, entry.vendor, this.#strangers[entry.vendor])
      return
    }
    const memory = this.#memories.touch(scope, this.#begins[entry.vendor])
    const before = memory.size
    const call: Hearing = { entry, heard, now, memory, watches, told: memory.told }
    settleDue(memory, watches, now)
    memory.dropBefore(now, this.#longest[entry.vendor])
    judgeUrl(call, entry.vendor, memory.inUrl)
    judgeRetryAfter(call)
    judgeTypes(call)
    listen(call, number)
    noteWait(call, number + 1)
    this.#size += memory.size - before
    this.#forgetOldest()
  }

  #count(): void {
    if (this.#counting) return
    this.#counting = true
    this.#later(this.#counted)
  }

  readonly #counted = () => {
    this.#counting = false
    this.#knowable = this.#committed
  }

  /** The journal was asked what became of a call. */
  asked({ id, vendor, name }: Entry): void {
    if (vendor === null || name === undefined) return
    const memory = this.#memories.get(`${vendor}:${name}`)
    if (memory === undefined || memory.refusals.size === 0) return
    const call = memory.find(id)
    if (call !== undefined) memory.settleRefused(call)
  }

  /**
   * What no call showed: what did not come in its time and, once the run has `ended`, at all; and what was said instead
   * of what a lost call had said, as long as that may still turn out to be newer stock.
   */
  *open(scope: Partition | undefined, ended: boolean): Iterable<BreachOfCall> {
    for (const [each, memory] of scope === undefined ? this.#memories : this.#only(scope))
      yield* openOf(memory, this.#watches[vendorOf(each)], this.#clock(each).getTime(), ended)
  }

  /** Whoever names an account gives it its state, too: its run is over. */
  rename(from: Partition): void {
    this.clear(from)
  }

  /** Who goes on with another state begins another run: a suite that resets before each test has not said it all before. */
  replaced(of: Partition): void {
    this.clear(of)
  }

  /** A run ends by this and another one begins. */
  clear(scope: Partition | undefined): void {
    for (const found of this.open(scope, true)) if (this.#ended.push(found) > endedKept) this.#ended.shift()
    for (const each of scope === undefined ? [...this.#memories.keys()] : [scope]) this.#forget(each)
    if (scope === undefined) for (const vendor of vendors) this.#strangers[vendor].forget()
  }

  /** What no call showed since the start, as if all runs had ended now. */
  *ofAllRuns(): Iterable<BreachOfCall> {
    yield* this.#ended
    yield* this.open(undefined, true)
  }

  #forget(scope: Partition): void {
    this.#size -= this.#memories.get(scope)?.size ?? 0
    this.#memories.delete(scope)
  }

  #only(scope: Partition): Iterable<readonly [Partition, Memory]> {
    const memory = this.#memories.get(scope)
    return memory === undefined ? [] : [[scope, memory]]
  }

  #begin(vendor: Vendor): Memory {
    const memory = new Memory(this.#watches[vendor].same_level?.limit.count ?? 1)
    this.#size += memory.size
    return memory
  }

  #forgetOldest(): void {
    while (this.#size > this.#most && this.#memories.size > 1) {
      const oldest = this.#memories.deleteOldest()
      this.#size -= oldest?.[1].size ?? 0
    }
  }
}

const isPartition = (scope: Scope): scope is Partition => scope?.includes(':') === true
// A partition begins with its vendor.
const vendorOf = (scope: Partition) => scope.slice(0, scope.indexOf(':')) as Vendor

/** The rules of a vendor that are on, with their limits. */
function watchesOf(vendor: Vendor, levels: Levels, limits: Limits): Watches {
  const watches: Partial<Record<ConductName, Watched>> = {}
  for (const name of conductNames) {
    const rule = conductRules[vendor][name]
    const level = rule === undefined ? 'off' : levels.of(rule)
    if (rule !== undefined && level !== 'off') watches[name] = { rule, level, limit: limits[name] }
  }
  return watches
}

const watchedOf = (watches: Watches) => conductNames.filter((name) => watches[name] !== undefined)
const isListened = (watches: Watches) => watchedOf(watches).length > 0

/** What is remembered beside the calls. */
const beside: ReadonlySet<ConductName> = new Set(['token_in_url', 'retry_after', 'single_calls', 'types_change'])

/** A URL shows a token whatever the call says. */
const isCompared = (watches: Watches) => watchedOf(watches).some((name) => name !== 'token_in_url')

function longestOf(watches: Watches): number {
  const seconds = conductNames.map((name) => (beside.has(name) ? 0 : (watches[name]?.limit.seconds ?? 0)))
  return Math.max(...seconds) * 1000
}

function judgeUrl(call: Omit<Hearing, 'memory'>, vendor: Vendor, pace: Pace): void {
  const watched = call.watches.token_in_url
  const found = watched && tokenInUrl(call.heard, vendor)
  if (watched !== undefined && found !== undefined && pace.take(call.now, watched.limit))
    tell(call, watched, found.at, found.seen, found.right)
}

/** Judges what a call says, and remembers it. */
function listen(call: Hearing, number: number): void {
  const { entry, heard, memory } = call
  if (heard.said === undefined) return
  const said = heard.tainted ? withoutSecrets(heard.said, heard.secrets) : heard.said
  // It sets nothing, and shows that its client has tried.
  if (entry.refusal !== null) {
    noteTries(said, memory)
    sendAgain(said, memory)
    return
  }
  const past = new PastCall(entry, number)
  for (const each of said.statements)
    memory.say(past, each, each.digest || entry.outcomes[each.index]?.outcome === 'updated')
  memory.keep(past)
  judgeResends(call, past)
  judgeOverwrites(call, said)
  judgeSingleCalls(call, said, past)
  noteRefused(call, said, past)
}

/** A token may be the name of a warehouse or a code. */
function withoutSecrets(said: Said, secrets: readonly string[]): Said {
  const safe = (text: string) => redact(text, secrets)
  const statements = said.statements.map((each) => ({
    ...each,
    key: safe(each.key),
    sku: safe(each.sku),
    value: each.value && safe(each.value),
  }))
  return { ...said, statements }
}
