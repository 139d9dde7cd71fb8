import type { JournalWriter, Partition, Scope } from '../state/store.js'
import type { Committed, Fold } from './committed.js'
import type { Journal } from './journal.js'

/** Where the store writes down what it committed: what is gathered first, so that whoever the journal wakes can read it. */
export class Commits implements JournalWriter<Committed> {
  readonly #journal: Journal
  readonly #folds: readonly Fold[]

  constructor(journal: Journal, folds: readonly Fold[]) {
    this.#journal = journal
    this.#folds = folds
  }

  append(scope: Scope, committed: Committed, number?: number): void {
    for (const fold of this.#folds) fold.add(scope, committed)
    this.#journal.append(scope, committed.entry, number)
  }

  rename(from: Partition, to: Partition): void {
    for (const fold of this.#folds) fold.rename(from, to)
    this.#journal.rename(from, to)
  }

  replaced(of: Partition): void {
    for (const fold of this.#folds) fold.replaced?.(of)
  }

  clear(scope: Partition | undefined): void {
    for (const fold of this.#folds) fold.clear(scope)
    this.#journal.clear(scope)
  }
}
