import { entryOf } from '../entry-of.js'
import { keyPart, type SkuIdentifiers } from '../state/rows.js'
import type { Setup, Style } from '../state/store.js'

/** One SKU: the key of its rows, and every identifier that is known of it. */
export interface Sku {
  readonly key: string
  readonly identifiers: SkuIdentifiers
}

/** A style list, indexed by the identifiers that can start a search. */
export interface StyleList {
  readonly byUpc: ReadonlyMap<string, Sku>
  /** SKUs by style_identifier, style_id, style_number and style_color_id. */
  readonly by: Readonly<Record<StartName, ReadonlyMap<string, readonly Sku[]>>>
}

/** The identifiers that can name a style, strongest first. */
export const startNames = ['style_identifier', 'style_id', 'style_number', 'style_color_id'] as const
export type StartName = (typeof startNames)[number]

const lists = new WeakMap<readonly Style[], StyleList>()

/** The style list of an account; undefined where it has none. Indexed once for each list. */
export function styleListOf(setup: Setup | undefined): StyleList | undefined {
  const styles = setup?.styles
  if (styles === undefined || styles === null) return undefined
  return entryOf(lists, styles, () => indexStyles(styles))
}

function indexStyles(styles: readonly Style[]): StyleList {
  const byUpc = new Map<string, Sku>()
  const by = {
    style_identifier: new Map<string, Sku[]>(),
    style_id: new Map<string, Sku[]>(),
    style_number: new Map<string, Sku[]>(),
    style_color_id: new Map<string, Sku[]>(),
  }
  for (const identifiers of everySku(styles)) {
    const sku = { key: listedKey(identifiers), identifiers }
    if (identifiers.upc !== undefined) byUpc.set(identifiers.upc, sku)
    for (const name of startNames) {
      const value = identifiers[name]
      if (value === undefined) continue
      const same = by[name].get(value)
      if (same === undefined) by[name].set(value, [sku])
      else same.push(sku)
    }
  }
  return { byUpc, by }
}

/** SKUs by one identifier, each group in the order of the list; those that have none stand under undefined. */
export type Groups = ReadonlyMap<string | undefined, readonly Sku[]>

/** So few SKUs are looked through sooner than an index is made. */
const few = 16
const indexes = new WeakMap<readonly Sku[], Map<string, Groups>>()

/** The SKUs grouped by an identifier; of many SKUs once for each array, and the groups are arrays that stay the same. */
export function groupsBy(skus: readonly Sku[], name: string): Groups {
  if (skus.length <= few) return groupBy(skus, name)
  const known = entryOf(indexes, skus, () => new Map<string, Groups>())
  return entryOf(known, name, () => groupBy(skus, name))
}

function groupBy(skus: readonly Sku[], name: string): Groups {
  const groups = new Map<string | undefined, Sku[]>()
  for (const sku of skus) entryOf(groups, sku.identifiers[name], () => []).push(sku)
  const [value] = groups.keys()
  // One group is all of them, and the array that is known may have been indexed already.
  return groups.size === 1 ? new Map([[value, skus]]) : groups
}

/** The SKUs that have this value of an identifier, in time that does not grow with their number. */
export function skusWith(skus: readonly Sku[], name: string, value: string | undefined): readonly Sku[] {
  if (skus.length <= few) return skus.filter(({ identifiers }) => identifiers[name] === value)
  return groupsBy(skus, name).get(value) ?? []
}

function* everySku(styles: readonly Style[]): Iterable<SkuIdentifiers> {
  for (const { colors, ...style } of styles)
    for (const { sizes, ...color } of colors)
      for (const { upc, ...size } of sizes)
        yield upc === undefined ? { ...style, ...color, ...size } : { upc, ...style, ...color, ...size }
}

/** The key of a listed SKU: what the list makes unique. */
function listedKey({ style_number, style_identifier, color_code, size }: SkuIdentifiers): string {
  return keyPart(JSON.stringify([style_number, style_identifier, color_code, size]))
}

const warehouseSets = new WeakMap<readonly string[], ReadonlySet<string>>()

/** Whether an account knows a warehouse; `Default` exists in every account, and without a list every name does. */
export function knowsWarehouse(setup: Setup | undefined, warehouse: string): boolean {
  const warehouses = setup?.warehouses
  if (warehouses === undefined || warehouses === null || warehouse === 'Default') return true
  return entryOf(warehouseSets, warehouses, () => new Set(warehouses)).has(warehouse)
}
