import { joor } from '../../contracts/rules/joor.js'
import type { Findings } from '../findings.js'
import { type Head, Refusal, type Terms, type Written } from '../operation.js'
import type { Turn } from '../state/store.js'
import { writeElement } from '../wire/xml-tree.js'
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
  if (format === 'json')
    return `{${told},"items_updated":${jsonList(updated)},"items_not_updated":${jsonList(notUpdated)}}`
  const lists = xmlList('items_updated', updated) + xmlList('items_not_updated', notUpdated)
  return `<bulk_inventory>${told}${lists}</bulk_inventory>`
}

const echoes = (items: readonly Item[]) => items.map(({ sent }) => sent.echo)

function jsonList(items: readonly Item[]): string {
  return items.length === 0 ? '[]' : `[[${echoes(items).join(',')}]]`
}

function xmlList(name: string, items: readonly Item[]): string {
  return writeElement(name, echoes(items).join(''))
}
