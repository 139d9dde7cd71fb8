import { RecentMap } from '../recent-map.js'
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

/** Accounts and sites that are counted by themselves; beyond them those go that called longest ago. */
const scopesKept = 10_000

/** Counts of all calls and of each account's and site's; the journal forgets entries, this does not. */
export class Tally implements Fold {
  readonly #all = new Sum()
  readonly #own = new RecentMap<Scope, Sum>()

  add(scope: Scope, { entry }: Committed): void {
    this.#all.count(entry)
    this.#touch(scope).count(entry)
  }

  /** The account goes by another name, which may have counts already. */
  rename(from: Partition, to: Partition): void {
    const sum = this.#own.get(from)
    if (sum === undefined) return
    this.#own.delete(from)
    this.#touch(to).join(sum)
  }

  /** What was counted is of the whole run. */
  clear(): void {}

  all(): Counts {
    return this.#all.told
  }

  /** Undefined where nothing was counted, or ten thousand others have called since. */
  of(scope: Scope): Counts | undefined {
    return this.#own.get(scope)?.told
  }

  #touch(scope: Scope): Sum {
    const sum = this.#own.touch(scope, () => new Sum())
    if (this.#own.size > scopesKept) this.#own.deleteOldest()
    return sum
  }
}

class Sum {
  #calls = 0
  #refused = 0
  #hungUp = 0
  #updated = 0
  #notUpdated = 0
  readonly #violations = new Map<string, number>()

  count({ status, fault, refusal, items, broken }: Entry): void {
    this.#calls++
    if (refusal !== null) this.#refused++
    // A fault that loses the connection leaves no status either.
    if (status === null && fault === null) this.#hungUp++
    this.#updated += items?.updated ?? 0
    this.#notUpdated += items?.notUpdated ?? 0
    this.#addViolations(broken)
  }

  join(other: Sum): void {
    this.#calls += other.#calls
    this.#refused += other.#refused
    this.#hungUp += other.#hungUp
    this.#updated += other.#updated
    this.#notUpdated += other.#notUpdated
    this.#addViolations(other.#violations)
  }

  /** As it stands now, whatever is counted later. */
  get told(): Counts {
    return {
      calls: this.#calls,
      refused: this.#refused,
      hungUp: this.#hungUp,
      updated: this.#updated,
      notUpdated: this.#notUpdated,
      violations: new Map(this.#violations),
    }
  }

  #addViolations(more: ReadonlyMap<string, number>): void {
    for (const [rule, count] of more) this.#violations.set(rule, (this.#violations.get(rule) ?? 0) + count)
  }
}
