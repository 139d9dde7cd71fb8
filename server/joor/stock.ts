import { joor } from '../../contracts/rules/joor.js'
import type { Findings } from '../findings.js'
import type { Terms } from '../operation.js'
import type { Draft } from '../state/draft.js'
import { type Key, keyPart } from '../state/rows.js'
import type { Setup } from '../state/store.js'
import { type Sku, styleListOf } from './catalog.js'
import { identify } from './identify.js'
import type { Placed } from './placement.js'
import type { CallQuery } from './query.js'

/** Sets an item's position, or makes its SKU made to order. */
export function applyItem(
  place: Placed,
  query: CallQuery,
  setup: Setup | undefined,
  draft: Draft,
  terms: Terms,
  findings: Findings,
): void {
  const { item, date, sku, key } = place
  if (item.quantity === undefined) {
    findings.applies(joor['made_to_order.clears'])
    if (terms.settings.made_to_order_clears === 'position') draft.put('positions', key, null)
    else {
      findings.applies(joor['made_to_order.everywhere'])
      draft.clearThird('positions', sku.key)
    }
    draft.put('marks', markOf(sku), { sku: sku.identifiers })
    return
  }
  findings.applies(joor['inventory.sets'])
  if (draft.wrote('marks', markOf(sku))) findings.applies(joor['made_to_order.unmarked'])
  const available = query.decPending ? lessPending(item.quantity, key, setup, terms, findings) : item.quantity
  if (query.decPending && query.overwrite) findings.applies(joor['query.both'])
  draft.put('positions', key, {
    warehouse: item.warehouse,
    date,
    sku: sku.identifiers,
    available,
    incoming: item.quantity,
    pendingDeducted: item.quantity - available,
  })
  // Marks are few, so that a look at each of them takes less than one for each item.
  draft.clearThird('marks', sku.key)
}

const markOf = ({ key }: Sku): Key => ['', '', key]

function lessPending(incoming: number, key: Key, setup: Setup | undefined, terms: Terms, findings: Findings): number {
  findings.applies(joor['pending.deducted'])
  findings.applies(joor['pending.matched'])
  const pending = setup === undefined ? 0 : (pendingOf(setup).get(key.join('\n')) ?? 0)
  const available = incoming - pending
  if (available >= 0 || pending === 0) return available
  const floor = terms.settings.pending_floor === 'zero'
  findings.applies(floor ? joor['pending.floor'] : joor['pending.below_zero'])
  // What came in below zero is not raised: the floor only bounds what is deducted.
  return floor ? Math.min(incoming, 0) : available
}

const pendings = new WeakMap<Setup, ReadonlyMap<string, number>>()
const unjudged = { applies: () => {}, breach: () => {} }

/** Units on pending orders by position; rows of one position add up. Indexed once for each setup. */
function pendingOf(setup: Setup): ReadonlyMap<string, number> {
  const known = pendings.get(setup)
  if (known !== undefined) return known
  const pending = new Map<string, number>()
  for (const { warehouse, date, identifiers, quantity } of setup.pending) {
    const sku = identify(identifiers, styleListOf(setup), unjudged)
    if (sku === undefined) continue
    const position = [keyPart(warehouse), date, sku.key].join('\n')
    pending.set(position, (pending.get(position) ?? 0) + quantity)
  }
  pendings.set(setup, pending)
  return pending
}
