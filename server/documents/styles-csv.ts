import type { Size, Style } from '../state/store.js'
import { didYouMean } from '../suggestion.js'
import { type CsvLine, type LineFault, readCsvLines } from './csv.js'
import type { Step } from './source.js'
import { repetitions } from './style-list.js'

const requiredColumns = ['style_number', 'style_identifier', 'color_code', 'size'] as const
const idColumns = ['style_id', 'style_color_id'] as const

/** The columns of a style list as CSV, in any order: one row for each SKU. */
export const styleColumns = [...requiredColumns, ...idColumns, 'size_code', 'upc'] as const

type Column = (typeof styleColumns)[number]

/** The cells that are not empty. */
type Cells = { readonly [Name in Column]?: string }
/** A row that can be placed. */
type Row = Cells & { readonly [Name in (typeof requiredColumns)[number]]: string }

export interface StyleRows {
  readonly styles: readonly Style[]
  readonly faults: readonly LineFault[]
}

/** Reads a style list from CSV; the rows of one style and color are grouped. */
export function readStyleRows(text: string): StyleRows {
  const read = readCsvLines(text)
  if ('fault' in read) return refused(read.fault.line, read.fault.message)
  const [header, ...lines] = read.lines
  if (header === undefined) return refused(1, `there is no header; it names these columns: ${styleColumns.join(', ')}`)
  const faults = headerFaults(header)
  return faults.length > 0 ? { styles: [], faults } : readLines(header, lines)
}

const refused = (line: number, message: string): StyleRows => ({ styles: [], faults: [{ line, message }] })

function headerFaults({ line, cells }: CsvLine): readonly LineFault[] {
  const unknown = cells.filter((cell) => !isColumn(cell))
  const repeated = cells.filter((cell, index) => isColumn(cell) && cells.indexOf(cell) < index)
  const missing = requiredColumns.filter((column) => !cells.includes(column))
  const known = styleColumns.join(', ')
  return [
    ...unknown.map((name) => `unknown column "${name}"${didYouMean(name, styleColumns) || ';'} known here: ${known}`),
    ...repeated.map((name) => `the column "${name}" is given twice`),
    ...missing.map((name) => `the column "${name}" is missing`),
  ].map((message) => ({ line, message }))
}

function isColumn(name: string): name is Column {
  return styleColumns.some((column) => column === name)
}

function readLines(header: CsvLine, lines: readonly CsvLine[]): StyleRows {
  const grouping = new Grouping()
  for (const { line, cells } of lines) {
    const row = nameCells(header.cells, cells)
    const wrong = rowFaults(row, header.cells.length, cells.length)
    for (const message of wrong) grouping.refuse(line, message)
    if (wrong.length === 0 && isPlaceable(row)) grouping.add(row, line)
  }
  return grouping.end()
}

function nameCells(header: readonly string[], cells: readonly string[]): Cells {
  return Object.fromEntries(cells.map((cell, index) => [header[index], cell]).filter(([, cell]) => cell !== ''))
}

function rowFaults(row: Cells, expected: number, given: number): readonly string[] {
  if (given !== expected) return [`the row has ${given} cells and the header ${expected}`]
  const empty = requiredColumns.filter((name) => row[name] === undefined)
  const malformed = idColumns.filter((name) => row[name] !== undefined && !/^(?:0|[1-9]\d*)$/.test(row[name]))
  return [
    ...empty.map((name) => `"${name}" is empty`),
    ...malformed.map((name) => `"${name}" must be an integer without sign or leading zeros, not "${row[name]}"`),
  ]
}

function isPlaceable(row: Cells): row is Row {
  return requiredColumns.every((name) => row[name] !== undefined)
}

interface OpenColor {
  readonly color_code: string
  style_color_id?: string
  readonly sizes: Size[]
}
interface OpenStyle {
  readonly style_number: string
  readonly style_identifier: string
  style_id?: string
  readonly colors: OpenColor[]
}

/** A style or color that rows belong to, and where it stands in the list. */
interface Group<Node> {
  readonly node: Node
  readonly steps: readonly Step[]
}

/** Puts rows together and remembers which line said what, so that a contradiction is told with both lines. */
class Grouping {
  readonly #styles: OpenStyle[] = []
  readonly #styleGroups = new Map<string, Group<OpenStyle>>()
  readonly #colorGroups = new Map<string, Group<OpenColor>>()
  readonly #lines = new Map<string, number>()
  readonly #faults: LineFault[] = []

  refuse(line: number, message: string): void {
    this.#faults.push({ line, message })
  }

  add(row: Row, line: number): void {
    const { style_number, style_identifier, color_code, size, size_code, upc } = row
    const newStyle = { style_number, style_identifier, colors: [] }
    const style = join(this.#styleGroups, [style_number, style_identifier], this.#styles, [], newStyle)
    this.#agree(style, 'style_id', row.style_id, line)

    const { colors } = style.node
    const key = [style_number, style_identifier, color_code]
    const color = join(this.#colorGroups, key, colors, [...style.steps, 'colors'], { color_code, sizes: [] })
    this.#agree(color, 'style_color_id', row.style_color_id, line)

    const { sizes } = color.node
    const steps = [...color.steps, 'sizes', sizes.length]
    this.#remember(steps, line)
    if (upc !== undefined) this.#remember([...steps, 'upc'], line)
    sizes.push({ size, ...(size_code !== undefined && { size_code }), ...(upc !== undefined && { upc }) })
  }

  end(): StyleRows {
    const repeated = repetitions(this.#styles).map(({ says, steps, first }) => ({
      line: this.#lineOf(steps),
      message: `${says} is given twice, first in line ${this.#lineOf(first)}`,
    }))
    const faults = [...this.#faults, ...repeated].sort((one, other) => one.line - other.line)
    return { styles: this.#styles, faults }
  }

  /** An id may stand in one row of its group or in all of them, but not differ. */
  #agree<Id extends 'style_id' | 'style_color_id'>(
    { node, steps }: Group<{ [Name in Id]?: string }>,
    name: Id,
    given: string | undefined,
    line: number,
  ): void {
    const known = node[name]
    if (given === undefined || given === known) return
    if (known === undefined) {
      node[name] = given
      this.#remember([...steps, name], line)
    } else {
      this.refuse(line, `${name} is ${given} here and ${known} in line ${this.#lineOf([...steps, name])}`)
    }
  }

  #remember(steps: readonly Step[], line: number): void {
    this.#lines.set(steps.join('/'), line)
  }

  #lineOf(steps: readonly Step[]): number {
    return this.#lines.get(steps.join('/')) ?? 1
  }
}

/** The group of that key; the first row of it opens it at the end of its list. */
function join<Node>(
  groups: Map<string, Group<Node>>,
  key: readonly string[],
  list: Node[],
  listAt: readonly Step[],
  opened: Node,
): Group<Node> {
  const text = JSON.stringify(key)
  const known = groups.get(text)
  if (known !== undefined) return known
  const group = { node: opened, steps: [...listAt, list.length] }
  list.push(opened)
  groups.set(text, group)
  return group
}
