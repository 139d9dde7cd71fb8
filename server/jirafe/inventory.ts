import { jirafe } from '../../contracts/rules/jirafe.js'
import type { Settings } from '../settings.js'
import type { LevelRevision, LevelValue } from '../state/rows.js'
import { isRecord } from '../wire/json-values.js'
import type { EventJudge } from './document.js'
import { type EventSchema, loadSchema } from './event-schema.js'

/** A level as an event reports it. */
export type ReportedLevel = Omit<LevelValue, 'receivedAt'>

const schemas: Readonly<Record<LevelRevision, EventSchema>> = {
  first: loadSchema('inventory-first', jirafe['inventory.revisions']),
  second: loadSchema('inventory-second', jirafe['inventory.revisions']),
}
const tellsSecond = ['sku_code', 'change_date', 'effective_date']

/** Both published revisions are taken; what only the second has tells it. */
export function inventorySchema(document: unknown, settings: Settings): EventSchema {
  if (settings.inventory_schema !== 'any') return schemas[settings.inventory_schema]
  const second = isRecord(document) && tellsSecond.some((name) => Object.hasOwn(document, name))
  return schemas[second ? 'second' : 'first']
}

/** The level that a document reports which is valid by this schema; integers by their exact digits. */
export function levelOf(
  fields: Readonly<Record<string, unknown>>,
  judge: EventJudge,
  schema: EventSchema,
): ReportedLevel {
  const text = (name: string) => String(fields[name])
  const inventoryLevel = integerOf(fields.inventory_level, 'inventory_level', judge)
  if (schema === schemas.first) {
    const nothing = { effectiveDate: null, changeDate: null, lowStockAlert: null, inventoryAlerts: null }
    return { revision: 'first', code: text('product_code'), inventoryLevel, timestamp: text('timestamp'), ...nothing }
  }
  const { low_stock_alert: alert, inventory_alerts: alerts } = fields
  return {
    revision: 'second',
    code: text('sku_code'),
    inventoryLevel,
    timestamp: null,
    effectiveDate: text('effective_date'),
    changeDate: text('change_date'),
    lowStockAlert: alert === undefined ? null : integerOf(alert, 'low_stock_alert', judge),
    inventoryAlerts: typeof alerts === 'boolean' ? alerts : null,
  }
}

const twoTo53 = 2n ** 53n

/** An integer's exact decimal text: its literal where `JSON.parse` may have rounded it. */
function integerOf(value: unknown, name: string, judge: EventJudge): string {
  const { document } = judge
  judge.applies(jirafe['inventory.exact'])
  if (!document.json.oddNumbers) return String(value)
  const node = document.member(name)
  const literal = node?.kind === 'number' ? node.literal.replace(/^-0$/, '0') : String(value)
  const digits = literal.replace('-', '')
  // Seventeen digits are beyond 2^53; only a literal of sixteen needs exact arithmetic.
  const beyond = digits.length > 16 || (digits.length === 16 && BigInt(digits) > twoTo53)
  if (beyond) judge.breach(jirafe['inventory.exact'], [name], node, literal, 'at most 2^53')
  return literal
}
