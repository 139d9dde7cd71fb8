import type { ColumnKind, TableRow } from '../documents/table.js'
import { tableError } from '../documents/table.js'
import { placeMeant } from '../joor/table.js'
import type { Committed } from '../journal/committed.js'
import { identifierNames, type Key } from '../state/rows.js'
import type { Partition, Setup, Store } from '../state/store.js'
import { isRecord } from '../wire/json-values.js'
import type { Expected, Standing } from './comparison.js'
import { writeIdentifiers, writeStanding } from './rows.js'

const compared = ['available', 'incoming', 'pending_deducted', 'made_to_order'] as const

export const positionColumns: ReadonlyMap<string, ColumnKind> = new Map([
  ...['warehouse', 'inventory_date', ...identifierNames].map((name) => [name, 'text'] as const),
  ...['available', 'incoming', 'pending_deducted'].map((name) => [name, 'integer'] as const),
  ['made_to_order', 'boolean'],
])

/** The positions and made-to-order SKUs that rows mean, by the account's own rules; throws DocumentError. */
export function expectedPositions(rows: readonly TableRow[], setup: Setup): readonly Expected[] {
  const faults: string[] = []
  const expected = rows.flatMap((row) => {
    const read = expectedPosition(row, setup)
    if (!('fault' in read)) return [read]
    faults.push(`${placeOf(row)}: ${read.fault}`)
    return []
  })
  if (faults.length > 0) throw tableError(faults)
  return expected
}

export const placeOf = ({ row, line }: TableRow) => (line === undefined ? `row ${row}` : `row ${row} (line ${line})`)

function expectedPosition({ row, cells }: TableRow, setup: Setup): Expected | { readonly fault: string } {
  const fields = new Map<string, string>()
  const sku = cells.get('sku')
  for (const [name, value] of [...cells, ...Object.entries(isRecord(sku) ? sku : {})]) {
    if (value === null || positionColumns.get(name) !== 'text') continue
    if (fields.has(name)) return { fault: `${name} stands in the row and in its sku. Right is one of them.` }
    fields.set(name, String(value))
  }
  const madeToOrder = cells.get('made_to_order') === true
  const meant = placeMeant(fields, madeToOrder, setup)
  if ('fault' in meant) return meant
  const { key, warehouse, date } = meant
  const identifiers = writeIdentifiers(meant.sku)
  return {
    row,
    id: key && idOf(madeToOrder ? 'marks' : 'positions', key),
    key: madeToOrder ? { sku: identifiers } : { warehouse, inventory_date: date, sku: identifiers },
    values: valuesOf(cells),
  }
}

const idOf = (table: 'marks' | 'positions', key: Key) => JSON.stringify([table, ...key])

function valuesOf(cells: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  return new Map(compared.filter((name) => cells.has(name)).map((name) => [name, cells.get(name)]))
}

/** Everything that stands in an account, made-to-order SKUs first. */
export async function standingPositions(store: Store<Committed>, of: Partition): Promise<readonly Standing[]> {
  const queries = [{ table: 'marks' }, { table: 'positions' }] as const
  const found = await store.page<'marks' | 'positions'>(of, queries, Number.POSITIVE_INFINITY)
  return found.map((each) => {
    const id = idOf(each.table, each.key)
    const { warehouse, inventory_date, sku, ...values } = writeStanding(each)
    const key = each.table === 'marks' ? { sku } : { warehouse, inventory_date, sku }
    return { id, key, values: valuesOf(new Map(Object.entries(values))) }
  })
}
