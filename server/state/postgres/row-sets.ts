import type { PartitionTables } from '../commit.js'
import { forEachTable, type Key, keptTables, type Row, type TableName, type Tables } from '../rows.js'
import { byTables, type ChangeSet, type Found, type Needs, type PageQuery } from '../store.js'
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

/** The live account or site whose key is the first parameter. */
const live = '(SELECT id FROM @parties WHERE copy = 0 AND key = $1)'

function readKeys(statements: Statements, key: Buffer, keys: Keys): Promise<KeptRow[]> {
  // A plain join looks through all rows of the account or site, where the server has not counted them yet; what has an
  // offset is looked up for each key by itself.
  return statements.prepared<KeptRow>(
    `SELECT r.* FROM unnest($2::text[], $3::bytea[], $4::bytea[], $5::bytea[]) AS w (kind, k1, k2, k3),
       LATERAL (
         SELECT ${columns} FROM @rows r
         WHERE r.party = ${live} AND r.kind = w.kind AND r.k1 = w.k1 AND r.k2 = w.k2 AND r.k3 = w.k3 OFFSET 0
       ) AS r`,
    [key, ...keys.arrays],
  )
}

/** One way in which a table is cleared: whole, or by the first or third parts of keys. */
export interface Clear {
  readonly table: TableName
  readonly where: string
  readonly parts: ReadonlySet<string> | undefined
}

const clearsOf = (changes: ChangeSet): readonly Clear[] =>
  byTables(changes).flatMap(([table, { all, firsts, thirds }]): readonly Clear[] => {
    if (all) return [{ table, where: 'true', parts: undefined }]
    const byFirsts = { table, where: 'r.k1 = ANY ($3::bytea[])', parts: firsts }
    const byThirds = { table, where: 'r.k3 = ANY ($3::bytea[])', parts: thirds }
    return [byFirsts, byThirds].filter(({ parts }) => parts.size > 0)
  })

const valuesOf = <Of>(of: Of, { table, parts }: Clear) => [
  of,
  table,
  ...(parts === undefined ? [] : [byteArray(parts)]),
]

/** The rows that a call will look at, and what it will change as far as that was decided before. */
export interface Wanted {
  readonly needs: Needs
  readonly drafted: ChangeSet
}

/** What a call looks at, clears and replaces. */
export interface Standing {
  readonly rows: readonly KeptRow[]
  /** Of the clears those that find something. */
  readonly clears: readonly Clear[]
}

/** The same of the live account or site with the key, but for rows that are known; all is asked for at once. */
export async function readStanding(
  statements: Statements,
  key: Buffer,
  { needs, drafted }: Wanted,
  known: Needs = {},
): Promise<Standing> {
  const clears = clearsOf(drafted)
  const keys = keysOf(needs, drafted, known)
  const [named, ...cleared] = await Promise.all([
    keys.isEmpty ? [] : readKeys(statements, key, keys),
    ...clears.map((clear) => readCleared(statements, key, clear)),
  ])
  return {
    // What is cleared comes first, for it is told in its order.
    rows: [...cleared.flat(), ...named],
    clears: clears.filter((_, index) => cleared[index]?.length !== 0),
  }
}

/** What a call looks at, and where it puts rows, as far as that is not known. */
function keysOf(needs: Needs, drafted: ChangeSet, known: Needs): Keys {
  const keys = new Keys()
  // Needs are told under the names of tables.
  for (const [table, named] of Object.entries(needs) as [TableName, readonly Key[]][])
    for (const each of named) keys.add(table, ...each)
  for (const [table, { puts }] of byTables(drafted)) {
    const isKnown = new Set([...(known[table] ?? []), ...(needs[table] ?? [])].map(writeKey))
    for (const { first, second, values } of puts)
      for (const [third] of values)
        if (isKnown.size === 0 || !isKnown.has(writeKey([first, second, third]))) keys.add(table, first, second, third)
  }
  return keys
}

/** A longer list of parts is planned with its statement: PostgreSQL hashes no other, and would go through it for each row. */
const mostParts = 20

async function readCleared(statements: Statements, key: Buffer, clear: Clear): Promise<readonly KeptRow[]> {
  const text = `SELECT ${columns} FROM @rows r WHERE r.party = ${live} AND r.kind = $2 AND ${clear.where}`
  const values = valuesOf(key, clear)
  const isLong = (clear.parts?.size ?? 0) > mostParts
  const rows = await (isLong ? statements.rows<KeptRow>(text, values) : statements.prepared<KeptRow>(text, values))
  // They are told in the order in which they came; in memory those of one warehouse and date stand together.
  return rows.sort((one, other) => Number(one.place) - Number(other.place))
}

const writeKey = (key: Key) => JSON.stringify(key)

/**
 * Clears, puts and takes away rows as the changes say, by one statement each, however many they are. All are sent at once:
 * what is to be committed may be sent right behind them.
 */
export function writeRows(
  statements: Statements,
  party: string,
  changes: ChangeSet,
  clears: readonly Clear[],
  by: string,
): Promise<unknown> {
  const gone = new Keys()
  const put = new Keys()
  const values: string[] = []
  for (const [table, { puts }] of byTables(changes))
    for (const { first, second, values: rows } of puts)
      for (const [third, value] of rows) {
        if (value === null) gone.add(table, first, second, third)
        else {
          put.add(table, first, second, third)
          values.push(JSON.stringify(value))
        }
      }
  return Promise.all([
    ...clears.map((clear) =>
      statements.rows(
        `DELETE FROM @rows r WHERE r.party = $1 AND r.kind = $2 AND ${clear.where}`,
        valuesOf(party, clear),
      ),
    ),
    gone.isEmpty ||
      statements.rows(
        `DELETE FROM @rows r USING unnest($2::text[], $3::bytea[], $4::bytea[], $5::bytea[]) AS w (kind, k1, k2, k3)
         WHERE r.party = $1 AND r.kind = w.kind AND r.k1 = w.k1 AND r.k2 = w.k2 AND r.k3 = w.k3`,
        [party, ...gone.arrays],
      ),
    put.isEmpty ||
      statements.prepared(
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
  const { rows } = await readStanding(statements, key, { needs: { [table]: [at] }, drafted: {} })
  const [row] = rows
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
