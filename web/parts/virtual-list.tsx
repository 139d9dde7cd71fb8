// biome-ignore-all lint/a11y/noStaticElementInteractions: the roles are chosen by the kind of the list.
// biome-ignore-all lint/a11y/useAriaPropsSupportedByRole: the same.
// biome-ignore-all lint/a11y/useKeyWithClickEvents: the list as a whole takes the keys.
import type { ComponentChildren } from 'preact'
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks'
import './virtual-list.css'

/** What assistive technology is told of the rows: a grid has cells that are looked at, a tree has rows that fold. */
type Kind = 'grid' | 'tree'
const rowRole = { grid: 'row', tree: 'treeitem' } as const

/** What a row says of itself besides its content. */
export interface RowState {
  readonly class?: string | undefined
  readonly level?: number
  readonly expanded?: boolean | undefined
  readonly label?: string | undefined
}

export interface VirtualListProps<Row> {
  readonly kind: Kind
  readonly label: string
  readonly rows: readonly Row[]
  /** Pixels; every row has the same. */
  readonly rowHeight: number
  readonly keyOf: (row: Row, index: number) => string
  /** The content of a row: for a grid, its cells, each with the role `gridcell`. */
  readonly children: (row: Row, index: number) => ComponentChildren
  /** The column headers, as one row with the role `row`. */
  readonly header?: ComponentChildren
  readonly state?: (row: Row, index: number) => RowState
  /** The key of the row that the view shows beside the list. */
  readonly selected?: string | undefined
  /** Enter, or a click. */
  readonly onOpen?: (row: Row, index: number) => void
  /** The keys left and right: in a tree they fold. */
  readonly onFold?: (row: Row, index: number, isExpanded: boolean) => void
  /** The end is near: more could be loaded. */
  readonly onNearEnd?: () => void
  /** Which rows are in sight, from the first up to the last, which is none of them any more. */
  readonly onSee?: (first: number, last: number) => void
  /** A row to bring into view; a new object asks once more. */
  readonly reveal?: { readonly index: number } | undefined
  readonly class?: string
}

/** Rows beyond what is seen, so that a quick scroll shows no gap. */
const overscan = 12
/** How far a row that was seen is looked for among rows that changed. */
const searched = 20_000

/**
 * Rows of one height, of which only those in sight are in the document. One stop of the tab key: arrows, Home, End and
 * the page keys move within. Rows that come at the top do not move those that are read.
 */
