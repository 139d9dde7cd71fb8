import type { Clocks } from '../clock.js'
import type { Seed } from '../documents/seed.js'
import type { Ids } from '../ids.js'
import type { Entry } from '../journal/entry.js'
import type { Journal } from '../journal/journal.js'
import type { Store } from '../state/store.js'

/** What the control plane works with; all of it is handed in. */
export interface ControlParts {
  readonly store: Store<Entry>
  readonly journal: Journal
  readonly clocks: Clocks
  readonly ids: Ids
  readonly log: (line: string) => void
  readonly version: string
  /** The origin under which the emulator is reached. */
  readonly url: () => string
  /** Makes a seed the state that reset goes back to, and loads it now. */
  readonly loadSeed: (seed: Seed) => Promise<{ readonly accounts: number; readonly sites: number }>
}
