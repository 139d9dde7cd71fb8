import { describe, expect, it, test } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { brokenRules, lastRequest, startTestEmulator } from './emulator.js'
import {
  accepted,
  cancelled,
  cart,
  cost,
  customer,
  errorsOf,
  type Fields,
  level,
  minimal,
  pageview,
  placed,
  product,
  remembered,
  send,
  visit,
  withValue,
} from './jirafe-events.js'

/** Fields by their kind, in the words of the vendor's schemas; `address` and others are tables of their own. */
type Table = Readonly<Record<string, string>>
interface Described {
  readonly type: string
  /** Where the fields stand in the document. */
  readonly at: string
  readonly document: Fields
  readonly required: Table
  readonly optional: Table
}

const kinds = (kind: string, names: string): Table => Object.fromEntries(names.split(' ').map((name) => [name, kind]))

const dates = 'create_date change_date'
const money = 'total total_tax total_shipping total_payment_cost total_discounts'
const person = 'name phone first_name last_name company department position'
const customerFields = {
  required: kinds('string', `id ${dates}`),
  optional: {
    ...kinds('string', `email ${person}`),
    active_flag: 'boolean',
    marketing_opt_in: 'boolean',
    cookies: 'object',
  },
}
const productFields = {
  required: { ...kinds('string', `id code ${dates}`), is_product: 'boolean', is_sku: 'boolean' },
  optional: {
    ...kinds('string', 'name brand'),
    rating: 'number',
    ...kinds('object', 'catalog base_product urls'),
    ...kinds('array', 'ancestors vendors images categories attributes'),
  },
}
const visitFields = { required: {}, optional: kinds('string', 'visit_id visitor_id pageview_id last_pageview_id') }
const itemFields = (name: string) => ({
  required: {
    ...kinds('string', `id ${dates} ${name}`),
    quantity: 'integer',
    ...kinds('number', 'price discount_price'),
    product: 'object',
  },
  optional: {},
})
const address = { required: {}, optional: kinds('string', 'id address1 address2 city state postalcode country') }
const fullCart = { ...cart, visit: {}, previous_items: cart.items }
const fullOrder = { ...accepted, delivery_address: {}, payment_address: {}, previous_items: accepted.items }
const fullView = { ...pageview, page: {}, visit: { id: 'v', visitor: 'w' } }
const fullProduct = {
  ...product,
  catalog: { id: 'k' },
  base_product: {},
  vendors: [{}],
  urls: {},
  images: [{ url: 'u' }],
  categories: [{ id: 'g', name: 'G' }],
  attributes: [{ id: 'a', name: 'A', value: 'V' }],
}

