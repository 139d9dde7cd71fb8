import type { Breakable } from '../../contracts/rules/book.js'
import { joor } from '../../contracts/rules/joor.js'
import { type Findings, inQuery } from '../findings.js'
import type { Head } from '../operation.js'
import { nearest } from '../suggestion.js'

/** What the query of a call switches on. */
export interface CallQuery {
  readonly overwrite: boolean
  readonly decPending: boolean
}

const bulkNames = ['overwrite', 'dec_pending', 'return_format'] as const

export function readQuery(head: Head, findings: Findings): CallQuery {
  if (head.query.length > 0) findings.applies(joor['query.unknown'])
  const given = readParameters(head, bulkNames, () => joor['query.unknown'], findings)
  findings.applies(joor['query.overwrite'])
  const overwrite = readSwitch('overwrite', joor['query.overwrite_value'], given, findings)
  return { overwrite, decPending: readDecPending(given, findings) }
}

/** The parameters that a call knows, by name; of several the last. What else is sent breaks the rule that `unknown` says. */
export function readParameters<Name extends string>(
  head: Head,
  names: readonly Name[],
  unknown: (sent: string) => Breakable,
  findings: Findings,
): ReadonlyMap<Name, string> {
  const given = new Map<Name, string>()
  const repeated = new Set<Name>()
  for (const [sent, value] of head.query) {
    const name = names.find((each) => each === sent)
    if (name === undefined) {
      findings.breach(unknown(sent), inQuery(sent), sent, nearest(sent, names) ?? `one of ${names.join(', ')}`)
      continue
    }
    if (given.has(name)) repeated.add(name)
    given.set(name, value)
  }
  if (given.size > 0) findings.applies(joor['query.repeated'])
  for (const name of repeated)
    findings.breach(joor['query.repeated'], inQuery(name), `${name} more than once`, `${name} once`)
  return given
}

export function readDecPending(given: ReadonlyMap<string, string>, findings: Findings): boolean {
  findings.applies(joor['query.dec_pending'])
  return readSwitch('dec_pending', joor['query.dec_pending_value'], given, findings)
}

function readSwitch(name: string, rule: Breakable, given: ReadonlyMap<string, string>, findings: Findings): boolean {
  const value = given.get(name)
  if (value === undefined) return false
  findings.applies(rule)
  if (value !== '0' && value !== '1') findings.breach(rule, inQuery(name), value, '1 or 0')
  return value === '1'
}
