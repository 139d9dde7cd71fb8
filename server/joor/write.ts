import { joor } from '../../contracts/rules/joor.js'
import type { Findings } from '../findings.js'
import { type Head, Refusal, type Terms, type Written } from '../operation.js'
import { atOnce, itemsInOneGo, type Slices } from '../slices.js'
import type { Turn } from '../state/store.js'
import { writeElement } from '../wire/xml-text.js'
import { EchoList } from './echo.js'
import { type Format, replyFormat } from './format.js'
import type { Item } from './item.js'
import { notUpdatedHeader, replyHeaders } from './reply-headers.js'
import { type Response, writeResponse } from './response.js'
import type { BulkResult, ReplyLists } from './rules.js'

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
    const body = writeEnvelope(format, { code, comment: outcome.message, logId }, noItems)
    return { status: outcome.status, headers: { ...headers, ...outcome.headers }, body, logId, code }
  }
  const { notUpdated } = outcome
  const code = notUpdated.length > 0 ? terms.settings.partial_code : '0'
  const lists = outcome.lists ?? atOnce(listsOf(format, outcome))
  const body = writeEnvelope(format, { code, comment: '', logId }, lists)
  return { status: 200, headers: { ...headers, ...notUpdatedHeader(notUpdated.length, logId) }, body, logId, code }
}

/** The lists of a reply in its format. */
export function* listsOf(format: Format, { updated, notUpdated }: Lists): Slices<ReplyLists> {
  const between = format === 'json' ? ',' : ''
  return { updated: yield* echoesOf(updated, between), notUpdated: yield* echoesOf(notUpdated, between) }
}

type Lists = Pick<BulkResult, 'updated' | 'notUpdated'>
const noItems: ReplyLists = { updated: [], notUpdated: [] }

function* echoesOf(items: readonly Item[], between: string): Slices<readonly string[]> {
  const list = new EchoList(between)
  for (const [index, { sent }] of items.entries()) {
    list.add(sent.echo)
    if (index % itemsInOneGo === itemsInOneGo - 1) yield
  }
  return list.end()
}

/** JSON has no root; that is the vendor's. */
function writeEnvelope(format: Format, response: Response, { updated, notUpdated }: ReplyLists): string {
  const told = writeResponse(format, response)
  // Joined once: ten thousand items are megabytes, and a text put around them would be a second copy.
  const parts =
    format === 'json'
      ? [`{${told},"items_updated":`, ...jsonList(updated), ',"items_not_updated":', ...jsonList(notUpdated), '}']
      : [
          `<bulk_inventory>${told}`,
          ...xmlList('items_updated', updated),
          ...xmlList('items_not_updated', notUpdated),
          '</bulk_inventory>',
        ]
  return parts.join('')
}

const jsonList = (echoes: readonly string[]) => (echoes.length === 0 ? ['[]'] : ['[[', ...echoes, ']]'])

const xmlList = (name: string, echoes: readonly string[]) =>
  echoes.length === 0 ? [writeElement(name, '')] : [`<${name}>`, ...echoes, `</${name}>`]
