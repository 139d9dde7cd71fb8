import type { Commits } from '../journal/commits.js'
import type { Committed, Fold } from '../journal/committed.js'
import { EntryReader, writeEntryText } from '../journal/entry-text.js'
import type { Journal } from '../journal/journal.js'
import type { SharedJournal } from '../state/postgres/sharing.js'
import type { Scope } from '../state/store.js'

interface Parts {
  readonly journal: Journal
  /** What is gathered of everybody's calls. */
  readonly commits: Commits
  /** What is found out of this replica's calls while they are written down. */
  readonly deciding: readonly Fold[]
  /** What is gathered of this replica's own calls. */
  readonly own: readonly Fold[]
}

/** The journal of this replica, which all replicas write. */
export function sharedJournal({ journal, commits, deciding, own }: Parts): SharedJournal<Committed> {
  const reader = new EntryReader()
  const ofThisReplica = [...deciding, ...own]
  const tell = (folds: readonly Fold[], scope: Scope, committed: Committed) => {
    for (const fold of folds) fold.add(scope, committed)
  }
  return {
    all: {
      append: (scope, committed, number) => commits.append(scope, committed, number),
      rename(from, to) {
        for (const fold of ofThisReplica) fold.rename(from, to)
        commits.rename(from, to)
      },
      replaced(of) {
        for (const fold of ofThisReplica) fold.replaced?.(of)
        commits.replaced(of)
      },
      clear(of) {
        for (const fold of ofThisReplica) fold.clear(of)
        commits.clear(of)
      },
    },
    decided: (scope, committed) => tell(deciding, scope, committed),
    stands: (scope, committed) => tell(own, scope, committed),
    write: ({ entry }) => writeEntryText(entry),
    read: (text, scope) => ({ entry: reader.read(text, scope) }),
    idOf: ({ entry }) => entry.id,
    isHeard: () => journal.isHeard,
    kept: () => journal.numbers,
  }
}
