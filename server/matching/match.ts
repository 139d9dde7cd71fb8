import { type Fault, faultAt, schemaFaults } from '../documents/documents.js'
import type { Partition, Vendor } from '../state/store.js'
import { didYouMean } from '../suggestion.js'
import { isRecord } from '../wire/json-values.js'
import type { Arrived, Handled } from './call.js'
import { arrivalChecks, type Check, outcomeChecks } from './checks.js'
import { readPointer } from './pointer.js'

/** Which calls are meant: those of which every check holds. */
export interface Match<Call> {
  readonly checks: readonly Check<Call>[]
  /** The account or site that it names. */
  readonly scope: Partition | undefined
}

/** One part that is not as expected. */
export interface Difference {
  readonly part: string
  readonly expected: unknown
  readonly seen: unknown
}

export interface Comparison {
  /** `unknown` where only the start of a body is known, or a token was replaced, and all else is as expected. */
  readonly verdict: 'yes' | 'no' | 'unknown'
  readonly differences: readonly Difference[]
  /** The parts that nobody knows any more. */
  readonly open: readonly Omit<Difference, 'seen'>[]
}

/** What a match may name: the operations, with their vendors, and the rules. */
export interface Known {
  readonly operations: ReadonlyMap<string, Vendor | null>
  readonly rules: readonly string[]
}

type Reading<Call> = { readonly match: Match<Call> } | { readonly faults: readonly Fault[] }

/** What is asked of calls that are over. */
export function readMatch(document: unknown, known: Known): Reading<Handled> {
  return read(document, known, new Map([...arrivalChecks, ...outcomeChecks]))
}

/** What is asked of a call before it is decided: nothing of what will become of it. */
export function readArrivalMatch(document: unknown, known: Known): Reading<Arrived> {
  return read(document, known, arrivalChecks)
}

export function compare<Call>(match: Match<Call>, call: Call): Comparison {
  const differences: Difference[] = []
  const open: Omit<Difference, 'seen'>[] = []
  for (const { part, expected, look } of match.checks) {
    const found = look(call)
    if (found === 'unknown') open.push({ part, expected })
    else if (found !== 'same') differences.push({ part, expected, seen: found.seen })
  }
  return { verdict: differences.length > 0 ? 'no' : open.length > 0 ? 'unknown' : 'yes', differences, open }
}

/** The verdict alone: the command is read only where all else is as expected. */
export function verdictOf<Call>(match: Match<Call>, call: Call): Comparison['verdict'] {
  let open = false
  for (const deep of [undefined, true])
    for (const check of match.checks) {
      if (check.deep !== deep) continue
      const found = check.look(call)
      if (found === 'unknown') open = true
      else if (found !== 'same') return 'no'
    }
  return open ? 'unknown' : 'yes'
}

function read<Call>(
  document: unknown,
  known: Known,
  parts: ReadonlyMap<string, (expected: unknown) => readonly Check<Call>[]>,
): Reading<Call> {
  const faults = [...schemaFaults('match', document)]
  if (faults.length > 0 || !isRecord(document)) return { faults }
  faults.push(...meaningFaults(document, known, [...parts.keys()]))
  if (faults.length > 0) return { faults }
  const checks = Object.entries(document).flatMap(([name, expected]) => parts.get(name)?.(expected) ?? [])
  return { match: { checks, scope: scopeOf(document) } }
}

function scopeOf({ account, site }: Readonly<Record<string, unknown>>): Partition | undefined {
  if (typeof account === 'string') return `joor:${account}`
  return typeof site === 'string' ? `jirafe:${site}` : undefined
}

/** What the schema cannot judge: names that nobody has, and parts that no call can have together. */
function meaningFaults(
  document: Readonly<Record<string, unknown>>,
  { operations, rules }: Known,
  parts: readonly string[],
): readonly Fault[] {
  const { operation, command, since, violations } = document
  const faults: Fault[] = []
  for (const name of Object.keys(document))
    if (!parts.includes(name))
      faults.push(
        faultAt([name], `nobody knows it before the call is answered; known here: ${parts.join(', ')}`, 'name'),
      )
  const names = [...operations.keys()]
  if (typeof operation === 'string' && !operations.has(operation))
    faults.push(faultAt(['operation'], `"${operation}" is no operation${hint(operation, names)}`))
  if (typeof violations === 'string' && !rules.includes(violations))
    faults.push(
      faultAt(
        ['violations'],
        `"${violations}" is no rule${didYouMean(violations, rules) || '; "backstock rules" lists them'}`,
      ),
    )
  if (typeof violations === 'number' && violations < 0)
    faults.push(faultAt(['violations'], `must be at least 0, not ${violations}`))
  if (typeof since === 'string' && !isInstant(since))
    faults.push(
      faultAt(['since'], `must be an ISO 8601 date-time with its offset, such as 2026-01-31T12:00:00Z, not "${since}"`),
    )
  for (const pointer of Object.keys(isRecord(command) ? command : {}))
    if (readPointer(pointer) === undefined)
      faults.push(faultAt(['command', pointer], 'must be a JSON pointer such as /inventory_items/0/upc', 'name'))
  const contradiction = contradictionIn(document, operations)
  return contradiction === undefined ? faults : [...faults, contradiction]
}

const hint = (name: string, names: readonly string[]) => didYouMean(name, names) || `; known: ${names.join(', ')}`

/** With an offset: what a date-time without one means depends on the machine. */
function isInstant(text: string): boolean {
  return (
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})$/.test(text) &&
    !Number.isNaN(Date.parse(text))
  )
}

/** An account is JOOR's, a site Jirafe's, an operation one vendor's: a match that names two would never hold. */
function contradictionIn(
  { vendor, account, site, operation }: Readonly<Record<string, unknown>>,
  operations: Known['operations'],
): Fault | undefined {
  const named = new Map<string, unknown>()
  if (vendor !== undefined) named.set('vendor', vendor)
  if (account !== undefined) named.set('account', 'joor')
  if (site !== undefined) named.set('site', 'jirafe')
  if (typeof operation === 'string' && operations.has(operation)) named.set('operation', operations.get(operation))
  const [first, ...others] = named
  const other = others.find(([, whose]) => whose !== first?.[1])
  if (first === undefined || other === undefined) return undefined
  return faultAt([other[0]], `no call has both this and "${first[0]}": they belong to different vendors`)
}
