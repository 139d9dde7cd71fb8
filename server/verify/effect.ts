import { bodyOf, type Case, headerOf, type Step, singleSkuOf, targetOf, vendorOf, wireOf } from './case.js'
import { readXml, type XmlElement } from './values.js'

/** Whether a call may clear stock that it does not set; one whose body cannot be looked at may. */
export function mayClear(step: Step): boolean {
  if (vendorOf(step) !== 'joor') return false
  const query = new URLSearchParams(targetOf(step).split('?').slice(1).join('?'))
  for (const [name, value] of query) if (name.toLowerCase() === 'overwrite' && value !== '0') return true
  if (typeof headerOf(step, 'content-encoding') === 'string') return true
  return /made\W?to\W?order/i.test(plainText(step).replaceAll('_', '-'))
}

/** The body as a reader understands it: escapes of JSON undone. */
function plainText(step: Step): string {
  const text = bodyOf(step)?.toString('utf8') ?? ''
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text
  }
}

const realHosts = ['api.jooraccess.com', 'event.jirafe.com']

/** The vendors' own hosts, where other people's stock is. */
export function isRealHost(host: string): boolean {
  const name = host.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')
  return realHosts.includes(name)
}

const skuFields = [
  'upc',
  'style_number',
  'style_identifier',
  'style_id',
  'color_code',
  'style_color_id',
  'size',
  'size_code',
  'product_code',
  'sku_code',
]

/** The warehouses and SKUs that a case's calls name, for a person to look at before anything is cleared. */
export async function touchedBy({ steps }: Case): Promise<string> {
  const warehouses = new Set<string>()
  const skus = new Set<string>()
  for (const step of steps) {
    const items = await itemsOf(step)
    if (items === undefined) return 'a body that cannot be read'
    for (const item of items) {
      warehouses.add(item.get('warehouse') || 'the default warehouse')
      const named = skuFields.flatMap((field) => (item.has(field) ? [`${field} ${item.get(field)}`] : []))
      skus.add(named.join(' ') || 'no SKU')
    }
  }
  if (skus.size === 0) return 'no item that its body names'
  return `warehouses ${[...warehouses].join(', ')}; SKUs ${[...skus].join(', ')}`
}

type Item = ReadonlyMap<string, string>

/** The items of a call by independent readers; undefined where they cannot be told. */
async function itemsOf(step: Step): Promise<readonly Item[] | undefined> {
  const single = singleSkuOf(step)
  if (single !== undefined) return [single]
  const text = bodyOf(step)?.toString('utf8')
  if (text === undefined || text === '') return []
  try {
    if (wireOf(step) === 'xml' || text.trimStart().startsWith('<')) return xmlItems(await readXml(text))
    return jsonItems(JSON.parse(text), isBatch(step))
  } catch {
    return undefined
  }
}

const xmlItems = (root: XmlElement | undefined): readonly Item[] =>
  (root?.children ?? []).map(({ children }) => new Map(children.map(({ name, text }) => [name, text.trim()])))

const isBatch = (step: Step) => vendorOf(step) === 'jirafe' && /\/batch\/*(?:\?|$)/.test(targetOf(step))

function jsonItems(value: unknown, batched: boolean): readonly Item[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const single: unknown = 'inventory_items' in value ? value.inventory_items : [value]
  const items = batched ? Object.values(value).flat() : single
  if (!Array.isArray(items)) return undefined
  return items.map((item: unknown) => {
    const members = typeof item === 'object' && item !== null ? Object.entries(item) : []
    return new Map(members.map(([name, member]) => [name, String(member)]))
  })
}