/** Every field that the vendor's schemas declare. */
const described: readonly Described[] = [
  {
    type: 'category',
    at: '',
    document: { ...cancelled, id: 'g', name: 'G', create_date: 'x', change_date: 'x' },
    required: kinds('string', `id name ${dates}`),
    optional: { parent_categories: 'array' },
  },
  {
    type: 'category',
    at: 'parent_categories.0',
    document: { id: 'g', name: 'G', create_date: 'x', change_date: 'x', parent_categories: [{ id: 'h' }] },
    required: kinds('string', 'id'),
    optional: {},
  },
  { type: 'customer', at: '', document: customer, ...customerFields },
  {
    type: 'employee',
    at: '',
    document: { ...customer, email: 'e' },
    required: kinds('string', `id email ${dates}`),
    optional: { ...kinds('string', person), active_flag: 'boolean', marketing_opt_in: 'boolean' },
  },
  { type: 'product', at: '', document: fullProduct, ...productFields },
  {
    type: 'product',
    at: 'catalog',
    document: fullProduct,
    required: { id: 'string' },
    optional: kinds('string', 'version_id name'),
  },
  {
    type: 'product',
    at: 'base_product',
    document: fullProduct,
    required: {},
    optional: kinds('string', 'id code name'),
  },
  { type: 'product', at: 'vendors.0', document: fullProduct, required: {}, optional: kinds('string', 'id name') },
  { type: 'product', at: 'urls', document: fullProduct, required: {}, optional: kinds('string', 'admin store') },
  { type: 'product', at: 'images.0', document: fullProduct, required: { url: 'string' }, optional: {} },
  { type: 'product', at: 'categories.0', document: fullProduct, required: kinds('string', 'id name'), optional: {} },
  {
    type: 'product',
    at: 'attributes.0',
    document: fullProduct,
    required: kinds('string', 'id name value'),
    optional: {},
  },
  {
    type: 'cart',
    at: '',
    document: cart,
    required: {
      ...kinds('string', `id ${dates} currency`),
      ...kinds('number', `subtotal ${money}`),
      customer: 'object',
      items: 'array',
    },
    optional: { cart_id: 'string', cookies: 'object', previous_items: 'array', visit: 'object' },
  },
  { type: 'cart', at: 'customer', document: cart, ...customerFields },
  { type: 'cart', at: 'items.0', document: cart, ...itemFields('cart_item_number') },
  { type: 'cart', at: 'previous_items.0', document: fullCart, ...itemFields('cart_item_number') },
  { type: 'cart', at: 'items.0.product', document: cart, ...productFields },
  { type: 'cart', at: 'visit', document: fullCart, ...visitFields },
  {
    type: 'order',
    at: '',
    document: placed,
    required: { ...kinds('string', 'order_number order_date'), customer: 'object' },
    optional: { cart_id: 'string', visit: 'object' },
  },
  { type: 'order', at: 'customer', document: placed, ...customerFields },
  { type: 'order', at: 'visit', document: { ...placed, visit: {} }, ...visitFields },
  {
    type: 'order',
    at: '',
    document: accepted,
    required: {
      ...kinds('string', `order_number order_date ${dates} currency`),
      ...kinds('number', `subtotal ${money}`),
      customer: 'object',
      items: 'array',
    },
    optional: { cart_id: 'string', ...kinds('object', 'delivery_address payment_address'), previous_items: 'array' },
  },
  { type: 'order', at: 'customer', document: accepted, ...customerFields },
  { type: 'order', at: 'items.0', document: accepted, ...itemFields('order_item_number') },
  { type: 'order', at: 'items.0', document: accepted, required: { status: 'string' }, optional: {} },
  { type: 'order', at: 'previous_items.0', document: fullOrder, ...itemFields('order_item_number') },
  { type: 'order', at: 'items.0.product', document: accepted, ...productFields },
  { type: 'order', at: 'delivery_address', document: fullOrder, ...address },
  { type: 'order', at: 'payment_address', document: fullOrder, ...address },
  { type: 'order', at: '', document: cancelled, required: kinds('string', 'order_number cancel_date'), optional: {} },
  {
    type: 'product.cost',
    at: '',
    document: cost,
    required: { ...kinds('string', 'change_date effective_date sku_code'), sku_cost: 'number' },
    optional: {},
  },
  {
    type: 'heartbeat',
    at: '',
    document: {},
    required: {},
    optional: { ...kinds('string', 'site_id instance_id version'), is_enabled: 'boolean' },
  },
  {
    type: 'tracker/pageview',
    at: '',
    document: pageview,
    required: { site: 'string', pageview: 'object' },
    optional: { ...kinds('string', 'org timestamp'), page: 'object', visit: 'object' },
  },
  {
    type: 'tracker/pageview',
    at: 'pageview',
    document: pageview,
    required: { page_type: 'string' },
    optional: { ...kinds('object', 'product category search'), attribution: 'array' },
  },
  {
    type: 'tracker/pageview',
    at: 'pageview.product',
    document: { site: 'shop', pageview: { page_type: 'product', product: { product_code: 'P' } } },
    required: { product_code: 'string' },
    optional: kinds('string', 'name sku_code'),
  },
  {
    type: 'tracker/pageview',
    at: 'pageview.category',
    document: { site: 'shop', pageview: { page_type: 'category', category: {} } },
    required: {},
    optional: kinds('string', 'id name'),
  },
  {
    type: 'tracker/pageview',
    at: 'pageview.search',
    document: { site: 'shop', pageview: { page_type: 'search', search: {} } },
    required: {},
    optional: { term: 'string', page: 'integer', total_results: 'integer' },
  },
  {
    type: 'tracker/pageview',
    at: 'page',
    document: fullView,
    required: {},
    optional: kinds('string', 'page_id prev_page_id'),
  },
  { type: 'tracker/pageview', at: 'visit', document: fullView, required: kinds('string', 'id visitor'), optional: {} },
  {
    type: 'tracker/visit',
    at: '',
    document: visit,
    required: { site: 'string', visit: 'object' },
    optional: { ...kinds('string', 'org timestamp'), page: 'object' },
  },
  {
    type: 'tracker/visit',
    at: 'visit',
    document: visit,
    required: {
      ...kinds('string', 'id visitor landing_url referrer_url user_agent'),
      ...kinds('array', 'tag_attribution rule_attribution'),
    },
    optional: {},
  },
]

