import type { Commits } from '../journal/commits.js'
import type { Committed } from '../journal/committed.js'
import type { Partition, Store } from '../state/store.js'

/** What this emulator shares with others that work on the same state, for whoever looks at it or changes it. */
export interface Replicas {
  /** What others have done up to now is known here: calls, clocks, ids and faults. Rejected with StorageFailure. */
  refresh(): Promise<void>
  /** Changes clocks, ids or faults, for all. Rejected with StorageFailure, and with what the change throws. */
  changeControls<Result>(change: () => Result): Promise<Result>
  /** Empties the journal, for one account or site or for all. Rejected with StorageFailure. */
  clearJournal(of: Partition | undefined): Promise<void>
}

/** Where the state is, and who else has it. */
export interface Shared {
  readonly store: Store<Committed>
  readonly replicas: Replicas
}

/** There are no others: all that is shared is here. */
export function alone(commits: Commits): Replicas {
  return {
    refresh: async () => {},
    changeControls: async (change) => change(),
    clearJournal: async (of) => commits.clear(of),
  }
}
