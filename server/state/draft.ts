import { entryOf } from '../entry-of.js'
import type { Key, TableName, Tables } from './rows.js'
import type { ChangeSet, TableChange, View } from './store.js'

const none: ReadonlySet<string> = new Set()

class TableDraft<Name extends TableName> implements TableChange<Name> {
  all = false
  firsts: ReadonlySet<string> = none
  thirds: ReadonlySet<string> = none
  /** The same for writing; made when something is cleared, which most calls never do. */
  #firsts: Set<string> | undefined
  #thirds: Set<string> | undefined
  readonly puts = new Map<string, Map<string, Map<string, Tables[Name] | null>>>()
  /** Where each SKU was put so far; made when the first SKU is cleared, which most calls never do. */
  #places: Map<string, Set<Map<string, Tables[Name] | null>>> | undefined

  put([first, second, third]: Key, value: Tables[Name] | null): void {
    const bucket = this.#bucket(first, second)
    bucket.set(third, value)
    if (this.#places !== undefined) remember(this.#places, third, bucket)
  }

  clearAll(): void {
    this.all = true
    this.puts.clear()
    this.#places = undefined
  }

  clearFirst(first: string): void {
    if (this.#firsts === undefined) this.firsts = this.#firsts = new Set()
    this.#firsts.add(first)
    this.puts.delete(first)
    this.#places = undefined
  }

  clearThird(third: string): void {
    if (this.#thirds === undefined) this.thirds = this.#thirds = new Set()
    this.#thirds.add(third)
    if (this.puts.size > 0) for (const bucket of this.#whereIs(third)) bucket.delete(third)
  }

  has([first, , third]: Key): boolean {
    return this.all || this.firsts.has(first) || this.thirds.has(third)
  }

  #bucket(first: string, second: string): Map<string, Tables[Name] | null> {
    const seconds = entryOf(this.puts, first, () => new Map())
    return entryOf(seconds, second, () => new Map())
  }

  #whereIs(third: string) {
    if (this.#places === undefined) {
      this.#places = new Map()
      for (const seconds of this.puts.values())
        for (const bucket of seconds.values()) for (const key of bucket.keys()) remember(this.#places, key, bucket)
    }
    const places = this.#places.get(third) ?? new Set()
    this.#places.delete(third)
    return places
  }
}

function remember<Bucket>(places: Map<string, Set<Bucket>>, third: string, bucket: Bucket): void {
  entryOf(places, third, () => new Set()).add(bucket)
}

/**
 * What a decision wants changed, in the order it wants it: a clear also takes back what the same draft put before.
 * Reading through the draft sees its own changes; the store applies the whole of it or nothing.
 */
export class Draft {
  readonly #view: View
  readonly #tables: { [Name in TableName]?: TableDraft<Name> } = {}

  constructor(view: View) {
    this.#view = view
  }

  get<Name extends TableName>(table: Name, key: Key): Tables[Name] | undefined {
    const draft = this.#tables[table]
    const put = draft?.puts.get(key[0])?.get(key[1])?.get(key[2])
    if (put !== undefined) return put ?? undefined
    return draft?.has(key) ? undefined : this.#view.get(table, key)?.value
  }

  /** Whether this draft itself puts a row there; it costs no look at the state. */
  wrote(table: TableName, [first, second, third]: Key): boolean {
    return (this.#tables[table]?.puts.get(first)?.get(second)?.get(third) ?? null) !== null
  }

  put<Name extends TableName>(table: Name, key: Key, value: Tables[Name] | null): void {
    this.#table(table).put(key, value)
  }

  clearAll(table: TableName): void {
    this.#table(table).clearAll()
  }

  /** Clears every row under the first key part: all positions of a warehouse, of all dates. */
  clearFirst(table: TableName, first: string): void {
    this.#table(table).clearFirst(first)
  }

  /** Clears the rows of one third key part: the positions of a SKU, in all warehouses and dates. */
  clearThird(table: TableName, third: string): void {
    this.#table(table).clearThird(third)
  }

  get changes(): ChangeSet {
    return this.#tables
  }

  #table<Name extends TableName>(table: Name): TableDraft<Name> {
    // The mapped type ties each name to its own draft; TypeScript cannot follow that through a generic assignment.
    const tables = this.#tables as Partial<Record<Name, TableDraft<Name>>>
    tables[table] ??= new TableDraft<Name>()
    return tables[table]
  }
}
