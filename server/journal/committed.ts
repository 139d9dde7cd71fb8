import type { Heard } from '../conduct/heard.js'
import type { Partition, Scope } from '../state/store.js'
import type { Entry } from './entry.js'

/** A call whose changes stand. */
export interface Committed {
  readonly entry: Entry
  /** What conduct hears of it; absent where nobody listens. */
  readonly heard?: Heard | undefined
}

/** What is gathered of calls as they are committed, and outlives their entries in the journal. It must not throw. */
export interface Fold {
  add(scope: Scope, committed: Committed): void
  /** The account goes by another name, which may have calls already. */
  rename(from: Partition, to: Partition): void
  /** What stands in the account or site is no longer what its calls have left there. */
  replaced?(of: Partition): void
  /** The journal is emptied, for one account or site or for all. */
  clear(scope: Partition | undefined): void
}
