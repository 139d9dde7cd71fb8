import { entryOf } from '../entry-of.js'
import { compareBytes, type Key, type Row } from './rows.js'

export type Bucket<Value> = Map<string, Row<Value>>
type Seconds<Value> = Map<string, Bucket<Value>>

/** The rows of one table of one partition, nested by their key's parts so that a warehouse can be taken away whole. */
export class Table<Value> {
  #firsts = new Map<string, Seconds<Value>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  get([first, second, third]: Key): Row<Value> | undefined {
    return this.#firsts.get(first)?.get(second)?.get(third)
  }

  set([first, second, third]: Key, row: Row<Value>): void {
    const seconds = entryOf(this.#firsts, first, () => new Map())
    const bucket = entryOf(seconds, second, () => new Map())
    if (!bucket.has(third)) this.#size++
    bucket.set(third, row)
  }

  delete([first, second, third]: Key): void {
    const seconds = this.#firsts.get(first)
    const bucket = seconds?.get(second)
    if (seconds === undefined || bucket === undefined || !bucket.delete(third)) return
    this.#size--
    if (bucket.size > 0) return
    seconds.delete(second)
    if (seconds.size === 0) this.#firsts.delete(first)
  }

  /** Takes away everything under a first key part, without a look at the rows, and hands it over. */
  detach(first: string): Table<Value> {
    const detached = new Table<Value>()
    const seconds = this.#firsts.get(first)
    if (seconds === undefined) return detached
    this.#firsts.delete(first)
    detached.#firsts.set(first, seconds)
    for (const bucket of seconds.values()) detached.#size += bucket.size
    this.#size -= detached.#size
    return detached
  }

  /** Takes away everything and hands it over. */
  detachAll(): Table<Value> {
    const detached = new Table<Value>()
    detached.#firsts = this.#firsts
    detached.#size = this.#size
    this.#firsts = new Map()
    this.#size = 0
    return detached
  }

  /** The rows whose third key part is among these; looks at the smaller of bucket and set. */
  *withThirds(thirds: ReadonlySet<string>): Iterable<[Key, Row<Value>]> {
    for (const [first, seconds] of this.#firsts)
      for (const [second, bucket] of seconds)
        for (const third of bucket.size < thirds.size ? bucket.keys() : thirds) {
          const row = thirds.has(third) ? bucket.get(third) : undefined
          if (row !== undefined) yield [[first, second, third], row]
        }
  }

  *entries(): Iterable<[Key, Row<Value>]> {
    for (const [first, seconds] of this.#firsts)
      for (const [second, bucket] of seconds) for (const [third, row] of bucket) yield [[first, second, third], row]
  }

  /** In byte order of the keys, from behind `after` on; buckets before it are not looked at. */
  *sorted(after: Key | undefined): Iterable<[Key, Row<Value>]> {
    for (const [first, seconds] of inOrder(this.#firsts, after?.[0])) {
      const at = after !== undefined && after[0] === first ? after : undefined
      for (const [second, bucket] of inOrder(seconds, at?.[1]))
        for (const [third, row] of inOrder(bucket, at !== undefined && at[1] === second ? at[2] : undefined))
          if (at === undefined || at[1] !== second || at[2] !== third) yield [[first, second, third], row]
    }
  }
}

function inOrder<Value>(map: ReadonlyMap<string, Value>, from: string | undefined): [string, Value][] {
  const entries = [...map].filter(([key]) => from === undefined || compareBytes(key, from) >= 0)
  return entries.sort(([one], [other]) => compareBytes(one, other))
}
