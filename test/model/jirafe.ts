/**
 * What the vendor's public pages and recordings, and our readings where they are silent, make of a series of inventory
 * events: as small as it can be, and written from them alone. It shares no line with the emulator.
 */

/** A JSON value as its literal, so that `5.0` and integers of any size stay what was sent. */
export type Literal = string
/** The fields of a document in order, each name once; or the literal of something that is no object. */
export type Document = readonly (readonly [name: string, value: Literal])[] | Literal

export interface Settings {
  readonly inventory_schema: 'any' | 'first' | 'second'
  readonly latest_by: 'arrival' | 'timestamp'
}

export interface Level {
  readonly code: string
  readonly revision: 'first' | 'second'
  /** Decimal digits: no bound is known. */
  readonly inventory_level: string
  readonly timestamp: string | null
  readonly effective_date: string | null
  readonly change_date: string | null
  readonly low_stock_alert: string | null
  readonly inventory_alerts: boolean | null
}

export type Outcome =
  | { readonly success: true; readonly changed: boolean }
  | { readonly success: false; readonly errors: Readonly<Record<string, string>> }

export class JirafeModel {
  readonly #settings: Settings
  #levels: readonly Level[] = []

  constructor(settings: Settings) {
    this.#settings = settings
  }

  /** The same state, apart from this one from now on. */
  copy(): JirafeModel {
    const copy = new JirafeModel(this.#settings)
    copy.#levels = this.#levels
    return copy
  }

  get levels(): readonly Level[] {
    return this.#levels
  }

  send(document: Document): Outcome {
    if (typeof document === 'string')
      return { success: false, errors: { '': `${pythonOf(document)} is not of type 'object'` } }
    const revision = revisionOf(document, this.#settings.inventory_schema)
    const errors = Object.fromEntries(errorsOf(new Map(document), schemas[revision]))
    if (Object.keys(errors).length > 0) return { success: false, errors }
    const level = levelOf(new Map(document), revision)
    const standing = this.#levels.find((other) => sameKey(other, level))
    const stale = standing !== undefined && this.#isStale(level, standing)
    if (!stale) this.#levels = [...this.#levels.filter((other) => !sameKey(other, level)), level]
    return { success: true, changed: !stale }
  }

  #isStale(level: Level, standing: Level): boolean {
    if (level.revision === 'second') return isBefore(level.change_date, standing.change_date)
    return this.#settings.latest_by === 'timestamp' && isBefore(level.timestamp, standing.timestamp)
  }
}

const sameKey = (one: Level, other: Level) =>
  one.revision === other.revision && one.code === other.code && one.effective_date === other.effective_date

type Schema = readonly { name: string; type: JsonType; required: boolean; minLength?: number }[]
type JsonType = 'string' | 'integer' | 'boolean'

const required = (name: string, type: JsonType) => ({ name, type, required: true })
const optional = (name: string, type: JsonType) => ({ name, type, required: false })
const schemas: Readonly<Record<Level['revision'], Schema>> = {
  first: [required('timestamp', 'string'), required('product_code', 'string'), required('inventory_level', 'integer')],
  second: [
    required('change_date', 'string'),
    required('effective_date', 'string'),
    { ...required('sku_code', 'string'), minLength: 1 },
    required('inventory_level', 'integer'),
    optional('low_stock_alert', 'integer'),
    optional('inventory_alerts', 'boolean'),
  ],
}

function revisionOf(document: Exclude<Document, string>, schema: Settings['inventory_schema']): Level['revision'] {
  if (schema !== 'any') return schema
  const tells = document.some(([name]) => ['sku_code', 'change_date', 'effective_date'].includes(name))
  return tells ? 'second' : 'first'
}

function* errorsOf(fields: ReadonlyMap<string, Literal>, schema: Schema): Iterable<readonly [string, string]> {
  for (const { name, type, required, minLength = 0 } of schema) {
    const value = fields.get(name)
    if (value === undefined) {
      if (required) yield [name, `'${name}' is a required property`]
    } else if (!isOfType(value, type)) yield [name, `${pythonOf(value)} is not of type '${type}'`]
    else if (type === 'string' && textOf(value).length < minLength) yield [name, `${pythonOf(value)} is too short`]
  }
}

function isOfType(value: Literal, type: JsonType): boolean {
  if (type === 'string') return value.startsWith('"')
  return type === 'boolean' ? value === 'true' || value === 'false' : /^-?\d+$/.test(value)
}

/** Python's `repr`, of the plain values that the sequences send. */
function pythonOf(value: Literal): string {
  const constant = new Map([
    ['null', 'None'],
    ['true', 'True'],
    ['false', 'False'],
  ]).get(value)
  if (constant !== undefined) return constant
  if (value.startsWith('"')) return `'${textOf(value)}'`
  // A float shows its decimal point, and 1e2 is 100.0.
  if (/^-?\d/.test(value) && /[.eE]/.test(value)) return Number.isInteger(Number(value)) ? `${Number(value)}.0` : value
  return value
}

function levelOf(fields: ReadonlyMap<string, Literal>, revision: Level['revision']): Level {
  const text = (name: string) => textOf(fields.get(name) ?? '""')
  const common = { revision, inventory_level: fields.get('inventory_level') ?? '' }
  if (revision === 'first') {
    const nothing = { effective_date: null, change_date: null, low_stock_alert: null, inventory_alerts: null }
    return { ...common, ...nothing, code: text('product_code'), timestamp: text('timestamp') }
  }
  const alerts = fields.get('inventory_alerts')
  return {
    ...common,
    code: text('sku_code'),
    timestamp: null,
    effective_date: text('effective_date'),
    change_date: text('change_date'),
    low_stock_alert: fields.get('low_stock_alert') ?? null,
    inventory_alerts: alerts === undefined ? null : alerts === 'true',
  }
}

// Only called where the schema has seen a string, and JSON makes a string of it.
const textOf = (literal: Literal) => JSON.parse(literal) as string

/** Whether one text is an earlier instant; what cannot be read is older than anything that can. */
function isBefore(one: string | null, other: string | null): boolean {
  return instantOf(one ?? '') < instantOf(other ?? '')
}

/** Microseconds since 1970. */
function instantOf(text: string): number {
  const parts = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(Z|[+-]\d\d:?\d\d)?)?$/.exec(text)
  if (parts === null) return Number.NEGATIVE_INFINITY
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', offset = 'Z'] = parts
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  const instant = new Date(`${local}Z`)
  // `Date` would roll 30 February over to March.
  if (Number.isNaN(instant.getTime()) || !instant.toISOString().startsWith(local)) return Number.NEGATIVE_INFINITY
  const [, sign = '+', hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)$/.exec(offset) ?? []
  const east = Number(`${sign}1`) * (Number(hours) * 60 + Number(minutes)) * 60_000
  return (instant.getTime() - east) * 1_000 + Number(fraction.padEnd(6, '0'))
}
