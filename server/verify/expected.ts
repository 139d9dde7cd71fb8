import { type ExpectedReply, headerOf, type Step, singleSkuOf, targetOf, type Wire, wireOf } from './case.js'
import { escapeXml } from './values.js'

/** The reply's very text where the case gives it, or where it follows from the items that were sent. */
export function expectedText(step: Step, reply: ExpectedReply): string | undefined {
  const { body, updated, comment } = reply
  if (body !== undefined) return body
  if (isJirafes(reply)) return jirafeText(reply)
  const wire = replyWire(step, reply)
  if (comment !== undefined) return singleSkuOf(step) ? singleRefusal(wire) : envelope(wire, '1', '{{text}}', [], [])
  const items = sentItems(step)?.map((item) => echo(item, wireOf(step), wire))
  if (updated === undefined || items === undefined || !items.every((item) => item !== undefined)) return undefined
  const rest = items.filter((_item, index) => !updated.includes(index))
  return envelope(
    wire,
    '0',
    '',
    updated.flatMap((index) => items[index] ?? []),
    rest,
  )
}

/** The media type of a reply whose text follows from the case; none where the case gives the text itself. */
export function expectedType(step: Step, reply: ExpectedReply): string | undefined {
  if (isJirafes(reply)) return 'application/json'
  const derived = reply.comment !== undefined || reply.updated !== undefined
  return derived ? `application/${replyWire(step, reply)}` : undefined
}

const isJirafes = ({ errors, error_type, message }: ExpectedReply) =>
  errors !== undefined || error_type !== undefined || message !== undefined

/** Jirafe's layout: two blanks, sorted names, a comma with a blank before the line's end, ASCII only. */
function jirafeText({ errors, error_type, message }: ExpectedReply): string {
  const sorted = errors && Object.fromEntries(Object.entries(errors).sort(([one], [other]) => (one < other ? -1 : 1)))
  const told = {
    error_type: error_type ?? (errors === undefined ? 'unknown' : 'validation'),
    ...(sorted && { errors: sorted }),
    ...(message !== undefined && { message: '{{text}}' }),
    success: false,
  }
  const text = JSON.stringify(told, null, 2).replaceAll(',\n', ', \n')
  return text.replaceAll(/[^\n -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function envelope(
  wire: Wire,
  code: string,
  comment: string,
  updated: readonly string[],
  rest: readonly string[],
): string {
  const told = response(wire, code, comment)
  if (wire === 'json') {
    const list = (items: readonly string[]) => (items.length === 0 ? '[]' : `[[${items.join(',')}]]`)
    return `{${told},"items_updated":${list(updated)},"items_not_updated":${list(rest)}}`
  }
  const lists = element('items_updated', updated.join('')) + element('items_not_updated', rest.join(''))
  return element('bulk_inventory', told + lists)
}

/** The single-SKU call that is refused as a whole. */
function singleRefusal(wire: Wire): string {
  const told = response(wire, '1', '{{text}}')
  if (wire === 'json') return `{${told},"sku_count":0,"inventory_log":[]}`
  return element('inventory_update', told + element('sku_count', '0') + element('inventory_log', ''))
}

function response(wire: Wire, code: string, comment: string): string {
  if (wire === 'json') return `"response":{"comment":"${comment}","code":"${code}","log_id":"{{uuid}}"}`
  return element('response', element('code', code) + element('comment', comment) + element('log_id', '{{uuid}}'))
}

const element = (name: string, content: string) => (content === '' ? `<${name} />` : `<${name}>${content}</${name}>`)

/** JOOR's reply has the format that the case or the call asks for, else the request's own, else JSON. */
function replyWire(step: Step, reply: ExpectedReply): Wire {
  const query = new URLSearchParams(targetOf(step).split('?').slice(1).join('?'))
  const wanted = [headerOf(reply, 'content-type'), query.get('return_format'), headerOf(step, 'accept')]
  for (const each of wanted) {
    const wire = /^(?:application\/)?(json|xml)$/.exec(each ?? '')?.[1]
    if (wire === 'json' || wire === 'xml') return wire
  }
  const own = headerOf(step, 'content-type')
  if (own === undefined) return wireOf(step) ?? 'json'
  return /^(?:application|text)\/xml\b/i.test(own ?? '') ? 'xml' : 'json'
}

/** Each item of a call as its very text; undefined where the text does not tell what will be echoed. */
export function sentItems(step: Step): readonly string[] | undefined {
  if (step.xml !== undefined) return sentXmlItems(step.xml.replace(/^\ufeff/, ''))
  const value = compactJson(step.json)
  if (typeof value !== 'object' || value === null || !('inventory_items' in value)) return undefined
  return Array.isArray(value.inventory_items) ? value.inventory_items.map((item) => JSON.stringify(item)) : undefined
}

/** A JSON text that is written otherwise than `JSON.stringify` would is echoed otherwise, too. */
function compactJson(json: unknown): unknown {
  if (typeof json !== 'string') return json
  try {
    const value: unknown = JSON.parse(json)
    return JSON.stringify(value) === json ? value : undefined
  } catch {
    return undefined
  }
}

function sentXmlItems(xml: string): readonly string[] | undefined {
  const found = /^<inventory_items>((?:<inventory_item>.*?<\/inventory_item>)+)<\/inventory_items>$/s.exec(xml)?.[1]
  // Comments, CDATA, attributes and blanks between elements are not echoed as they were sent.
  if (found === undefined || /<[!?]|<\w+\s+[^/]|>\s+</.test(found)) return undefined
  return found
    .split('</inventory_item><inventory_item>')
    .map((item) => item.replace(/^<inventory_item>|<\/inventory_item>$/g, ''))
    .map((fields) => fields.replaceAll(/<(\w+)(?:\s*\/>|><\/\1>)/g, '<$1 />'))
}

/** An item in the reply's format; undefined where that takes more than a field's plain value. */
function echo(item: string, from: Wire | undefined, to: Wire): string | undefined {
  if (from === 'xml') return to === 'xml' ? element('inventory_item', item) : xmlAsJson(item)
  return to === 'json' ? item : jsonAsXml(item)
}

const integerFields = ['inventory', 'style_id', 'style_color_id']
const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** Fields become strings, but the integer fields numbers where they are plain integers. */
function xmlAsJson(fields: string): string | undefined {
  const members: string[] = []
  const rest = fields.replaceAll(
    /<(\w+)(?: \/>|>([^<]*)<\/\1>)/g,
    (_field, name: string, text: string | undefined = '') => {
      const value = text.replaceAll(/&(amp|lt|gt|quot|apos);/g, (_entity, each: string) => entities[each] ?? '')
      const isNumber = integerFields.includes(name) && /^-?(?:0|[1-9]\d*)$/.test(value)
      members.push(`${JSON.stringify(name)}:${isNumber ? value : JSON.stringify(value)}`)
      return ''
    },
  )
  return rest === '' ? `{${members.join(',')}}` : undefined
}

function jsonAsXml(item: string): string | undefined {
  const value: unknown = JSON.parse(item)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const fields = Object.entries(value)
  if (!fields.every(([name, field]) => /^[A-Za-z_]\w*$/.test(name) && (typeof field !== 'object' || field === null)))
    return undefined
  const content = fields.map(([name, field]) => element(name, field === null ? '' : escapeXml(String(field))))
  return element('inventory_item', content.join(''))
}
