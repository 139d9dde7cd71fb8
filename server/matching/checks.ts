import { isRecord } from '../wire/json-values.js'
import type { SentValue } from '../wire/sent-value.js'
import type { Arrived, Handled } from './call.js'
import { readPointer, valuesAt } from './pointer.js'
import { isSame, mayHaveBeen, shown } from './sameness.js'

/** What one check finds of a call: as expected, another value, or what cannot be told any more. */
export type Look = 'same' | 'unknown' | { readonly seen: unknown }

/** One thing that a match asks of a call. */
export interface Check<Call> {
  /** `status`, `headers.accept`, or a pointer into the command. */
  readonly part: string
  readonly expected: unknown
  /** It reads the command as sent, which may take a while. */
  readonly deep?: true
  look(call: Call): Look
}

type Make<Call> = (expected: unknown) => readonly Check<Call>[]

/** A check of one value that is simply there. */
function valueCheck<Call>(part: string, seenOf: (call: Call) => unknown): Make<Call> {
  return (expected) => [{ part, expected, look: (call) => alike(expected, seenOf(call) ?? null) }]
}

function alike(expected: unknown, seen: unknown): Look {
  if (expected === seen) return 'same'
  return mayHaveBeen(expected, seen) ? 'unknown' : { seen }
}

/** A check for each member of an object. */
function memberChecks<Call>(makeOne: (name: string, expected: unknown) => Check<Call>): Make<Call> {
  return (expected) => (isRecord(expected) ? Object.entries(expected).map(([name, value]) => makeOne(name, value)) : [])
}

function nameOf(vendor: 'joor' | 'jirafe') {
  return (call: Arrived) => (call.vendor === vendor ? call.name : undefined)
}

const headerCheck = (name: string, expected: unknown): Check<Arrived> => ({
  part: `headers.${name}`,
  expected,
  look: ({ headers }) => alike(expected, headers[name.toLowerCase()] ?? null),
})

/** One of the values, where a parameter is repeated. */
const queryCheck = (name: string, expected: unknown): Check<Arrived> => ({
  part: `query.${name}`,
  expected,
  look({ query }) {
    const values = query.filter(([sent]) => sent === name).map(([, value]) => value)
    if (expected === null ? values.length === 0 : values.some((value) => value === expected)) return 'same'
    if (values.some((value) => mayHaveBeen(expected, value))) return 'unknown'
    return { seen: values.length > 1 ? values : (values[0] ?? null) }
  },
})

/** Values that one difference shows, where `*` takes many. */
const valuesShown = 5

const commandCheck = (pointer: string, expected: unknown): Check<Arrived> => ({
  part: pointer,
  expected,
  deep: true,
  look(call) {
    const sent = call.sent()
    if (sent === 'cut') return 'unknown'
    const seen: (SentValue | undefined)[] = []
    let open = false
    for (const value of valuesAt(sent.value, readPointer(pointer) ?? [])) {
      // Of a holed command only a text is sure: members of anything else may have lost their names.
      const sure = !sent.holed || typeof value === 'string'
      if (sure && isSame(expected, value)) return 'same'
      open ||= !sure || mayHaveBeen(expected, value)
      if (seen.length < valuesShown) seen.push(value)
    }
    if (open || (sent.holed && seen.length === 0)) return 'unknown'
    return { seen: seen.length > 1 ? seen.map(shown) : shown(seen[0]) }
  },
})

/** What can be asked of a call as soon as it is there. */
export const arrivalChecks: ReadonlyMap<string, Make<Arrived>> = new Map([
  ['vendor', valueCheck('vendor', ({ vendor }: Arrived) => vendor)],
  ['account', valueCheck('account', nameOf('joor'))],
  ['site', valueCheck('site', nameOf('jirafe'))],
  ['operation', valueCheck('operation', ({ operation }: Arrived) => operation)],
  ['method', valueCheck('method', ({ method }: Arrived) => method)],
  ['path', valueCheck('path', ({ path }: Arrived) => path)],
  ['query', memberChecks(queryCheck)],
  ['headers', memberChecks(headerCheck)],
  ['command', memberChecks(commandCheck)],
])

function sinceCheck(expected: unknown): readonly Check<Handled>[] {
  const since = Date.parse(String(expected))
  return [{ part: 'since', expected, look: ({ at }) => (at.getTime() >= since ? 'same' : { seen: at.toISOString() }) }]
}

function violationsCheck(expected: unknown): readonly Check<Handled>[] {
  const look = ({ violations, broken }: Handled): Look => {
    if (typeof expected === 'string') return broken.includes(expected) ? 'same' : { seen: broken }
    const same = typeof expected === 'boolean' ? violations > 0 === expected : violations === expected
    return same ? 'same' : { seen: violations }
  }
  return [{ part: 'violations', expected, look }]
}

/** What can be asked once a call is answered. */
export const outcomeChecks: ReadonlyMap<string, Make<Handled>> = new Map([
  ['status', valueCheck('status', ({ status }: Handled) => status)],
  ['since', sinceCheck],
  ['outcome', valueCheck('outcome', ({ outcome }: Handled) => outcome)],
  ['violations', violationsCheck],
])
