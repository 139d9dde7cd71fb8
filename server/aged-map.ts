/** So many keys that are gone may stand among a few that are not. */
const mostGone = 64

/**
 * A map that finds its oldest entry at once. A Map comes to its first entry behind all that stood before it and is gone,
 * which are thousands where entries come at the end and go at the front.
 */
export class AgedMap<Key, Value> {
  readonly #values = new Map<Key, Value>()
  /** In their order, some that are gone among them. */
  #keys: Key[] = []
  #gone = 0

  get size(): number {
    return this.#values.size
  }

  get(key: Key): Value | undefined {
    return this.#values.get(key)
  }

  has(key: Key): boolean {
    return this.#values.has(key)
  }

  set(key: Key, value: Value): void {
    if (!this.#values.has(key)) {
      if (this.#keys.length > 2 * this.#values.size + mostGone) {
        this.#keys = [...this.#values.keys()]
        this.#gone = 0
      }
      this.#keys.push(key)
    }
    this.#values.set(key, value)
  }

  delete(key: Key): void {
    this.#values.delete(key)
  }

  clear(): void {
    this.#values.clear()
    this.#keys = []
    this.#gone = 0
  }

  /** The key that was set first of those that are left. */
  get oldest(): Key | undefined {
    while (this.#gone < this.#keys.length) {
      // Below the length there is a key.
      const key = this.#keys[this.#gone] as Key
      if (this.#values.has(key)) return key
      this.#gone++
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
