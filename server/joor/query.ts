import { joor } from '../../contracts/rules/joor.js'
import { type Findings, inQuery } from '../findings.js'
import type { Head } from '../operation.js'
import { nearest } from '../suggestion.js'

/** What the query of a bulk call asks for. */
export interface BulkQuery {
  readonly overwrite: boolean
  readonly decPending: boolean
}

const names = ['overwrite', 'dec_pending', 'return_format']

export function readQuery(head: Head, findings: Findings): BulkQuery {
  const given = new Map<string, string>()
  const repeated = new Set<string>()
  for (const [name, value] of head.query) {
    if (!names.includes(name)) {
      const right = nearest(name, names)
      findings.breach(joor['query.unknown'], inQuery(name), name, right ?? `one of ${names.join(', ')}`)
      continue
    }
    if (given.has(name)) repeated.add(name)
    given.set(name, value)
  }
  for (const name of repeated)
    findings.breach(joor['query.repeated'], inQuery(name), `${name} more than once`, `${name} once`)

  const overwrite = given.get('overwrite')
  findings.applies(joor['query.overwrite'])
  if (overwrite !== undefined && overwrite !== '0' && overwrite !== '1')
    findings.breach(joor['query.overwrite_value'], inQuery('overwrite'), overwrite, '1 or 0')
  const decPending = given.get('dec_pending')
  findings.applies(joor['query.dec_pending'])
  if (decPending !== undefined && decPending !== '0' && decPending !== '1')
    findings.breach(joor['query.dec_pending_value'], inQuery('dec_pending'), decPending, '1 or 0')
  return { overwrite: overwrite === '1', decPending: decPending === '1' }
}
