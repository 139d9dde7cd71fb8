import { createHash } from 'node:crypto'
import type { Place } from './findings.js'
import { atOnce, type Slices } from './slices.js'
import { identifierNames, keyPart, type SkuIdentifiers } from './state/rows.js'

/** What a call says of one position, level or other subject; every form of the same item comes to the same words. */
export interface Statement {
  /** The item's index, as outcomes have it. */
  readonly index: number
  /** `New York, IMMEDIATE, upc 822508068753`; at most 255 bytes. */
  readonly key: string
  /** The SKU or code alone; empty where the item names none. */
  readonly sku: string
  /** The quantity as sent; null where it is about none. */
  readonly value: string | null
  /** The instant by which the client dates it, where it does. */
  readonly stamp: string | undefined
  /** It stands for many: the value is their digest. */
  readonly digest: boolean
  readonly at: Place
}

/** A field of a call and its JSON type, at the first place where it has it. */
export interface FieldType {
  /** The kind of Jirafe's event, whose fields these are; empty where all items are of one kind. */
  readonly kind: string
  readonly name: string
  readonly type: string
  at(): Place
}

/** What a call says, for whoever compares calls: as sent, before anything was decided. */
export interface Said {
  /** Items, or Jirafe's events. */
  readonly items: number
  readonly statements: readonly Statement[]
  /** Whether it clears what it does not list. */
  readonly overwrite: boolean
  /** Each field once with each of its types; empty for XML and for what stands in a query: they have no types. */
  readonly types: readonly FieldType[]
}

/** Statements that are told one by one; those behind them are told together. */
export const statementsTold = 1_000

/** So many characters are digested in one go: some hundred items. */
const digested = 65_536

type StateOf<Item> = (item: Item, index: number) => Statement
type GistOf<Item> = (item: Item, index: number) => string

/**
 * Statements of items, of which `stateOf` makes one each: a call of any size has at most a thousand and one. `gistOf` is
 * a text of the item's statement that ends as no other begins: two lists of them are the same text where they say the same.
 */
export function* statementsInSlices<Item>(
  items: readonly Item[],
  stateOf: StateOf<Item>,
  gistOf: GistOf<Item>,
): Slices<readonly Statement[]> {
  const after = items[statementsTold]
  if (after === undefined) return items.map(stateOf)
  const told = items.slice(0, statementsTold).map(stateOf)
  const digest = createHash('sha256')
  let text = ''
  for (let index = statementsTold; index < items.length; index++) {
    const item = items[index]
    if (item !== undefined) text += gistOf(item, index)
    if (text.length < digested) continue
    digest.update(text)
    text = ''
    yield
  }
  digest.update(text)
  const left = items.length - statementsTold
  const first = stateOf(after, statementsTold)
  const rest: Statement = {
    index: statementsTold,
    key: keyPart(`${left} more from ${first.key} on`),
    sku: '',
    value: digest.digest('hex'),
    stamp: undefined,
    digest: true,
    at: first.at,
  }
  return [...told, rest]
}

/** The same in one go. */
export function statementsOf<Item>(items: readonly Item[], stateOf: StateOf<Item>, gistOf: GistOf<Item>) {
  return atOnce(statementsInSlices(items, stateOf, gistOf))
}

/** Whether a field is among those that were met with that type; a call has few, so nobody needs a Map of them. */
export function isMet(types: readonly FieldType[], kind: string, name: string, type: string): boolean {
  for (const each of types) if (each.name === name && each.type === type && each.kind === kind) return true
  return false
}

/** A position in a line: warehouse, date, SKU. */
export const describePosition = (warehouse: string, date: string, sku: string): string =>
  keyPart(`${warehouse}, ${date}, ${sku}`)

/** A SKU by its strongest identifiers, at most 255 bytes: a upc wins over all others. */
export const describeSku = (identifiers: SkuIdentifiers): string => keyPart(strongestOf(identifiers))

/** The same of any length. */
export function strongestOf(identifiers: SkuIdentifiers): string {
  const { upc } = identifiers
  if (upc !== undefined) return `upc ${upc}`
  let text = ''
  for (const name of identifierNames) {
    const value = identifiers[name]
    if (value !== undefined) text += text === '' ? `${name} ${value}` : ` ${name} ${value}`
  }
  return text
}
