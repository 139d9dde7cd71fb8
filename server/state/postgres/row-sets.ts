import type { PartitionTables } from '../commit.js'
import { forEachTable, type Key, keptTables, type Row, type TableName, type Tables } from '../rows.js'
import type { ChangeSet, Found, Needs, PageQuery, TableChange } from '../store.js'
import { Table } from '../table.js'
import { byteArray, bytesOf, textOf } from './bytes.js'
import type { Statements } from './database.js'

/** A row of any table, as the database gives it. */
export interface KeptRow {
  readonly kind: TableName
  readonly k1: Buffer
  readonly k2: Buffer
  readonly k3: Buffer
  readonly value: string
  readonly made_by: string
  /** Rows came in this order. */
  readonly place: string
}
const columns = 'r.kind, r.k1, r.k2, r.k3, r.value, r.made_by, r.place'

const keyOf = ({ k1, k2, k3 }: KeptRow): Key => [textOf(k1), textOf(k2), textOf(k3)]
// Values were written as JSON from tables of these names.
const rowOf = ({ value, made_by }: KeptRow) => ({ value: JSON.parse(value), by: made_by }) as Row<never>

/** The tables of an account or site as far as a call looks at them or changes them. */
export class PartTables {
  readonly tables = forEachTable<PartitionTables>(() => new Table<never>() as PartitionTables[TableName])

  add(rows: readonly KeptRow[]): void {
    for (const row of rows) this.tables[row.kind].set(...keyOf(row), rowOf(row))
  }
}

/** Keys of any tables, without those that are named twice. */
class Keys {
  readonly #kinds: string[] = []
  readonly #parts: readonly [string[], string[], string[]] = [[], [], []]

  add(table: TableName, first: string, second: string, third: string): void {
    this.#kinds.push(table)
    this.#parts[0].push(first)
    this.#parts[1].push(second)
    this.#parts[2].push(third)
  }

  get isEmpty(): boolean {
    return this.#kinds.length === 0
  }