const below = (at: string, name: string) => (at === '' ? name : `${at}.${name}`)
/** A value of each JSON type, by the draft's names, and how Python prints it. */
const samples: readonly (readonly [kinds: string, value: unknown, printed: string])[] = [
  ['', null, 'None'],
  ['boolean', true, 'True'],
  ['integer number', 5, '5'],
  ['number', 0.5, '0.5'],
  ['string', 'accepted', "'accepted'"],
  ['array', [], '[]'],
  ['object', {}, '{}'],
]

/** Whether messages about the inside of a value of the right type may follow. */
const within = (errors: Fields, path: string) => Object.keys(errors).every((name) => name.startsWith(`${path}.`))

describe('A document of each type', () => {
  it.each(minimal)('%s is accepted by POST and by PUT, is remembered, and breaks no rule', async (type, document) => {
    const emulator = await startTestEmulator()
    for (const method of ['post', 'put'] as const) {
      const reply = await send(emulator, type, document, { method })
      expect([reply.status, reply.text]).toEqual([200, '{\n  "success": true\n}'])
      expect(reply.headers['content-type']).toBe('application/json')
      expect(reply.headers).not.toHaveProperty('backstock-violations')
      expect(await lastRequest(emulator)).toMatchObject({
        operation: `jirafe.${type.replace('product.inventory', 'inventory')}`,
        site: 'shop',
        items: { updated: 1, not_updated: 0 },
      })
    }
    const events = await remembered(emulator, 'events')
    expect(events).toHaveLength(2)
    for (const { type: shown, event } of events) {
      expect(shown).toBe(type.replace('product.', '').replace('cost', 'product.cost'))
      expect(event).toEqual(JSON.parse(JSON.stringify(document)))
    }
    if (!type.includes('inventory')) expect(await remembered(emulator, 'levels')).toEqual([])
    if (type !== 'product.cost') expect(await remembered(emulator, 'costs')).toEqual([])
  })

  it.each(described.map((each) => [`${each.type} ${each.at || 'itself'}`, each] as const))(
    '%s requires its fields and no others, each of its type',
    async (_name, { type, at, document, required, optional }) => {
      const emulator = await startTestEmulator()
      expect(await errorsOf(emulator, type, document)).toEqual({})
      for (const [name, kind] of Object.entries({ ...required, ...optional })) {
        const path = below(at, name)
        const missing = await errorsOf(emulator, type, withValue(document, path, undefined))
        const isRequired = Object.hasOwn(required, name)
        expect(missing).toEqual(isRequired ? { [path]: `'${name}' is a required property` } : {})
        for (const [right, value, printed] of samples) {
          const errors = await errorsOf(emulator, type, withValue(document, path, value))
          if (!right.split(' ').includes(kind))
            expect(errors).toEqual({ [path]: `${printed} is not of type '${kind}'` })
          else if (name !== 'status' && name !== 'page_type') expect(within(errors, path)).toBe(true)
        }
      }
    },
  )

  it.each(minimal)('%s is no list, text, number or null', async (type) => {
    const emulator = await startTestEmulator()
    for (const [body, printed] of [
      ['[{}]', '[{}]'],
      ['"cart"', "'cart'"],
      ['-0', '0'],
      ['1e2', '100.0'],
      ['null', 'None'],
      ['true', 'True'],
    ] as const)
      expect(await errorsOf(emulator, type, body)).toEqual({ '': `${printed} is not of type 'object'` })
    expect(await remembered(emulator, 'events')).toEqual([])
  })
})

