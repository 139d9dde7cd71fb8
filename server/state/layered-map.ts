import type { Slices } from '../slices.js'
import { KeyOrder } from './key-order.js'
import { SlimMap } from './slim-map.js'
import type { Entries, FoundValues } from './slotted-map.js'

/** Keys and values as they were when a copy was made; undefined where the key was taken away from a layer below. */
type Layer<Value> = Entries<Value | undefined>

/** So many keys are put in order whenever it is asked for. */
const fewKeys = 100

/**
 * A map that is copied at once, however much it holds: what stands is shared as layers that nobody writes any more, and
 * each side goes on in a layer of its own. A layer is joined with one below it that is not much larger, so there are
 * never many to look through, and joining costs no more than the writes since the last copy did.
 */
export class LayeredMap<Value> {
  /** Made when somebody reads many keys in order, and kept: it has all keys, and some that are gone. */
  #order: KeyOrder | undefined
  #size = 0
  /** Shared with copies; the oldest first. */
  #layers: readonly Layer<Value>[] = []
  #own = new SlimMap<Value | undefined>()

  get size(): number {
    return this.#size
  }

  get(key: string): Value | undefined {
    const own = this.#own.get(key)
    return own !== undefined || this.#layers.length === 0 || this.#own.has(key) ? own : this.#below(key)
  }

  /** Gives back what stood there. */
  set(key: string, value: Value): Value | undefined {
    const below = this.#layers.length === 0 || this.#own.has(key) ? undefined : this.#below(key)
    const before = this.#own.set(key, value) ?? below
    if (before === undefined) {
      this.#size++
      this.#order?.add(key)
      this.#forgetOrder()
    }
    return before
  }

  /** Looks for values that are to be replaced; undefined where that takes no time. */
  find(keys: Entries<unknown>): Slices<FoundValues<Value | undefined>> | undefined {
    return this.#own.many?.find(keys.keys(), keys.size)
  }

  /** Puts a value in the place of one that was found, and gives back what stood there; undefined where it has gone. */
  replace(found: FoundValues<Value | undefined>, index: number, value: Value): Value | undefined {
    return this.#own.many?.replace(found, index, value)
  }

  /** Gives back what stood there. */
  delete(key: string): Value | undefined {
    const before = this.get(key)
    if (before === undefined) return undefined
    this.#size--
    this.#forgetOrder()
    if (this.#below(key) === undefined) this.#own.delete(key)
    else this.#own.set(key, undefined)
    return before
  }

  /** The value for writing into it: one that a copy may see as well is replaced by what `copyOf` makes of it. */
  owned(key: string, copyOf: (shared: Value) => Value, make: () => Value): Value {
    const own = this.#own.get(key)
    if (own !== undefined) return own
    const shared = this.get(key)
    const value = shared === undefined ? make() : copyOf(shared)
    this.set(key, value)
    return value
  }

  /** In the order in which the keys came. */
  *entries(): Iterable<readonly [string, Value]> {
    const layers = [...this.#layers, this.#own]
    for (const [index, layer] of layers.entries()) {
      const older = layers.slice(0, index)
      for (const key of layer.keys()) {
        // A key that stands below has had its turn there.
        if (older.some((below) => below.has(key))) continue
        const value = this.get(key)
        if (value !== undefined) yield [key, value]
      }
    }
  }

  /**
   * In byte order of the keys, from one on that need not be there; only the values that `where` takes. The map is not to
   * be written meanwhile.
   */
  *sorted(from?: string, where?: (value: Value) => boolean): Iterable<readonly [string, Value]> {
    for (const key of this.#orderOf(where).from(from)) {
      const value = this.get(key)
      if (value !== undefined) yield [key, value]
    }
  }

  /** Few values pass a filter: to look for them in order would put all keys in order. */
  #orderOf(where: ((value: Value) => boolean) | undefined): KeyOrder {
    if (where !== undefined) return new KeyOrder(this.#keys.filter((key) => isTaken(this.get(key), where)))
    if (this.#order !== undefined) return this.#order
    const order = new KeyOrder(this.#keys)
    if (this.#size > fewKeys) this.#order = order
    return order
  }

  /** Of a million keys, a pair for each would take longer than what is done with them. */
  get #keys(): string[] {
    if (this.#layers.length === 0) return [...this.#own.keys()]
    const [only] = this.#layers
    // The lowest layer marks nothing as taken away.
    if (only !== undefined && this.#layers.length === 1 && this.#own.size === 0) return [...only.keys()]
    return Array.from(this.entries(), ([key]) => key)
  }

  /** Keys that are gone leave the order when they are as many as those that are there. */
  #forgetOrder(): void {
    if (this.#order !== undefined && this.#order.size > 2 * this.#size) this.#order = undefined
  }

  copy(): LayeredMap<Value> {
    this.#layers = joined(this.#layers, this.#own)
    this.#own = new SlimMap()
    const copy = new LayeredMap<Value>()
    copy.#layers = this.#layers
    copy.#size = this.#size
    return copy
  }

  #below(key: string): Value | undefined {
    for (let index = this.#layers.length - 1; index >= 0; index--) {
      const layer = this.#layers[index]
      const value = layer?.get(key)
      if (value !== undefined || layer?.has(key)) return value
    }
    return undefined
  }
}

function isTaken<Value>(value: Value | undefined, where: (value: Value) => boolean): boolean {
  return value !== undefined && where(value)
}

/** The layers with one more, each at least twice as large as the next. */
function joined<Value>(layers: readonly Layer<Value>[], own: Layer<Value>): readonly Layer<Value>[] {
  if (own.size === 0) return layers
  const below = [...layers]
  let top = own
  for (let under = below.at(-1); under !== undefined && under.size <= 2 * top.size; under = below.at(-1)) {
    below.pop()
    const both = new Map([...under, ...top])
    // Under the lowest layer there is nothing that a mark could take away.
    if (below.length === 0) for (const [key, value] of both) if (value === undefined) both.delete(key)
    top = both
  }
  return [...below, top]
}
