import { didYouMean } from '../suggestion.js'
import { ExactNumber, numberOf } from '../wire/exact-json.js'
import { isRecord } from '../wire/json-values.js'
import { DocumentError, faultAt, schemaFaults, writeFault, writeLines } from './documents.js'
import type { DocumentKind } from './kinds.js'

/** What the cells of a column hold. */
export type ColumnKind = 'text' | 'integer' | 'boolean'
export type Columns = ReadonlyMap<string, ColumnKind>

/** One row of a table; a column that it does not give is not there. */
export interface TableRow {
  /** From 1. */
  readonly row: number
  /** The line of a CSV text that the row ends in. */
  readonly line?: number
  readonly cells: ReadonlyMap<string, unknown>
}

/** The rows of a JSON document: a list, or `{"rows": […]}`. Throws DocumentError. */
export function readJsonTable(document: unknown, kind: DocumentKind): readonly TableRow[] {
  const rows = isRecord(document) ? readRows(document) : document
  const plain = withoutExact(rows)
  const faults = schemaFaults(kind, plain)
  if (faults.length > 0 || !Array.isArray(plain))
    throw tableError(faults.map(({ steps, message, path }) => rowFault(steps, message, path, (row) => `row ${row}`)))
  return plain.map((row, index) => ({ row: index + 1, cells: new Map(Object.entries(row)) }))
}

/** The rows of a CSV text whose header names the columns, in any order. Throws DocumentError. */
export async function readCsvTable(text: string, columns: Columns, kind: DocumentKind): Promise<readonly TableRow[]> {
  const { readCsvLines } = await import('./csv.js')
  const read = readCsvLines(text)
  if ('fault' in read) throw tableError([`line ${read.fault.line}: ${read.fault.message}`])
  const [header, ...lines] = read.lines
  const names = header?.cells ?? []
  const wrong = headerFaults(names, [...columns.keys()])
  if (wrong.length > 0) throw tableError(wrong.map((message) => `line ${header?.line ?? 1}: ${message}`))
  const place = (row: number) => `row ${row} (line ${lines[row - 1]?.line})`
  const uneven = lines.flatMap(({ cells }, index) =>
    cells.length === names.length
      ? []
      : [`${place(index + 1)}: it has ${cells.length} cells and the header ${names.length}`],
  )
  if (uneven.length > 0) throw tableError(uneven)
  const rows = lines.map(({ line, cells }, index) => ({
    row: index + 1,
    line,
    cells: readCells(cells, names, columns),
  }))
  const faults = schemaFaults(
    kind,
    rows.map(({ cells }) => Object.fromEntries(cells)),
  )
  if (faults.length > 0)
    throw tableError(faults.map(({ steps, message, path }) => rowFault(steps, message, path, place)))
  return rows
}

export function tableError(lines: readonly string[]): DocumentError {
  return new DocumentError([], writeLines(lines))
}

function readRows({ rows, ...others }: Readonly<Record<string, unknown>>): unknown {
  const [other] = Object.keys(others)
  if (other === undefined && rows === undefined)
    throw new DocumentError([faultAt([], 'must be a list of rows, or an object with "rows"')])
  if (other === undefined) return rows
  throw new DocumentError([
    faultAt([other], `unknown field${didYouMean(other, ['rows']) || '; known here: rows'}`, 'name'),
  ])
}

/** What the schema finds, behind the row instead of its place in the list. */
function rowFault(
  [index, ...steps]: readonly (string | number)[],
  message: string,
  path: string,
  place: (row: number) => string,
): string {
  if (typeof index !== 'number') return writeFault({ path, message, steps: [], about: 'value' })
  return `${place(index + 1)}: ${writeFault(faultAt(steps, message))}`
}

function headerFaults(names: readonly string[], known: readonly string[]): readonly string[] {
  const unknown = names.filter((name) => !known.includes(name))
  const repeated = names.filter((name, index) => known.includes(name) && names.indexOf(name) < index)
  return [
    ...unknown.map(
      (name) => `unknown column "${name}"${didYouMean(name, known) || ';'} known here: ${known.join(', ')}`,
    ),
    ...repeated.map((name) => `the column "${name}" is given twice`),
  ]
}

/** An empty cell gives nothing. What is not of its column's kind stays a text, for the schema to refuse. */
function readCells(cells: readonly string[], names: readonly string[], columns: Columns): ReadonlyMap<string, unknown> {
  const read = new Map<string, unknown>()
  for (const [index, name] of names.entries()) {
    const text = cells[index] ?? ''
    if (text !== '') read.set(name, readCell(text, columns.get(name) ?? 'text'))
  }
  return read
}

function readCell(text: string, kind: ColumnKind): unknown {
  if (kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (kind === 'text' || !/^-?\d+$/.test(text)) return text
  const number = numberOf(text)
  return number instanceof ExactNumber ? number.digits : number
}

/** The same value with integers that no number can hold by their digits, as text. */
function withoutExact(value: unknown): unknown {
  if (value instanceof ExactNumber) return value.digits
  if (Array.isArray(value)) return value.map(withoutExact)
  if (!isRecord(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutExact(member)]))
}
