import fc from 'fast-check'
import {
  type Account,
  type Call,
  type Fields,
  type Format,
  type IdentifierName,
  type Identifiers,
  type Item,
  identifierNames,
  type Pending,
  type Sent,
  type Settings,
  type SingleCall,
} from './joor.js'

/** Random accounts and calls. Names and days are few, so that calls meet each other's positions. */

const string = (text: string): Sent => ({ type: 'string', text })
const number = (text: string): Sent => ({ type: 'number', text })
const boolean = (text: 'true' | 'false'): Sent => ({ type: 'boolean', text })
const nothing: Sent = { type: 'null', text: '' }
const nested: Sent = { type: 'nested', text: '' }

/** What every field may hold instead of a value: absent, empty in its forms, or a value with parts. */
const noValue = fc.constantFrom(undefined, string(''), string(' '), nothing, nested)

function field(good: readonly Sent[], odd: readonly Sent[]): fc.Arbitrary<Sent | undefined> {
  return fc.oneof(
    { weight: 60, arbitrary: fc.constantFrom(...good) },
    { weight: 3, arbitrary: fc.constantFrom(...odd) },
    { weight: 1, arbitrary: noValue },
  )
}

const warehouse = field(
  ['NY', 'LA', 'Default'].map(string),
  [' NY ', 'ny', 'default', 'Paris & "Lyon" <1>', 'true', '12'].map(string).concat(number('12'), boolean('true')),
)

const day = field(
  ['2024-05-01', '05-01-2024', 'IMMEDIATE', '2024-02-29', '12-01-2024'].map(string),
  [
    'immediate',
    ' 2024-05-01 ',
    '2024-05-01T10:00:00Z',
    '2024-04-30T23:30:00-05:00',
    '2024-05-02T00:30:00+02:00',
    '2023-02-29',
    '02-30-2024',
    '2024-13-01',
    '13-01-2024',
    '2024-02-30T10:00:00Z',
    '2024-05-01T25:00:00Z',
    '12/01/2014',
    '2014-1-1',
    '1999-12-31',
    'tomorrow',
  ]
    .map(string)
    .concat(number('20240501'), boolean('false')),
)

const texts = [
  ...['26', ' 7 ', '-4', '15.0', '-2.00', '1.5', '-0.5', '1e1', '1,000', '0x10', 'ten', '--1', '1 2', '007'],
  ...['9007199254740991', '-9007199254740991', '9007199254740992', '-9007199254740992', '99999999999999999999'],
].map(string)
const numbers = [
  ...['15.0', '-2.00', '1.5', '-0', '0.0', '9007199254740991', '9007199254740992', '-9007199254740993'],
].map(number)
/** XML knows no numbers, so what only a number may be has no twin there. */
const exponents = ['1e1', '15E-1', '150e-1', '1.5e1', '0e9', '2e15', '2e16', '1e400'].map(number)

function inventory(format: Format | 'both'): fc.Arbitrary<Sent | undefined> {
  const odd = format === 'both' ? [...texts, ...numbers] : [...texts, ...numbers, ...exponents]
  return fc.oneof(
    { weight: 36, arbitrary: fc.integer({ min: -3, max: 40 }).map((quantity) => number(String(quantity))) },
    { weight: 1, arbitrary: fc.constant(number('0')) },
    { weight: 2, arbitrary: fc.constantFrom(...odd, boolean('true')) },
    { weight: 1, arbitrary: noValue },
  )
}

const madeToOrder = fc.oneof(
  { weight: 30, arbitrary: fc.constant(undefined) },
  { weight: 6, arbitrary: fc.constantFrom(boolean('true'), string('true')) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      ...['TRUE', 'True', ' true ', 'false', 'False', 'yes', '1', '0', ''].map(string),
      boolean('false'),
      number('1'),
      nothing,
      nested,
    ),
  },
)

/**
 * A style list with everything that may be doubtful: one identifier under two numbers, one number over two
 * identifiers, a size code for a run of sizes, SKUs with and without the vendor's own ids and upc.
 */
