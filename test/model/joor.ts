/**
 * What the vendor's public pages, and our readings where they are silent, make of a series of calls: as small as it
 * can be, and written from them alone. It shares no line with the emulator, so that a slip in one shows in the other.
 */

/** A value as it was sent: its JSON type, and its text; of a number or boolean the literal. */
export interface Sent {
  readonly type: 'string' | 'number' | 'boolean' | 'null' | 'nested'
  readonly text: string
}

/** In the order in which they were sent; a name may come twice. */
export type Fields = readonly (readonly [name: string, value: Sent])[]
/** Its fields, or the JSON literal of something that is no object. */
export type Item = Fields | string
export type Format = 'json' | 'xml'

/** Texts under the vendor's names of a SKU's identifiers. */
export type Identifiers = Readonly<Partial<Record<IdentifierName, string>>>
export const identifierNames = [
  'upc',
  'style_number',
  'style_identifier',
  'style_id',
  'color_code',
  'style_color_id',
  'size',
  'size_code',
] as const
export type IdentifierName = (typeof identifierNames)[number]

export interface Pending {
  readonly warehouse: string
  readonly inventory_date: string
  readonly identifiers: Identifiers
  readonly quantity: number
}

export interface Settings {
  readonly overwrite_scope: 'warehouse' | 'account'
  readonly pending_floor: 'none' | 'zero'
  readonly missing_warehouse: 'default' | 'refuse'
  readonly made_to_order_clears: 'sku' | 'position'
  readonly partial_code: '0' | '1'
}

export interface Account {
  /** Null: any warehouse is taken. */
  readonly warehouses: readonly string[] | null
  /** Every SKU of the style list with all its identifiers; null: no list. */
  readonly skus: readonly Identifiers[] | null
  readonly pending: readonly Pending[]
  readonly settings: Settings
}

export interface Call {
  readonly method: 'POST' | 'PUT'
  readonly format: Format
  readonly query: readonly (readonly [name: string, value: string])[]
  readonly items: readonly Item[]
}

/** A call about one SKU, which path and query tell. */
export interface SingleCall {
  readonly styleNumber: string
  readonly styleIdentifier: string
  readonly query: readonly (readonly [name: string, value: string])[]
}

export interface SingleOutcome {
  readonly updated: boolean
  /** The SKU's data as sent, joined. */
  readonly sku: string
}

export interface Outcome {
  readonly code: '0' | '1'
  /** Places of the items in the call. */
  readonly updated: readonly number[]
  readonly notUpdated: readonly number[]
}

/** A position, or a made-to-order SKU, which has no warehouse, date and quantity. */
export interface Position {
  readonly warehouse: string | null
  readonly inventory_date: string | null
  readonly sku: string
  readonly available: number | null
  readonly incoming: number | null
  readonly pending_deducted: number | null
  readonly made_to_order: boolean
}

/** An item that is understood: a quantity of a SKU somewhere, or a SKU that is made to order from now on. */
interface Understood {
  readonly warehouse: string
  readonly date: string
  readonly sku: string
  readonly quantity: number | 'made to order'
}

interface Stock extends Omit<Understood, 'quantity'> {
  readonly incoming: number
  readonly available: number
}

const refused = Symbol('refused')
type Refused = typeof refused

export class JoorModel {
  readonly #account: Account
  #stock: readonly Stock[] = []
  #madeToOrder: ReadonlySet<string> = new Set()

  constructor(account: Account) {
    this.#account = account
  }

