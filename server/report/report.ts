import type { Rule } from '../../contracts/rules/book.js'
import { counted } from '../counted.js'
import type { Place } from '../findings.js'
import type { BrokenRule, Example, Judged } from '../journal/broken-rule.js'

/** What a run or some files broke and kept: what every format is written from. */
export interface Report {
  /** Worst first: errors, then what was broken most often. */
  readonly broken: readonly BrokenRule[]
  /** Rules that decided something and were kept by everyone, by their ids. */
  readonly kept: readonly Rule[]
  /** Of the program that judged. */
  readonly version: string
}

/** The report of what was judged, without the rules that do not count. */
export function reportOf({ broken, met }: Judged, counts: (rule: Rule) => boolean, version: string): Report {
  const shown = broken.filter(({ rule }) => counts(rule))
  const wrong = new Set<Rule>(shown.map(({ rule }) => rule))
  const kept = [...met].filter((rule) => counts(rule) && !wrong.has(rule))
  return { broken: shown.toSorted(byWeight), kept: kept.toSorted(byId), version }
}

function byWeight(one: BrokenRule, other: BrokenRule): number {
  if (one.level !== other.level) return one.level === 'error' ? -1 : 1
  return other.count - one.count || byId(one.rule, other.rule)
}

const byId = (one: Rule, other: Rule) => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0)

/** What was seen and what would be right, in a sentence or two. */
export function writeMessage({ seen, right }: Pick<Example, 'seen' | 'right'>): string {
  return `${seen.replace(/\.$/, '')}. Right is: ${right.replace(/\.$/, '')}.`
}

/** Where it is in the command as sent: a pointer, or the part of the call such as `header.accept`; '' for all of it. */
export const wayOf = (at: Place): string => ('pointer' in at ? at.pointer : at.path)

/** Line and column of a place in a text; its first where the place is the whole of it. */
export function lineAndColumnOf(at: Place): { readonly line: number; readonly column: number } {
  return 'pointer' in at ? { line: at.line ?? 1, column: at.column ?? 1 } : { line: 1, column: 1 }
}

/** `stock.json:3:5`, or the request and the place in it. */
export function writeSource({ source, at }: Example): string {
  if ('request' in source) return [`request ${source.request}`, wayOf(at)].filter(Boolean).join(' ')
  const { line, column } = lineAndColumnOf(at)
  return `${source.file}:${line}:${column}`
}

/** How often it was broken: `3 times in 2 calls`. */
export function writeTimes({ count, calls, requests }: BrokenRule): string {
  const what = requests.length > 0 ? 'call' : 'file'
  return `${count === 1 ? 'once' : `${count} times`} in ${calls} ${what}${calls === 1 ? '' : 's'}`
}

/** `2 errors and 1 warning`: places. */
export function writeTotals({ broken }: Report): string {
  const places = (level: string) =>
    broken.filter((each) => each.level === level).reduce((sum, { count }) => sum + count, 0)
  return `${counted(places('error'), 'error')} and ${counted(places('warn'), 'warning')}`
}