describe('A keyword', () => {
  const items = [{ id: 'g', name: 'G' }]
  const twice = "[{'id': 'g', 'name': 'G'}, {'id': 'g', 'name': 'G'}]"
  /** What is put where into a valid document, and what is told of it there; nothing where it is right. */
  const judged: [type: string, document: Fields, path: string, value: unknown, told: string | undefined][] = [
    ['cart', cart, 'items.0.price', -1, '-1 is less than the minimum of 0'],
    ['cart', cart, 'items.0.price', -0.5, '-0.5 is less than the minimum of 0'],
    ['cart', cart, 'items.0.price', 0, undefined],
    ['cart', cart, 'items.0.price', 2 ** 53, undefined],
    ['cart', cart, 'items.0.discount_price', '12', "'12' is not of type 'number'"],
    ['cart', cart, 'total_discounts', -1, '-1 is less than the minimum of 0'],
    ['cart', { ...cart, previous_items: cart.items }, 'previous_items.0.price', -1, '-1 is less than the minimum of 0'],
    ['order', accepted, 'items.0.price', -1, '-1 is less than the minimum of 0'],
    ['order', accepted, 'total_discounts', -1, undefined],
    ['order', accepted, 'items.0.quantity', -1, undefined],
    ['order', accepted, 'items.0.status', 'placed', "'placed' is not one of ['accepted', 'cancelled']"],
    ['order', accepted, 'items.0.status', 'Accepted', "'Accepted' is not one of ['accepted', 'cancelled']"],
    ['order', accepted, 'items.0.status', '', "'' is not one of ['accepted', 'cancelled']"],
    ['order', accepted, 'items.0.status', 5, "5 is not of type 'string'"],
    ['order', accepted, 'items.0.status', 'cancelled', undefined],
    [
      'tracker/pageview',
      pageview,
      'pageview.page_type',
      'home',
      "'home' is not one of ['homepage', 'cart', 'order_confirm', 'order_success', 'checkout', 'product', 'category', 'search', 'other']",
    ],
    ['product.cost', cost, 'sku_code', '', "'' is too short"],
    ['product.cost', cost, 'sku_code', [], "[] is not of type 'string'"],
    ['product.cost', cost, 'sku_code', '😀', undefined],
    ['product.cost', cost, 'sku_cost', '12.95', "'12.95' is not of type 'number'"],
    ['product.cost', cost, 'sku_cost', -1e300, undefined],
    [
      'product',
      { ...product, categories: items },
      'categories',
      [...items, ...items],
      `${twice} has non-unique elements`,
    ],
    ['product', { ...product, categories: items }, 'categories', [...items, { id: 'g', name: 'g' }], undefined],
    ['product', { ...product, attributes: [] }, 'attributes', [], undefined],
    ['product', { ...product, ancestors: [] }, 'ancestors', ['a', 'a'], undefined],
    [
      'cart',
      withValue(cart, 'items.0.product.categories', []),
      'items.0.product.categories',
      [...items, ...items],
      `${twice} has non-unique elements`,
    ],
    ['product', { ...product, ancestors: ['a', 'b'] }, 'ancestors.1', null, "None is not of type 'string'"],
    ['tracker/visit', visit, 'visit.rule_attribution.0', 7, "7 is not of type 'string'"],
  ]

  it.each(judged)('in %s: %j, at %s with %j, is told as %s', async (type, document, path, value, told) => {
    const emulator = await startTestEmulator()
    const errors = await errorsOf(emulator, type, withValue(document, path, value))
    expect(errors).toEqual(told === undefined ? {} : { [path]: told })
    expect(await brokenRules(emulator)).toEqual(told === undefined ? [] : ['jirafe.event.schema'])
  })

  it('tells a list that is not unique, and beside it what is wrong in its elements', async () => {
    const emulator = await startTestEmulator()
    const errors = await errorsOf(emulator, 'product', { ...product, categories: [{ name: 5 }, { name: 5 }] })
    expect(errors).toEqual({
      categories: "[{'name': 5}, {'name': 5}] has non-unique elements",
      'categories.0.id': "'id' is a required property",
      'categories.0.name': "5 is not of type 'string'",
      'categories.1.id': "'id' is a required property",
      'categories.1.name': "5 is not of type 'string'",
    })
  })

  it.each([
    ['the order of names', '{"id":"g","name":"G","x":{"a":1,"b":2}},{"x":{"b":2,"a":1},"name":"G","id":"g"}', true],
    ['how a number is written', '{"id":"g","name":"G","x":1},{"id":"g","name":"G","x":1.0}', true],
    ['how a text is written', String.raw`{"id":"g","name":"G"},{"id":"\u0067","name":"G"}`, true],
    ['a name that is given twice', '{"id":"g","name":"G"},{"id":"x","id":"g","name":"G"}', true],
    [
      'what an integer beyond 2^53 is worth',
      '{"id":"g","name":"G","x":100000000000000000000},{"id":"g","name":"G","x":1e20}',
      true,
    ],
    ['a number and its text', '{"id":"g","name":"G","x":1},{"id":"g","name":"G","x":"1"}', false],
    ['one and true', '{"id":"g","name":"G","x":1},{"id":"g","name":"G","x":true}', false],
    ['the order of a list', '{"id":"g","name":"G","x":[1,2]},{"id":"g","name":"G","x":[2,1]}', false],
    [
      'a digit beyond 2^53',
      '{"id":"g","name":"G","x":9007199254740992},{"id":"g","name":"G","x":9007199254740993}',
      false,
    ],
  ])('of a unique list looks at values: %s', async (_what, elements, isRefused) => {
    const emulator = await startTestEmulator()
    const text = `${JSON.stringify(product).slice(0, -1)},"categories":[${elements}]}`
    const errors = await errorsOf(emulator, 'product', text)
    expect(Object.keys(errors)).toEqual(isRefused ? ['categories'] : [])
  })

  it('of a unique list takes 10 MB of numbers that are long when they are written out', async () => {
    const emulator = await startTestEmulator()
    const numbers = '1e308,'.repeat(1_740_000).slice(0, -1)
    const text = `${JSON.stringify(product).slice(0, -1)},"categories":[{"id":"g","name":"G","x":[${numbers}]}]}`
    expect(await errorsOf(emulator, 'product', text)).toEqual({})
  })
})