export const styles: readonly Style[] = [
  {
    style_number: 'N1',
    style_identifier: 'I1',
    style_id: 701,
    colors: [
      {
        color_code: 'RED',
        style_color_id: 7011,
        sizes: [
          { size: 'S', size_code: 'run', upc: '0001' },
          { size: 'M', size_code: 'run', upc: '0002' },
          { size: 'L', size_code: 'l' },
        ],
      },
      { color_code: 'BLUE', style_color_id: 7012, sizes: [{ size: 'S', upc: '1' }] },
    ],
  },
  { style_number: 'N1', style_identifier: 'I2', colors: [{ color_code: 'RED', sizes: [{ size: 'S' }] }] },
  {
    style_number: 'N2',
    style_identifier: 'I3',
    style_id: 703,
    colors: [{ color_code: 'RED', sizes: [{ size: 'S' }] }],
  },
  {
    style_number: 'N3',
    style_identifier: 'I3',
    colors: [{ color_code: 'RED', sizes: [{ size: 'S', size_code: 's' }] }],
  },
]

interface Style {
  readonly style_number: string
  readonly style_identifier: string
  readonly style_id?: number
  readonly colors: readonly Color[]
}
interface Color {
  readonly color_code: string
  readonly style_color_id?: number
  readonly sizes: readonly { readonly size: string; readonly size_code?: string; readonly upc?: string }[]
}

/** Every SKU of a style list, with all that the list says of it. */
export function skusOf(list: readonly Style[]): readonly Identifiers[] {
  return list.flatMap(({ colors, ...style }) =>
    colors.flatMap(({ sizes, ...color }) => sizes.map((size) => textsOf({ ...style, ...color, ...size }))),
  )
}

function textsOf(fields: Readonly<Record<string, string | number>>): Identifiers {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]))
}

const values: Readonly<Record<IdentifierName, readonly string[]>> = {
  upc: ['0001', '0002', '1', 'unknown'],
  style_number: ['N1', 'N2', 'N3', 'N9'],
  style_identifier: ['I1', 'I2', 'I3', 'I9'],
  style_id: ['701', '703', '709', '12345678901234567890'],
  color_code: ['RED', 'BLUE', 'GREEN'],
  style_color_id: ['7011', '7012', '7099'],
  size: ['S', 'M', 'XL'],
  size_code: ['run', 'l', 's'],
}
const integers: readonly string[] = ['style_id', 'style_color_id']

/** The combinations that name a SKU; the last gives all but upc. */
const sufficient: readonly (readonly IdentifierName[])[] = [
  ['upc'],
  ['style_number', 'style_identifier', 'color_code', 'size'],
  ['style_identifier', 'color_code', 'size'],
  ['style_identifier', 'color_code', 'size_code'],
  ['style_id', 'style_color_id', 'size'],
  ['style_id', 'color_code', 'size'],
  ['style_color_id', 'size'],
  ['style_number', 'color_code', 'size'],
  ['style_number', 'style_color_id', 'size'],
  ['upc', 'style_number', 'style_identifier', 'color_code', 'size'],
  ['style_number', 'style_identifier', 'style_id', 'color_code', 'style_color_id', 'size', 'size_code'],
]
const insufficient: readonly (readonly IdentifierName[])[] = [
  ['style_identifier', 'size'],
  ['color_code', 'size'],
  ['style_number', 'style_identifier', 'color_code'],
  [],
]

type Named = Readonly<Partial<Record<IdentifierName, Sent | undefined>>>

/** Of one SKU of the list, so that identifiers agree. */
const agreeing = fc.constantFrom(
  ...skusOf(styles).flatMap((sku) =>
    sufficient
      .filter((names) => names.every((name) => sku[name] !== undefined))
      .map((names): Named => Object.fromEntries(names.map((name) => [name, plain(name, sku[name] ?? '')]))),
  ),
)
/** Each of any SKU, or of none. */
const colliding = fc
  .oneof(fc.constantFrom(...sufficient, ...insufficient), fc.subarray([...identifierNames]))
  .chain((names): fc.Arbitrary<Named> => {
    return fc.record(
      Object.fromEntries(
        names.map((name) => [name, fc.constantFrom(...values[name]).map((text) => plain(name, text))]),
      ),
    )
  })
