import { joor } from '../../contracts/rules/joor.js'
import type { Findings } from '../findings.js'
import { type Head, Refusal, type Terms, type Written } from '../operation.js'
import type { Turn } from '../state/store.js'
import { escapeXml, replaceForbidden, writeElement } from '../wire/xml-tree.js'
import { type Format, replyFormat } from './format.js'
import type { Item } from './item.js'
import { notUpdatedHeader, replyHeaders } from './reply-headers.js'
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

interface Response {
  readonly code: string
  readonly comment: string
  readonly logId: string
}

/** The order of the names differs between the formats, and JSON has no root; both are the vendor's. */
function writeEnvelope(
  format: Format,
  response: Response,
  updated: readonly Item[],
  notUpdated: readonly Item[],
): string {
  const { code, comment, logId } = response
  if (format === 'json') {
    const told = `"comment":${JSON.stringify(comment)},"code":"${code}","log_id":"${logId}"`
    return `{"response":{${told}},"items_updated":${jsonList(updated)},"items_not_updated":${jsonList(notUpdated)}}`
  }
  const text = escapeXml(replaceForbidden(comment))
  const told = `<code>${code}</code>${writeElement('comment', text)}<log_id>${logId}</log_id>`
  const lists = xmlList('items_updated', updated) + xmlList('items_not_updated', notUpdated)
  return `<bulk_inventory><response>${told}</response>${lists}</bulk_inventory>`
}

const echoes = (items: readonly Item[]) => items.map(({ sent }) => sent.echo)

function jsonList(items: readonly Item[]): string {
  return items.length === 0 ? '[]' : `[[${echoes(items).join(',')}]]`
}

function xmlList(name: string, items: readonly Item[]): string {
  return writeElement(name, echoes(items).join(''))
}
