import { joor } from '../../contracts/rules/joor.js'
import type { ItemOutcome } from '../operation.js'
import { type Key, keyPart } from '../state/rows.js'
import type { Setup } from '../state/store.js'
import { knowsWarehouse, type Sku, styleListOf } from './catalog.js'
import { identify } from './identify.js'
import type { Item } from './item.js'
import type { ItemJudge, Refused } from './item-judge.js'

/** An item whose position is known. */
export interface Placed {
  readonly item: Item
  readonly date: string
  readonly sku: Sku
  /** The position's. */
  readonly key: Key
}

/** The position that an item means; undefined, after a breach that refuses it, where it means none. */
export function placeItem(item: Item, setup: Setup | undefined, judge: ItemJudge): Placed | undefined {
  // What was no object has no warehouse to look for.
  if (item.sent.is !== undefined) return undefined
  const sku = item.identifiers && identify(item.identifiers, styleListOf(setup), judge)
  if (item.warehouse === 'Default') judge.applies(joor['warehouse.default'])
  if (knowsWarehouse(setup, item.warehouse)) judge.applies(joor['warehouse.known'])
  else judge.breach(joor['warehouse.known'], 'warehouse', item.warehouse, 'a warehouse of the account')
  if (sku === undefined || item.date === undefined) return undefined
  return { item, date: item.date, sku, key: [keyPart(item.warehouse), item.date, sku.key] }
}

/** What became of an item, as log and journal tell it. */
export function outcomeOf(item: Item, place: Placed | undefined, refused: Refused | undefined): ItemOutcome {
  return {
    index: item.index,
    outcome: refused === undefined ? 'updated' : 'not_updated',
    reason: refused?.reason ?? null,
    rule: refused?.rule ?? null,
    position: place ? { warehouse: item.warehouse, inventory_date: place.date, sku: place.sku.identifiers } : null,
  }
}
