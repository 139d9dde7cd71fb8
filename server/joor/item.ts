import type { Breakable, Rule } from '../../contracts/rules/book.js'
import { joor } from '../../contracts/rules/joor.js'
import type { Findings } from '../findings.js'
import type { Settings } from '../settings.js'
import { identifierNames, type SkuIdentifiers } from '../state/rows.js'
import { nearest } from '../suggestion.js'
import { readDate } from './date.js'
import { ItemJudge, type Refused } from './item-judge.js'
import { integerForm, numberOf, readQuantity } from './quantity.js'
import type { ItemForm, SentField, SentItem } from './sent.js'

/** An item as understood, before its SKU is looked up. */
export interface Item {
  readonly index: number
  readonly sent: SentItem
  readonly warehouse: string
  /** `YYYY-MM-DD` or `IMMEDIATE`; undefined where the date is refused. */
  readonly date: string | undefined
  /** Undefined where they are too few to look for. */
  readonly identifiers: SkuIdentifiers | undefined
  /** Units; undefined where the item makes its SKU made to order, or is refused. */
  readonly quantity: number | undefined
  readonly madeToOrder: boolean
  readonly refused: Refused | undefined
}

const strings = [
  'warehouse',
  'inventory_date',
  'style_number',
  'style_identifier',
  'color_code',
  'size',
  'size_code',
  'upc',
] as const
const numbers = ['style_id', 'style_color_id', 'inventory'] as const
const fieldNames = [...strings, ...numbers, 'made_to_order'] as const
type FieldName = (typeof fieldNames)[number]
/** Where each known field has its place in the lists below. */
const places: ReadonlyMap<string, number> = new Map(fieldNames.map((name, place) => [name, place]))
const placeOf = (name: FieldName) => places.get(name) ?? Number.NaN
const types = fieldNames.map((name) => (isOf(strings, name) ? 'string' : isOf(numbers, name) ? 'integer' : 'any'))
const identifierPlaces = identifierNames.map((name) => ({ name, place: placeOf(name), isId: isOf(numbers, name) }))
const warehousePlace = placeOf('warehouse')
const datePlace = placeOf('inventory_date')
const inventoryPlace = placeOf('inventory')
const madeToOrderPlace = placeOf('made_to_order')
const identifiers: ReadonlySet<string> = new Set(identifierNames)

function isOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return names.some((each) => each === name)
}

export const isKnown = (name: string): name is FieldName => places.has(name)

/** The known fields of an item that have a value, each in its place, and their texts without the space around them. */
interface KnownFields {
  readonly sent: (SentField | undefined)[]
  readonly texts: string[]
}

/** The texts that identify an item's SKU, as sent. */
export function skuOf({ sent: { fields = [] } }: Item): readonly string[] {
  return fields.flatMap(({ name, text }) => (identifiers.has(name) ? [text.trim()] : []))
}

/** Understands one item; stateless, so that neither the style list nor other items have a say yet. */
export function readItem(sent: SentItem, index: number, form: ItemForm, settings: Settings, findings: Findings): Item {
  const judge = new ItemJudge(findings, sent)
  const { fields } = sent
  if (fields === undefined) {
    judge.breach(joor['item.object'], undefined, sent.is ?? 'no object', 'an object with the fields of an item')
    return {
      index,
      sent,
      warehouse: '',
      date: undefined,
      identifiers: undefined,
      quantity: undefined,
      madeToOrder: false,
      refused: judge.refused,
    }
  }
  const known = readFields(sent, fields, form, judge)
  const { texts } = known
  const identifiers = readIdentifiers(texts, judge)
  const madeToOrder = readMadeToOrder(texts[madeToOrderPlace] ?? '', judge)
  const quantity = readQuantity(known.sent[inventoryPlace], texts[inventoryPlace] ?? '', madeToOrder, form, judge)
  const warehouse = readWarehouse(texts[warehousePlace] ?? '', form, settings, judge)
  const date = readDate(texts[datePlace] ?? '', judge)
  const named = form !== 'query' || namesSku(identifiers, judge) ? identifiers : undefined
  for (const change of sent.changed)
    judge.breach(
      form === 'xml' ? joor['reply.xml_nested'] : joor['reply.json_to_xml'],
      undefined,
      change,
      `ask for a reply in ${form === 'xml' ? 'XML' : 'JSON'}`,
    )
  return { index, sent, warehouse, date, identifiers: named, quantity, madeToOrder, refused: judge.refused }
}

