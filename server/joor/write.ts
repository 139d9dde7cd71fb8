import { joor } from '../../contracts/rules/joor.js'
import type { Findings } from '../findings.js'
import { type Head, Refusal, type Terms, type Written } from '../operation.js'
import type { Turn } from '../state/store.js'
import { writeElement } from '../wire/xml-text.js'
import { addEchoes } from './echo.js'
import { type Format, replyFormat } from './format.js'
import type { Item } from './item.js'
import { notUpdatedHeader, replyHeaders } from './reply-headers.js'
import { type Response, writeResponse } from './response.js'
import type { BulkResult } from './rules.js'

/** The vendor's envelope; a refused call has the same one with empty lists. */
export function writeBulk(
  outcome: BulkResult | Refusal,
  head: Head,
  turn: Turn,
  terms: Terms,
  findings: Findings,
): Written {
  const logId = turn.newId()
  const format = replyFormat(head)
  const headers = replyHeaders(format, terms, findings)
  if (outcome instanceof Refusal) {
    findings.applies(joor['reply.refused'])
    const code = '1'
    const body = writeEnvelope(format, { code, comment: outcome.message, logId }, [], [])
    return { status: outcome.status, headers: { ...headers, ...outcome.headers }, body, logId, code }
  }
  const { updated, notUpdated } = outcome
  const code = notUpdated.length > 0 ? terms.settings.partial_code : '0'
  const body = writeEnvelope(format, { code, comment: '', logId }, updated, notUpdated)
  return { status: 200, headers: { ...headers, ...notUpdatedHeader(notUpdated.length, logId) }, body, logId, code }
}

/** JSON has no root; that is the vendor's. */
function writeEnvelope(
  format: Format,
  response: Response,
  updated: readonly Item[],
  notUpdated: readonly Item[],
): string {
  const told = writeResponse(format, response)
  // Joined once: ten thousand items are megabytes, and a text put around them would be a second copy.
  const parts: string[] = []
  if (format === 'json') {
    parts.push(`{${told},"items_updated":`)
    addJsonList(updated, parts)
    parts.push(',"items_not_updated":')
    addJsonList(notUpdated, parts)
    parts.push('}')
  } else {
    parts.push(`<bulk_inventory>${told}`)
    addXmlList('items_updated', updated, parts)
    addXmlList('items_not_updated', notUpdated, parts)
    parts.push('</bulk_inventory>')
  }
  return parts.join('')
}

function addJsonList(items: readonly Item[], parts: string[]): void {
  parts.push(items.length === 0 ? '[' : '[[')
  addEchoes(echoesOf(items), ',', parts)
  parts.push(items.length === 0 ? ']' : ']]')
}

function addXmlList(name: string, items: readonly Item[], parts: string[]): void {
  if (items.length === 0) {
    parts.push(writeElement(name, ''))
    return
  }
  parts.push(`<${name}>`)
  addEchoes(echoesOf(items), '', parts)
  parts.push(`</${name}>`)
}

const echoesOf = (items: readonly Item[]) => items.map(({ sent }) => sent.echo)