export function VirtualList<Row>(props: VirtualListProps<Row>) {
  const { kind, rows, rowHeight, keyOf } = props
  const scroller = useRef<HTMLDivElement>(null)
  const id = useId()
  const [top, setTop] = useState(0)
  const [height, setHeight] = useState(600)
  const [active, setActive] = useState<{ readonly key: string; readonly index: number } | undefined>(undefined)
  const anchor = useRef<{ readonly key: string; readonly index: number } | undefined>(undefined)

  const first = Math.max(0, Math.floor(top / rowHeight) - overscan)
  const last = Math.min(rows.length, Math.ceil((top + height) / rowHeight) + overscan)
  const activeIndex = active === undefined ? -1 : indexNear(rows, keyOf, active)

  useLayoutEffect(() => {
    const element = scroller.current
    if (element === null) return
    const observer = new ResizeObserver(() => setHeight(element.clientHeight))
    observer.observe(element)
    setHeight(element.clientHeight)
    return () => observer.disconnect()
  }, [])

  const seen = Math.min(rows.length, Math.ceil((top + height) / rowHeight))
  useLayoutEffect(() => props.onSee?.(Math.min(seen, Math.floor(top / rowHeight)), seen), [props.onSee, top, seen])

  // What the reader looks at stays where it is when rows come before it.
  useLayoutEffect(() => {
    const element = scroller.current
    const seen = anchor.current
    if (element === null || seen === undefined || element.scrollTop === 0) return
    const now = indexNear(rows, keyOf, seen)
    if (now < 0 || now === seen.index) return
    element.scrollTop += (now - seen.index) * rowHeight
    anchor.current = { key: seen.key, index: now }
    setTop(element.scrollTop)
  }, [rows])

  useLayoutEffect(() => {
    if (props.reveal === undefined) return
    const { index } = props.reveal
    moveTo(index, 'center')
    // Whoever came back from a page that took the list's place goes on where they were.
    if (document.activeElement === document.body) scroller.current?.focus({ preventScroll: true })
  }, [props.reveal])

  const scrolled = () => {
    const element = scroller.current
    if (element === null) return
    setTop(element.scrollTop)
    const index = Math.floor(element.scrollTop / rowHeight)
    const row = rows[index]
    anchor.current = row === undefined ? undefined : { key: keyOf(row, index), index }
    if (element.scrollTop + element.clientHeight > (rows.length - 50) * rowHeight) props.onNearEnd?.()
  }

  function moveTo(wanted: number, place: 'nearest' | 'center'): void {
    const element = scroller.current
    const index = Math.max(0, Math.min(rows.length - 1, wanted))
    const row = rows[index]
    if (element === null || row === undefined) return
    setActive({ key: keyOf(row, index), index })
    const header = element.querySelector<HTMLElement>('.virtual-header')?.offsetHeight ?? 0
    const [start, end] = [index * rowHeight, (index + 1) * rowHeight]
    const room = element.clientHeight - header
    if (place === 'center') element.scrollTop = start - (room - rowHeight) / 2
    else if (start < element.scrollTop) element.scrollTop = start
    else if (end > element.scrollTop + room) element.scrollTop = end - room
    scrolled()
  }

  const pressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== scroller.current) return
    const page = Math.max(1, Math.floor(height / rowHeight) - 2)
    const from = activeIndex < 0 ? Math.floor(top / rowHeight) - (event.key === 'ArrowDown' ? 1 : 0) : activeIndex
    const target = {
      ArrowDown: from + 1,
      ArrowUp: from - 1,
      PageDown: from + page,
      PageUp: from - page,
      Home: 0,
      End: rows.length - 1,
    }[event.key]
    const row = rows[activeIndex]
    if (target !== undefined) moveTo(target, 'nearest')
    else if (row === undefined) return
    else if (event.key === 'Enter') props.onOpen?.(row, activeIndex)
    else if (event.key === 'ArrowLeft') props.onFold?.(row, activeIndex, false)
    else if (event.key === 'ArrowRight') props.onFold?.(row, activeIndex, true)
    else return
    event.preventDefault()
  }

  const isActiveInSight = activeIndex >= first && activeIndex < last
  const rowsBefore = props.header === undefined ? 1 : 2
  return (
    <div
      ref={scroller}
      class={`virtual ${props.class ?? ''}`}
      role={kind === 'grid' ? 'grid' : 'tree'}
      aria-label={props.label}
      aria-rowcount={kind === 'grid' ? rows.length + rowsBefore - 1 : undefined}
      aria-activedescendant={isActiveInSight ? `${id}-${activeIndex}` : undefined}
      tabIndex={0}
      onScroll={scrolled}
      onKeyDown={pressed}
    >
      {props.header !== undefined && (
        <div class="virtual-header" role="rowgroup">
          {props.header}
        </div>
      )}
      <div
        class="virtual-rows"
        role={kind === 'grid' ? 'rowgroup' : 'none'}
        style={{ height: `${rows.length * rowHeight}px` }}
      >
        {rows.slice(first, last).map((row, offset) => {
          const index = first + offset
          const key = keyOf(row, index)
          const state = props.state?.(row, index) ?? {}
          return (
            <div
              key={key}
              id={`${id}-${index}`}
              class={`virtual-row ${state.class ?? ''}`}
              role={rowRole[kind]}
              aria-rowindex={kind === 'grid' ? index + rowsBefore : undefined}
              aria-level={state.level}
              aria-expanded={state.expanded}
              aria-label={state.label}
              aria-selected={key === props.selected}
              data-active={index === activeIndex ? '' : undefined}
              style={{ height: `${rowHeight}px`, transform: `translateY(${index * rowHeight}px)` }}
              onClick={() => {
                setActive({ key, index })
                props.onOpen?.(row, index)
              }}
            >
              {props.children(row, index)}
            </div>
          )
        })}
      </div>
    </div>
  )
}

/** Where a row is now that was at an index before; -1 where it is gone. */
function indexNear<Row>(
  rows: readonly Row[],
  keyOf: (row: Row, index: number) => string,
  { key, index }: { readonly key: string; readonly index: number },
): number {
  for (let away = 0; away < searched; away++) {
    for (const each of away === 0 ? [index] : [index + away, index - away]) {
      const row = rows[each]
      if (row !== undefined && keyOf(row, each) === key) return each
    }
    if (index + away >= rows.length && index - away < 0) return -1
  }
  return -1
}
