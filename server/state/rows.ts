import { createHash } from 'node:crypto'

/** The identifiers of a SKU, in the order in which they are told. */
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

/** The identifiers of a SKU by their names on JOOR's wire; integers as their decimal text. */
export type SkuIdentifiers = Readonly<Record<string, string>>

/** Available quantity of one SKU in one warehouse and date bucket (`YYYY-MM-DD` or `IMMEDIATE`); all in units. */
export interface PositionValue {
  readonly warehouse: string
  readonly date: string
  readonly sku: SkuIdentifiers
  readonly available: number
  /** The quantity as sent. */
  readonly incoming: number
  /** What `dec_pending` took from it. */
  readonly pendingDeducted: number
}

/** A SKU that is listed as made to order. */
export interface MarkValue {
  readonly sku: SkuIdentifiers
}

export type LevelRevision = 'first' | 'second'

/** One Jirafe level. Integers are kept as their exact decimal text: the vendor's schema puts no bound on them. */
export interface LevelValue {
  readonly revision: LevelRevision
  readonly code: string
  readonly inventoryLevel: string
  readonly timestamp: string | null
  readonly effectiveDate: string | null
  readonly changeDate: string | null
  /** ISO 8601, when the emulator received it. */
  readonly receivedAt: string
  readonly lowStockAlert: string | null
  readonly inventoryAlerts: boolean | null
}

/** The last levels of one code, oldest first: a RecentList, or the array that a storage made of it. */
export interface LevelHistory {
  readonly levels: Iterable<LevelValue>
}

/** The cost of one SKU in one year; the amount as its literal, for a vendor's number is decimal. */
export interface CostValue {
  readonly skuCode: string
  /** The year of `effectiveDate` as it is written there; where none can be read, the whole text. */
  readonly year: string
  readonly effectiveDate: string
  readonly changeDate: string
  readonly skuCost: string
  /** ISO 8601, when the emulator received it. */
  readonly receivedAt: string
}

/** One accepted event as it is remembered. */
export interface KeptEvent {
  readonly type: string
  /** ISO 8601, when the emulator received it. */
  readonly receivedAt: string
  /** The request that brought it. */
  readonly request: string
  /** Its JSON text; null where it is longer than what is kept of its type. */
  readonly text: string | null
  readonly bytes: number
}

/** The last events of one type, oldest first: a RecentList, or the array that a storage made of it. */
export interface EventsValue {
  readonly events: Iterable<KeptEvent>
}

/** What an account has spent of its rate limit in the window that is open. */
export interface MeterValue {
  /** ISO 8601, when the window began. */
  readonly start: string
  readonly spent: number
  /** A call beyond the limit was told of already. */
  readonly reported: boolean
}

/** The tables of a partition and what their rows hold. Values come back from JSON, so that every storage can keep them. */
export interface Tables {
  positions: PositionValue
  marks: MarkValue
  levels: LevelValue
  histories: LevelHistory
  costs: CostValue
  events: EventsValue
  meters: MeterValue
}
export type TableName = keyof Tables

/** Something for each table, made under its name. */
export function forEachTable<Made extends Record<TableName, unknown>>(
  make: (name: TableName) => Made[TableName],
): Made {
  // Every name of the one list below is there; Object.fromEntries cannot say so.
  return Object.fromEntries(tableNames.map((name) => [name, make(name)])) as Made
}

/**
 * Which tables a data file keeps, and whose changes are told as those of a call. Histories only follow the levels, and
 * events are what was received; a meter is about the calls themselves, and after a restart nobody was counted yet.
 */
const tables = {
  positions: { kept: true, told: true },
  marks: { kept: true, told: true },
  levels: { kept: true, told: true },
  histories: { kept: true, told: false },
  costs: { kept: true, told: true },
  events: { kept: true, told: false },
  meters: { kept: false, told: false },
} satisfies Record<TableName, { kept: boolean; told: boolean }>
// The object above has exactly these names; Object.keys cannot say so.
const tableNames = Object.keys(tables) as readonly TableName[]
export const isKept = (name: TableName) => tables[name].kept
export const keptTables = tableNames.filter(isKept)
export const toldTables = tableNames.filter((name) => tables[name].told)
export const untoldTables = tableNames.filter((name) => !tables[name].told)

/**
 * [warehouse, date, SKU] · ['', '', SKU] · [revision, code, effective date] · [code, '', ''] · [SKU, year, ''] ·
 * [event type, '', ''] · ['', '', ''].
 */
export type Key = readonly [string, string, string]

export function isKey(value: unknown): value is Key {
  return Array.isArray(value) && value.length === 3 && value.every((part) => typeof part === 'string')
}

/** A row and the request that wrote it last. */
export interface Row<Value> {
  readonly value: Value
  readonly by: string
}

const longestPart = 255
const cutForm = /#[0-9a-f]{64}$/

/** A key part of at most 255 bytes, the most that every storage indexes; a longer one keeps its start and its hash. */
export function keyPart(text: string): string {
  // A UTF-16 unit is at most three bytes of UTF-8, so short texts need no count.
  const short = text.length * 3 <= longestPart || Buffer.byteLength(text) <= longestPart
  // A short text that looks like a cut one is cut as well, so that no two texts share a part.
  if (short && !(text.at(-65) === '#' && cutForm.test(text))) return text
  const start = text.slice(0, 40).replace(/[\ud800-\udbff]$/, '')
  // UTF-8 has one replacement for every lone surrogate; UTF-16 keeps them apart.
  return `${start}#${createHash('sha256').update(text, 'utf16le').digest('hex')}`
}

/** Orders texts by their UTF-8 bytes, which is by code point: the same order on every storage. */
export function compareBytes(one: string, other: string): number {
  const length = Math.min(one.length, other.length)
  for (let index = 0; index < length; index++) {
    const a = one.charCodeAt(index)
    const b = other.charCodeAt(index)
    if (a !== b) return rank(a) - rank(b)
  }
  return one.length - other.length
}

// Surrogates stand for code points above the rest of UTF-16, so they sort after it.
const rank = (unit: number) => (unit < 0xd800 ? unit : unit < 0xe000 ? unit + 0x2000 : unit - 0x800)

export function compareKeys(one: Key, other: Key): number {
  return compareBytes(one[0], other[0]) || compareBytes(one[1], other[1]) || compareBytes(one[2], other[2])
}
