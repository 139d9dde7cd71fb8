import fc from 'fast-check'
import type { Document, Literal, Settings } from './jirafe.js'

/** Random sites and events. Codes and instants are few, so that events meet each other's levels. */

/** Among them one instant in several spellings, and texts that are no instant. */
const date = fc.oneof(
  {
    weight: 4,
    arbitrary: texts(
      '2015-01-23T16:35:38+0000',
      '2015-01-23T16:35:38Z',
      '2015-01-23T16:35:38',
      '2015-01-23T18:05:38+01:30',
      '2015-01-23T11:35:38-0500',
      '2015-01-23T16:35:38.000001Z',
      '2015-01-23T16:35:37.999Z',
      '2015-01-23T16:35Z',
      '2015-01-22T20:00:00-05:00',
      '2015-01-24T00:00:00+09:00',
      '2015-01-23',
      '2015-01-24',
      '2016-02-29T00:00:00Z',
    ),
  },
  { weight: 1, arbitrary: texts('2013-07-30T19 =>19 =>05Z', '2015-02-29T00:00:00Z', '2015-13-01', 'yesterday', '') },
)
const effectiveDate = fc.oneof(
  { weight: 9, arbitrary: texts('2015-09-01') },
  { weight: 1, arbitrary: texts('2015-09-02', '2015-09-01T00:00:00Z', 'any text', '') },
)
const code = fc.oneof({ weight: 6, arbitrary: texts('SKU-1') }, { weight: 1, arbitrary: texts('SKU-2', '10', 'Größe') })
const level = fc.oneof(
  fc.integer({ min: -3, max: 40 }).map(String),
  fc.constantFrom('0', '-1', '9007199254740993', '-12345678901234567890'),
)

/** What breaks a schema by its type, of which only some breaks every type. */
const noString = fc.constantFrom('null', '5', '5.0', 'true', '[]', '{}')
const noInteger = fc.constantFrom('null', '""', '"5"', '5.0', '1.5', '1e2', 'true', 'false', '[]', '{}')
const noBoolean = fc.constantFrom('null', '"true"', '0', '1', '[]')

function texts(...values: readonly string[]): fc.Arbitrary<Literal> {
  return fc.constantFrom(...values.map((value) => JSON.stringify(value)))
}

/** Mostly right; undefined where the field is left out. */
function field(right: fc.Arbitrary<Literal>, wrong: fc.Arbitrary<Literal>, left = 1) {
  return fc.oneof(
    { weight: 40, arbitrary: right },
    { weight: 1, arbitrary: wrong },
    { weight: left, arbitrary: fc.constant(undefined) },
  )
}

const undeclared = fc.oneof(
  { weight: 20, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constantFrom('null', '"x"', '[1,2]') },
)
const first = fc.record({
  timestamp: field(date, noString),
  product_code: field(fc.oneof({ weight: 9, arbitrary: code }, { weight: 1, arbitrary: texts('') }), noString),
  inventory_level: field(level, noInteger),
  note: undeclared,
})
const second = fc.record({
  change_date: field(date, noString),
  effective_date: field(effectiveDate, noString),
  sku_code: field(code, fc.oneof(noString, texts(''))),
  inventory_level: field(level, noInteger),
  low_stock_alert: field(level, noInteger, 40),
  inventory_alerts: field(fc.constantFrom('true', 'false'), noBoolean, 40),
  note: undeclared,
})
/** A document of one revision with a field of the other. */
const mixed = fc
  .tuple(first, second)
  .chain(([one, other]) =>
    fc.constantFrom(
      { ...one, sku_code: other.sku_code },
      { ...one, change_date: other.change_date },
      { ...one, ...other },
    ),
  )
const noObject = fc.constantFrom('[]', 'null', '5', '"text"', 'true')

const document: fc.Arbitrary<Document> = fc.oneof(
  { weight: 8, arbitrary: shuffled(first) },
  { weight: 14, arbitrary: shuffled(second) },
  { weight: 1, arbitrary: shuffled(mixed) },
  { weight: 1, arbitrary: noObject },
)

function shuffled(fields: fc.Arbitrary<Readonly<Record<string, Literal | undefined>>>): fc.Arbitrary<Document> {
  return fields
    .map((all) => Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])))
    .chain((all) => fc.shuffledSubarray(all, { minLength: all.length }))
}

const settings: fc.Arbitrary<Settings> = fc.record({
  inventory_schema: fc.oneof(
    { weight: 9, arbitrary: fc.constant('any' as const) },
    { weight: 1, arbitrary: fc.constantFrom('first' as const, 'second' as const) },
  ),
  latest_by: fc.constantFrom('arrival', 'timestamp'),
})

/** How an event comes: both methods and both paths are the same call. */
const way = fc.record({
  method: fc.constantFrom('POST', 'PUT'),
  type: fc.constantFrom('inventory', 'product.inventory'),
})

/** A site and the events that it is sent. */
export const sequence = fc.record({
  settings,
  events: fc.array(fc.record({ document, way }), { minLength: 1, maxLength: 14, size: 'max' }),
})
