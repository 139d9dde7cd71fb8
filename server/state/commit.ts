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
  /** Rows that were taken away and put again: one change, not two. */
  readonly replaced: number
}

interface Put {
  readonly key: Key
  readonly before: Row<unknown> | undefined
  readonly after: Row<unknown> | undefined
}

/**
 * What a commit did, kept as the very parts that were taken away: listing and undoing need no copy. It outlives the
 * call in the journal, so it does not hold on to the tables themselves.
 */
export class Commit implements Changed {
  readonly #records: readonly TableRecord[]

  constructor(tables: PartitionTables, changes: ChangeSet, by: string) {
    const records: TableRecord[] = []
    for (const name of namesOf(changes)) {
      const change = changes[name]
      // The change set is keyed by the table's own name, so table and change fit each other.
      if (change !== undefined)
        records.push(commitTable(name, tables[name] as Table<unknown>, change as TableChange, by))
    }
    this.#records = records
  }

  get total(): number {
    let total = 0
    for (const { detached, gone, put, replaced } of this.#told)
      total += put.length + gone.length + detached.reduce((sum, table) => sum + table.size, 0) - replaced
    return total
  }

  *[Symbol.iterator](): Iterator<Change> {
    for (const { name, detached, gone, put } of this.#told) {
      const again = new Table<null>()
      for (const { key } of put) again.set(key, { value: null, by: '' })
      for (const lost of detached)
        for (const [key, before] of lost.entries())
          if (again.get(key) === undefined) yield change(name, key, before, undefined)
      for (const [key, before] of gone) if (again.get(key) === undefined) yield change(name, key, before, undefined)
      for (const { key, before, after } of put) yield change(name, key, before, after)
    }
  }

  /** Whether a row is another one now that a data file keeps, told or not. */
  get keeps(): boolean {
    const kept = this.#records.filter(({ name }) => isKept(name))
    return kept.some(({ detached, gone, put }) => detached.length + gone.length + put.length > 0)
  }

  get #told(): readonly TableRecord[] {
    return this.#records.filter(({ name }) => isTold(name))
  }

  /** Takes the changes back, in the tables that they were made in and before anything else is changed there. */
  undo(tables: PartitionTables): void {
    for (const { name, detached, gone, put } of this.#records) {
      // A record is kept under its table's own name, so its rows fit.
      const table = tables[name] as Table<unknown>
      for (const { key } of put) table.delete(key)
      for (const lost of detached) for (const [key, row] of lost.entries()) table.set(key, row)
      for (const [key, row] of gone) table.set(key, row)
      for (const { key, before } of put) if (before !== undefined) table.set(key, before)
    }
  }
}

function change(table: TableName, key: Key, before: Row<unknown> | undefined, after: Row<unknown> | undefined): Change {
  // Rows come from the table of this name, so they hold its values.
  return { table, key, before: before ?? null, after: after ?? null } as Change
}

function namesOf(changes: ChangeSet): readonly TableName[] {
  return Object.keys(changes) as TableName[]
}

function commitTable(name: TableName, table: Table<unknown>, change: TableChange, by: string): TableRecord {
  const all = change.all ? table.detachAll() : new Table<unknown>()
  // By first key part, so that a put finds what it replaces without a look at every other warehouse.
  const byFirst = new Map([...change.firsts].map((first) => [first, table.detach(first)]))
  const gone = change.thirds.size > 0 ? [...table.withThirds(change.thirds)] : []
  for (const [key] of gone) table.delete(key)
  const taken = new Table<unknown>()
  for (const [key, row] of gone) taken.set(key, row)

  const put: Put[] = []
  let replaced = 0
  for (const [first, seconds] of change.puts)
    for (const [second, bucket] of seconds)
      for (const [third, value] of bucket) {
        const key: Key = [first, second, third]
        const standing = table.get(key)
        const before = standing ?? all.get(key) ?? byFirst.get(first)?.get(key) ?? taken.get(key)
        if (value === null && before === undefined) continue
        if (standing === undefined && before !== undefined) replaced++
        const after = value === null ? undefined : { value, by }
        if (after === undefined) table.delete(key)
        else table.set(key, after)
        put.push({ key, before, after })
      }
  const detached = [all, ...byFirst.values()].filter(({ size }) => size > 0)
  return { name, detached, gone, put, replaced }
}
