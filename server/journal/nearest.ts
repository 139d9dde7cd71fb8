import type { Handled } from '../matching/call.js'
import { type Comparison, compare, type Difference, type Match } from '../matching/match.js'
import type { Entry } from './entry.js'

/** The call that comes nearest to a match, and what keeps it from being meant. */
export interface Nearest {
  readonly entry: Entry
  readonly differences: readonly Difference[]
  /** What nobody knows of it any more. */
  readonly open: Comparison['open']
}

/** Calls by their number, newest first. */
type Calls = Iterable<readonly [number: number, entry: Entry]>

/**
 * The call with the fewest differences, of several the newest; none where there is no call that is not meant. `after`:
 * the number of the call behind which it is looked for; one that came before differs by that alone.
 */
export function nearestTo(
  { match, after }: { readonly match: Match<Handled>; readonly after: number },
  calls: Calls,
  read: (entry: Entry) => Handled,
): Nearest | undefined {
  const quick = { ...match, checks: match.checks.filter(({ deep }) => !deep) }
  const deep = { ...match, checks: match.checks.filter((check) => check.deep) }
  let nearest: Nearest | undefined
  for (const [number, entry] of calls) {
    const call = read(entry)
    const order = number > after ? [] : [{ part: 'order', expected: 'later', seen: 'earlier' }]
    const one = compare(quick, call)
    const differences = [...one.differences, ...order]
    // What is further away already needs no look at its command.
    if (nearest !== undefined && differences.length >= distance(nearest)) continue
    const other = compare(deep, call)
    const open = [...one.open, ...other.open]
    const each = { entry, differences: [...differences, ...other.differences], open }
    if (distance(each) > 0 && (nearest === undefined || distance(each) < distance(nearest))) nearest = each
  }
  return nearest
}

const distance = ({ differences, open }: Nearest) => differences.length + open.length