describe('A number is judged by its literal', () => {
  const above = 'is greater than the maximum of 9007199254740992'
  const under = 'is less than the minimum of -9007199254740992'
  it.each([
    ['quantity', '5.0', "5.0 is not of type 'integer'"],
    ['quantity', '1e2', "100.0 is not of type 'integer'"],
    ['quantity', '1E400', "inf is not of type 'integer'"],
    ['quantity', '9007199254740992', undefined],
    ['quantity', '-9007199254740992', undefined],
    ['quantity', '9007199254740993', `9007199254740993 ${above}`],
    ['quantity', '-9007199254740993', `-9007199254740993 ${under}`],
    ['quantity', '123456789012345678901234567890', `123456789012345678901234567890 ${above}`],
    ['quantity', '-0', undefined],
    ['price', '9007199254740992', undefined],
    ['price', '9007199254740993', `9007199254740993 ${above}`],
    // As floats both are 2^53.
    ['price', '9007199254740992.0', undefined],
    ['price', '9007199254740993.0', undefined],
    ['price', '9007199254740994.0', `9007199254740994.0 ${above}`],
    ['price', '1e16', `1e+16 ${above}`],
    ['price', '1e400', `inf ${above}`],
    ['price', '-1e400', '-inf is less than the minimum of 0'],
    ['price', '-1e-400', undefined],
    ['price', '-5e-324', '-5e-324 is less than the minimum of 0'],
    ['price', '-0.0', undefined],
    ['price', '1e2', undefined],
  ])('%s of %s', async (name, literal, told) => {
    for (const [type, document] of [
      ['cart', cart],
      ['order', accepted],
    ] as const) {
      const emulator = await startTestEmulator()
      const text = JSON.stringify(withValue(document, `items.0.${name}`, 'LITERAL')).replace('"LITERAL"', literal)
      const errors = await errorsOf(emulator, type, text)
      expect(errors).toEqual(told === undefined ? {} : { [`items.0.${name}`]: told })
      const broken = told?.includes('integer') ? 'jirafe.event.float_integers' : 'jirafe.event.schema'
      expect(await brokenRules(emulator)).toEqual(told === undefined ? [] : [broken])
    }
  })
})

