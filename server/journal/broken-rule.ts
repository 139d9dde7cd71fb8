import type { ClientRule, Rule } from '../../contracts/rules/book.js'
import type { Breach, Place } from '../findings.js'
import type { Level } from '../levels.js'
import type { Partition } from '../state/store.js'

/** What broke a rule: a call, by the id of its request, or a file of payloads. */
export type Source = { readonly request: string } | { readonly file: string }

/** One place where a rule was broken. */
export interface Example {
  readonly source: Source
  readonly at: Place
  readonly seen: string
  readonly right: string
}

/** A rule that clients broke, over all calls or files that are looked at. */
export interface BrokenRule {
  readonly rule: ClientRule
  readonly level: Level
  /** (rule, place) pairs. */
  readonly count: number
  /** Calls that broke it, or files. */
  readonly calls: number
  /** The ids of the first of these calls; none of files. */
  readonly requests: readonly string[]
  /** The first places of them; of files all that are kept. */
  readonly examples: readonly Example[]
}

/** What clients broke, in no order, and every rule that decided something for them. */
export interface Judged {
  readonly broken: readonly BrokenRule[]
  readonly met: ReadonlySet<Rule>
}

/** A breach, and the call that shows it. */
export interface BreachOfCall {
  readonly breach: Breach
  readonly request: string
}

/** What is wrong only because nothing came: found when it is asked for, and once the run has ended all of it. */
export interface OpenConduct {
  open(scope: Partition | undefined, ended: boolean): Iterable<BreachOfCall>
}
