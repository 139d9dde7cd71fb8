import type { Rule } from '../../contracts/rules/book.js'
import { entryOf } from '../entry-of.js'
import type { FaultKind } from '../faults/fault.js'
import type { Committed, Fold } from '../journal/committed.js'
import type { Entry } from '../journal/entry.js'
import { RecentMap } from '../recent-map.js'
import type { Partition, Scope } from '../state/store.js'

/** Calls that came to a rule, by whether they broke it. */
export interface Exercised {
  readonly kept: number
  readonly broken: number
}

/** Lists of rules that are told apart until they are summed up. */
const mostLists = 100

/** Calls of one operation, and what they came to. */
export class Called {
  calls = 0
  /** Calls that kept all that they came to, by the list of that: most share one of a few lists, and a list is summed up once. */
  readonly #kept = new Map<readonly Rule[], number>()
  /** By the numbers of the rules. */
  readonly #counts: ({ readonly id: string; kept: number; broken: number } | undefined)[] = []

  /** By the id of the rule. */
  get rules(): ReadonlyMap<string, Exercised> {
    this.#sumUp()
    const came = this.#counts.filter((counts) => counts !== undefined)
    return new Map(came.map(({ id, kept, broken }) => [id, { kept, broken }]))
  }

  add({ rules, broken, fault }: Entry): void {
    this.calls++
    if (broken.size === 0 && fault === null) {
      this.#kept.set(rules, (this.#kept.get(rules) ?? 0) + 1)
      if (this.#kept.size > mostLists) this.#sumUp()
      return
    }
    const ofFault = fault?.kind === 'partial'
    for (const rule of rules) {
      // What stands in the reply because items failed by a fault is not the client's doing.
      if (ofFault && rule.id.includes('.reply.')) continue
      const counts = this.#countsOf(rule)
      if (broken.has(rule.id)) counts.broken++
      else counts.kept++
    }
  }

  join(other: Called): void {
    this.calls += other.calls
    other.#sumUp()
    for (const [number, counts] of other.#counts.entries()) {
      if (counts === undefined) continue
      const own = this.#countsOf({ id: counts.id, number })
      own.kept += counts.kept
      own.broken += counts.broken
    }
  }

  #sumUp(): void {
    for (const [rules, calls] of this.#kept) for (const rule of rules) this.#countsOf(rule).kept += calls
    this.#kept.clear()
  }

  #countsOf({ id, number }: Pick<Rule, 'id' | 'number'>) {
    this.#counts[number] ??= { id, kept: 0, broken: 0 }
    return this.#counts[number]
  }
}

/** What clients' calls came to, by operation, and the faults that they met. */
export class Exercises {
  readonly operations = new Map<string, Called>()
  readonly faults = new Map<FaultKind, number>()

  add(entry: Entry): void {
    for (const kind of faultsOf(entry)) this.faults.set(kind, (this.faults.get(kind) ?? 0) + 1)
    if (isDecided(entry)) this.#called(entry.operation).add(entry)
  }

  /** Takes over what another one has. */
  join(other: Exercises): void {
    for (const [kind, calls] of other.faults) this.faults.set(kind, (this.faults.get(kind) ?? 0) + calls)
    for (const [operation, called] of other.operations) this.#called(operation).join(called)
  }

  #called(operation: string): Called {
    return entryOf(this.operations, operation, () => new Called())
  }
}

/** Accounts and sites that are kept by themselves; beyond them those go that called longest ago. */
const scopesKept = 10_000

/** Which rules the run came to, in all and for each account and site. It outlives the journal and every reset. */
export class CoverageRun implements Fold {
  readonly all = new Exercises()
  readonly #own = new RecentMap<Scope, Exercises>()

  add(scope: Scope, { entry }: Committed): void {
    if (entry.repeated) return
    this.all.add(entry)
    this.#latest(scope).add(entry)
  }

  rename(from: Partition, to: Partition): void {
    const own = this.#own.get(from)
    if (own === undefined) return
    this.#own.delete(from)
    this.#latest(to).join(own)
  }

  /** What was exercised is of the whole run. */
  clear(): void {}

  /** Of one account or site; empty where nothing was called, or ten thousand others have called since. */
  of(scope: Scope | undefined): Exercises {
    return scope === undefined ? this.all : (this.#own.get(scope) ?? new Exercises())
  }

  #latest(scope: Scope): Exercises {
    const own = this.#own.touch(scope, () => new Exercises())
    if (this.#own.size > scopesKept) this.#own.deleteOldest()
    return own
  }
}

/** The fault, and the delay that it may have beside it. */
function faultsOf({ fault }: Entry): readonly FaultKind[] {
  if (fault === null) return []
  return fault.latency === undefined ? [fault.kind] : [fault.kind, fault.latency.kind]
}

/** A call that a fault answered in the vendor's place, or whose client went before its end, came to no decision. */
function isDecided({ fault, status }: Entry): boolean {
  if (fault === null) return status !== null
  return fault.kind !== 'error' && fault.kind !== 'before_commit'
}
