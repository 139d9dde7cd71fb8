import type { CostValue } from '../state/rows.js'
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
    year: /^\d{4}(?!\d)/.exec(effectiveDate)?.[0] ?? effectiveDate,
    effectiveDate,
    changeDate: text('change_date'),
    skuCost: amount?.kind === 'number' ? amount.literal : text('sku_cost'),
  }
}
