import supertest from 'supertest'
import type { Emulator } from '../server/emulator.js'

export type Fields = Readonly<Record<string, unknown>>

const created = { create_date: '2013-12-01T10:00:00Z', change_date: '2013-12-01T10:00:00Z' }
const money = { total: 27, total_tax: 1.5, total_shipping: 0, total_payment_cost: 0, total_discounts: 0 }

export const customer = { id: 'c1', ...created }
export const product = { id: 'p1', code: 'P-1', ...created, is_product: true, is_sku: false }
export const cartItem = {
  id: 'i1',
  ...created,
  cart_item_number: 'i1',
  quantity: 2,
  price: 12.5,
  discount_price: 0,
  product,
}
export const orderItem = {
  id: 'i1',
  ...created,
  order_item_number: 'i1',
  quantity: 2,
  status: 'accepted',
  price: 12.5,
  discount_price: 0,
  product,
}
export const cart = {
  id: 'a1',
  ...created,
  currency: 'USD',
  subtotal: 25.5,
  ...money,
  customer,
  items: [cartItem],
}
export const placed = { order_number: 'o1', order_date: created.create_date, status: 'placed', customer }
export const accepted = {
  order_number: 'o1',
  order_date: created.create_date,
  ...created,
  status: 'accepted',
  currency: 'USD',
  customer,
  subtotal: 25.5,
  ...money,
  items: [orderItem],
}
export const cancelled = { order_number: 'o1', cancel_date: created.create_date, status: 'cancelled' }
export const level = { timestamp: '2015-01-23T16:35:38+0000', product_code: 'SKU-1', inventory_level: 12 }
export const cost = {
  change_date: '2015-09-23T16:35:38Z',
  effective_date: '2015-09-01',
  sku_code: 'SKU-1',
  sku_cost: 12.95,
}
export const pageview = { site: 'shop', pageview: { page_type: 'homepage' } }
export const visit = {
  site: 'shop',
  visit: {
    id: 'v1',
    visitor: 'w1',
    landing_url: '/',
    referrer_url: '',
    user_agent: 'Test',
    tag_attribution: [],
    rule_attribution: ['a'],
  },
}

/** What each type requires and nothing else, with the name of its path. */
export const minimal: readonly (readonly [type: string, document: Fields])[] = [
  ['cart', cart],
  ['category', { id: 'g1', name: 'Shoes', ...created }],
  ['customer', customer],
  ['employee', { id: 'e1', email: '', ...created }],
  ['order', placed],
  ['order', accepted],
  ['order', cancelled],
  ['product', product],
  ['product.cost', cost],
  ['product.inventory', level],
  ['inventory', { ...cost, sku_cost: undefined, inventory_level: 12 }],
  ['heartbeat', {}],
]

const textOf = (body: unknown) => (typeof body === 'string' ? body : JSON.stringify(body))

/** One event; `body` is sent as it is where it is text, else as JSON. */
export function send(
  emulator: Emulator,
  type: string,
  body: unknown,
  { site = 'shop', method = 'post' }: { readonly site?: string; readonly method?: 'post' | 'put' } = {},
) {
  return supertest(emulator.url)
    [method](type.startsWith('tracker/') ? `/v2/${type}` : `/v2/${site}/${type}`)
    .set('Authorization', 'Bearer a-token')
    .set('Content-Type', 'application/json')
    .send(textOf(body))
}

/** What a site remembers, as the control plane shows it. */
export async function remembered(emulator: Emulator, what: 'levels' | 'costs' | 'events', site = 'shop') {
  const { body } = await supertest(emulator.url).get(`/_backstock/jirafe/sites/${encodeURIComponent(site)}/${what}`)
  return body[what] ?? []
}

/** The messages of a refused event; none where it was accepted. */
export async function errorsOf(emulator: Emulator, type: string, body: unknown): Promise<Record<string, string>> {
  const reply = await send(emulator, type, body)
  if (reply.status === 200) return {}
  const { error_type, errors, success } = reply.body
  if (reply.status !== 400 || error_type !== 'validation' || success !== false) throw new Error(reply.text)
  return errors
}

/** A document with one value put in at a way such as `items.0.price`; undefined takes the field away. */
export function withValue(document: Fields, path: string, value: unknown): Fields {
  const [step = '', ...rest] = path.split('.')
  return { ...document, [step]: put(document[step], rest, value) }
}

function put(into: unknown, steps: readonly string[], value: unknown): unknown {
  const [step, ...rest] = steps
  if (step === undefined) return value
  if (Array.isArray(into)) return into.map((each, index) => (index === Number(step) ? put(each, rest, value) : each))
  const fields = typeof into === 'object' && into !== null ? into : {}
  return { ...fields, [step]: put(new Map(Object.entries(fields)).get(step), rest, value) }
}
