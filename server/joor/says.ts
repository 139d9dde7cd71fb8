import { entryOf } from '../entry-of.js'
import {
  describePosition,
  describeSku,
  type FieldType,
  type Said,
  type Statement,
  statementsOf,
  statementsTold,
  strongestOf,
} from '../said.js'
import { atOnce, type Slices } from '../slices.js'
import { keyPart } from '../state/rows.js'
import { type Item, isKnown } from './item.js'
import type { SentBulk } from './rules.js'
import { pointerTo } from './sent.js'
import type { SingleCommand } from './single-read.js'

export const saysBulk = (command: SentBulk): Said => atOnce(sayBulkInSlices(command))

export function* sayBulkInSlices({ query, items, format }: SentBulk): Slices<Said> {
  return {
    items: items.length,
    statements: yield* statementsOf(items, (item) => stateOf(item, { pointer: pointerTo(item.index) }), gistOf),
    overwrite: query.overwrite,
    types: format === 'json' ? typesOf(items) : [],
  }
}

export function saysSingle({ item }: SingleCommand): Said {
  return { items: 1, statements: [stateOf(item, { path: 'query' })], overwrite: false, types: [] }
}

function stateOf(item: Item, at: Statement['at']): Statement {
  const { index, warehouse, identifiers = {} } = item
  const sku = describeSku(identifiers)
  return { index, key: describePosition(warehouse, dateOf(item), sku), sku, value: keyPart(quantityOf(item)), at }
}

/** Each part behind its length, so that none of them can be taken for a part of another. */
function gistOf(item: Item): string {
  const { warehouse, identifiers = {} } = item
  const date = dateOf(item)
  const sku = strongestOf(identifiers)
  const value = quantityOf(item)
  return `${warehouse.length} ${date.length} ${sku.length} ${value.length} ${warehouse}${date}${sku}${value}`
}

const dateOf = (item: Item) => item.date ?? textOf(item, 'inventory_date')

function quantityOf(item: Item): string {
  if (item.madeToOrder) return 'made to order'
  return item.quantity === undefined ? textOf(item, 'inventory') : String(item.quantity)
}

const textOf = ({ sent }: Item, name: string) =>
  sent.fields?.findLast((field) => field.name === name)?.text.trim() ?? ''

/** The vendor's own examples write made_to_order in both ways. */
const ofTwoTypes = 'made_to_order'

function typesOf(items: readonly Item[]): readonly FieldType[] {
  const types: FieldType[] = []
  const seen = new Map<string, Set<string>>()
  for (const { sent, index } of items.slice(0, statementsTold))
    for (const { name, kind } of sent.fields ?? []) {
      if (kind === 'null' || name === ofTwoTypes || !isKnown(name)) continue
      const kinds = entryOf(seen, name, () => new Set())
      if (kinds.has(kind)) continue
      kinds.add(kind)
      const type = kind === 'nested' ? 'object or list' : kind
      types.push({ field: name, type, at: () => ({ pointer: pointerTo(index, name) }) })
    }
  return types
}
