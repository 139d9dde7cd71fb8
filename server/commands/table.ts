import stringWidth from 'string-width'
import { printable } from '../printable.js'
import { type Color, paint } from './colors.js'
import type { Outside } from './outside.js'

/** One column of a table for people; widths are columns of the terminal. */
export interface Column<Row> {
  readonly title: string
  read(row: Row): string
  color?(row: Row): Color | undefined
  /** In a window too narrow for all, columns of the lowest weight are shortened first, and left out first. */
  readonly weight: number
  /** The width down to which it may be shortened. */
  readonly least: number
  /** The width to reckon with before the rows are known. */
  readonly usual?: number
  readonly align?: 'right'
  /** Where a text that is too long is cut; the end, if it does not say. */
  readonly cut?: 'start'
}

interface Laid<Row> {
  readonly column: Column<Row>
  width: number
}

const gap = '  '
const ellipsis = '…'

/** A table that fits the window, which is asked for its width anew at each line; without one nothing is shortened. */
export class Table<Row> {
  readonly #columns: readonly Column<Row>[]
  readonly #widths: readonly number[]
  readonly #outside: Outside

  /** The widths are those of these rows; where none are known yet, the usual ones. */
  constructor(columns: readonly Column<Row>[], outside: Outside, rows?: readonly Row[]) {
    this.#columns = columns
    this.#outside = outside
    this.#widths = columns.map((column) => widthOf(column, rows))
  }

  head(): string {
    return paint(
      this.#line(({ column }) => column.title),
      'bold',
      this.#outside,
    )
  }

  row(row: Row): string {
    return this.#line(
      ({ column }) => column.read(row),
      ({ column }) => column.color?.(row),
    )
  }

  #line(textOf: (laid: Laid<Row>) => string, colorOf?: (laid: Laid<Row>) => Color | undefined): string {
    const all = layOut(this.#columns, this.#widths, this.#outside.columns())
    const cells = all.map((laid) => {
      const text = shorten(printable(textOf(laid)), laid.width, laid.column.cut)
      const space = ' '.repeat(Math.max(0, laid.width - stringWidth(text)))
      const cell = paint(text, colorOf?.(laid), this.#outside)
      return laid.column.align === 'right' ? space + cell : cell + space
    })
    return cells.join(gap).trimEnd()
  }
}

function widthOf<Row>({ title, read, usual }: Column<Row>, rows: readonly Row[] | undefined): number {
  const least = stringWidth(title)
  if (rows === undefined) return Math.max(least, usual ?? 0)
  return rows.reduce((width, row) => Math.max(width, stringWidth(printable(read(row)))), least)
}

/** The columns that are shown, in their order, each with the width that it gets. */
function layOut<Row>(
  columns: readonly Column<Row>[],
  widths: readonly number[],
  window: number | undefined,
): readonly Laid<Row>[] {
  const all = columns.map((column, index) => ({ column, width: widths[index] ?? 0 }))
  if (window === undefined) return all
  const byWeight = [...all].sort((one, other) => one.column.weight - other.column.weight)
  const shown = new Set(all)
  for (const laid of byWeight) if (shown.size > 1 && total([...shown].map(leastOf)) > window) shown.delete(laid)
  for (const laid of byWeight.filter((each) => shown.has(each))) {
    const over = total([...shown].map(({ width }) => width)) - window
    if (over <= 0) break
    laid.width = Math.max(shown.size === 1 ? 1 : leastOf(laid), laid.width - over)
  }
  return all.filter((laid) => shown.has(laid))
}

const leastOf = <Row>({ column, width }: Laid<Row>) => Math.min(column.least, width)

const total = (widths: readonly number[]) =>
  widths.reduce((sum, width) => sum + width, 0) + gap.length * (widths.length - 1)

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** A text that takes at most so many columns of the terminal; what was cut off is shown by an ellipsis. */
export function shorten(text: string, width: number, cut?: 'start'): string {
  if (stringWidth(text) <= width) return text
  const letters = [...graphemes.segment(text)].map(({ segment }) => segment)
  if (cut === 'start') letters.reverse()
  const kept: string[] = []
  let room = width - stringWidth(ellipsis)
  for (const letter of letters) {
    room -= stringWidth(letter)
    if (room < 0) break
    kept.push(letter)
  }
  return cut === 'start' ? ellipsis + kept.reverse().join('') : kept.join('') + ellipsis
}
