import { joor } from '../../contracts/rules/joor.js'
import type { Findings } from '../findings.js'
import { type Head, Refusal, type Terms, type Written } from '../operation.js'
import type { Turn } from '../state/store.js'
import { writeElement } from '../wire/xml-text.js'
import { type Format, replyFormat } from './format.js'
import { notUpdatedHeader, replyHeaders } from './reply-headers.js'
import { writeResponse } from './response.js'
import type { SingleResult } from './single-rules.js'

/** The vendor names the fields of a reply, and we lay them out; a refused call has the bulk call's `response` as well. */
export function writeSingle(
  outcome: SingleResult | Refusal,
  head: Head,
  turn: Turn,
  terms: Terms,
  findings: Findings,
): Written {
  const logId = turn.newId()
  const format = replyFormat(head)
  const headers = replyHeaders(format, terms, findings)
  if (saysNothing(head)) findings.applies(joor['single.json'])
  if (outcome instanceof Refusal) {
    findings.applies(joor['single.refused'])
    const code = '1'
    const response = writeResponse(format, { code, comment: outcome.message, logId })
    const body = writeReply(format, response, 0, '')
    return { status: outcome.status, headers: { ...headers, ...outcome.headers }, body, logId, code }
  }
  for (const rule of rulesOfReply) findings.applies(rule)
  const { updated, sku } = outcome
  const log = writeLog(format, sku, logId, updated ? 'pass' : 'fail')
  const body = writeReply(format, '', updated ? 1 : 0, log)
  return { status: 200, headers: { ...headers, ...notUpdatedHeader(updated ? 0 : 1, logId) }, body, logId }
}

const rulesOfReply = [
  joor['single.reply'],
  joor['single.layout'],
  joor['single.sku_count'],
  joor['single.sku'],
  joor['single.sku_joined'],
  joor['single.log_id'],
  joor['single.status'],
]

/** Nothing of the call tells a format. */
function saysNothing({ headers, query }: Head): boolean {
  const parameter = query.some(([name]) => name === 'return_format')
  return !parameter && headers.accept === undefined && headers['content-type'] === undefined
}

function writeLog(format: Format, sku: string, logId: string, status: 'pass' | 'fail'): string {
  return format === 'json'
    ? `{"sku":${sku},"inventory_log_id":"${logId}","status":"${status}"}`
    : `${writeElement('sku', sku)}<inventory_log_id>${logId}</inventory_log_id><status>${status}</status>`
}

function writeReply(format: Format, response: string, skuCount: 0 | 1, log: string): string {
  if (format === 'json')
    return `{${response === '' ? '' : `${response},`}"sku_count":${skuCount},"inventory_log":[${log}]}`
  const count = `<sku_count>${skuCount}</sku_count>`
  return `<inventory_update>${response}${count}${writeElement('inventory_log', log)}</inventory_update>`
}
