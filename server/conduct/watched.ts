import type { ClientRule } from '../../contracts/rules/book.js'
import type { Breach, Place } from '../findings.js'
import { keepBreach } from '../journal/kept.js'
import type { Level } from '../levels.js'
import type { ConductName, Limit } from './limits.js'

/** A rule that is watched. */
export interface Watched {
  readonly rule: ClientRule
  readonly level: Level
  readonly limit: Limit
}

/** What is watched at one vendor; what is off is not there. */
export type Watches = Readonly<Partial<Record<ConductName, Watched>>>

/** More than of one hostile value, since several are named. */
const seenKept = 500

/** `secrets`: what gives the token of the call away, where that is not yet gone from the texts. */
export function breachOf(
  { rule, level }: Watched,
  at: Place,
  seen: string,
  right: string,
  secrets: readonly string[] = [],
): Breach {
  return keepBreach({ rule, level, at, seen, right }, secrets, seenKept)
}

const named = 3

/** The first few of many, and how many more there are. */
export function listed(names: Iterable<string>): string {
  let text = ''
  let count = 0
  for (const name of names) if (++count <= named) text += count === 1 ? name : `; ${name}`
  return count > named ? `${text}; and ${count - named} more` : text
}
