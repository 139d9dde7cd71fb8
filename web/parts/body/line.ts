/** A piece of a line, by what it is: each has a colour of its own. */
export interface Piece {
  readonly kind: 'name' | 'text' | 'number' | 'word' | 'mark'
  readonly text: string
}

/** A line of a body as it is shown: indented, and with an end of its own where it begins something. */
export interface Line {
  readonly depth: number
  readonly pieces: readonly Piece[]
  /** JSON pointer (RFC 6901) of what begins here. */
  readonly pointer: string | undefined
  /** Where it begins in the text, in UTF-16 units. */
  readonly start: number
  /** The index of the line that ends what begins here. */
  end: number | undefined
}

/** A step of a pointer as RFC 6901 writes it. */
export const stepOf = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1')