/** One identifier in a form that is odd or wrong. */
const odd = fc.constantFrom(...identifierNames).chain((name): fc.Arbitrary<Named> => {
  const forms = integers.includes(name)
    ? [string('701'), string(' 701 '), string('0701'), string('seven'), number('7.5'), string('7-1'), boolean('true')]
    : [number('1'), boolean('true'), string(' 0001 '), string('N1 '), string('x'.repeat(120))]
  return fc.oneof(noValue, fc.constantFrom(...forms)).map((value) => ({ [name]: value }))
})
const identifiers: fc.Arbitrary<Named> = fc.oneof(
  { weight: 16, arbitrary: agreeing },
  { weight: 3, arbitrary: colliding },
  { weight: 1, arbitrary: fc.tuple(agreeing, odd).map(([good, odd]) => ({ ...good, ...odd })) },
)

function plain(name: IdentifierName, text: string): Sent {
  return integers.includes(name) ? number(text) : string(text)
}

/** Fields that no item has; the last two are near misses of some that it has. */
const unknownField = fc.oneof(
  { weight: 12, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom({ note: string('a & b') }, { UPC: string('0001') }, { style_identifer: string('I1') }),
  },
)

/** An item; for `both` formats only such as can be said in both. */
function item(format: Format | 'both'): fc.Arbitrary<Item> {
  const fields = fc
    .tuple(
      fc.record({ warehouse, inventory_date: day, inventory: inventory(format), made_to_order: madeToOrder }),
      identifiers,
      unknownField,
    )
    .map((parts): Fields => Object.entries(Object.assign({}, ...parts)).flatMap(sentField))
  const once = fields.chain((all): fc.Arbitrary<Fields> => fc.shuffledSubarray([...all], { minLength: all.length }))
  if (format === 'both') return once
  // A name that comes twice: refused in XML, the last counts in JSON.
  const twice = fc.tuple(once, fc.nat(9), fc.constantFrom('NY', 'LA', '2')).map(([all, place, text]): Fields => {
    const again = all[place]
    return again === undefined ? all : [...all, [again[0], string(text)]]
  })
  const usual = [
    { weight: 40, arbitrary: once },
    { weight: 4, arbitrary: twice },
  ]
  if (format === 'xml') return fc.oneof(...usual)
  return fc.oneof(...usual, { weight: 1, arbitrary: fc.constantFrom('null', '12', '"text"', '[]', 'true') })
}

function sentField([name, value]: [string, unknown]): Fields {
  // Each record above holds what was sent, or undefined for what was left out.
  return value === undefined ? [] : [[name, value as Sent]]
}

const flag = (name: string) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant([]) },
    { weight: 5, arbitrary: fc.constant([[name, '1'] as const]) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        ...['0', 'true', '01', '', '2'].map((value) => [[name, value] as const]),
        [[name, '0'] as const, [name, '1'] as const],
        [[name, '1'] as const, [name, '0'] as const],
        [[name.toUpperCase(), '1'] as const],
      ),
    },
  )
const query = fc.tuple(flag('overwrite'), flag('dec_pending')).map((parts) => parts.flat())

const method = fc.constantFrom('POST' as const, 'PUT' as const)
const call = (format: Format): fc.Arbitrary<Call> =>
  fc.record({
    method,
    format: fc.constant(format),
    query,
    items: fc.array(item(format), { minLength: 1, maxLength: 6, size: 'max' }),
  })
const twinCall = fc.record({
  method,
  query,
  items: fc.array(item('both'), { minLength: 1, maxLength: 6, size: 'max' }),
})

/** A value of a parameter; now and then it is empty. */
const parameter = (...texts: readonly string[]) =>
  fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...texts) }, { weight: 1, arbitrary: fc.constantFrom('', ' ') })
