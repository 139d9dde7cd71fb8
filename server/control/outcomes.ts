import type { ItemOutcome } from '../operation.js'
import { writeRule } from '../rule-list.js'
import type { SkuIdentifiers } from '../state/rows.js'
import { writeIdentifiers } from './rows.js'

const noRule = { rule: null, statement: null, evidence: null, source: null }

/** What became of one item or event of a call, and why. */
export function writeOutcome({ index, outcome, reason, rule, position }: ItemOutcome) {
  const why = rule === null ? noRule : writeRule(rule)
  return { index, outcome, reason, ...why, position: position && writePlace(position) }
}

/** A position with its identifiers as an item has them; a level has none. */
function writePlace({ sku, ...place }: Readonly<Record<string, unknown>>) {
  // Where an outcome names a SKU, it does so by its identifiers.
  return sku === undefined ? place : { ...place, sku: writeIdentifiers(sku as SkuIdentifiers) }
}
