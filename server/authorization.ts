/** The Authorization header of a call. What is made of it is kept for as long as a connection sends the same one. */
export class Authorization {
  readonly #header: string | undefined
  readonly #readings = new Map<unknown, unknown>()

  constructor(header: string | undefined) {
    this.#header = header
  }

  /** That of a further call: this one where the header is the same. */
  next(header: string | undefined): Authorization {
    return header === this.#header ? this : new Authorization(header)
  }

  /** What a reader makes of it; each is asked once. */
  read<Reading>(reader: (header: string | undefined) => Reading): Reading {
    if (!this.#readings.has(reader)) this.#readings.set(reader, reader(this.#header))
    // Under a reader stands what it made.
    return this.#readings.get(reader) as Reading
  }
}

export const noAuthorization = new Authorization(undefined)
