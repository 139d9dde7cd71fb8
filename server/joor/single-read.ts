import { joor } from '../../contracts/rules/joor.js'
import { type Findings, inBody, inPath, inQuery, type Place } from '../findings.js'
import { type Body, type Head, Refusal, type Terms } from '../operation.js'
import { escapeXml, replaceForbidden } from '../wire/xml-text.js'
import { bodyLimit, judgeSlashes, tooLarge } from './admission.js'
import { echoOf } from './echo.js'
import { judgeReplyFormat, replyFormat } from './format.js'
import { type Item, readItem } from './item.js'
import { readDecPending, readParameters } from './query.js'
import type { SentField, SentItem } from './sent.js'

/** A single-SKU call as understood: an item whose fields stand in path and query. */
export interface SingleCommand {
  readonly item: Item
  readonly decPending: boolean
}

const pathNames = ['style_number', 'style_identifier'] as const
const skuNames = ['color_code', 'size', 'upc'] as const
const fieldNames = [...skuNames, 'inventory', 'inventory_date', 'warehouse'] as const
const parameters = [...fieldNames, 'dec_pending', 'return_format'] as const

/** Path and query to command; the body says nothing, and is read only to see that it is there. */
export async function readSingle(
  head: Head,
  body: Body,
  terms: Terms,
  findings: Findings,
): Promise<SingleCommand | Refusal> {
  const received = await body.text(bodyLimit)
  if (typeof received !== 'string' && received.fault === 'too large')
    return tooLarge(findings, 'Send no body: path and query say everything.')
  const refusal = judgeEscapes(head, findings)
  if (refusal !== undefined) return refusal
  findings.appliesAll(rulesOfSingle)
  if (received !== '') findings.applies(joor['format.size'])
  if (received !== '') findings.breach(joor['single.body'], inBody, 'a body', 'none: path and query say everything')
  judgeSlashes(head, findings)
  if (head.headers['content-type'] === undefined) findings.applies(joor['single.content_type'])
  judgeReplyFormat(head, findings)

  if (head.query.length > 0) findings.appliesAll(rulesOfQuery)
  const given = readParameters(head, parameters, ruleOfUnknown, findings)
  const decPending = readDecPending(given, findings)
  if (replyFormat(head) === 'xml') findings.applies(joor['reply.json_to_xml'])
  return { item: readItem(sentSku(head, given), 0, 'query', terms.settings, findings), decPending }
}

const rulesOfSingle = [joor['single.query'], joor['single.body']]
const rulesOfQuery = [joor['single.unknown'], joor['single.overwrite']]
const rulesOfEscapes = [joor['single.percent'], joor['single.escapes']]
const ruleOfUnknown = (name: string) => (name === 'overwrite' ? joor['single.overwrite'] : joor['single.unknown'])

function judgeEscapes({ target, badEscape }: Head, findings: Findings): Refusal | undefined {
  const at = target.indexOf('?')
  const query = at < 0 ? '' : target.slice(at + 1)
  if (query.includes('+')) findings.applies(joor['single.plus'])
  if (target.includes('%')) findings.appliesAll(rulesOfEscapes)
  if (!badEscape && isEncoded(query)) return undefined
  const [part, place] = badEscape ? ['path', inPath] : ['query', { path: 'query' }]
  findings.breach(joor['single.escapes'], place, target, 'UTF-8 in escapes such as %C3%BC')
  const message = `The ${part} holds an escape that is none. Escape every byte of UTF-8, and a percent sign as %25.`
  return new Refusal(400, message)
}

function isEncoded(query: string): boolean {
  try {
    decodeURIComponent(query)
    return true
  } catch {
    return false
  }
}

/** The fields of the SKU as sent; what echoes them is their values, joined. */
function sentSku(head: Head, given: ReadonlyMap<string, string>): SentItem {
  const [, , ...inSegments] = head.segments
  const fields: SentField[] = []
  for (const [index, name] of pathNames.entries()) fields.push({ name, kind: 'string', text: inSegments[index] ?? '' })
  for (const name of fieldNames) {
    const text = given.get(name)
    if (text !== undefined) fields.push({ name, kind: 'string', text })
  }
  const joined = joinedSku(new Map(fields.map(({ name, text }) => [name, text])))
  const reply = replyFormat(head)
  const held = reply === 'xml' ? replaceForbidden(joined) : joined
  return {
    fields,
    echo: echoOf(reply === 'xml' ? escapeXml(held) : JSON.stringify(held)),
    changed: held === joined ? [] : ['a character that XML cannot hold is shown as U+FFFD'],
    decorations: [],
    strayText: '',
    at: placeOf,
  }
}

/** The vendor concatenates the SKU's data; how it does so is not public. */
function joinedSku(texts: ReadonlyMap<string, string>): string {
  const has = (name: string) => (texts.get(name) ?? '').trim() !== ''
  const names = [...pathNames, ...(has('upc') ? ['upc'] : ['color_code', 'size'])]
  return names
    .filter(has)
    .map((name) => texts.get(name))
    .join('-')
}

function placeOf(field?: string): Place {
  if (field === undefined) return { path: 'query' }
  return pathNames.some((name) => name === field) ? inPath : inQuery(field)
}