  /** The same state, apart from this one from now on. */
  copy(): JoorModel {
    const copy = new JoorModel(this.#account)
    copy.#stock = this.#stock
    copy.#madeToOrder = this.#madeToOrder
    return copy
  }

  call({ format, query, items }: Call): Outcome {
    const understood = items.map((item) => understand(item, format, this.#account))
    const accepted = understood.filter((item) => item !== refused)
    if (switchedOn(query, 'overwrite')) this.#overwrite(accepted)
    for (const item of accepted) this.#take(item, switchedOn(query, 'dec_pending'))
    const places = [...items.keys()]
    const notUpdated = places.filter((place) => understood[place] === refused)
    return {
      code: notUpdated.length > 0 ? this.#account.settings.partial_code : '0',
      updated: places.filter((place) => understood[place] !== refused),
      notUpdated,
    }
  }

  single(call: SingleCall): SingleOutcome {
    const fields = fieldsOf(call)
    const understood = namesSku(fields) ? understand(fields, 'xml', this.#account) : refused
    if (understood !== refused) this.#take(understood, switchedOn(call.query, 'dec_pending'))
    return { updated: understood !== refused, sku: joinedSku(fields) }
  }

  get positions(): readonly Position[] {
    const marks = [...this.#madeToOrder].map((sku) => ({ ...nowhere, sku }))
    const stock = this.#stock.map(({ warehouse, date, sku, incoming, available }) => ({
      warehouse,
      inventory_date: date,
      sku,
      available,
      incoming,
      pending_deducted: incoming - available,
      made_to_order: false,
    }))
    return [...marks, ...stock]
  }

  /** The SKU that identifiers mean, by a name of this model's own; undefined where they mean none. */
  skuOf(identifiers: Identifiers): string | undefined {
    return skuOf(identifiers, this.#account.skus)
  }

  /** The same name for a SKU that is shown: with a list by all that the list says of it, not by less. */
  shownSku(identifiers: Identifiers): string {
    const sku = this.#account.skus === null ? this.skuOf(identifiers) : listedName(identifiers)
    return sku ?? 'no SKU'
  }

  #overwrite(accepted: readonly Understood[]): void {
    const named = new Set(accepted.map(({ warehouse }) => warehouse))
    const whole = this.#account.settings.overwrite_scope === 'account' && accepted.length > 0
    this.#stock = this.#stock.filter(({ warehouse }) => !whole && !named.has(warehouse))
  }

  #take({ quantity, ...place }: Understood, decPending: boolean): void {
    if (quantity === 'made to order') {
      const all = this.#account.settings.made_to_order_clears === 'sku'
      this.#stock = this.#stock.filter((stock) => (all ? stock.sku !== place.sku : !samePlace(stock, place)))
      this.#madeToOrder = new Set([...this.#madeToOrder, place.sku])
      return
    }
    const available = decPending ? this.#lessPending(quantity, place) : quantity
    this.#stock = [
      ...this.#stock.filter((stock) => !samePlace(stock, place)),
      { ...place, incoming: quantity, available },
    ]
    this.#madeToOrder = new Set([...this.#madeToOrder].filter((sku) => sku !== place.sku))
  }

  #lessPending(quantity: number, place: Omit<Understood, 'quantity'>): number {
    const pending = this.#account.pending
      .map(({ warehouse, inventory_date, identifiers, quantity }) => ({
        warehouse,
        date: dayOf(inventory_date),
        sku: this.skuOf(identifiers),
        quantity,
      }))
      .filter((row) => samePlace(row, place))
      .reduce((sum, row) => sum + row.quantity, 0)
    const left = quantity - pending
    return this.#account.settings.pending_floor === 'zero' && left < 0 ? Math.min(quantity, 0) : left
  }
}

const nowhere = {
  warehouse: null,
  inventory_date: null,
  available: null,
  incoming: null,
  pending_deducted: null,
  made_to_order: true,
}

interface Place {
  readonly warehouse: string
  readonly date: string | undefined
  readonly sku: string | undefined
}
const samePlace = (one: Place, other: Place) =>
  one.warehouse === other.warehouse && one.date === other.date && one.sku === other.sku

/** `1` switches on; of several the last counts, and a name in another case is another parameter. */
function switchedOn(query: Call['query'], name: string): boolean {
  return query.filter(([given]) => given === name).at(-1)?.[1] === '1'
}

function understand(item: Item, format: Format, account: Account): Understood | Refused {
  if (typeof item === 'string') return refused
  // A name that is given twice: XML refuses the item, whichever it is; in JSON the last counts.
  if (format === 'xml' && new Set(item.map(([name]) => name)).size < item.length) return refused
  const values = new Map(item.filter(([name]) => fieldNames.includes(name)))
  if ([...values.values()].some(({ type }) => type === 'nested')) return refused
  const texts = new Map([...values].map(([name, { type, text }]) => [name, type === 'null' ? '' : text.trim()]))
  const text = (name: string) => texts.get(name) || undefined

  const warehouse = warehouseOf(text('warehouse'), account)
  const date = dayOf(text('inventory_date'))
  const quantity = quantityOf(text, format === 'json' && values.get('inventory')?.type === 'number')
  if (!isIntegerText(text('style_id')) || !isIntegerText(text('style_color_id'))) return refused
  const identifiers = Object.fromEntries(
    identifierNames.flatMap((name) => (text(name) === undefined ? [] : [[name, matchedBy(name, text(name) ?? '')]])),
  )
  const sku = skuOf(identifiers, account.skus)
  if (warehouse === undefined || date === undefined || quantity === undefined || sku === undefined) return refused
  return { warehouse, date, sku, quantity }
}

