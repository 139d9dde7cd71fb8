import { identifierNames, type PendingRow, type Position, type Sku } from '../../api/stock.js'

/** How identifiers name a SKU, the strongest first: a color of one style may stand for the style. */
const styleNames = ['style_identifier', 'style_id', 'style_color_id'] as const
const listedStyleNames = ['style_identifier', 'style_number', 'style_id', 'style_color_id'] as const
const colorNames = ['color_code', 'style_color_id'] as const
const sizeNames = ['size', 'size_code'] as const

type Named = Readonly<Record<string, unknown>>
type Name = (typeof identifierNames)[number]

/** The pending orders of an account, found by the position that they are of. */
export class PendingOrders {
  readonly rows: readonly PendingRow[]
  readonly #isListed: boolean
  readonly #byKey = new Map<string, PendingRow[]>()

  /** With a list of styles any identifiers name a SKU; without one, the strongest of them do, and kinds never mix. */
  constructor(rows: readonly PendingRow[], isListed: boolean) {
    this.rows = rows
    this.#isListed = isListed
    for (const row of rows) {
      const [key] = this.#keysOf(row.warehouse, row.inventory_date, row)
      if (key === undefined) continue
      const known = this.#byKey.get(key)
      if (known === undefined) this.#byKey.set(key, [row])
      else known.push(row)
    }
  }

  /** The rows of a position, which add up. */
  of({ warehouse, inventory_date, sku }: Position): readonly PendingRow[] {
    if (this.rows.length === 0 || warehouse === null || inventory_date === null) return []
    const keys = this.#keysOf(warehouse, inventory_date, sku)
    return keys.flatMap((key) => this.#byKey.get(key) ?? []).filter((row) => agrees(row, sku))
  }

  /** Units on pending orders of a position. */
  unitsOf(position: Position): number {
    return this.of(position).reduce((sum, { quantity }) => sum + Number(quantity), 0)
  }

  /** All rows, with one of this quantity in the place of those of the position; without any where it is undefined. */
  with(position: Position, quantity: unknown): readonly object[] {
    const own = new Set(this.of(position))
    const others = this.rows.filter((row) => !own.has(row))
    if (quantity === undefined) return others
    const { warehouse, inventory_date, sku } = position
    return [...others, { warehouse, inventory_date, ...sku, quantity }]
  }

  #keysOf(warehouse: string, date: string, named: Named): readonly string[] {
    const key = (...names: readonly Name[]) =>
      JSON.stringify([warehouse, date, ...names.flatMap((name) => [name, String(named[name])])])
    const given = (names: readonly Name[]) => {
      const there = names.filter((name) => named[name] !== undefined)
      return this.#isListed ? there : there.slice(0, 1)
    }
    const byUpc = named.upc === undefined ? [] : [key('upc')]
    if (byUpc.length > 0 && !this.#isListed) return byUpc
    const styles = given(this.#isListed ? listedStyleNames : styleNames)
    const skus = styles.flatMap((style) =>
      given(colorNames).flatMap((color) => given(sizeNames).map((size) => key(style, color, size))),
    )
    return [...byUpc, ...skus]
  }
}

const agrees = (row: PendingRow, sku: Sku) =>
  identifierNames.every(
    (name) => row[name] === undefined || sku[name] === undefined || `${row[name]}` === `${sku[name]}`,
  )
