import { joor } from '../../contracts/rules/joor.js'
import type { Findings } from '../findings.js'
import type { ItemOutcome, Terms, Verdict } from '../operation.js'
import type { Draft } from '../state/draft.js'
import { type Key, keyPart } from '../state/rows.js'
import type { Setup, Turn } from '../state/store.js'
import { knowsWarehouse, type Sku, styleListOf } from './catalog.js'
import { identify } from './identify.js'
import type { Item } from './item.js'
import { ItemJudge, type Refused } from './item-judge.js'
import type { BulkQuery } from './query.js'

/** A bulk call as understood. */
export interface BulkCommand {
  readonly query: BulkQuery
  readonly items: readonly Item[]
}

export interface BulkResult extends Verdict {
  readonly updated: readonly Item[]
  readonly notUpdated: readonly Item[]
}

/** An item whose position is known. */
interface Placed {
  readonly item: Item
  readonly date: string
  readonly sku: Sku
  readonly key: Key
}

/**
 * What a bulk call does: every item is placed or refused first, so that overwrite clears only what accepted items
 * name; then the accepted ones take effect in their order.
 */
export function decideBulk(
  command: BulkCommand,
  turn: Turn,
  draft: Draft,
  terms: Terms,
  findings: Findings,
): BulkResult {
  const placed: Placed[] = []
  const outcomes: ItemOutcome[] = []
  const positions = new Set<string>()
  for (const item of command.items) {
    const judge = new ItemJudge(findings, item.sent, item.refused)
    const place = placeItem(item, turn.setup, judge)
    // An item that is refused anyway sets nothing that a later one could set again.
    if (place !== undefined && judge.refused === undefined && !item.madeToOrder)
      judgeSamePosition(place, positions, judge)
    const refused = judge.refused
    if (place !== undefined && refused === undefined) placed.push(place)
    outcomes.push(outcomeOf(item, place, refused))
  }
  findings.applies(joor['reply.shape'])
  findings.applies(joor['reply.echo'])
  findings.applies(joor['reply.log_id'])
  findings.applies(joor['call.order'])
  if (command.query.overwrite) decideOverwrite(placed, command.items, draft, terms, findings)
  else findings.applies(joor['inventory.untouched'])
  for (const place of placed) apply(place, command.query, turn.setup, draft, terms, findings)
  const accepted = new Set(placed.map(({ item }) => item))
  const notUpdated = command.items.filter((item) => !accepted.has(item))
  if (notUpdated.length > 0) {
    findings.applies(joor['reply.not_updated'])
    findings.applies(terms.settings.partial_code === '1' ? joor['reply.partial_code'] : joor['reply.partial'])
  }
  return { updated: placed.map(({ item }) => item), notUpdated, outcomes }
}

/** The position that an item means; undefined, after a breach that refuses it, where it means none. */
export function placeItem(item: Item, setup: Setup | undefined, judge: ItemJudge): Placed | undefined {
  // An item that was no object has no identifiers to look for.
  if (item.sent.fields === undefined) return undefined
  const sku = identify(item.identifiers, styleListOf(setup), judge)
  if (item.warehouse === 'Default') judge.applies(joor['warehouse.default'])
  if (knowsWarehouse(setup, item.warehouse)) judge.applies(joor['warehouse.known'])
  else judge.breach(joor['warehouse.known'], 'warehouse', item.warehouse, 'a warehouse of the account')
  if (sku === undefined || item.date === undefined) return undefined
  return { item, date: item.date, sku, key: [keyPart(item.warehouse), item.date, sku.key] }
}

function judgeSamePosition({ item, date, key }: Placed, positions: Set<string>, judge: ItemJudge): void {
  const position = key.join('\n')
  if (positions.has(position))
    judge.breach(
      joor['inventory.same_position'],
      undefined,
      `${item.warehouse}, ${date} once more`,
      'one item for a position',
    )
  positions.add(position)
}

function decideOverwrite(
  placed: readonly Placed[],
  items: readonly Item[],
  draft: Draft,
  terms: Terms,
  findings: Findings,
): void {
  const named = new Set(placed.map(({ key }) => key[0]))
  const account = terms.settings.overwrite_scope === 'account'
  findings.applies(account ? joor['overwrite.account'] : joor['overwrite.warehouses'])
  findings.applies(joor['overwrite.dates'])
  findings.applies(joor['overwrite.marks'])
  if (account && placed.length > 0) draft.clearAll('positions')
  else for (const warehouse of named) draft.clearFirst('positions', warehouse)
  if (placed.length === items.length) return

  const accepted = new Set(placed.map(({ item }) => item))
  const left = new Set<string>()
  let first: Item | undefined
  for (const item of items) {
    if (accepted.has(item)) continue
    first ??= item
    if (item.sent.fields === undefined) continue
    if (named.has(keyPart(item.warehouse)) || left.has(item.warehouse)) continue
    left.add(item.warehouse)
    findings.breach(
      joor['overwrite.refused_warehouse'],
      () => item.sent.at('warehouse'),
      item.warehouse,
      'an item that can be updated',
    )
  }
  const refused = items.length - placed.length
  const at = first?.sent.at() ?? { pointer: '/inventory_items' }
  findings.breach(
    joor['overwrite.complete'],
    at,
    `${refused} of ${items.length} items refused`,
    'an overwrite without refused items',
  )
}

function apply(
  { item, date, sku, key }: Placed,
  query: BulkQuery,
  setup: Setup | undefined,
  draft: Draft,
  terms: Terms,
  findings: Findings,
): void {
  const mark: Key = ['', '', sku.key]
  if (item.quantity === undefined) {
    findings.applies(joor['made_to_order.clears'])
    if (terms.settings.made_to_order_clears === 'position') draft.put('positions', key, null)
    else {
      findings.applies(joor['made_to_order.everywhere'])
      draft.clearThird('positions', sku.key)
    }
    draft.put('marks', mark, { sku: sku.identifiers })
    return
  }
  findings.applies(joor['inventory.sets'])
  if (draft.wrote('marks', mark)) findings.applies(joor['made_to_order.unmarked'])
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
  draft.put('marks', mark, null)
}

function lessPending(incoming: number, key: Key, setup: Setup | undefined, terms: Terms, findings: Findings): number {
  findings.applies(joor['pending.deducted'])
  findings.applies(joor['pending.matched'])
  findings.applies(joor['pending.echo'])
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

function outcomeOf(item: Item, place: Placed | undefined, refused: Refused | undefined): ItemOutcome {
  return {
    index: item.index,
    outcome: refused === undefined ? 'updated' : 'not_updated',
    reason: refused?.reason ?? null,
    rule: refused?.rule ?? null,
    position: place ? { warehouse: item.warehouse, inventory_date: place.date, sku: place.sku.identifiers } : null,
  }
}
