import { type Entries, SlottedMap } from './slotted-map.js'

/**
 * A map that makes one of many keys for its second: most calls put one row into a table, the journal keeps what they
 * put, and there is one row under most parts of a key. In the order in which the keys came.
 */
export class SlimMap<Value> implements Entries<Value> {
  #key: string | undefined
  #value: Value | undefined
  /** All entries, from the second on. */
  #map: SlottedMap<Value> | undefined

  get size(): number {
    if (this.#map !== undefined) return this.#map.size
    return this.#key === undefined ? 0 : 1
  }

  get(key: string): Value | undefined {
    if (this.#map !== undefined) return this.#map.get(key)
    return this.#key === key ? this.#value : undefined
  }

  has(key: string): boolean {
    return this.#map !== undefined ? this.#map.has(key) : this.#key === key
  }

  /** Gives back what stood there. */
  set(key: string, value: Value): Value | undefined {
    if (this.#map !== undefined) return this.#map.set(key, value)
    const before = this.#value
    if (this.#key === undefined || this.#key === key) {
      this.#key = key
      this.#value = value
      return before
    }
    this.#map = new SlottedMap()
    // A key comes with its value.
    this.#map.set(this.#key, before as Value)
    this.#key = undefined
    this.#value = undefined
    return this.#map.set(key, value)
  }

  /** The map of many keys, where values can be found ahead; undefined where there is one at most. */
  get many(): SlottedMap<Value> | undefined {
    return this.#map
  }

  delete(key: string): void {
    if (this.#map !== undefined) this.#map.delete(key)
    else if (this.#key === key) this.clear()
  }

  clear(): void {
    this.#key = undefined
    this.#value = undefined
    this.#map = undefined
  }

  keys(): Iterable<string> {
    if (this.#map !== undefined) return this.#map.keys()
    return this.#key === undefined ? [] : [this.#key]
  }

  forEach(each: (value: Value, key: string) => void): void {
    if (this.#map !== undefined) this.#map.forEach(each)
    // A key comes with its value.
    else if (this.#key !== undefined) each(this.#value as Value, this.#key)
  }

  *[Symbol.iterator](): Iterator<readonly [string, Value]> {
    if (this.#map !== undefined) yield* this.#map
    // A key comes with its value.
    else if (this.#key !== undefined) yield [this.#key, this.#value as Value]
  }
}
