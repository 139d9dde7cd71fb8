import { cellWidth, rowHeight } from './grid-box.js'
import type { PendingOrders } from './pending.js'
import type { GridRow, PlaceRow, StyleRow } from './stock-rows.js'
import { Units } from './units.js'

interface Columns {
  /** Those in sight, of which the first is the column `from`, counted from 0. */
  readonly sizes: readonly string[]
  readonly from: number
  /** Of the names of the rows, in pixels. */
  readonly width: number
}

const at = (column: number, width: number) => ({
  left: `${width + column * cellWidth}px`,
  width: `${cellWidth}px`,
})

export function GridNames({ sizes, from, width }: Columns) {
  return (
    <div class="grid-row" role="row" aria-rowindex={1}>
      <span class="grid-name" role="columnheader" aria-colindex={1} style={{ width: `${width}px` }}>
        Style and color
      </span>
      {sizes.map((size, offset) => (
        <span
          key={size}
          class="grid-cell"
          role="columnheader"
          aria-colindex={from + offset + 2}
          style={at(from + offset, width)}
          title={size}
        >
          {size}
        </span>
      ))}
    </div>
  )
}

interface GridCellsProps extends Columns {
  readonly id: string
  readonly row: GridRow | undefined
  readonly index: number
  readonly all: number
  readonly view: number
  /** The columns that are seen whole or in part. */
  readonly seen: readonly [first: number, last: number]
  readonly columnOf: ReadonlyMap<string, number>
  readonly active: number | undefined
  readonly pending: PendingOrders
}

export function GridCells(props: GridCellsProps) {
  const { row, index } = props
  return (
    <div
      class="grid-row"
      role="row"
      aria-rowindex={index + 2}
      data-kind={row?.kind ?? 'gone'}
      style={{ top: `${index * rowHeight}px`, height: `${rowHeight}px` }}
    >
      {row?.kind === 'style' ? (
        <Sizes {...props} row={row} />
      ) : (
        <span
          class="grid-place"
          id={`${props.id}-${index}-${props.active ?? 0}`}
          role="rowheader"
          aria-colindex={1}
          aria-colspan={props.all + 1}
          data-row={index}
          data-column={0}
          data-active={props.active === undefined ? undefined : ''}
          style={{ maxWidth: `${props.view}px` }}
        >
          {row === undefined ? '…' : <Place row={row} />}
        </span>
      )}
    </div>
  )
}

function Place({ row: { warehouse, date } }: { readonly row: PlaceRow }) {
  if (warehouse === null) return <b>Made to order, in every warehouse</b>
  return (
    <>
      <b title={warehouse}>{warehouse}</b> <span class="soft">{date}</span>
    </>
  )
}

function Sizes(props: GridCellsProps & { readonly row: StyleRow }) {
  const { row, index, id, sizes, from, width, active, pending } = props
  const elsewhere = sizesElsewhere(props)
  return (
    <>
      <span
        class="grid-name"
        id={`${id}-${index}-0`}
        role="rowheader"
        aria-colindex={1}
        data-row={index}
        data-column={0}
        data-active={active === 0 ? '' : undefined}
        style={{ width: `${width}px` }}
        title={[row.style, row.alias, row.color].filter((name) => name !== undefined).join(' · ')}
      >
        <span class="grid-style">{row.style}</span>
        <span class="grid-color">
          {row.color}
          {row.alias !== undefined && <span class="soft"> · {row.alias}</span>}
        </span>
      </span>
      {sizes.map((size, offset) => {
        const column = from + offset + 1
        const position = row.sizes.get(size)
        return (
          <span
            key={size}
            class="grid-cell"
            id={`${id}-${index}-${column}`}
            role="gridcell"
            aria-colindex={column + 1}
            data-row={index}
            data-column={column}
            data-active={active === column ? '' : undefined}
            data-filled={position === undefined || position.made_to_order ? undefined : ''}
            style={at(from + offset, width)}
          >
            {position !== undefined && <Units position={position} pending={pending.unitsOf(position)} />}
          </span>
        )
      })}
      {elsewhere !== undefined && (
        <span class="grid-elsewhere" style={{ left: `${width}px` }} aria-hidden="true">
          {elsewhere}
        </span>
      )}
    </>
  )
}

/** A row that would look empty says which sizes it has, and to which side of what is seen. */
function sizesElsewhere({ row, seen: [first, last], columnOf }: GridCellsProps & { readonly row: StyleRow }) {
  const names = [...row.sizes.keys()]
  const columns = names.map((name) => columnOf.get(name) ?? 0)
  if (columns.some((column) => column >= first && column < last)) return undefined
  const told = names.length > 3 ? `${names.slice(0, 3).join(', ')} …` : names.join(', ')
  return columns.some((column) => column >= last) ? `${told} →` : `← ${told}`
}
