import type { Call, Format, Identifiers, Item, Outcome, Sent, SingleCall, SingleOutcome } from './joor.js'

/** Calls and replies as JOOR's wire has them. */

export function writeBody({ format, items }: Call): string {
  const written = items.map((item) => writeItem(item, format))
  return format === 'json'
    ? `{"inventory_items":[${written.join(',')}]}`
    : `<inventory_items>${written.join('')}</inventory_items>`
}

/** The whole reply: items are echoed as they were sent. */
export function writeReply({ format, items }: Call, { code, updated, notUpdated }: Outcome, logId: string): string {
  const echoes = (places: readonly number[]) =>
    items.filter((_, place) => places.includes(place)).map((item) => writeItem(item, format, true))
  if (format === 'json') {
    const list = (places: readonly number[]) => (places.length === 0 ? '[]' : `[[${echoes(places).join(',')}]]`)
    const response = `{"comment":"","code":"${code}","log_id":"${logId}"}`
    return `{"response":${response},"items_updated":${list(updated)},"items_not_updated":${list(notUpdated)}}`
  }
  const response = `<response><code>${code}</code><comment /><log_id>${logId}</log_id></response>`
  const lists =
    element('items_updated', echoes(updated).join('')) + element('items_not_updated', echoes(notUpdated).join(''))
  return element('bulk_inventory', response + lists)
}

/** Path and query; a space of the query is a plus. */
export function writeTarget({ styleNumber, styleIdentifier, query }: SingleCall): string {
  const path = [styleNumber, styleIdentifier].map(encodeURIComponent).join('/')
  const search = query.map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll('%20', '+')}`).join('&')
  return `/v2/style-number/${path}/inventory?${search}`
}

/** The whole reply to a call about one SKU. */
export function writeSingleReply({ query }: SingleCall, { updated, sku }: SingleOutcome, logId: string): string {
  const format = query.filter(([name]) => name === 'return_format').at(-1)?.[1]
  const count = updated ? 1 : 0
  const status = updated ? 'pass' : 'fail'
  if (format !== 'xml')
    return `{"sku_count":${count},"inventory_log":[{"sku":${JSON.stringify(sku)},"inventory_log_id":"${logId}","status":"${status}"}]}`
  const log = element('sku', escaped(sku)) + element('inventory_log_id', logId) + element('status', status)
  return element('inventory_update', element('sku_count', String(count)) + element('inventory_log', log))
}

export function readLogId(reply: string): string {
  return /log_id(?:":"|>)([0-9a-f-]{36})["<]/.exec(reply)?.[1] ?? 'no log_id'
}

function writeItem(item: Item, format: Format, echoed = false): string {
  if (typeof item === 'string') return item
  if (format === 'json') return `{${item.map(([name, value]) => `"${name}":${literalOf(value)}`).join(',')}}`
  // An item without fields is sent open and echoed closed, as its fields are.
  return write('inventory_item', item.map(([name, value]) => write(name, textOf(value), echoed)).join(''), echoed)
}

function literalOf({ type, text }: Sent): string {
  if (type === 'nested') return '{"part":1}'
  if (type === 'null') return 'null'
  return type === 'string' ? JSON.stringify(text) : text
}

function textOf({ type, text }: Sent): string {
  if (type === 'nested') return '<part>1</part>'
  return escaped(text)
}

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const write = (name: string, content: string, echoed: boolean) =>
  echoed ? element(name, content) : `<${name}>${content}</${name}>`
const element = (name: string, content: string) => (content === '' ? `<${name} />` : `<${name}>${content}</${name}>`)

/** Identifiers as the control plane takes them: the vendor's own ids are integers. */
export function writeIdentifiers({ style_id, style_color_id, ...texts }: Identifiers) {
  return {
    ...texts,
    ...(style_id !== undefined && { style_id: Number(style_id) }),
    ...(style_color_id !== undefined && { style_color_id: Number(style_color_id) }),
  }
}