  /** As parameters of `unnest($n::text[], $n::bytea[], $n::bytea[], $n::bytea[])`. */
  get arrays(): readonly [readonly string[], string, string, string] {
    const [first, second, third] = this.#parts
    return [this.#kinds, byteArray(first), byteArray(second), byteArray(third)]
  }
}

/** The rows that a call has named, of the live account or site with the key. */
export async function readNeeds(statements: Statements, key: Buffer, needs: Needs): Promise<readonly KeptRow[]> {
  const keys = new Keys()
  for (const [table, named] of Object.entries(needs)) {
    // Needs are told under the names of tables.
    for (const each of named ?? []) keys.add(table as TableName, ...each)
  }
  return keys.isEmpty ? [] : readKeys(statements, '(SELECT id FROM @parties WHERE copy = 0 AND key = $1)', key, keys)
}

function readKeys(statements: Statements, party: string, of: Buffer | string, keys: Keys): Promise<KeptRow[]> {
  return statements.rows<KeptRow & { readonly party: string }>(
    `SELECT ${columns} FROM unnest($2::text[], $3::bytea[], $4::bytea[], $5::bytea[]) AS w (kind, k1, k2, k3)
     JOIN @rows r ON r.party = ${party} AND r.kind = w.kind AND r.k1 = w.k1 AND r.k2 = w.k2 AND r.k3 = w.k3`,
    [of, ...keys.arrays],
  )
}

const byEntries = (changes: ChangeSet) =>
  // The change set is keyed by the names of tables.
  (Object.entries(changes) as [TableName, TableChange | undefined][]).filter(
    (entry): entry is [TableName, TableChange] => entry[1] !== undefined,
  )

/** Takes away what the changes clear, by one statement for each way to clear; the rows that stood there. */
export async function clearRows(
  statements: Statements,
  party: string,
  changes: ChangeSet,
): Promise<readonly KeptRow[]> {
  const cleared: KeptRow[][] = []
  for (const [table, { all, firsts, thirds }] of byEntries(changes)) {
    if (all) cleared.push(await clear(statements, party, table, 'true', undefined))
    else {
      if (firsts.size > 0) cleared.push(await clear(statements, party, table, 'r.k1 = ANY ($3::bytea[])', firsts))
      if (thirds.size > 0) cleared.push(await clear(statements, party, table, 'r.k3 = ANY ($3::bytea[])', thirds))
    }
  }
  return cleared.flat()
}

async function clear(
  statements: Statements,
  party: string,
  table: TableName,
  where: string,
  parts: ReadonlySet<string> | undefined,
): Promise<KeptRow[]> {
  const values = [party, table, ...(parts === undefined ? [] : [byteArray(parts)])]
  const rows = await statements.rows<KeptRow>(
    `DELETE FROM @rows r WHERE r.party = $1 AND r.kind = $2 AND ${where} RETURNING ${columns}`,
    values,
  )
  // They are told in the order in which they came, as on every storage.
  return rows.sort((one, other) => Number(one.place) - Number(other.place))
}

/** What stands where the changes put rows, as far as nobody has looked at it yet. */
export async function readReplaced(
  statements: Statements,
  party: string,
  changes: ChangeSet,
  needs: Needs,
): Promise<readonly KeptRow[]> {
  const keys = new Keys()
  for (const [table, { puts }] of byEntries(changes)) {
    const known = new Set((needs[table] ?? []).map(writeKey))
    for (const { first, second, values } of puts)
      for (const [third] of values)
        if (known.size === 0 || !known.has(writeKey([first, second, third]))) keys.add(table, first, second, third)
  }
  return keys.isEmpty ? [] : readKeys(statements, '$1', party, keys)
}

const writeKey = (key: Key) => JSON.stringify(key)

/**
 * Puts rows and takes rows away as the changes say, by one statement each, however many they are. Both are sent at once:
 * what is to be committed may be sent right behind them.
 */
export function putRows(statements: Statements, party: string, changes: ChangeSet, by: string): Promise<unknown> {
  const gone = new Keys()
  const put = new Keys()
  const values: string[] = []
  for (const [table, { puts }] of byEntries(changes))
    for (const { first, second, values: rows } of puts)
      for (const [third, value] of rows) {
        if (value === null) gone.add(table, first, second, third)
        else {
          put.add(table, first, second, third)
          values.push(JSON.stringify(value))
        }
      }
  return Promise.all([
    gone.isEmpty ||
      statements.rows(
        `DELETE FROM @rows r USING unnest($2::text[], $3::bytea[], $4::bytea[], $5::bytea[]) AS w (kind, k1, k2, k3)
         WHERE r.party = $1 AND r.kind = w.kind AND r.k1 = w.k1 AND r.k2 = w.k2 AND r.k3 = w.k3`,
        [party, ...gone.arrays],
      ),
    put.isEmpty ||
      statements.rows(
        `INSERT INTO @rows (party, kind, k1, k2, k3, value, made_by)
         SELECT $1, w.*, $2 FROM unnest($3::text[], $4::bytea[], $5::bytea[], $6::bytea[], $7::text[]) AS w
         ON CONFLICT (party, kind, k1, k2, k3) DO UPDATE SET value = excluded.value, made_by = excluded.made_by`,
        [party, by, ...put.arrays, values],
      ),
  ])
}

/** Rows of copies are those of their origins, but for what is about the calls themselves. */
export async function copyRows(statements: Statements, copies: ReadonlyMap<string, string>): Promise<void> {
  if (copies.size === 0) return
  await statements.rows(
    `INSERT INTO @rows (party, kind, k1, k2, k3, value, made_by, place)
     SELECT m.copy, r.kind, r.k1, r.k2, r.k3, r.value, r.made_by, r.place
     FROM unnest($1::bigint[], $2::bigint[]) AS m (origin, copy) JOIN @rows r ON r.party = m.origin
     WHERE r.kind = ANY ($3::text[])`,
    [[...copies.keys()], [...copies.values()], keptTables],
  )
}

/** One row of the live account or site with the key. */
export async function readRow<Name extends TableName>(
  statements: Statements,
  key: Buffer,
  table: Name,
  at: Key,
): Promise<Row<Tables[Name]> | undefined> {
  const [row] = await readNeeds(statements, key, { [table]: [at] })
  return row && rowOf(row)
}

/** Rows that are read in one go, where a page takes only some of them or all there are. */
const chunk = 5_000

/** So many rows of a page's query, in the order of their keys. */
export async function readPage<Name extends TableName>(
  statements: Statements,
  party: string,
  { table, after, first, second, where }: PageQuery<Name>,
  limit: number,
): Promise<readonly Found<Name>[]> {
  const page: Found<Name>[] = []
  let from = after
  for (;;) {
    const read = where === undefined ? Math.min(limit - page.length, chunk) : chunk
    const values: (string | Buffer)[] = [party, table]
    const conditions: string[] = []
    const condition = (text: (...places: string[]) => string, ...parts: string[]) =>
      conditions.push(text(...parts.map((part) => `$${values.push(bytesOf(part))}`)))
    if (first !== undefined) condition((at) => `AND r.k1 = ${at}`, first)
    if (second !== undefined) condition((at) => `AND r.k2 = ${at}`, second)
    if (from !== undefined) condition((...at) => `AND (r.k1, r.k2, r.k3) > (${at.join(', ')})`, ...from)
    const rows = await statements.rows<KeptRow>(
      `SELECT ${columns} FROM @rows r WHERE r.party = $1 AND r.kind = $2 ${conditions.join(' ')}
       ORDER BY r.k1, r.k2, r.k3 LIMIT ${read}`,
      values,
    )
    for (const each of rows) {
      const row = rowOf(each) as Row<Tables[Name]>
      from = keyOf(each)
      // The row is of the query's own table.
      if (where === undefined || where(row.value)) page.push({ table, key: from, row } as unknown as Found<Name>)
      if (page.length >= limit) return page
    }
    if (rows.length < read) return page
  }
}

/** All rows of some accounts and sites that outlive a process, by the id of the account or site. */
export async function readAllRows(
  statements: Statements,
  parties: readonly string[],
): Promise<
  readonly { readonly party: string; readonly key: Key; readonly table: TableName; readonly row: Row<unknown> }[]
> {
  const rows = await statements.rows<KeptRow & { readonly party: string }>(
    `SELECT r.party, ${columns} FROM @rows r WHERE r.party = ANY ($1::bigint[]) AND r.kind = ANY ($2::text[])`,
    [parties, keptTables],
  )
  return rows.map((row) => ({ party: row.party, key: keyOf(row), table: row.kind, row: rowOf(row) }))
}
