/** A map that lists what was touched last at its end. */
export class RecentMap<Key, Value> {
  readonly #values = new Map<Key, Value>()
  #latest: { readonly key: Key; readonly value: Value } | undefined

  get size(): number {
    return this.#values.size
  }

  get(key: Key): Value | undefined {
    return this.#values.get(key)
  }

  /** The value of a key, made where there is none, moved to the end. */
  touch(key: Key, make: () => Value): Value {
    // Most calls touch what the call before touched, and a Map that is small is built anew when keys come and go.
    if (this.#latest !== undefined && this.#latest.key === key) return this.#latest.value
    const value = this.#values.get(key) ?? make()
    this.#values.delete(key)
    this.#values.set(key, value)
    this.#latest = { key, value }
    return value
  }

  delete(key: Key): void {
    this.#values.delete(key)
    if (this.#latest?.key === key) this.#latest = undefined
  }

  clear(): void {
    this.#values.clear()
    this.#latest = undefined
  }

  /** Takes away what was touched longest ago. */
  deleteOldest(): readonly [Key, Value] | undefined {
    for (const entry of this.#values) {
      this.delete(entry[0])
      return entry
    }
    return undefined
  }

  keys(): Iterable<Key> {
    return this.#values.keys()
  }

  values(): Iterable<Value> {
    return this.#values.values()
  }

  [Symbol.iterator](): Iterator<[Key, Value]> {
    return this.#values[Symbol.iterator]()
  }
}
