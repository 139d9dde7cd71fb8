import type { Handled } from '../matching/call.js'
import type { Match } from '../matching/match.js'
import type { Partition } from '../state/store.js'
import type { Entry, Summary } from './entry.js'
import type { Verdict } from './verdict.js'

/** Calls that an answer lists. */
export const listed = 100

/** What is asked of the journal: a count of calls, or a sequence. */
export interface Inquiry {
  readonly scope: Partition | undefined
  /** A fresh start, with how many calls the journal dropped that may be meant. */
  begin(dropped: readonly DroppedCalls[]): Progress
}

/** Calls that the journal dropped: which of the inquiry's matches one of them may have met. */
export interface DroppedCalls {
  readonly count: number
  /** The lowest and the highest number of them. */
  readonly first: number
  readonly last: number
  mayMeet(match: Match<Handled>): boolean
}

/** How far an inquiry has come; it is told of each call once, in their order. */
export interface Progress {
  take(number: number, entry: Entry, call: Handled): void
  readonly verdict: Verdict
  /** No later call can change the verdict. */
  readonly settled: boolean
  /** Calls that are meant for sure, or steps of a sequence. */
  readonly count: number
  /** Dropped calls that may be meant. */
  readonly evicted: number
  /** The newest of those that are meant, newest first. */
  readonly met: readonly Summary[]
  /** What is looked for where too little was found, and from behind which call on. */
  readonly wanted: { readonly match: Match<Handled>; readonly after: number } | undefined
}
