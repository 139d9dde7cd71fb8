import type { Position, Sku } from '../../api/stock.js'
import type { Divided } from '../../live/page-chain.js'

/** The positions of one style in one color, by their size. */
export interface StyleRow {
  readonly kind: 'style'
  readonly key: string
  readonly style: string
  /** What else the style is called. */
  readonly alias: string | undefined
  readonly color: string
  readonly sizes: ReadonlyMap<string, Position>
}

/** Begins the rows of one warehouse and date; both are null where SKUs are made to order, which is everywhere. */
export interface PlaceRow {
  readonly kind: 'place'
  readonly key: string
  readonly warehouse: string | null
  readonly date: string | null
}

export type GridRow = StyleRow | PlaceRow

export interface StockLists {
  readonly grid: GridRow
  /** Positions that the grid has no place for: their SKU names no style, color or size, or a size beyond its columns. */
  readonly plain: Position
}

export interface StockLeft {
  /** The warehouse and date whose row was given already. */
  readonly place: string | undefined
  /** The last style and color of a page, which may go on in the next. */
  readonly positions: readonly Position[]
}

export const nothingLeft: StockLeft = { place: undefined, positions: [] }

/** The sizes that have a column. Who reads the grid keeps them where they are: none goes before the next filter. */
export interface Columns {
  /** False where there is no room for another. */
  take(size: string): boolean
}

/** Rows of a page, in the order of the listing; what may go on in the next page is left to it. */
export function divideStock(
  left: StockLeft,
  positions: readonly Position[],
  isLast: boolean,
  columns: Columns,
): Divided<StockLists, StockLeft> {
  const all = [...left.positions, ...positions]
  const end = isLast ? all.length : beginOfLast(all)
  const grid: GridRow[] = []
  const plain: Position[] = []
  let rows = new Map<string, Map<string, Position>>()
  let place = left.place
  for (const position of all.slice(0, end)) {
    const { style, color, size } = namesOf(position.sku)
    if (style === undefined || color === undefined || size === undefined || !columns.take(size)) {
      plain.push(position)
      continue
    }
    const here = placeOf(position)
    if (here !== place) {
      place = here
      rows = new Map()
      const { warehouse, inventory_date: date } = position
      grid.push({ kind: 'place', key: here, warehouse, date })
    }
    addTo(rows, grid, `${here}${styleKey(position.sku)}`, { position, style, color, size })
  }
  return { lists: { grid, plain }, left: { place, positions: all.slice(end) } }
}

interface Named {
  readonly position: Position
  readonly style: string
  readonly color: string
  readonly size: string
}

/** Two SKUs of one style, color and size differ in another identifier: each has a row. */
function addTo(rows: Map<string, Map<string, Position>>, grid: GridRow[], key: string, named: Named): void {
  const { position, style, color, size } = named
  let own = key
  while (rows.get(own)?.has(size)) own += '+'
  const sizes = rows.get(own)
  if (sizes !== undefined) {
    sizes.set(size, position)
    return
  }
  const first = new Map([[size, position]])
  rows.set(own, first)
  const { style_number, style_identifier } = position.sku
  const alias = style_number === style_identifier || style_number === undefined ? undefined : style_identifier
  grid.push({
    kind: 'style',
    key: own,
    style,
    alias: alias === undefined ? undefined : String(alias),
    color,
    sizes: first,
  })
}

/** Where the last style and color begins; the end where there is but one, so that what is left stays less than a page. */
function beginOfLast(positions: readonly Position[]): number {
  const last = positions.at(-1)
  if (last === undefined) return 0
  const key = placeOf(last) + styleKey(last.sku)
  const before = positions.findLastIndex((position) => placeOf(position) + styleKey(position.sku) !== key)
  return before < 0 ? positions.length : before + 1
}

export const placeOf = ({ warehouse, inventory_date }: Position) => JSON.stringify([warehouse, inventory_date])

function styleKey({ style_number, style_identifier, style_id, color_code, style_color_id }: Sku): string {
  const names = [style_number, style_identifier, style_id, color_code, style_color_id]
  return JSON.stringify(names.map((name) => name !== undefined && String(name)))
}

/** Texts by which a person knows a SKU; a style's color may have to stand for the style, as on the wire. */
export function namesOf(sku: Sku): { readonly style?: string; readonly color?: string; readonly size?: string } {
  const { style_number, style_identifier, style_id, color_code, style_color_id, size, size_code } = sku
  const style = style_number ?? style_identifier ?? style_id ?? style_color_id
  const color = color_code ?? style_color_id
  const sized = size ?? size_code
  return {
    ...(style !== undefined && { style: String(style) }),
    ...(color !== undefined && { color: String(color) }),
    ...(sized !== undefined && { size: String(sized) }),
  }
}
