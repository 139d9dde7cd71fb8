import { entryOf } from '../entry-of.js'
import { isKept, isTold, type Key, type Row, type TableName, type Tables } from './rows.js'
import type { Change, Changed, ChangeSet, TableChange } from './store.js'
import { Table } from './table.js'

export type PartitionTables = { readonly [Name in TableName]: Table<Tables[Name]> }

/** What one table lost and got: whole detached parts, single rows gone, and rows put. */
interface TableRecord {
  readonly name: TableName
  readonly detached: readonly Table<unknown>[]
  readonly gone: readonly [Key, Row<unknown>][]
  readonly put: readonly Put[]
  /** Rows that were put, or taken away by a put. */
  readonly putTotal: number
  /** Rows that were taken away and put again: one change, not two. */
  readonly replaced: number
}

/** Rows that were put under the same two key parts, kept as the draft had them: ten thousand need no copy. */
interface Put {
  readonly first: string
  readonly second: string
  readonly values: ReadonlyMap<string, unknown>
  /** What stood there before, in the order of the values; undefined where nothing stood at any. */
  readonly before: readonly (Row<unknown> | undefined)[] | undefined
}

/**
 * What a commit did, kept as the very parts that were taken away: listing and undoing need no copy. It outlives the
 * call in the journal, so it does not hold on to the tables themselves.
 */
export class Commit implements Changed {
  readonly #records: readonly TableRecord[]
  readonly #by: string

  constructor(tables: PartitionTables, changes: ChangeSet, by: string) {
    const records: TableRecord[] = []
    for (const name of namesOf(changes)) {
      const change = changes[name]
      // The change set is keyed by the table's own name, so table and change fit each other.
      if (change !== undefined)
        records.push(commitTable(name, tables[name] as Table<unknown>, change as TableChange, by))
    }
    this.#records = records
    this.#by = by
  }

  get total(): number {
    let total = 0
    for (const { detached, gone, putTotal, replaced } of this.#told)
      total += putTotal + gone.length + detached.reduce((sum, table) => sum + table.size, 0) - replaced
    return total
  }

  *[Symbol.iterator](): Iterator<Change> {
    for (const { name, detached, gone, put } of this.#told) {
      const isAgain = whatIsPut(put)
      for (const lost of detached)
        for (const [key, before] of lost.entries()) if (!isAgain(key)) yield change(name, key, before, undefined)
      for (const [key, before] of gone) if (!isAgain(key)) yield change(name, key, before, undefined)
      for (const [key, value, before] of everyPut(put))
        yield change(name, key, before, value === null ? undefined : { value, by: this.#by })
    }
  }

  /** Whether a row is another one now that a data file keeps, told or not. */
  get keeps(): boolean {
    const kept = this.#records.filter(({ name }) => isKept(name))
    return kept.some(({ detached, gone, putTotal }) => detached.length + gone.length + putTotal > 0)
  }

  get #told(): readonly TableRecord[] {
    return this.#records.filter(({ name }) => isTold(name))
  }

  /** Takes the changes back, in the tables that they were made in and before anything else is changed there. */
  undo(tables: PartitionTables): void {
    for (const { name, detached, gone, put } of this.#records) {
      // A record is kept under its table's own name, so its rows fit.
      const table = tables[name] as Table<unknown>
      for (const [key] of everyPut(put)) table.delete(key)
      for (const lost of detached) for (const [key, row] of lost.entries()) table.set(key, row)
      for (const [key, row] of gone) table.set(key, row)
      for (const [key, , before] of everyPut(put)) if (before !== undefined) table.set(key, before)
    }
  }
}

/** The rows that came or went by a put; where nothing stood, nothing was taken away. */
function* everyPut(put: readonly Put[]): Iterable<readonly [Key, unknown, Row<unknown> | undefined]> {
  for (const { first, second, values, before } of put) {
    let index = 0
    for (const [third, value] of values) {
      const stood = before?.[index++]
      if (value !== null || stood !== undefined) yield [[first, second, third], value, stood]
    }
  }
}

/** Whether a row that was taken away was put again, or taken away by a put as well. */
function whatIsPut(put: readonly Put[]): (key: Key) => boolean {
  const firsts = new Map<string, Map<string, ReadonlyMap<string, unknown>>>()
  for (const { first, second, values } of put) entryOf(firsts, first, () => new Map()).set(second, values)
  return ([first, second, third]) => firsts.get(first)?.get(second)?.has(third) === true
}

function change(table: TableName, key: Key, before: Row<unknown> | undefined, after: Row<unknown> | undefined): Change {
  // Rows come from the table of this name, so they hold its values.
  return { table, key, before: before ?? null, after: after ?? null } as Change
}

function namesOf(changes: ChangeSet): readonly TableName[] {
  return Object.keys(changes) as TableName[]
}

function commitTable(name: TableName, table: Table<unknown>, change: TableChange, by: string): TableRecord {
  // Most calls take nothing away but by what they put.
  if (!change.all && change.firsts.size === 0 && change.thirds.size === 0)
    return { name, detached: none, gone: none, ...putRows(table, change.puts, by, () => none) }
  const all = change.all ? table.detachAll() : nothing
  // By first key part, so that a put finds what it replaces without a look at every other warehouse.
  const byFirst = new Map<string, Table<unknown>>()
  for (const first of change.firsts) byFirst.set(first, table.detach(first))
  const gone = change.thirds.size > 0 ? [...table.withThirds(change.thirds)] : []
  for (const [key] of gone) table.delete(key)
  const taken = gone.length === 0 ? nothing : tableOf(gone)
  const lostAt = (first: string, second: string) =>
    [all, byFirst.get(first), taken].flatMap((part) => part?.rowsAt(first, second) ?? [])
  const puts = putRows(table, change.puts, by, lostAt)
  return { name, detached: [all, ...byFirst.values()].filter(({ size }) => size > 0), gone, ...puts }
}

type Rows = Pick<ReadonlyMap<string, Row<unknown>>, 'get'>

/** Puts rows bucket by bucket; `lostAt` are those that the same change has taken away under two key parts. */
function putRows(
  table: Table<unknown>,
  puts: TableChange['puts'],
  by: string,
  lostAt: (first: string, second: string) => readonly Rows[],
): Pick<TableRecord, 'put' | 'putTotal' | 'replaced'> {
  const put: Put[] = []
  let putTotal = 0
  let replaced = 0
  for (const [first, seconds] of puts)
    for (const [second, values] of seconds) {
      const lost = lostAt(first, second)
      let before = table.putAll([first, second], values, by)
      let index = 0
      values.forEach((value, third) => {
        const standing = before?.[index]
        const stood = standing ?? rowAmong(lost, third)
        if (standing === undefined && stood !== undefined) {
          before ??= new Array<undefined>(values.size).fill(undefined)
          before[index] = stood
          replaced++
        }
        if (value !== null || stood !== undefined) putTotal++
        index++
      })
      put.push({ first, second, values, before })
    }
  return { put, putTotal, replaced }
}

/** Nobody writes to it. */
const nothing = new Table<unknown>()
const none: readonly never[] = []

function tableOf(rows: readonly [Key, Row<unknown>][]): Table<unknown> {
  const table = new Table<unknown>()
  for (const [key, row] of rows) table.set(key, row)
  return table
}

function rowAmong(parts: readonly Rows[], third: string) {
  for (const part of parts) {
    const row = part.get(third)
    if (row !== undefined) return row
  }
  return undefined
}
