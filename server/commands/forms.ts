import { printable } from '../printable.js'
import { writeExact } from '../wire/exact-json.js'
import type { Outside } from './outside.js'
import { type Row, textOf } from './rows.js'
import { type Column, Table } from './table.js'

/** In which form something is printed; a table where it does not say. */
export interface Form {
  readonly json?: boolean
  readonly csv?: boolean
}

/** A field of a CSV file. */
export interface Field {
  readonly title: string
  read(row: Row): unknown
}

/** How rows of one kind are shown. */
export interface View {
  readonly columns: readonly Column<Row>[]
  readonly fields: readonly Field[]
  /** What is said on stderr of a table without rows. */
  readonly nothing: string
}

/** One JSON document in a line. Its controls, which stand in texts only, are escaped: the value stays the same. */
export function printJson(value: unknown, outside: Outside): void {
  printJsonText(writeExact(value), outside)
}

/** The same of a text that the emulator sent. */
export function printJsonText(text: string, outside: Outside): void {
  outside.print(printable(text))
}

/** Rows as a table or as CSV. */
export async function printRows(rows: readonly Row[], view: View, { csv }: Form, outside: Outside): Promise<void> {
  if (csv === true) return printCsv(rows, view.fields, outside)
  if (rows.length === 0) return outside.complain(view.nothing)
  const table = new Table(view.columns, outside, rows)
  outside.print(table.head())
  for (const row of rows) outside.print(table.row(row))
}

async function printCsv(rows: readonly Row[], fields: readonly Field[], outside: Outside): Promise<void> {
  const write = await csvWriter(fields, outside)
  outside.print(write.head())
  for (const row of rows) outside.print(write.row(row))
}

/**
 * Records as RFC 4180 has them; the line's end that `print` adds is the second half of theirs. Values stand as they
 * are, also those that a spreadsheet takes for formulas: a program that reads them needs what was sent.
 */
export async function csvWriter(fields: readonly Field[], outside: Outside) {
  const { stringify } = await import('csv-stringify/sync')
  // A file holds what was sent; a terminal would obey it, and ends its lines itself.
  const isFile = outside.columns() === undefined
  const shown = isFile ? (text: string) => text : printable
  const end = isFile ? '\r' : ''
  const record = (cells: readonly string[]) => stringify([cells], { eof: false, quoted_match: /[\r\n]/ }) + end
  return {
    head: () => record(fields.map(({ title }) => title)),
    row: (row: Row) => record(fields.map(({ read }) => shown(textOf(read(row))))),
  }
}

/** Fields that are members of the row under their own names. */
export function fieldsOf(...names: readonly string[]): readonly Field[] {
  return names.map((title) => ({ title, read: (row) => row[title] }))
}