/** Of a parameter that is given twice the last counts; every value is a text. */
function fieldsOf({ styleNumber, styleIdentifier, query }: SingleCall): Fields {
  const known = query.filter(([name]) => singleNames.includes(name))
  const texts = new Map([['style_number', styleNumber], ['style_identifier', styleIdentifier], ...known])
  return [...texts].map(([name, text]) => [name, { type: 'string', text }])
}

const singleNames = ['color_code', 'size', 'upc', 'inventory', 'inventory_date', 'warehouse']

const textIn = (fields: Fields, wanted: string) => fields.find(([name]) => name === wanted)?.[1].text ?? ''
const given = (fields: Fields, name: string) => textIn(fields, name).trim() !== ''

/** By upc, or by color_code and size, each of which requires the other. */
const namesSku = (fields: Fields) => given(fields, 'upc') || (given(fields, 'color_code') && given(fields, 'size'))

function joinedSku(fields: Fields): string {
  const names = ['style_number', 'style_identifier', ...(given(fields, 'upc') ? ['upc'] : ['color_code', 'size'])]
  return names
    .filter((name) => given(fields, name))
    .map((name) => textIn(fields, name))
    .join('-')
}

const fieldNames: readonly string[] = ['warehouse', 'inventory_date', ...identifierNames, 'inventory', 'made_to_order']

function warehouseOf(name: string | undefined, { warehouses, settings }: Account): string | undefined {
  if (name === undefined) return settings.missing_warehouse === 'default' ? 'Default' : undefined
  return warehouses === null || name === 'Default' || warehouses.includes(name) ? name : undefined
}

/** The date bucket of a text: `IMMEDIATE` or `YYYY-MM-DD`; undefined where it is no date. */
function dayOf(text = 'IMMEDIATE'): string | undefined {
  if (text.toUpperCase() === 'IMMEDIATE') return 'IMMEDIATE'
  const turned = /^(\d\d)-(\d\d)-(\d{4})$/.exec(text)
  if (turned !== null) return realDay(`${turned[3]}-${turned[1]}-${turned[2]}`)
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return realDay(text)
  const [, day = '', clock = '', offset = ''] = /^([\d-]+)T(\d\d:\d\d:\d\d)(Z|[+-]\d\d:\d\d)$/.exec(text) ?? []
  const instant = new Date(`${day}T${clock}${offset}`)
  if (realDay(day) === undefined || Number.isNaN(instant.getTime())) return undefined
  return instant.toISOString().slice(0, 'YYYY-MM-DD'.length)
}

/** The day itself where the calendar has it: `Date` would roll 30 February over to March. */
function realDay(text: string): string | undefined {
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(`${text}T`) ? text : undefined
}

function quantityOf(
  text: (name: string) => string | undefined,
  isNumber: boolean,
): number | 'made to order' | undefined {
  const madeToOrder = (text('made_to_order') ?? 'false').toLowerCase()
  if (madeToOrder === 'true') return 'made to order'
  const inventory = text('inventory')
  return madeToOrder === 'false' && inventory !== undefined ? integerOf(inventory, isNumber) : undefined
}

/** The integer that a decimal means; only a JSON number may have an exponent. */
function integerOf(text: string, isNumber: boolean): number | undefined {
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/.exec(text)
  if (parts === null || (parts[4] !== undefined && !isNumber)) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts
  // The digits with the decimal point behind the first `point` of them.
  const digits = `${whole}${fraction}`
  const point = whole.length + Number(exponent)
  if (/[1-9]/.test(digits.slice(Math.max(point, 0)))) return undefined
  const value = BigInt(`${digits.slice(0, Math.max(point, 0)).padEnd(point, '0') || '0'}`)
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) return undefined
  // Zero has no sign.
  return sign === '-' && value > 0n ? -Number(value) : Number(value)
}

