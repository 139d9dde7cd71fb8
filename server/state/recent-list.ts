/** How much of a list is remembered. */
export interface Bounds<Value> {
  readonly most: number
  /** Of all values together, in the unit of `sizeOf`. */
  readonly size: number
  sizeOf(value: Value): number
}

/**
 * The last values of something, oldest first, as a value that never changes. What comes is appended to the array that
 * earlier versions show a part of, for a hundred values are not to be copied with each one that comes; who goes on from
 * a version that another went on from already copies its part. In JSON it is an array.
 */
export class RecentList<Value> implements Iterable<Value> {
  readonly #values: Value[]
  readonly #start: number
  readonly #end: number
  readonly #size: number
  /** What fell out and is still held by the array, by its size. */
  readonly #fallen: number

  private constructor(values: Value[], start: number, end: number, size: number, fallen: number) {
    this.#values = values
    this.#start = start
    this.#end = end
    this.#size = size
    this.#fallen = fallen
  }

  /** What a storage gives back is an array, and no longer than when it was kept. */
  static from<Value>(past: Iterable<Value>, { sizeOf }: Bounds<Value>): RecentList<Value> {
    if (past instanceof RecentList) return past
    const values = [...past]
    const size = values.reduce((sum, value) => sum + sizeOf(value), 0)
    return new RecentList(values, 0, values.length, size, 0)
  }

  /** With one value more; the oldest go, until the rest is within the bounds. */
  with(value: Value, bounds: Bounds<Value>): RecentList<Value> {
    const isLast = this.#end === this.#values.length && !this.#holdsTooMuch(bounds)
    const values = isLast ? this.#values : this.#values.slice(this.#start, this.#end)
    values.push(value)
    let start = isLast ? this.#start : 0
    let fallen = isLast ? this.#fallen : 0
    let size = this.#size + bounds.sizeOf(value)
    while (values.length - start > bounds.most || (size > bounds.size && start < values.length)) {
      // There is a value at each index below the length.
      const gone = bounds.sizeOf(values[start] as Value)
      size -= gone
      fallen += gone
      start++
    }
    return new RecentList(values, start, values.length, size, fallen)
  }

  /** Copying is seldom where what fell out may be a quarter of what is remembered. */
  #holdsTooMuch({ most, size }: Bounds<Value>): boolean {
    return this.#start * 4 > most || this.#fallen * 4 > size
  }

  toJSON(): readonly Value[] {
    return this.#values.slice(this.#start, this.#end)
  }

  [Symbol.iterator](): Iterator<Value> {
    return this.toJSON().values()
  }
}
