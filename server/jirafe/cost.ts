import type { CostValue } from '../state/rows.js'
import { readInstant } from '../wire/dates.js'
import type { EventJudge } from './document.js'

/** A cost as an event reports it. */
export type ReportedCost = Omit<CostValue, 'receivedAt'>

/** The cost that a valid document reports; the amount by its literal, for `JSON.parse` rounds. */
export function costOf(fields: Readonly<Record<string, unknown>>, { document }: EventJudge): ReportedCost {
  const text = (name: string) => String(fields[name])
  const effectiveDate = text('effective_date')
  const amount = document.json.oddNumbers ? document.member('sku_cost') : undefined
  return {
    skuCode: text('sku_code'),
    year: yearOf(effectiveDate),
    effectiveDate,
    changeDate: text('change_date'),
    skuCost: amount?.kind === 'number' ? amount.literal : text('sku_cost'),
  }
}

/** The year as it is written there, in ISO 8601's basic form too; where none can be read, the whole text. */
function yearOf(date: string): string {
  return readInstant(date) !== undefined || /^\d{4}(?!\d)/.test(date) ? date.slice(0, 4) : date
}
