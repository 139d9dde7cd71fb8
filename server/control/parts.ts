import type { Seed } from '../documents/seed.js'
import type { ArmedFaults } from '../faults/armed.js'
import type { Entry } from '../journal/entry.js'
import type { Journal } from '../journal/journal.js'
import type { AnyOperation } from '../operation.js'
import type { Store } from '../state/store.js'

/** What the control plane works with; all of it is handed in. */
export interface ControlParts {
  readonly store: Store<Entry>
  readonly journal: Journal
  readonly faults: ArmedFaults
  /** Those that faults are about. */
  readonly operations: readonly AnyOperation[]
  readonly clock: () => Date
  readonly ids: () => string
  readonly log: (line: string) => void
  readonly version: string
  /** The origin under which the emulator is reached. */
  readonly url: () => string
  /** Makes a seed the state that reset goes back to, and loads it now. */
  readonly loadSeed: (seed: Seed) => Promise<{ readonly accounts: number; readonly sites: number }>
}
