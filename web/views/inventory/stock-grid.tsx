import { useId, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Position } from '../../api/stock.js'
import { type Box, cellWidth, headerHeight, moved, namesWidth, rowHeight, spanOf, target } from './grid-box.js'
import { GridCells, GridNames } from './grid-cells.js'
import type { PendingOrders } from './pending.js'
import type { GridRow } from './stock-rows.js'
import './stock-grid.css'

interface StockGridProps {
  readonly rows: readonly (GridRow | undefined)[]
  readonly sizes: readonly string[]
  /** These are all rows; else nobody knows how many there are. */
  readonly isWhole: boolean
  readonly pending: PendingOrders
  readonly onSee: (first: number, last: number) => void
  readonly onOpen: (position: Position) => void
}

/** The cell that the keys are at; column 0 has the name of the row. */
interface Active {
  readonly row: number
  readonly column: number
}

/** Styles in their colors by sizes. Only the rows and columns in sight are in the document, and they scroll within. */
export function StockGrid({ rows, sizes, isWhole, pending, onSee, onOpen }: StockGridProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const id = useId()
  const [box, setBox] = useState<Box>({ top: 0, left: 0, width: 800, height: 600 })
  const [active, setActive] = useState<Active | undefined>(undefined)
  const anchor = useRef<{ readonly key: string; readonly index: number } | undefined>(undefined)
  const names = namesWidth(box.width)
  const down = spanOf(box.top, box.height - headerHeight, rowHeight, rows.length)
  const across = spanOf(box.left, box.width - names, cellWidth, sizes.length)

  const measure = () => {
    const element = scroller.current
    if (element === null) return
    const { scrollTop: top, scrollLeft: left, clientWidth: width, clientHeight: height } = element
    setBox((before) => (isSame(before, { top, left, width, height }) ? before : { top, left, width, height }))
    const index = Math.floor(top / rowHeight)
    const row = rows[index]
    anchor.current = row && { key: row.key, index }
  }
  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    measure()
    return () => observer.disconnect()
  }, [])
  useLayoutEffect(() => onSee(down.seen[0], down.seen[1]), [onSee, ...down.seen])

  // What the reader looks at stays where it is when rows come before it.
  useLayoutEffect(() => {
    const [element, seen] = [scroller.current, anchor.current]
    if (element === null || seen === undefined || element.scrollTop === 0) return
    if (rows[seen.index]?.key === seen.key) return
    const now = rows.findIndex((row) => row?.key === seen.key)
    if (now < 0) return
    element.scrollTop += (now - seen.index) * rowHeight
    if (active !== undefined) setActive({ ...active, row: active.row + now - seen.index })
    measure()
  }, [rows])

  const goTo = (wanted: Active) => {
    const element = scroller.current
    if (element === null || rows.length === 0) return
    const row = Math.max(0, Math.min(rows.length - 1, wanted.row))
    const column = Math.max(0, Math.min(sizes.length, wanted.column))
    setActive({ row, column })
    element.scrollTop = moved(element.scrollTop, box.height - headerHeight, row * rowHeight, rowHeight)
    if (column > 0)
      element.scrollLeft = moved(element.scrollLeft, box.width - names, (column - 1) * cellWidth, cellWidth)
    measure()
  }
  const openAt = ({ row, column }: Active) => {
    const found = rows[row]
    const position = found?.kind === 'style' ? found.sizes.get(sizes[column - 1] ?? '') : undefined
    if (position !== undefined) onOpen(position)
  }
  const pressed = (event: KeyboardEvent) => {
    const from = active ?? { row: down.seen[0], column: 0 }
    const page = Math.max(1, down.seen[1] - down.seen[0] - 1)
    const to = target(event, from, { page, rows: rows.length, columns: sizes.length })
    if (to !== undefined) goTo(active === undefined ? from : to)
    else if ((event.key === 'Enter' || event.key === 'F2') && active !== undefined) openAt(active)
    else return
    event.preventDefault()
  }
  const clicked = (event: MouseEvent) => {
    const cell = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-column]') : null
    const [row, column] = [Number(cell?.dataset.row), Number(cell?.dataset.column)]
    if (cell === null) return
    setActive({ row, column })
    openAt({ row, column })
  }
  const { first, last } = down
  const isActiveInSight = active !== undefined && active.row >= first && active.row < last
  const columns = useMemo(() => sizes.slice(across.first, across.last), [sizes, across.first, across.last])
  const columnOf = useMemo(() => new Map(sizes.map((size, index) => [size, index])), [sizes])
  return (
    <div
      ref={scroller}
      class="stock-grid"
      role="grid"
      aria-label="Styles and colors by size"
      aria-rowcount={isWhole ? rows.length + 1 : -1}
      aria-colcount={sizes.length + 1}
      aria-activedescendant={isActiveInSight ? `${id}-${active.row}-${active.column}` : undefined}
      tabIndex={0}
      onScroll={measure}
      onKeyDown={pressed}
      onClick={clicked}
    >
      <div class="grid-names" role="rowgroup" style={{ width: `${names + sizes.length * cellWidth}px` }}>
        <GridNames sizes={columns} from={across.first} width={names} />
      </div>
      <div
        class="grid-rows"
        role="rowgroup"
        style={{ height: `${rows.length * rowHeight}px`, width: `${names + sizes.length * cellWidth}px` }}
      >
        {rows.slice(first, last).map((row, offset) => (
          <GridCells
            key={row?.key ?? first + offset}
            id={id}
            row={row}
            index={first + offset}
            sizes={columns}
            from={across.first}
            all={sizes.length}
            width={names}
            view={box.width}
            seen={across.seen}
            columnOf={columnOf}
            active={active?.row === first + offset ? active.column : undefined}
            pending={pending}
          />
        ))}
      </div>
    </div>
  )
}

const isSame = (one: Box, other: Box) =>
  one.top === other.top && one.left === other.left && one.width === other.width && one.height === other.height
