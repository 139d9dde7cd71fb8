import type { JournalWriter, Partition, Scope } from '../store.js'

/** What holds beside the state, by what it is and whose: a clock, the seed of ids, faults with their counts. */
export interface ControlText {
  readonly kind: string
  /** Null is everyone's. */
  readonly scope: string | null
  readonly value: string
}

/** The same, where it may be gone. */
export interface ControlChange extends Omit<ControlText, 'value'> {
  readonly value: string | null
}

/**
 * Clocks, ids and faults of this replica, which are those of all. What is brought up to date holds until the next turn of
 * the event loop: whoever decides by it does so at once.
 */
export interface Controls {
  /** Puts in force what all replicas have, of everyone and of one scope, or of all of them. */
  update(texts: readonly ControlText[], of: Scope | 'all'): void
  /** What is another thing here now than was put in force, and counts as put in force from now on; `serial` is new. */
  changes(of: Scope | 'all', serial: string): readonly ControlChange[]
  /** What was counted here did not come to be: the next update puts everything in force anew. */
  forget(): void
}

/** How a replica writes down its calls so that all can read them. */
export interface SharedJournal<Entry> {
  /** Everybody's calls, in one order. */
  readonly all: JournalWriter<Entry> & { clear(of: Partition | undefined): void }
  /** A call of this replica, before it is written down: what it shows together with earlier ones is part of its entry. */
  decided(scope: Scope, entry: Entry): void
  /** The same once it stands. */
  stands(scope: Scope, entry: Entry): void
  write(entry: Entry): string
  read(text: string, scope: Scope): Entry
  idOf(entry: Entry): string
  /** Whether somebody waits to hear of calls. */
  isHeard(): boolean
  /** The numbers of the calls that are kept. */
  kept(): readonly number[]
}
