import type { Partition, Scope } from '../state/store.js'
import type { Committed, Fold } from './committed.js'
import type { Entry } from './entry.js'

/** What was counted since the start. */
export interface Counts {
  readonly calls: number
  /** Calls that were refused as a whole, or could not be served. */
  readonly refused: number
  /** Calls whose client went before the end of the body. */
  readonly hungUp: number
  /** Items, and Jirafe's events. */
  readonly updated: number
  readonly notUpdated: number
  /** (rule, place) pairs that clients broke, by the rule's id. */
  readonly violations: ReadonlyMap<string, number>
}

const nothing: Counts = { calls: 0, refused: 0, hungUp: 0, updated: 0, notUpdated: 0, violations: new Map() }

/** Accounts and sites that are counted by themselves; beyond them those go that called longest ago. */
const scopesKept = 10_000

/** Counts of all calls and of each account's and site's; the journal forgets entries, this does not. */
export class Tally implements Fold {
  #all = nothing
  readonly #own = new Map<Scope, Counts>()

  add(scope: Scope, { entry }: Committed): void {
    const counts = countsOf(entry)
    this.#all = sum(this.#all, counts)
    this.#put(scope, counts)
  }

  /** The account goes by another name, which may have counts already. */
  rename(from: Partition, to: Partition): void {
    const counts = this.#own.get(from)
    if (counts === undefined) return
    this.#own.delete(from)
    this.#put(to, counts)
  }

  /** What was counted is of the whole run. */
  clear(): void {}

  all(): Counts {
    return this.#all
  }

  /** Undefined where nothing was counted, or ten thousand others have called since. */
  of(scope: Scope): Counts | undefined {
    return this.#own.get(scope)
  }

  #put(scope: Scope, more: Counts): void {
    const counts = sum(this.#own.get(scope) ?? nothing, more)
    // A map lists what was put last at its end, but only where it was not there before.
    this.#own.delete(scope)
    this.#own.set(scope, counts)
    if (this.#own.size <= scopesKept) return
    const { value: oldest = null } = this.#own.keys().next()
    this.#own.delete(oldest)
  }
}

function countsOf({ status, fault, refusal, items, broken }: Entry): Counts {
  return {
    calls: 1,
    refused: refusal === null ? 0 : 1,
    // A fault that loses the connection leaves no status either.
    hungUp: status === null && fault === null ? 1 : 0,
    updated: items?.updated ?? 0,
    notUpdated: items?.notUpdated ?? 0,
    violations: broken,
  }
}

function sum(one: Counts, other: Counts): Counts {
  return {
    calls: one.calls + other.calls,
    refused: one.refused + other.refused,
    hungUp: one.hungUp + other.hungUp,
    updated: one.updated + other.updated,
    notUpdated: one.notUpdated + other.notUpdated,
    violations: other.violations.size === 0 ? one.violations : sumOfPairs(one.violations, other.violations),
  }
}

function sumOfPairs(one: Counts['violations'], other: Counts['violations']): Counts['violations'] {
  const pairs = new Map(one)
  for (const [rule, count] of other) pairs.set(rule, (pairs.get(rule) ?? 0) + count)
  return pairs
}
