import type { ColumnKind, TableRow } from '../documents/table.js'
import { tableError } from '../documents/table.js'
import { entryOf } from '../entry-of.js'
import type { Committed } from '../journal/committed.js'
import type { Key, LevelValue } from '../state/rows.js'
import type { Partition, Store } from '../state/store.js'
import type { Expected, Standing } from './comparison.js'
import { placeOf } from './position-table.js'
import { exact, writeLevel } from './rows.js'

const keyColumns = ['code', 'revision', 'effective_date'] as const
const integers = ['inventory_level', 'low_stock_alert']

export const levelColumns: ReadonlyMap<string, ColumnKind> = new Map([
  ...[...keyColumns, 'timestamp', 'change_date', 'received_at'].map((name) => [name, 'text'] as const),
  ...integers.map((name) => [name, 'integer'] as const),
  ['inventory_alerts', 'boolean'],
])

/** Everything that stands in a site. */
export async function standingLevels(store: Store<Committed>, of: Partition): Promise<readonly Standing[]> {
  const levels = await store.page(of, [{ table: 'levels' }], Number.POSITIVE_INFINITY)
  return levels.map(({ key, row }) => standingLevel(key, row.value))
}

function standingLevel(key: Key, level: LevelValue): Standing {
  const { code, revision, effective_date, ...values } = writeLevel(level)
  return { id: JSON.stringify(key), key: { code, revision, effective_date }, values: new Map(Object.entries(values)) }
}

/** The levels that rows mean: by code, and by revision and date where one code has several; throws DocumentError. */
export function expectedLevels(rows: readonly TableRow[], standing: readonly Standing[]): readonly Expected[] {
  const byCode = new Map<unknown, Standing[]>()
  for (const level of standing) entryOf(byCode, level.key.code, () => []).push(level)
  const faults: string[] = []
  const expected = rows.map((row) => {
    const { cells } = row
    const given = keyColumns.filter((name) => cells.has(name))
    const candidates = byCode.get(cells.get('code')) ?? []
    const [level, second] = candidates.filter(({ key }) => given.every((name) => key[name] === cells.get(name)))
    if (second !== undefined)
      faults.push(`${placeOf(row)}: ${cells.get('code')} has several levels. Give revision and effective_date too.`)
    const key = Object.fromEntries(keyColumns.map((name) => [name, cells.get(name) ?? null]))
    return { row: row.row, id: level?.id, key, values: valuesOf(cells) }
  })
  if (faults.length > 0) throw tableError(faults)
  return expected
}

function valuesOf(cells: ReadonlyMap<string, unknown>): ReadonlyMap<string, unknown> {
  const keys: readonly string[] = keyColumns
  const given = [...cells].filter(([name]) => !keys.includes(name))
  return new Map(given.map(([name, value]) => [name, integers.includes(name) ? integerOf(value) : value]))
}

/** Integers of any size may be given by their digits. */
const integerOf = (value: unknown) => (typeof value === 'string' ? exact(value) : value)
