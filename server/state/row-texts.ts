import type { PartitionTables } from './commit.js'
import { type Key, keptTables, type Row, type TableName } from './rows.js'
import type { Table } from './table.js'

/** Rows in one piece: of few, for one that changes has the others of its piece written with it. */
const pieceOf = 16

/** Some rows of a table, and their text, one a line. */
interface Piece {
  readonly rows: readonly Row<unknown>[]
  readonly text: Buffer
}

/**
 * The texts of rows for a file that is written again and again: what was written last time and is the same still is not
 * written out again. It holds so many bytes of them and no more; rows beyond are written out each time.
 */
export class RowTexts {
  readonly #most: number
  #pieces: ReadonlyMap<Table<unknown>, readonly Piece[]> = new Map()

  constructor(most: number) {
    this.#most = most
  }

  /** Writes a text of many tables; what of them was not asked for is forgotten. */
  write<Text>(work: (textsOf: (tables: PartitionTables) => Iterable<Buffer>) => Text): Text {
    const written = new Map<Table<unknown>, readonly Piece[]>()
    let held = 0
    const textsOf = (tables: PartitionTables) =>
      keptTables.flatMap((name) => {
        // A table is looked up under its own name.
        const table = tables[name] as Table<unknown>
        const pieces = piecesOf(name, table, this.#pieces.get(table) ?? [])
        held += pieces.reduce((sum, { text }) => sum + text.length, 0)
        if (held <= this.#most) written.set(table, pieces)
        return pieces.map(({ text }) => text)
      })
    const text = work(textsOf)
    this.#pieces = written
    return text
  }
}

/** A row is never changed, only replaced, and stands under one key as long as it stands. */
function piecesOf(name: TableName, table: Table<unknown>, before: readonly Piece[]): readonly Piece[] {
  const pieces: Piece[] = []
  let entries: [Key, Row<unknown>][] = []
  const end = () => {
    if (entries.length === 0) return
    const known = before[pieces.length]
    pieces.push(known !== undefined && isOf(known, entries) ? known : pieceFrom(name, entries))
    entries = []
  }
  for (const entry of table.entries()) if (entries.push(entry) === pieceOf) end()
  end()
  return pieces
}

const isOf = ({ rows }: Piece, entries: readonly [Key, Row<unknown>][]) =>
  rows.length === entries.length && entries.every(([, row], index) => row === rows[index])

function pieceFrom(table: TableName, entries: readonly [Key, Row<unknown>][]): Piece {
  const lines = entries.map(([key, { value, by }]) => `\n${JSON.stringify({ table, key, value, by })}`)
  return { rows: entries.map(([, row]) => row), text: Buffer.from(lines.join(',')) }
}