describe('What the vendor accepted although its schema says otherwise', () => {
  /** The document on lines of its own, so that a place in it can be told. */
  const inLines = (document: unknown) => JSON.stringify(document, null, 2)
  const told = async (emulator: Emulator) => {
    const { violations } = await lastRequest(emulator)
    return violations.map(({ rule, at }: { rule: string; at: unknown }) => [rule, at])
  }

  it.each<[what: string, type: string, document: unknown, name: string, rule: string, pointer: string]>([
    [
      'a date that is none',
      'cart',
      withValue(cart, 'items.0.change_date', 'soon'),
      'soon',
      'formats',
      '/items/0/change_date',
    ],
    [
      'an empty date',
      'order',
      withValue(accepted, 'items.0.product.create_date', ''),
      '""',
      'formats',
      '/items/0/product/create_date',
    ],
    [
      'a date of a customer',
      'order',
      withValue(placed, 'customer.create_date', '1/2/3'),
      '1/2/3',
      'formats',
      '/customer/create_date',
    ],
    ['a date of a visit', 'tracker/visit', { ...visit, timestamp: 'soon' }, 'soon', 'formats', '/timestamp'],
    [
      'an undeclared field of an item',
      'cart',
      withValue(cart, 'items.0.colour', 'red'),
      'red',
      'undeclared',
      '/items/0/colour',
    ],
    [
      'an undeclared field of a customer',
      'cart',
      withValue(cart, 'customer.a/b', 'red'),
      'red',
      'undeclared',
      '/customer/a~1b',
    ],
    [
      'an undeclared field of a category',
      'product',
      { ...product, categories: [{ id: 'g', name: 'G', more: 'red' }] },
      'red',
      'undeclared',
      '/categories/0/more',
    ],
    ['an undeclared field of a heartbeat', 'heartbeat', { uptime: 'red' }, 'red', 'undeclared', '/uptime'],
  ])('%s is accepted and reported where it stands', async (_what, type, document, seen, rule, pointer) => {
    const emulator = await startTestEmulator()
    const text = inLines(document)
    const reply = await send(emulator, type, text)
    expect([reply.status, reply.headers['backstock-violations']]).toEqual([200, '1'])
    const lines = text.split('\n')
    const line = lines.findIndex((each) => each.includes(seen)) + 1
    const column = (lines[line - 1] ?? '').indexOf(': "') + 3
    expect(await told(emulator)).toEqual([[`jirafe.event.${rule}`, { pointer, line, column }]])
  })

  it.each([
    ['itself', '{"id":"x","id":"c1","create_date":"2013-12-01","change_date":"2013-12-01"}', 'customer', '/id', 12],
    [
      'an object inside',
      `${JSON.stringify(placed).slice(0, -1)},"visit":{"visit_id":"a","visit_id":"b"}}`,
      'order',
      '/visit/visit_id',
      undefined,
    ],
    [
      'an element of a list',
      `${JSON.stringify(product).slice(0, -1)},"images":[{"url":"a","url":"b"}]}`,
      'product',
      '/images/0/url',
      undefined,
    ],
  ])('a name that %s has twice is reported, once, and the last counts', async (_what, text, type, pointer, column) => {
    const emulator = await startTestEmulator()
    expect((await send(emulator, type, text)).status).toBe(200)
    const [[rule, at], ...more] = await told(emulator)
    expect([rule, at.pointer, more]).toEqual(['jirafe.event.repeated', pointer, []])
    expect(at.line).toBe(1)
    if (column !== undefined) expect(at.column).toBe(text.indexOf('"c1"') + 1)
  })

  it.each([
    ['customer', customer, '/cookies'],
    ['cart', cart, '/cookies'],
  ])('the cookies of a %s may hold anything', async (type, document) => {
    const emulator = await startTestEmulator()
    const text = `${JSON.stringify(document).slice(0, -1)},"cookies":{"__proto__":1,"a":[null,{"a":1,"a":2.0}],"create_date":"x","":{}}}`
    const reply = await send(emulator, type, text)
    expect(reply.status).toBe(200)
    expect(await brokenRules(emulator)).toEqual([])
    const [{ event }] = await remembered(emulator, 'events')
    expect(event.cookies.a).toEqual([null, { a: 2 }])
  })

  it('a field that is undeclared is not looked into', async () => {
    const emulator = await startTestEmulator()
    expect(await errorsOf(emulator, 'customer', { ...customer, items: [{ price: 'x' }], product: { id: 5 } })).toEqual(
      {},
    )
    expect((await brokenRules(emulator)).sort()).toEqual(['jirafe.event.undeclared', 'jirafe.event.undeclared'])
  })

  test('a declared name that every object inherits is missing all the same', async () => {
    const emulator = await startTestEmulator()
    const errors = await errorsOf(emulator, 'customer', '{"__proto__":{"id":"c","create_date":"x","change_date":"y"}}')
    expect(Object.keys(errors)).toEqual(['change_date', 'create_date', 'id'])
    expect(await errorsOf(emulator, 'heartbeat', '{"constructor":1,"toString":2}')).toEqual({})
  })
})

