import type { Clocks } from '../clock.js'
import type { Conduct } from '../conduct/conduct.js'
import type { Asked, Coverage } from '../coverage/coverage.js'
import type { Seed } from '../documents/seed.js'
import type { ArmedFaults } from '../faults/armed.js'
import type { Ids } from '../ids.js'
import type { OpenConduct } from '../journal/broken-rule.js'
import type { BrokenRules } from '../journal/broken-rules.js'
import type { Committed } from '../journal/committed.js'
import type { Entry } from '../journal/entry.js'
import type { Journal } from '../journal/journal.js'
import type { Repeated } from '../journal/repeated.js'
import type { Levels } from '../levels.js'
import type { Limits } from '../limits.js'
import type { Machine } from '../metrics/machine.js'
import type { Meter } from '../metrics/meter.js'
import type { AnyOperation } from '../operation.js'
import type { Replicas } from '../replicas/replicas.js'
import type { Partition, Store } from '../state/store.js'
import type { Timers } from '../timers.js'
import type { Admission } from './admission.js'

/** What the control plane works with; all of it is handed in. */
export interface ControlParts {
  /** Undefined where there is no token to be brought. */
  readonly admission: Admission | undefined
  readonly store: Store<Committed>
  readonly replicas: Replicas
  readonly journal: Journal
  /** What clients broke since the journal was emptied. */
  readonly broken: BrokenRules
  readonly conduct: OpenConduct & Pick<Conduct, 'asked'>
  readonly levels: Levels
  /** What is taken of anybody. */
  readonly takes: Limits
  readonly faults: ArmedFaults
  readonly clocks: Clocks
  readonly ids: Ids
  /** The vendors' operations by their names. */
  readonly operations: ReadonlyMap<string, AnyOperation>
  readonly timers: Timers
  /** Aborted when the emulator closes: nobody waits any longer. */
  readonly closing: AbortSignal
  /** Takes away what was armed and set for an account or site that is gone: another one may get its name. */
  readonly forget: (of: Partition) => Promise<void>
  /** What is told of the whole run in figures. */
  readonly measured: {
    readonly meter: Meter
    readonly connections: () => number
    readonly machine: () => Machine
  }
  readonly log: (line: string) => void
  readonly version: string
  /** The origin under which the emulator is reached. */
  readonly url: () => string
  /** Sends a call of the journal through the pipeline once more. */
  readonly repeat: (entry: Entry) => Promise<Repeated>
  /** Which rules the run came to, in all or by the calls of one account or site. */
  readonly coverage: (of: Partition | undefined, asked: Asked) => Promise<Coverage>
  /** Makes a seed the state that reset goes back to, and loads it now. */
  readonly loadSeed: (seed: Seed) => Promise<{ readonly accounts: number; readonly sites: number }>
}
