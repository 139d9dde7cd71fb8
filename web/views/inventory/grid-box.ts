/** Pixels. */
export const rowHeight = 42
export const headerHeight = 30
export const cellWidth = 112

/** What is seen of the grid, in pixels. */
export interface Box {
  readonly top: number
  readonly left: number
  readonly width: number
  readonly height: number
}

/** The names of the rows stay in sight: on a phone they leave room for two sizes. */
export const namesWidth = (width: number) => (width < 560 ? 132 : 220)

interface Span {
  /** What is in the document: a little more than what is seen. */
  readonly first: number
  readonly last: number
  readonly seen: readonly [first: number, last: number]
}

const overscan = 6

export function spanOf(start: number, room: number, size: number, count: number): Span {
  const last = Math.min(count, Math.ceil((start + Math.max(0, room)) / size))
  const first = Math.min(last, Math.floor(start / size))
  return { first: Math.max(0, first - overscan), last: Math.min(count, last + overscan), seen: [first, last] }
}

/** How far to scroll so that something is seen whole; as little as that takes. */
export function moved(scrolled: number, room: number, start: number, size: number): number {
  if (start < scrolled) return start
  return start + size > scrolled + room ? start + size - room : scrolled
}

interface Cell {
  readonly row: number
  readonly column: number
}

/** The cell that a key leads to from another. */
export function target(
  { key, ctrlKey, metaKey, altKey }: KeyboardEvent,
  { row, column }: Cell,
  { page, rows, columns }: { readonly page: number; readonly rows: number; readonly columns: number },
): Cell | undefined {
  if (altKey) return undefined
  const isFar = ctrlKey || metaKey
  if (key === 'Home') return { row: isFar ? 0 : row, column: 0 }
  if (key === 'End') return { row: isFar ? rows - 1 : row, column: columns }
  if (isFar) return undefined
  if (key === 'ArrowDown') return { row: row + 1, column }
  if (key === 'ArrowUp') return { row: row - 1, column }
  if (key === 'ArrowLeft') return { row, column: column - 1 }
  if (key === 'ArrowRight') return { row, column: column + 1 }
  if (key === 'PageDown') return { row: row + page, column }
  return key === 'PageUp' ? { row: row - page, column } : undefined
}
