/** So many entries that are gone may stand among a few that are not. */
const mostGone = 64

interface Slot<Key, Value> {
  readonly key: Key
  /** Undefined once it is gone: what it was is nobody's to keep. */
  value: Value | undefined
}

/**
 * A map that finds its oldest entry at once. A Map comes to its first entry behind all that stood before it and is gone,
 * which are thousands where entries come at the end and go at the front.
 */
export class AgedMap<Key, Value> {
  readonly #values = new Map<Key, Slot<Key, Value>>()
  /** In their order, some that are gone among them. */
  #slots: Slot<Key, Value>[] = []
  #gone = 0

  get size(): number {
    return this.#values.size
  }

  get(key: Key): Value | undefined {
    return this.#values.get(key)?.value
  }

  has(key: Key): boolean {
    return this.#values.has(key)
  }

  set(key: Key, value: Value): void {
    const known = this.#values.get(key)
    if (known !== undefined) {
      known.value = value
      return
    }
    if (this.#slots.length > 2 * this.#values.size + mostGone) {
      this.#slots = [...this.#values.values()]
      this.#gone = 0
    }
    const slot = { key, value }
    this.#slots.push(slot)
    this.#values.set(key, slot)
  }

  delete(key: Key): void {
    const slot = this.#values.get(key)
    if (slot === undefined) return
    this.#values.delete(key)
    slot.value = undefined
  }

  clear(): void {
    this.#values.clear()
    this.#slots = []
    this.#gone = 0
  }

  /** The key that was set first of those that are left. */
  get oldest(): Key | undefined {
    for (; this.#gone < this.#slots.length; this.#gone++) {
      const slot = this.#slots[this.#gone]
      // A key that went and came again is as old as when it came again.
      if (slot !== undefined && this.#values.get(slot.key) === slot) return slot.key
    }
    return undefined
  }

  keys(): Iterable<Key> {
    return this.#values.keys()
  }

  *[Symbol.iterator](): Iterator<[Key, Value]> {
    for (const { key, value } of this.#values.values()) if (value !== undefined) yield [key, value]
  }
}
