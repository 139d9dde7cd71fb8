import { entryOf } from '../entry-of.js'
import { withOneMore } from '../with-one-more.js'
import type { Key, TableName, Tables } from './rows.js'
import { SlimMap } from './slim-map.js'
import type { ChangeSet, Puts, TableChange, View } from './store.js'

const none: ReadonlySet<string> = new Set()
const nothing: readonly never[] = []

interface Bucket<Name extends TableName> extends Puts<Name> {
  readonly values: SlimMap<Tables[Name] | null>
}

class TableDraft<Name extends TableName> implements TableChange<Name> {
  all = false
  firsts: ReadonlySet<string> = none
  thirds: ReadonlySet<string> = none
  puts: readonly Puts<Name>[] = nothing
  /** The same for writing; made when something is cleared, which most calls never do. */
  #firsts: Set<string> | undefined
  #thirds: Set<string> | undefined
  #puts: Bucket<Name>[] | undefined
  /** The same by first and second key part. */
  readonly #buckets = new SlimMap<SlimMap<Bucket<Name>>>()
  /** Where each SKU was put so far; made when the first SKU is cleared, which most calls never do. */
  #places: Map<string, Set<Bucket<Name>>> | undefined

  get(key: Key): Tables[Name] | null | undefined {
    return this.#buckets.get(key[0])?.get(key[1])?.values.get(key[2])
  }

  put(key: Key, value: Tables[Name] | null): void {
    const bucket = this.#bucket(key[0], key[1])
    bucket.values.set(key[2], value)
    if (this.#places !== undefined) remember(this.#places, key[2], bucket)
  }

  clearAll(): void {
    this.all = true
    this.#putOnly(undefined)
    this.#buckets.clear()
    this.#places = undefined
  }

  clearFirst(first: string): void {
    if (this.#firsts === undefined) this.firsts = this.#firsts = new Set()
    this.#firsts.add(first)
    if (this.#buckets.get(first) === undefined) return
    this.#putOnly(this.#puts?.filter((bucket) => bucket.first !== first))
    this.#buckets.delete(first)
    this.#places = undefined
  }

  clearThird(third: string): void {
    if (this.#thirds === undefined) this.thirds = this.#thirds = new Set()
    this.#thirds.add(third)
    if (this.#puts !== undefined) for (const { values } of this.#whereIs(this.#puts, third)) values.delete(third)
  }

  has(key: Key): boolean {
    return this.all || this.firsts.has(key[0]) || this.thirds.has(key[2])
  }

  #putOnly(puts: Bucket<Name>[] | undefined): void {
    this.#puts = puts
    this.puts = puts ?? nothing
  }

  #bucket(first: string, second: string): Bucket<Name> {
    const seconds = entryOf(this.#buckets, first, newMap<Bucket<Name>>)
    const known = seconds.get(second)
    if (known !== undefined) return known
    const bucket = { first, second, values: newMap<Tables[Name] | null>() }
    seconds.set(second, bucket)
    this.#putOnly(withOneMore(this.#puts, bucket))
    return bucket
  }

  #whereIs(puts: readonly Bucket<Name>[], third: string): ReadonlySet<Bucket<Name>> {
    if (this.#places === undefined) {
      const places = new Map<string, Set<Bucket<Name>>>()
      for (const bucket of puts) for (const [key] of bucket.values) remember(places, key, bucket)
      this.#places = places
    }
    const places = this.#places.get(third) ?? new Set()
    this.#places.delete(third)
    return places
  }
}

const newMap = <Value>() => new SlimMap<Value>()

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
    const put = draft?.get(key)
    if (put !== undefined) return put ?? undefined
    return draft?.has(key) ? undefined : this.#view.get(table, key)?.value
  }

  /** Whether this draft itself puts a row there; it costs no look at the state. */
  wrote(table: TableName, key: Key): boolean {
    return (this.#tables[table]?.get(key) ?? null) !== null
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
