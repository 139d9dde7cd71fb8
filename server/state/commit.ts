import { entryOf } from '../entry-of.js'
import type { Slices } from '../slices.js'
import { withOneMore } from '../with-one-more.js'
import { isKept, type Key, type Row, type TableName, type Tables, toldTables, untoldTables } from './rows.js'
import type { Entries } from './slotted-map.js'
import { byTables, type Change, type Changed, type ChangeSet, type Puts, type TableChange } from './store.js'
import { type FoundRows, Table } from './table.js'

export type PartitionTables = { readonly [Name in TableName]: Table<Tables[Name]> }

/** Where rows stand that are to be replaced, by what is put there. */
export type FoundAhead = WeakMap<Puts, FoundRows<unknown>>

/** Looks for the rows that a commit will replace, so that it need not: nobody else has a turn while it does. */
export function* findAhead(tables: PartitionTables, changes: ChangeSet, ahead: FoundAhead): Slices<void> {
  for (const [name, { all, firsts, puts }] of byTables(changes))
    for (const put of puts) {
      // What is cleared first is taken away whole.
      const stays = !all && !firsts.has(put.first)
      const found = stays ? tables[name].find(put.first, put.second, put.values) : undefined
      if (found !== undefined) ahead.set(put, yield* found)
    }
}

/** What one table lost and got: whole detached parts, single rows gone, and rows put. */
interface TableRecord {
  readonly name: TableName
  readonly detached: readonly Table<unknown>[]
  readonly gone: readonly [Key, Row<unknown>][]
  readonly put: readonly Put[]
  /** Rows that are others now than before; of none there is no record. */
  readonly total: number
}

/** Rows that were put under the same two key parts, kept as the draft had them: ten thousand need no copy. */
interface Put {
  readonly first: string
  readonly second: string
  readonly values: Entries<unknown>
  /** What stood there before, in the order of the values and as far as something stood; undefined where nothing did. */
  readonly before: readonly (Row<unknown> | undefined)[] | undefined
}

/** What a commit did, kept as the very parts that were taken away: undoing needs no copy. */
export class Commit {
  /** What is told of it. It outlives the call in the journal, so it holds nothing of what is not told. */
  readonly changed: Changed
  readonly #told: readonly TableRecord[]
  readonly #untold: readonly TableRecord[]

