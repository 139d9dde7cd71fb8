import type { CostValue, KeptEvent, LevelValue, MarkValue, PositionValue, SkuIdentifiers } from '../state/rows.js'
import type { Change, Found } from '../state/store.js'
import { ExactNumber, numberOf, parseExact, Verbatim } from '../wire/exact-json.js'

/** Identifiers as an item has them: the vendor's own ids are integers, of any size. */
export function writeIdentifiers(identifiers: SkuIdentifiers): Readonly<Record<string, string | number | ExactNumber>> {
  const { style_id, style_color_id } = identifiers
  if (style_id === undefined && style_color_id === undefined) return identifiers
  const integers = { style_id: style_id && exact(style_id), style_color_id: style_color_id && exact(style_color_id) }
  // The spread keeps the order of the identifiers; what is undefined is not written.
  return Object.fromEntries(
    Object.entries({ ...identifiers, ...integers }).filter(([, value]) => value !== undefined),
  ) as Record<string, string | number | ExactNumber>
}

/** A position in the control plane's words. */
function writePosition({ warehouse, date, sku, available, incoming, pendingDeducted }: PositionValue) {
  const quantities = { available, incoming, pending_deducted: pendingDeducted, made_to_order: false }
  return { warehouse, inventory_date: date, sku: writeIdentifiers(sku), ...quantities }
}

/** A made-to-order SKU: it has no warehouse, date or quantity. */
function writeMark({ sku }: MarkValue) {
  const nothing = { warehouse: null, inventory_date: null, available: null, incoming: null, pending_deducted: null }
  return { ...nothing, sku: writeIdentifiers(sku), made_to_order: true }
}

/** What stands in an account: a position, or a made-to-order SKU. */
export const writeStanding = (found: Found<'marks' | 'positions'>) =>
  found.table === 'marks' ? writeMark(found.row.value) : writePosition(found.row.value)

export function writeLevel(level: LevelValue) {
  return {
    code: level.code,
    revision: level.revision,
    inventory_level: exact(level.inventoryLevel),
    timestamp: level.timestamp,
    effective_date: level.effectiveDate,
    change_date: level.changeDate,
    received_at: level.receivedAt,
    low_stock_alert: level.lowStockAlert === null ? null : exact(level.lowStockAlert),
    inventory_alerts: level.inventoryAlerts,
  }
}

export function writeCost(cost: CostValue) {
  return {
    sku_code: cost.skuCode,
    year: cost.year,
    // By its own digits; a redacted text is no number any more.
    sku_cost: /^-?\d/.test(cost.skuCost) ? new ExactNumber(cost.skuCost) : cost.skuCost,
    effective_date: cost.effectiveDate,
    change_date: cost.changeDate,
    received_at: cost.receivedAt,
  }
}

/** One event as it was received, by its own text; `event` is null where it was too long to be kept. */
export function writeEvent({ type, receivedAt, request, text, bytes }: KeptEvent) {
  // What was redacted may be no JSON any more: it is shown as the text that it is.
  const event = text === null || 'fault' in parseExact(text) ? text : new Verbatim(text)
  return { type, received_at: receivedAt, request, bytes, event }
}

/** Integers of any size come out by their own digits. */
export function exact(digits: string): number | string | ExactNumber {
  // A redacted text is no integer any more.
  return /^-?\d+$/.test(digits) ? numberOf(digits) : digits
}

/** One row that a call changed, with what stood there before and after. */
export function writeChange(change: Change) {
  // A change holds the values of its own table, which the switch tells; the type cannot follow it there.
  const { before, after } = change
  switch (change.table) {
    case 'positions':
      return shown(after === null ? 'clear' : 'set', before?.value, after?.value, writePosition, positionKey)
    case 'marks':
      return shown(after === null ? 'unmark' : 'mark', before?.value, after?.value, writeMark, markKey)
    case 'levels':
      return shown('level', before?.value, after?.value, writeLevel, levelKey)
    case 'costs':
      return shown('cost', before?.value, after?.value, writeCost, costKey)
    case 'histories':
    case 'events':
    case 'meters':
      throw new Error(`A commit tells no change of ${change.table}.`)
    default:
      return change.table satisfies never
  }
}

function shown<Value>(
  kind: 'set' | 'clear' | 'mark' | 'unmark' | 'level' | 'cost',
  before: unknown,
  after: unknown,
  write: (value: Value) => object,
  keyOf: (value: Value) => object,
) {
  // The caller names the writer of the very table that the values come from.
  const [one, other] = [before as Value | undefined, after as Value | undefined]
  const standing = other ?? one
  return {
    kind,
    key: standing === undefined ? {} : keyOf(standing),
    before: one === undefined ? null : write(one),
    after: other === undefined ? null : write(other),
  }
}

const positionKey = ({ warehouse, date, sku }: PositionValue) => ({
  warehouse,
  inventory_date: date,
  sku: writeIdentifiers(sku),
})
const markKey = ({ sku }: MarkValue) => ({ sku: writeIdentifiers(sku) })
const costKey = ({ skuCode, year }: CostValue) => ({ sku_code: skuCode, year })
const levelKey = ({ code, revision, effectiveDate }: LevelValue) => ({ code, revision, effective_date: effectiveDate })
