import type { Place } from '../findings.js'
import {
  describePosition,
  describeSku,
  type FieldType,
  isMet,
  type Said,
  type Statement,
  statementsInSlices,
  statementsOf,
  statementsTold,
  strongestOf,
} from '../said.js'
import type { Slices } from '../slices.js'
import { keyPart } from '../state/rows.js'
import { type Item, isKnown } from './item.js'
import type { SentBulk } from './rules.js'
import { pointerTo } from './sent.js'
import type { SingleCommand } from './single-read.js'

export const saysBulk = (command: SentBulk): Said => saidOf(command, statementsOf(command.items, stateOf, gistOf))

export function* sayBulkInSlices(command: SentBulk): Slices<Said> {
  return saidOf(command, yield* statementsInSlices(command.items, stateOf, gistOf))
}

function saidOf({ query, items, format }: SentBulk, statements: readonly Statement[]): Said {
  return {
    items: items.length,
    statements,
    overwrite: query.overwrite,
    types: format === 'json' ? typesOf(items) : noTypes,
  }
}

export function saysSingle({ item }: SingleCommand): Said {
  return { items: 1, statements: [stateAt(item, inQuery)], overwrite: false, types: noTypes }
}

const noTypes: readonly FieldType[] = []
const inQuery: Place = { path: 'query' }
/** Of the items that are told one by one; what is remembered of calls shares them. */
const places: Place[] = []

function stateOf(item: Item): Statement {
  const at = places[item.index] ?? { pointer: pointerTo(item.index) }
  places[item.index] = at
  return stateAt(item, at)
}

function stateAt(item: Item, at: Place): Statement {
  const { index, warehouse, identifiers = {} } = item
  const sku = describeSku(identifiers)
  const key = describePosition(warehouse, dateOf(item), sku)
  return { index, key, sku, value: keyPart(quantityOf(item)), stamp: undefined, digest: false, at }
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
  for (const { sent, index } of items.slice(0, statementsTold))
    for (const { name, kind } of sent.fields ?? []) {
      if (kind === 'null' || name === ofTwoTypes || !isKnown(name)) continue
      const type = kind === 'nested' ? 'object or list' : kind
      if (!isMet(types, '', name, type)) types.push(new TypeOfField(name, type, index))
    }
  return types
}

class TypeOfField implements FieldType {
  readonly kind = ''
  readonly name: string
  readonly type: string
  readonly #index: number

  constructor(name: string, type: string, index: number) {
    this.name = name
    this.type = type
    this.#index = index
  }

  at(): Place {
    return { pointer: pointerTo(this.#index, this.name) }
  }
}