  /** `found` tells where rows stand that were looked for ahead, by the puts that replace them. */
  constructor(tables: PartitionTables, changes: ChangeSet, by: string, found?: FoundAhead) {
    const writer = new RowWriter(by, found)
    this.#told = commitTables(toldTables, tables, changes, writer)
    this.#untold = commitTables(untoldTables, tables, changes, writer)
    this.changed = onlyRow(this.#told, by) ?? new Told(this.#told, by)
  }

  /** Whether a row is another one now that a data file keeps, told or not. */
  get keeps(): boolean {
    return this.#told.some(isOfKept) || this.#untold.some(isOfKept)
  }

  /** Takes the changes back, in the tables that they were made in and before anything else is changed there. */
  undo(tables: PartitionTables): void {
    for (const { name, detached, gone, put } of [...this.#told, ...this.#untold]) {
      // A record is kept under its table's own name, so its rows fit.
      const table = tables[name] as Table<unknown>
      for (const [key] of everyPut(put)) table.delete(...key)
      for (const lost of detached) for (const [key, row] of lost.entries()) table.set(...key, row)
      for (const [key, row] of gone) table.set(...key, row)
      for (const [key, , before] of everyPut(put)) if (before !== undefined) table.set(...key, before)
    }
  }
}

const isOfKept = ({ name }: TableRecord) => isKept(name)

/** Rows that are listed when somebody asks. */
class Told implements Changed {
  readonly total: number
  readonly #records: readonly TableRecord[]
  readonly #by: string

  constructor(records: readonly TableRecord[], by: string) {
    let all = 0
    for (const { total } of records) all += total
    this.total = all
    this.#records = records
    this.#by = by
  }

  *[Symbol.iterator](): Iterator<Change> {
    for (const { name, detached, gone, put } of this.#records) {
      const isAgain = whatIsPut(put)
      for (const lost of detached)
        for (const [key, before] of lost.entries()) if (!isAgain(key)) yield change(name, key, before, undefined)
      for (const [key, before] of gone) if (!isAgain(key)) yield change(name, key, before, undefined)
      for (const [key, value, before] of everyPut(put))
        yield change(name, key, before, value === null ? undefined : { value, by: this.#by })
    }
  }
}

/** The one row that most calls change: the journal keeps thousands of these, and of records ten objects each. */
class OnlyRow implements Changed {
  readonly total = 1
  readonly #name: TableName
  readonly #first: string
  readonly #second: string
  readonly #third: string
  readonly #before: Row<unknown> | undefined
  readonly #after: Row<unknown> | undefined

  constructor(
    name: TableName,
    [first, second, third]: Key,
    before: Row<unknown> | undefined,
    after: Row<unknown> | undefined,
  ) {
    this.#name = name
    this.#first = first
    this.#second = second
    this.#third = third
    this.#before = before
    this.#after = after
  }

  *[Symbol.iterator](): Iterator<Change> {
    yield change(this.#name, [this.#first, this.#second, this.#third], this.#before, this.#after)
  }
}

/** Undefined where a call changed none, or more than that one. */
function onlyRow(records: readonly TableRecord[], by: string): OnlyRow | undefined {
  const [record] = records
  if (record === undefined || records.length > 1) return undefined
  const { name, detached, gone, put } = record
  if (detached.length > 0 || gone.length > 0 || put.length > 1) return undefined
  const [only] = put
  if (only === undefined || only.values.size > 1) return undefined
  const { first, second, values, before } = only
  let row: OnlyRow | undefined
  values.forEach((value, third) => {
    row = new OnlyRow(name, [first, second, third], before?.[0], value === null ? undefined : { value, by })
  })
  return row
}

/** Nothing happened. */
export const nothingChanged: Changed = new Told([], '')

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
  const firsts = new Map<string, Map<string, Entries<unknown>>>()
  for (const { first, second, values } of put) entryOf(firsts, first, () => new Map()).set(second, values)
  return ([first, second, third]) => firsts.get(first)?.get(second)?.has(third) === true
}

function change(table: TableName, key: Key, before: Row<unknown> | undefined, after: Row<unknown> | undefined): Change {
  // Rows come from the table of this name, so they hold its values.
  return { table, key, before: before ?? null, after: after ?? null } as Change
}

function commitTables(
  names: readonly TableName[],
  tables: PartitionTables,
  changes: ChangeSet,
  writer: RowWriter,
): readonly TableRecord[] {
  let records: TableRecord[] | undefined
  for (const name of names) {
    const change = changes[name]
    if (change === undefined) continue
    // The change set is keyed by the table's own name, so table and change fit each other.
    const record = commitTable(name, tables[name] as Table<unknown>, change as TableChange, writer)
    if (record.total > 0) records = withOneMore(records, record)
  }
  return records ?? none
}

function commitTable(name: TableName, table: Table<unknown>, change: TableChange, writer: RowWriter): TableRecord {
  // Most calls take nothing away but by what they put.
  if (table.size === 0 || (!change.all && change.firsts.size === 0 && change.thirds.size === 0)) {
    const put = writer.write(table, change.puts, undefined)
    return { name, detached: none, gone: none, put, total: writer.total }
  }
  const all = change.all ? table.detachAll() : nothing
  // By first key part, so that a put finds what it replaces without a look at every other warehouse.
  const byFirst = new Map<string, Table<unknown>>()
  for (const first of change.firsts) byFirst.set(first, table.detach(first))
  const gone = change.thirds.size > 0 ? [...table.withThirds(change.thirds)] : []
  for (const [key] of gone) table.delete(...key)
  const taken = gone.length === 0 ? nothing : tableOf(gone)
  const lostAt = (first: string, second: string) =>
    [all, byFirst.get(first), taken].flatMap((part) => part?.rowsAt(first, second) ?? [])
  const put = writer.write(table, change.puts, lostAt)
  const detached = [all, ...byFirst.values()].filter(({ size }) => size > 0)
  const lost = detached.reduce((sum, { size }) => sum + size, gone.length)
  return { name, detached, gone, put, total: writer.total + lost }
}

type Rows = Pick<ReadonlyMap<string, Row<unknown>>, 'get'>

/** The rows that a change has taken away under two key parts before it puts others. */
type LostAt = (first: string, second: string) => readonly Rows[]

/** Writes the rows of a commit, bucket by bucket: one for all tables, as most of them get one row. */
class RowWriter {
  readonly #by: string
  readonly #foundAhead: FoundAhead | undefined
  #table: Table<unknown> = nothing
  #puts: Puts = noPuts
  #lost: readonly Rows[] = none
  #found: FoundRows<unknown> | undefined
  #before: (Row<unknown> | undefined)[] | undefined
  #index = 0
  #total = 0

  constructor(by: string, found: FoundAhead | undefined) {
    this.#by = by
    this.#foundAhead = found
  }

  /** Rows of the last table beside those that were lost: one that is put again is one change, not two. */
  get total(): number {
    return this.#total
  }

  write(table: Table<unknown>, puts: readonly Puts[], lostAt: LostAt | undefined): readonly Put[] {
    this.#table = table
    this.#total = 0
    let put: Put[] | undefined
    for (const each of puts) {
      const { first, second, values } = each
      this.#puts = each
      this.#lost = lostAt?.(first, second) ?? none
      this.#found = this.#foundAhead?.get(each)
      this.#before = undefined
      this.#index = 0
      values.forEach(this.#writeRow)
      put = withOneMore(put, { first, second, values, before: this.#before })
    }
    return put ?? none
  }

  readonly #writeRow = (value: unknown, third: string): void => {
    const { first, second } = this.#puts
    const standing =
      value === null ? this.#table.delete(first, second, third) : this.#put(third, { value, by: this.#by })
    const lost = standing === undefined ? rowAmong(this.#lost, third) : undefined
    if (lost === undefined && (value !== null || standing !== undefined)) this.#total++
    const stood = standing ?? lost
    if (this.#before !== undefined) this.#before.push(stood)
    else if (stood !== undefined) this.#before = this.#index === 0 ? [stood] : nothings(this.#index).concat(stood)
    this.#index++
  }

  #put(third: string, row: Row<unknown>): Row<unknown> | undefined {
    const { first, second } = this.#puts
    const found = this.#found
    const replaced = found && this.#table.replace(first, second, found, this.#index, row)
    return replaced ?? this.#table.set(first, second, third, row)
  }
}

const nothings = (count: number) => new Array<Row<unknown> | undefined>(count).fill(undefined)

const noPuts: Puts = { first: '', second: '', values: new Map() }

/** Nobody writes to it. */
const nothing = new Table<unknown>()
const none: readonly never[] = []

function tableOf(rows: readonly [Key, Row<unknown>][]): Table<unknown> {
  const table = new Table<unknown>()
  for (const [key, row] of rows) table.set(...key, row)
  return table
}

function rowAmong(parts: readonly Rows[], third: string) {
  for (const part of parts) {
    const row = part.get(third)
    if (row !== undefined) return row
  }
  return undefined
}
