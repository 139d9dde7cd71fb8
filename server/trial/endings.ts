import { createHash } from 'node:crypto'
import type { Committed, Fold } from '../journal/committed.js'
import type { Key, Tables } from '../state/rows.js'
import type { Change, Partition, Scope } from '../state/store.js'

/**
 * What the calls of a run left behind in each account and site, whether or not it was deleted since: a suite that
 * cleans up after itself would otherwise always end alike.
 */
export class Endings implements Fold {
  readonly #left = new Map<Scope, Map<string, string | undefined>>()

  add(scope: Scope, { entry }: Committed): void {
    if (entry.name === undefined) return
    const rows = this.#left.get(scope) ?? new Map()
    this.#left.set(scope, rows)
    // What is only remembered, such as an order, is no row: that one was taken is what can be said of it.
    if (entry.items !== null && entry.items.updated > 0) rows.set(entry.operation, entry.operation)
    for (const change of entry.changes) rows.set(`${change.table} ${JSON.stringify(change.key)}`, writeRow(change))
  }

  rename(from: Partition, to: Partition): void {
    const rows = this.#left.get(from)
    if (rows === undefined) return
    this.#left.delete(from)
    this.#left.set(to, new Map([...(this.#left.get(to) ?? []), ...rows]))
  }

  /** What was left stays, whatever is forgotten of the calls. */
  clear(): void {}

  /** The same for two runs that left the same, whatever their accounts and sites are called. */
  get fingerprint(): string {
    return digest([...this.#left.values()].map((rows) => digest(new Set(rows.values()))))
  }
}

function digest(lines: Iterable<string | undefined>): string {
  const sorted = [...lines].filter((line) => line !== undefined).sort()
  return createHash('sha256').update(sorted.join('\n')).digest('hex')
}

/** A row without its instants, which differ from run to run; undefined where it is gone. */
function writeRow({ table, key, after }: Change): string | undefined {
  if (after === null) return undefined
  // A change holds the value of its own table, which the type cannot follow.
  const value = contentOf[table]?.(after.value as never, key) ?? []
  return JSON.stringify([table, ...value])
}

/** What counts of a row; the tables that are left out tell no changes. */
const contentOf: { readonly [Name in keyof Tables]?: (value: Tables[Name], key: Key) => readonly unknown[] } = {
  positions: ({ warehouse, date, available, incoming, pendingDeducted }, [, , sku]) => [
    ...[warehouse, date, sku, available, incoming, pendingDeducted],
  ],
  marks: (_, [, , sku]) => [sku],
  levels: ({ revision, code, inventoryLevel, lowStockAlert, inventoryAlerts }) => [
    ...[revision, code, inventoryLevel, lowStockAlert, inventoryAlerts],
  ],
  costs: ({ skuCode, year, skuCost }) => [skuCode, year, skuCost],
}