function readIdentifiers(texts: readonly string[], judge: ItemJudge): SkuIdentifiers {
  const identifiers: Record<string, string> = {}
  for (const { name, place, isId } of identifierPlaces) {
    const text = texts[place] ?? ''
    const value = isId ? readId(name, text, judge) : text
    if (value !== '') identifiers[name] = value
  }
  judgeLengths(identifiers, judge)
  return identifiers
}

/** What each item is held to, whatever its fields. */
const rulesOfItem: Readonly<Record<ItemForm, readonly Rule[]>> = {
  json: [joor['item.object'], joor['item.repeated_json'], joor['item.known_fields']],
  xml: [joor['xml.item_plain'], joor['xml.stray_text'], joor['item.repeated_xml'], joor['item.known_fields']],
  query: [],
}

/** The known fields that have a value, after everything about their form has been told. */
function readFields(sent: SentItem, sentFields: readonly SentField[], form: ItemForm, judge: ItemJudge): KnownFields {
  judge.appliesAll(rulesOfItem[form])
  const plain = 'plain elements without attributes and prefixes'
  for (const { text, field, time } of sent.decorations) judge.breach(joor['xml.item_plain'], field, text, plain, time)
  if (sent.strayText !== '') judge.breach(joor['xml.stray_text'], undefined, sent.strayText, 'text in a field')

  const known: KnownFields = { sent: noFields.slice(), texts: noTexts.slice() }
  // Of names that most items do not have: unknown ones, and those that come again.
  let times: Map<string, number> | undefined
  for (const field of sentFields) {
    const { name } = field
    const place = places.get(name)
    const isNew = place !== undefined && known.sent[place] === undefined
    let time = 1
    if (!isNew) {
      times ??= new Map()
      time = (times.get(name) ?? (place === undefined ? 0 : 1)) + 1
      times.set(name, time)
    }
    if (time > 1) {
      const rule = form === 'json' ? joor['item.repeated_json'] : joor['item.repeated_xml']
      judge.breach(rule, name, `${name} more than once`, `${name} once`, time)
    }
    if (place === undefined) judgeUnknown(name, time, judge)
    else known.sent[place] = field
  }
  for (const { name } of sentFields) {
    const place = places.get(name)
    const field = place === undefined ? undefined : known.sent[place]
    // A name that comes again was judged at its first time already.
    if (place === undefined || field === undefined || known.texts[place] !== '') continue
    const text = field.text.trim()
    if (hasValue(place, field, text, form, judge)) known.texts[place] = text
    else known.sent[place] = undefined
  }
  return known
}

const noFields: readonly (SentField | undefined)[] = fieldNames.map(() => undefined)
const noTexts: readonly string[] = fieldNames.map(() => '')

function judgeUnknown(name: string, time: number, judge: ItemJudge): void {
  const right = () => nearest(name, fieldNames) ?? `one of ${fieldNames.join(', ')}`
  judge.breach(joor['item.known_fields'], name, `the unknown field ${name}`, right, time)
}

function hasValue(place: number, field: SentField, text: string, form: ItemForm, judge: ItemJudge): boolean {
  const { name } = field
  // A query holds texts only.
  if (form !== 'query') judge.applies(joor['item.scalar'])
  if (field.kind === 'nested') {
    judge.breach(joor['item.scalar'], name, text || 'nested elements', 'a plain value')
    return false
  }
  judge.applies(joor['item.empty'])
  if (text === '') {
    judge.breach(
      joor['item.empty'],
      name,
      field.kind === 'null' ? 'null' : JSON.stringify(field.text),
      `a value, or no ${name}`,
    )
    return false
  }
  if (text.length !== field.text.length) judge.applies(joor['item.space'])
  if (form === 'json') judgeType(place, field, judge)
  return true
}