describe('A refused event', () => {
  it('changes nothing, is not remembered, and is counted with each of its messages', async () => {
    const emulator = await startTestEmulator()
    await send(emulator, 'inventory', level)
    await send(emulator, 'product.cost', cost)
    const before = [await remembered(emulator, 'levels'), await remembered(emulator, 'costs')]
    const events = await remembered(emulator, 'events')
    await send(emulator, 'inventory', { ...level, inventory_level: null })
    await send(emulator, 'product.cost', { ...cost, sku_cost: null, sku_code: null })
    expect(await lastRequest(emulator)).toMatchObject({
      status: 400,
      items: { updated: 0, not_updated: 1 },
      changes_total: 0,
      violations_total: 2,
    })
    expect([await remembered(emulator, 'levels'), await remembered(emulator, 'costs')]).toEqual(before)
    expect(await remembered(emulator, 'events')).toEqual(events)
  })

  it.each([
    ['heartbeat', 'an object'],
    ['customer', 'an object with id, create_date, change_date'],
  ])('that is no object is told that %s is %s', async (type, right) => {
    const emulator = await startTestEmulator()
    await send(emulator, type, 5)
    expect((await lastRequest(emulator)).violations).toMatchObject([{ rule: 'jirafe.event.schema', right }])
  })

  it('has a place for each message: of a missing field that of its object', async () => {
    const emulator = await startTestEmulator()
    const text = JSON.stringify(withValue(withValue(cart, 'items.0.id', undefined), 'total', null), null, 1)
    await send(emulator, 'cart', text)
    const { violations } = await lastRequest(emulator)
    const lines = text.split('\n')
    const places = violations.map(({ at, right }: { at: object; right: string }) => ({ ...at, right }))
    expect(places).toEqual([
      {
        pointer: '/total',
        line: lines.findIndex((line) => line.includes('"total"')) + 1,
        column: 11,
        right: 'total: number',
      },
      expect.objectContaining({ pointer: '/items/0/id', right: 'id: string' }),
    ])
  })
})
