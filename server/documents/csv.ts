import { CsvError, parse } from 'csv-parse/sync'

/** One line of a CSV text, its cells without the blanks around them. */
export interface CsvLine {
  readonly line: number
  readonly cells: readonly string[]
}

export interface LineFault {
  readonly line: number
  readonly message: string
}

/** The lines that are not empty, or the first place where the text is no CSV. */
export function readCsvLines(text: string): { readonly lines: readonly CsvLine[] } | { readonly fault: LineFault } {
  const lines: CsvLine[] = []
  try {
    parse(text, {
      bom: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      on_record: (cells: string[], { lines: line }) => {
        lines.push({ line, cells: cells.map((cell) => cell.trim()) })
        return null
      },
    })
  } catch (error) {
    // The parser stops at a quote that is not closed or stands inside a cell.
    if (error instanceof CsvError) return { fault: { line: Number(error.lines), message: error.message } }
    throw error
  }
  return { lines }
}
