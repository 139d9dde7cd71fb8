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
