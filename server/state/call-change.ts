import { Commit, type FoundAhead } from './commit.js'
import type { Change } from './groups.js'
import type { Directory, PartitionState } from './partitions.js'
import type { CallIds, JournalWriter, Partition, Settled } from './store.js'

/** Whose call it is, and what it takes part in. */
interface CallOf<Entry> {
  readonly partition: Partition
  readonly state: PartitionState
  /** The account or site comes to be by this call. */
  readonly isNew: boolean
  readonly ids: CallIds
  readonly directory: Directory
  readonly journal: JournalWriter<Entry>
}

/** What a call does to memory: done at once, told when it is kept, undone where it cannot be. */
export class CallChange<Entry> implements Change {
  readonly #of: CallOf<Entry>
  readonly #commit: Commit
  readonly #entry: Entry
  readonly #uncount: (() => void) | undefined

  /** Nothing of the call happened where its entry cannot be made. */
  constructor(of: CallOf<Entry>, settled: Settled<Entry, unknown>, by: string, found: FoundAhead | undefined) {
    this.#of = of
    this.#commit = new Commit(of.state.tables, settled.changes, by, found)
    if (of.isNew) of.directory.replace(of.partition, of.state)
    try {
      this.#entry = settled.entry(this.#commit.changed)
    } catch (error) {
      this.#undoRows()
      throw error
    }
    of.ids.keep()
    of.state.requests++
    this.#uncount = settled.count?.()
  }

  get touched(): readonly Partition[] {
    return [this.#of.partition]
  }

  get accounts(): boolean {
    return this.#of.isNew
  }

  get isKept(): boolean {
    return this.#of.isNew || this.#commit.keeps
  }

  done(): void {
    this.#of.journal.append(this.#of.partition, this.#entry)
  }

  undo(): void {
    this.#uncount?.()
    this.#of.state.requests--
    this.#of.ids.giveBack()
    this.#undoRows()
  }

  #undoRows(): void {
    const { partition, state, isNew, directory } = this.#of
    this.#commit.undo(state.tables)
    if (isNew) directory.replace(partition, undefined)
  }
}
