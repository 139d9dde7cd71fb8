/** What is read of a map by its keys. */
export interface Entries<Value> extends Iterable<readonly [string, Value]> {
  readonly size: number
  get(key: string): Value | undefined
  has(key: string): boolean
  keys(): Iterable<string>
  forEach(each: (value: Value, key: string) => void): void
}

/**
 * A map that makes a Map for its second key: most calls put one row into a table, the journal keeps what they put, and
 * there is one row under most parts of a key. In the order in which the keys came.
 */
export class SlimMap<Value> implements Entries<Value> {
  #key: string | undefined
  #value: Value | undefined
  /** All entries, from the second on. */
  #map: Map<string, Value> | undefined

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

  set(key: string, value: Value): void {
    if (this.#map !== undefined) this.#map.set(key, value)
    else if (this.#key === undefined || this.#key === key) {
      this.#key = key
      this.#value = value
    } else {
      this.#map = new Map(this).set(key, value)
      this.#key = undefined
      this.#value = undefined
    }
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
