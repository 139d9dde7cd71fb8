/** What a client sends with each of its calls. What is made of it is kept for as long as a connection sends the same. */
export class Sent<Value> {
  readonly value: Value
  readonly #readings = new Map<unknown, unknown>()

  constructor(value: Value) {
    this.value = value
  }

  /** That of a further call: this one where the value is the same. */
  next(value: Value): Sent<Value> {
    return value === this.value ? this : new Sent(value)
  }

  /** What a reader makes of it; each is asked once. */
  read<Reading>(reader: (value: Value) => Reading): Reading {
    const known = this.#readings.get(reader)
    // Under a reader stands what it made, which may be nothing.
    if (known !== undefined || this.#readings.has(reader)) return known as Reading
    const reading = reader(this.value)
    this.#readings.set(reader, reading)
    return reading
  }
}

export const sentNothing = new Sent<string | undefined>(undefined)
