import type { ClientRule } from '../../contracts/rules/book.js'
import type { Breach, Place } from '../findings.js'
import type { Level } from '../levels.js'
import type { ConductName, Limit } from './limits.js'

/** A rule that is watched. */
export interface Watched {
  readonly rule: ClientRule
  readonly level: Level
  readonly limit: Limit
}

/** What is watched at one vendor; what is off is not there. */
export type Watches = ReadonlyMap<ConductName, Watched>

export type Tell = (watched: Watched, at: Place, seen: string, right: string) => void

/** A hostile name is shown by its start. */
const seenKept = 500

export function breachOf({ rule, level }: Watched, at: Place, seen: string, right: string): Breach {
  const start = seen.length > seenKept ? `${seen.slice(0, seenKept).replace(/[\ud800-\udbff]$/, '')}…` : seen
  return { rule, level, at, seen: start, right }
}

const named = 3

/** The first few of many, and how many more there are. */
export function listed(names: Iterable<string>): string {
  const all = [...names]
  const more = all.length - named
  return all.slice(0, named).join('; ') + (more > 0 ? `; and ${more} more` : '')
}

/** `1 position`, `2 positions` */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`