const ownSku = fc.oneof(
  // Of one SKU of the list, by its upc or by color and size.
  fc.constantFrom(
    ...skusOf(styles).map(({ style_number = '', style_identifier = '', upc, color_code = '', size = '' }) => ({
      path: [style_number, style_identifier] as const,
      named: upc === undefined ? { color_code, size } : { upc },
    })),
  ),
  fc.record({
    path: fc.tuple(
      fc.constantFrom(...values.style_number, ' N1 ', 'a/b'),
      fc.constantFrom(...values.style_identifier, 'ü%'),
    ),
    named: fc.record(
      {
        upc: parameter(...values.upc),
        color_code: parameter(...values.color_code),
        size: parameter(...values.size, 'S&M'),
      },
      { requiredKeys: [] },
    ),
  }),
)
const singleFields = fc.record(
  {
    warehouse: parameter('NY', 'LA', 'Default', ' NY ', 'ny'),
    inventory_date: parameter('2024-05-01', '05-01-2024', 'IMMEDIATE', '2023-02-29', '2024-05-02T00:30:00+02:00'),
    inventory: fc.oneof(
      { weight: 12, arbitrary: fc.integer({ min: -3, max: 40 }).map(String) },
      { weight: 1, arbitrary: fc.constantFrom(...texts.map(({ text }) => text), '') },
    ),
    made_to_order: fc.constant('true'),
    style_id: fc.constant('701'),
    return_format: fc.constantFrom('xml', 'json', 'yaml'),
  },
  { requiredKeys: ['inventory'] },
)
/** A call about one SKU, its parameters in any order and one of them perhaps twice. */
const singleCall: fc.Arbitrary<SingleCall> = fc
  .tuple(ownSku, singleFields, flag('dec_pending'), fc.constantFrom([], [], [], [['inventory', '5'] as const]))
  .chain(([{ path, named }, fields, pending, again]) => {
    const once = Object.entries({ ...named, ...fields })
    return fc.shuffledSubarray(once, { minLength: once.length }).map((query) => ({
      styleNumber: path[0],
      styleIdentifier: path[1],
      query: [...query, ...pending, ...again],
    }))
  })

const settings: fc.Arbitrary<Settings> = fc.record({
  overwrite_scope: fc.constantFrom('warehouse', 'account'),
  pending_floor: fc.constantFrom('none', 'zero'),
  missing_warehouse: fc.constantFrom('default', 'refuse'),
  made_to_order_clears: fc.constantFrom('sku', 'position'),
  partial_code: fc.constantFrom('0', '1'),
})

/** Of the style list, each in another way of naming a SKU; good with and without the list. */
const pendingSkus: readonly Identifiers[] = [
  { upc: '0001' },
  { style_number: 'N1', style_identifier: 'I1', color_code: 'RED', size: 'S' },
  { style_identifier: 'I1', color_code: 'BLUE', size: 'S' },
  { style_id: '701', style_color_id: '7011', size: 'L' },
  { style_number: 'N3', style_identifier: 'I3', color_code: 'RED', size: 'S' },
]
const pending: fc.Arbitrary<readonly Pending[]> = fc.array(
  fc.record({
    warehouse: fc.constantFrom('NY', 'LA', 'Default'),
    inventory_date: fc.constantFrom('2024-05-01', '05-01-2024', 'IMMEDIATE'),
    identifiers: fc.constantFrom(...pendingSkus),
    quantity: fc.integer({ min: 0, max: 30 }),
  }),
  { maxLength: 20, size: 'max' },
)

/** A list may be absent, know all that the account needs, or know nothing. */
const account: fc.Arbitrary<Account> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      warehouses: fc.constantFrom(null, ['NY', 'LA']),
      skus: fc.constantFrom(null, skusOf(styles)),
      pending,
      settings,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      warehouses: fc.constantFrom(null, []),
      skus: fc.constantFrom(null, []),
      pending: fc.constant([]),
      settings,
    }),
  },
)
const calls = <Kind>(one: fc.Arbitrary<Kind>) => fc.array(one, { minLength: 1, maxLength: 8, size: 'max' })

/** An account and the calls of one client, in either format and about one SKU. */
export const sequence = fc.record({ account, calls: calls(fc.oneof(call('json'), call('xml'), singleCall)) })
/** An account and calls that can be said in both formats. */
export const twinSequence = fc.record({ account, calls: calls(twinCall) })