/** Integers are the same whatever zeros they begin with; of texts every character counts. */
function matchedBy(name: IdentifierName, text: string): string {
  return name === 'style_id' || name === 'style_color_id' ? String(BigInt(text)) : text
}

const isIntegerText = (text: string | undefined) => text === undefined || /^-?\d+$/.test(text)

function skuOf(identifiers: Identifiers, skus: readonly Identifiers[] | null): string | undefined {
  if (skus === null) return unlistedSku(identifiers)
  const sku = listedSku(identifiers, skus)
  return sku && listedName(sku)
}

const listedName = (sku: Identifiers) => JSON.stringify(identifierNames.map((name) => sku[name] ?? null))

/** Without a list the strongest identifiers are the SKU's name, and kinds never mix. */
function unlistedSku(identifiers: Identifiers): string | undefined {
  if (identifiers.upc !== undefined) return JSON.stringify(['upc', identifiers.upc])
  const rows = [
    first(identifiers, 'style_identifier', 'style_id', 'style_color_id'),
    first(identifiers, 'color_code', 'style_color_id'),
    first(identifiers, 'size', 'size_code'),
  ]
  return rows.includes(undefined) ? undefined : JSON.stringify(rows)
}

function first(
  identifiers: Identifiers,
  ...names: readonly IdentifierName[]
): readonly [IdentifierName, string] | undefined {
  for (const name of names) {
    const value = identifiers[name]
    if (value !== undefined) return [name, value]
  }
  return undefined
}

/** With a list the identifiers lead to one SKU of it: style, color and size, each by its strongest. */
function listedSku(identifiers: Identifiers, skus: readonly Identifiers[]): Identifiers | undefined {
  if (identifiers.upc !== undefined) return only(skus.filter(({ upc }) => upc === identifiers.upc))
  const style = agreeing(identifiers, ofStyle(identifiers, skus), 'style_number', 'style_id')
  const color = ofRow(identifiers, style, 'color_code', 'style_color_id')
  return only(ofRow(identifiers, color, 'size', 'size_code'))
}

/** The SKUs that the strongest identifier of a style admits. */
function ofStyle(identifiers: Identifiers, skus: readonly Identifiers[]): readonly Identifiers[] {
  const { style_number, style_color_id } = identifiers
  const [name, value] = first(identifiers, 'style_identifier', 'style_id') ?? []
  if (name !== undefined) return skus.filter((sku) => sku[name] === value)
  // A number alone names a style only where it is the only one of that number.
  const numbered = skus.filter((sku) => sku.style_number === style_number)
  if (style_number !== undefined && stylesOf(numbered).size < 2) return numbered
  const colored = stylesOf(skus.filter((sku) => sku.style_color_id === style_color_id))
  return style_color_id === undefined ? [] : skus.filter((sku) => colored.has(styleOf(sku)))
}

const styleOf = ({ style_number, style_identifier }: Identifiers) => JSON.stringify([style_number, style_identifier])
const stylesOf = (skus: readonly Identifiers[]) => new Set(skus.map(styleOf))

/** The SKUs that the strongest of these identifiers admits, narrowed by the weaker. */
function ofRow(
  identifiers: Identifiers,
  skus: readonly Identifiers[],
  ...names: readonly IdentifierName[]
): readonly Identifiers[] {
  const [name, value] = first(identifiers, ...names) ?? []
  if (name === undefined) return []
  const admitted = skus.filter((sku) => sku[name] === value)
  return agreeing(identifiers, admitted, ...names)
}

/** Narrowed by each of these identifiers, but for one that agrees with none: there the stronger wins. */
function agreeing(identifiers: Identifiers, skus: readonly Identifiers[], ...names: readonly IdentifierName[]) {
  return names.reduce((left, name) => {
    const narrowed = left.filter((sku) => sku[name] === identifiers[name])
    return identifiers[name] !== undefined && narrowed.length > 0 ? narrowed : left
  }, skus)
}

function only(skus: readonly Identifiers[]): Identifiers | undefined {
  return skus.length === 1 ? skus[0] : undefined
}
