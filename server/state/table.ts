import type { Slices } from '../slices.js'
import { LayeredMap } from './layered-map.js'
import { compareBytes, type Key, type Row } from './rows.js'
import type { Entries, FoundValues } from './slotted-map.js'

type Bucket<Value> = LayeredMap<Row<Value>>
type Seconds<Value> = LayeredMap<Bucket<Value>>

/** Where rows stood when they were looked for. */
export type FoundRows<Value> = FoundValues<Row<Value> | undefined>

/** What of a table is meant: the rows under these parts of the key, and of them those whose values are taken. */
export interface Narrowed<Value> {
  readonly first?: string | undefined
  readonly second?: string | undefined
  readonly where?: ((value: Value) => boolean) | undefined
}

/**
 * The rows of one table of one partition, nested by their key's parts so that a warehouse can be taken away whole. A
 * copy costs the same for ten rows and for a million: both sides share what neither has written since.
 */
export class Table<Value> {
  #firsts: LayeredMap<Seconds<Value>> = new LayeredMap()
  #size = 0

  get size(): number {
    return this.#size
  }

  copy(): Table<Value> {
    const copy = new Table<Value>()
    copy.#firsts = this.#firsts.copy()
    copy.#size = this.#size
    return copy
  }

  get(key: Key): Row<Value> | undefined {
    return this.#firsts.get(key[0])?.get(key[1])?.get(key[2])
  }

  /** Gives back what stood there. */
  set(first: string, second: string, third: string, row: Row<Value>): Row<Value> | undefined {
    const stood = this.#bucket(first, second).set(third, row)
    if (stood === undefined) this.#size++
    return stood
  }

  /** Looks for rows that are to be replaced; undefined where that takes no time. */
  find(first: string, second: string, thirds: Entries<unknown>): Slices<FoundRows<Value>> | undefined {
    return this.#firsts.get(first)?.get(second)?.find(thirds)
  }

  /** Puts a row in the place of one that was found, and gives back what stood there; undefined where it has gone. */
  replace(first: string, second: string, found: FoundRows<Value>, index: number, row: Row<Value>) {
    return this.#bucket(first, second).replace(found, index, row)
  }

  /** The rows under two key parts; undefined where there are none. */
  rowsAt(first: string, second: string): Pick<ReadonlyMap<string, Row<Value>>, 'get'> | undefined {
    return this.#firsts.get(first)?.get(second)
  }

  /** Gives back what stood there. */
  delete(first: string, second: string, third: string): Row<Value> | undefined {
    if (this.rowsAt(first, second)?.get(third) === undefined) return undefined
    const bucket = this.#bucket(first, second)
    const stood = bucket.delete(third)
    this.#size--
    if (bucket.size === 0) this.#drop(first, second)
    return stood
  }

  #drop(first: string, second: string): void {
    const seconds = this.#seconds(first)
    seconds.delete(second)
    if (seconds.size === 0) this.#firsts.delete(first)
  }

  /** Takes away everything under a first key part, without a look at the rows, and hands it over. */
  detach(first: string): Table<Value> {
    const detached = new Table<Value>()
    const seconds = this.#firsts.get(first)
    if (seconds === undefined) return detached
    this.#firsts.delete(first)
    // What a copy shares must not be written through what is handed over.
    detached.#firsts.set(first, seconds.copy())
    for (const [, bucket] of seconds.entries()) detached.#size += bucket.size
    this.#size -= detached.#size
    return detached
  }

  /** Takes away everything and hands it over. */
  detachAll(): Table<Value> {
    const detached = new Table<Value>()
    detached.#firsts = this.#firsts
    detached.#size = this.#size
    this.#firsts = new LayeredMap()
    this.#size = 0
    return detached
  }

  /** The rows whose third key part is among these; looks at the smaller of bucket and set. */
  *withThirds(thirds: ReadonlySet<string>): Iterable<[Key, Row<Value>]> {
    for (const [first, seconds] of this.#firsts.entries())
      for (const [second, bucket] of seconds.entries())
        for (const third of bucket.size < thirds.size ? keysOf(bucket) : thirds) {
          const row = thirds.has(third) ? bucket.get(third) : undefined
          if (row !== undefined) yield [[first, second, third], row]
        }
  }

  *entries(): Iterable<[Key, Row<Value>]> {
    for (const [first, seconds] of this.#firsts.entries())
      for (const [second, bucket] of seconds.entries())
        for (const [third, row] of bucket.entries()) yield [[first, second, third], row]
  }

  /** In byte order of the keys, from behind `after` on; buckets before it are not looked at, nor those of other parts. */
  *sorted(after: Key | undefined, { first, second, where }: Narrowed<Value> = {}): Iterable<[Key, Row<Value>]> {
    const takes = where && (({ value }: Row<Value>) => where(value))
    for (const [one, seconds] of inOrder(this.#firsts, after?.[0], first)) {
      const at = after !== undefined && after[0] === one ? after : undefined
      for (const [two, bucket] of inOrder(seconds, at?.[1], second)) {
        const from = at !== undefined && at[1] === two ? at[2] : undefined
        for (const [three, row] of bucket.sorted(from, takes)) if (three !== from) yield [[one, two, three], row]
      }
    }
  }

  #bucket(first: string, second: string): Bucket<Value> {
    return this.#seconds(first).owned(second, copyOf, newMap<Row<Value>>)
  }

  #seconds(first: string): Seconds<Value> {
    return this.#firsts.owned(first, copyOf, newMap<Bucket<Value>>)
  }
}

const copyOf = <Value>(shared: LayeredMap<Value>) => shared.copy()
const newMap = <Value>() => new LayeredMap<Value>()

function* keysOf<Value>(map: LayeredMap<Value>): Iterable<string> {
  for (const [key] of map.entries()) yield key
}

function inOrder<Value>(
  map: LayeredMap<Value>,
  from: string | undefined,
  only: string | undefined,
): Iterable<readonly [string, Value]> {
  if (only === undefined) return map.sorted(from)
  const value = map.get(only)
  return value === undefined || (from !== undefined && compareBytes(only, from) < 0) ? [] : [[only, value]]
}
