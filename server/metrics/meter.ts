import { entryOf } from '../entry-of.js'
import type { Committed, Fold } from '../journal/committed.js'
import type { Entry } from '../journal/entry.js'
import type { Vendor } from '../state/store.js'

/** Upper ends of what durations are counted in, in seconds; what takes longer is counted in all. */
export const durations = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const

/** What was counted of one operation since the start. */
export interface OperationCounts {
  readonly vendor: Vendor | null
  readonly operation: string
  /** Calls by the status of their reply; null for those without one. */
  readonly statuses: ReadonlyMap<number | null, number>
  readonly updated: number
  readonly notUpdated: number
  /** How many calls took so long: by the place in `durations`, behind the last one those that took longer. */
  readonly took: readonly number[]
  /** The sum of what they took. */
  readonly seconds: number
}

/**
 * Calls by operation, faults by kind, and violations by rule, since the start. All are names of ours: however many accounts and sites
 * call, nothing here grows.
 */
export class Meter implements Fold {
  readonly #operations = new Map<string, Sum>()
  readonly #faults = new Map<string, number>()
  readonly #violations = new Map<string, number>()

  /** The control plane's own calls are no client's. */
  add(_scope: unknown, { entry }: Committed): void {
    if (entry.repeated) return
    entryOf(this.#operations, entry.operation, () => new Sum(entry)).count(entry)
    for (const fault of [entry.fault, entry.fault?.latency]) if (fault) addTo(this.#faults, fault.kind, 1)
    for (const [rule, places] of entry.broken) addTo(this.#violations, rule, places)
    for (const { rule } of entry.conduct) addTo(this.#violations, rule.id, 1)
  }

  /** No account and no site is known here. */
  rename(): void {}

  /** What was counted is of the whole run. */
  clear(): void {}

  get operations(): Iterable<OperationCounts> {
    return this.#operations.values()
  }

  /** Calls that met a fault, by its kind. */
  get faults(): ReadonlyMap<string, number> {
    return this.#faults
  }

  /** Places in which clients broke a rule, by its id; what several calls show together is one place. */
  get violations(): ReadonlyMap<string, number> {
    return this.#violations
  }
}

function addTo<Key>(counts: Map<Key, number>, key: Key, more: number): void {
  counts.set(key, (counts.get(key) ?? 0) + more)
}

class Sum implements OperationCounts {
  readonly vendor: Vendor | null
  readonly operation: string
  readonly statuses = new Map<number | null, number>()
  updated = 0
  notUpdated = 0
  readonly took = new Array<number>(durations.length + 1).fill(0)
  seconds = 0

  constructor({ vendor, operation }: Entry) {
    this.vendor = vendor
    this.operation = operation
  }

  count({ status, items, ms }: Entry): void {
    addTo(this.statuses, status, 1)
    this.updated += items?.updated ?? 0
    this.notUpdated += items?.notUpdated ?? 0
    const seconds = ms / 1_000
    const place = durations.findIndex((end) => seconds <= end)
    const at = place < 0 ? durations.length : place
    this.took[at] = (this.took[at] ?? 0) + 1
    this.seconds += seconds
  }
}
