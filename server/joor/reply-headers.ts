import { joor } from '../../contracts/rules/joor.js'
import type { Findings } from '../findings.js'
import type { Terms } from '../operation.js'
import type { Format } from './format.js'
import { throttlingHeaders } from './rate-limit.js'

type Headers = Readonly<Record<string, string>>

const contentTypes = { json: 'application/json', xml: 'application/xml' }

/** What every reply has, refusals too. */
export function replyHeaders(format: Format, terms: Terms, findings: Findings): Headers {
  findings.applies(joor['reply.plain_headers'])
  return { 'Content-Type': contentTypes[format], ...throttlingHeaders(terms, findings) }
}

/** Where the reasons of what was not updated are told: the body is the vendor's and has none. */
export function notUpdatedHeader(items: number, logId: string): Headers {
  return items === 0 ? {} : { 'Backstock-Not-Updated': `${items}; see /_backstock/joor/logs/${logId}` }
}
