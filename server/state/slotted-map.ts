import { itemsInOneGo, type Slices } from '../slices.js'

/** What is read of a map by its keys. */
export interface Entries<Value> extends Iterable<readonly [string, Value]> {
  readonly size: number
  get(key: string): Value | undefined
  has(key: string): boolean
  keys(): Iterable<string>
  forEach(each: (value: Value, key: string) => void): void
}

/**
 * A map whose values stand in a list and its keys beside it. To look for keys is most of what it takes to replace the
 * values of sixty thousand, so it can be done ahead: where a value was found, another one is put in its place without a
 * look. In the order in which the keys came.
 */
export class SlottedMap<Value> implements Entries<Value> {
  readonly #slots = new Map<string, number>()
  /** A value that was taken away leaves a gap, which no other fills: who has found it does not find another's there. */
  #values: (Value | undefined)[] = []

  get size(): number {
    return this.#slots.size
  }

  get(key: string): Value | undefined {
    const slot = this.#slots.get(key)
    return slot === undefined ? undefined : this.#values[slot]
  }

  has(key: string): boolean {
    return this.#slots.has(key)
  }

  /** Gives back what stood there. */
  set(key: string, value: Value): Value | undefined {
    const slot = this.#slots.get(key)
    if (slot === undefined) {
      this.#slots.set(key, this.#values.push(value) - 1)
      return undefined
    }
    const before = this.#values[slot]
    this.#values[slot] = value
    return before
  }

  delete(key: string): void {
    const slot = this.#slots.get(key)
    if (slot === undefined) return
    this.#slots.delete(key)
    this.#values[slot] = undefined
    if (this.#values.length > 2 * this.size) this.#closeGaps()
  }

  keys(): Iterable<string> {
    return this.#slots.keys()
  }

  forEach(each: (value: Value, key: string) => void): void {
    const values = this.#values
    // A slot is that of a value.
    this.#slots.forEach((slot, key) => {
      each(values[slot] as Value, key)
    })
  }

  *[Symbol.iterator](): Iterator<readonly [string, Value]> {
    // A slot is that of a value.
    for (const [key, slot] of this.#slots) yield [key, this.#values[slot] as Value]
  }

  /** Where the values of so many keys stand, in the order of the keys. */
  *find(keys: Iterable<string>, count: number): Slices<FoundValues<Value>> {
    const values = this.#values
    const slots = new Int32Array(count)
    let index = 0
    for (const key of keys) {
      slots[index++] = this.#slots.get(key) ?? nowhere
      if (index % itemsInOneGo === 0) yield
    }
    return { values, slots }
  }

  /** Puts a value in the place of one that was found, and gives back what stood there; undefined where it has gone. */
  replace({ values, slots }: FoundValues<Value>, index: number, value: Value): Value | undefined {
    if (values !== this.#values) return undefined
    const slot = slots[index] ?? nowhere
    const before = values[slot]
    if (before !== undefined) this.#values[slot] = value
    return before
  }

  /** The list is a new one, so nothing is where it was found. */
  #closeGaps(): void {
    const values: (Value | undefined)[] = []
    for (const [key, slot] of this.#slots) this.#slots.set(key, values.push(this.#values[slot]) - 1)
    this.#values = values
  }
}

const nowhere = -1

/** Where the values of some keys stood when they were looked for. */
export interface FoundValues<Value> {
  readonly values: readonly (Value | undefined)[]
  readonly slots: Int32Array
}
