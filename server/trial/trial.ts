import type { Armed } from '../faults/armed.js'
import type { SpecDocument } from '../faults/document.js'
import type { Committed, Fold } from '../journal/committed.js'
import type { Reply } from '../operation.js'
import type { Partition, Scope, Vendor } from '../state/store.js'
import { Endings } from './endings.js'
import type { Variation } from './variations.js'

/** One run under one variation, or under none: what its calls meet, how many met it, and what they left behind. */
export class Trial implements Fold {
  readonly #variation: Variation | undefined
  readonly #endings = new Endings()
  #armed: readonly Armed[] = []
  readonly #called = new Set<Vendor | null>()
  #altered = 0

  constructor(variation?: Variation) {
    this.#variation = variation
  }

  /** What stands behind all that tests arm themselves; no test disarms it. */
  arm(read: (specs: readonly SpecDocument[]) => readonly Armed[]): readonly Armed[] {
    const fault = this.#variation?.fault
    this.#armed = fault === undefined ? [] : read([fault])
    return this.#armed
  }

  readonly alter = (reply: Reply): Reply => {
    const altered = this.#variation?.alter?.(reply) ?? reply
    if (altered !== reply) this.#altered++
    return altered
  }

  /** Calls that met the variation. */
  get touched(): number {
    return this.#altered + this.#armed.reduce((sum, { hits }) => sum + hits, 0)
  }

  /** Whether anybody called the vendor. */
  hasCalled(vendor: Vendor): boolean {
    return this.#called.has(vendor)
  }

  /** The same for two trials that left the same behind. */
  get fingerprint(): string {
    return this.#endings.fingerprint
  }

  add(scope: Scope, committed: Committed): void {
    this.#called.add(committed.entry.vendor)
    this.#endings.add(scope, committed)
  }

  rename(from: Partition, to: Partition): void {
    this.#endings.rename(from, to)
  }

  clear(): void {}
}