function judgeType(place: number, { name, kind, text }: SentField, judge: ItemJudge): void {
  if (types[place] === 'string') {
    judge.applies(joor['item.string_type'])
    if (kind !== 'string') judge.breach(joor['item.string_type'], name, text, `the string ${JSON.stringify(text)}`)
  } else if (types[place] === 'integer') {
    if (kind === 'number') judge.applies(joor['item.integer_type'])
    else if (kind === 'string' && numberOf(text.trim()) !== undefined)
      judge.breach(joor['item.integer_type'], name, JSON.stringify(text), `the number ${text.trim()}`)
  }
}

function readWarehouse(text: string, form: ItemForm, settings: Settings, judge: ItemJudge): string {
  if (settings.missing_warehouse === 'refuse') judge.applies(joor['warehouse.required'])
  else if (form !== 'query') judge.applies(joor['warehouse.missing'])
  if (text !== '') {
    judge.applies(joor['warehouse.exact'])
    return text
  }
  if (settings.missing_warehouse === 'refuse')
    judge.breach(joor['warehouse.required'], undefined, 'no warehouse', 'the name of a warehouse')
  else if (form === 'query') judge.applies(joor['single.warehouse'])
  else judge.breach(joor['warehouse.missing'], undefined, 'no warehouse', 'the name of a warehouse')
  return 'Default'
}

/** Whether a query names a SKU of the style in its path: the vendor's words for it are narrower than an item's. */
function namesSku({ upc, color_code, size }: SkuIdentifiers, judge: ItemJudge): boolean {
  judge.applies(joor['single.sku_named'])
  if (upc !== undefined || (color_code !== undefined && size !== undefined)) return true
  const seen =
    color_code !== undefined ? 'color_code without size' : size !== undefined ? 'size without color_code' : ''
  judge.breach(
    joor['single.sku_named'],
    undefined,
    seen || 'neither upc nor color_code and size',
    'upc, or color_code and size',
  )
  return false
}

function judgeLengths(identifiers: SkuIdentifiers, judge: ItemJudge): void {
  judgeLength('style_number', 45, joor['style.number_length'], identifiers, judge)
  judgeLength('style_identifier', 100, joor['style.identifier_length'], identifiers, judge)
}

function judgeLength(name: FieldName, most: number, rule: Breakable, sent: SkuIdentifiers, judge: ItemJudge): void {
  const value = sent[name]
  if (value === undefined) return
  judge.applies(rule)
  const characters = length(value)
  if (characters > most) judge.breach(rule, name, `${characters} characters`, `at most ${most}`)
}

/** Characters, not UTF-16 units. */
const length = (text: string) => (text.length > 45 ? [...text].length : text.length)

/** An id of the vendor's own, of any size, as its decimal text; '' where there is none to go by. */
function readId(name: string, text: string, judge: ItemJudge): string {
  if (text === '') return ''
  judge.applies(joor['style.integer_ids'])
  // Not by BigInt: reading a million digits would take it minutes.
  if (integerForm.test(text)) return text.replace(/^(-?)0+(?=[0-9])/, '$1').replace(/^-0$/, '0')
  judge.breach(joor['style.integer_ids'], name, text, 'an integer')
  return ''
}

const rulesOfMadeToOrder = [joor['made_to_order.forms'], joor['made_to_order.case']]

function readMadeToOrder(text: string, judge: ItemJudge): boolean {
  if (text === '') return false
  judge.applies(joor['made_to_order.value'])
  const lower = text.toLowerCase()
  if (lower !== 'true' && lower !== 'false') {
    judge.breach(joor['made_to_order.value'], 'made_to_order', text, 'true or false')
    return false
  }
  judge.appliesAll(rulesOfMadeToOrder)
  if (lower !== text) judge.breach(joor['made_to_order.case'], 'made_to_order', text, lower)
  return lower === 'true'
}
