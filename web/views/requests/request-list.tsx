import type { ComponentChildren } from 'preact'
import { useMemo, useRef } from 'preact/hooks'
import type { RequestLine } from '../../api/requests.js'
import { Status } from '../../parts/status.js'
import { Time } from '../../parts/time.js'
import { VirtualList } from '../../parts/virtual-list.js'
import { useWidth } from '../../parts/width.js'
import { Items } from './items.js'

/** Pixels below which a call takes two lines. */
const narrow = 760
const heights = { line: 28, card: 50 } as const

interface RequestListProps {
  readonly lines: readonly RequestLine[]
  readonly selected: string | undefined
  /** The call that was looked at last: there the list begins. */
  readonly last: string | undefined
  readonly onOpen: (id: string) => void
  readonly onNearEnd: () => void
}

const columns = ['Time', 'Call', 'Operation', 'Account or site', 'Status', 'Items', 'Violations', 'ms'] as const

export function RequestList({ lines, selected, last, onOpen, onNearEnd }: RequestListProps) {
  const element = useRef<HTMLDivElement>(null)
  const width = useWidth(element)
  const layout = width < narrow ? 'card' : 'line'
  const reveal = useMemo(() => {
    const index = lines.findIndex(({ id }) => id === last)
    return index < 0 ? undefined : { index }
    // Where it begins, and not where it goes when others come.
  }, [layout])
  return (
    <div class="request-list" data-layout={layout} ref={element}>
      <VirtualList
        key={layout}
        kind="grid"
        label="Calls, newest first"
        rows={lines}
        rowHeight={heights[layout]}
        keyOf={({ id }) => id}
        state={({ violations, status }) => ({
          class: `call${violations > 0 ? ' broken' : ''}${status === null || status >= 500 ? ' failed' : ''}`,
        })}
        header={<ColumnNames />}
        selected={selected}
        reveal={reveal}
        onOpen={({ id }) => onOpen(id)}
        onNearEnd={onNearEnd}
      >
        {(line) => <Cells line={line} />}
      </VirtualList>
    </div>
  )
}

function ColumnNames() {
  return (
    <div class="call column-names" role="row">
      {columns.map((name) => (
        <span key={name} role="columnheader">
          {name}
        </span>
      ))}
    </div>
  )
}

function Cells({ line }: { readonly line: RequestLine }) {
  const { at, method, path, operation, vendor, account, site, status, items, violations, ms } = line
  return (
    <>
      <Cell name="time">
        <Time at={at} />
      </Cell>
      <Cell name="path" title={`${method} ${path}`}>
        <b>{method}</b> {path}
      </Cell>
      <Cell name="operation" title={operation}>
        {vendor === null && <span class="soft">no vendor </span>}
        {operation}
      </Cell>
      <Cell name="whose" title={account ?? site ?? ''}>
        {account ?? site ?? <span class="soft">—</span>}
      </Cell>
      <Cell name="status">
        <Status status={status} />
      </Cell>
      <Cell name="items">
        <Items items={items} />
      </Cell>
      <Cell name="violations">
        {violations > 0 ? <span class="violations">▲ {violations}</span> : <span class="soft">0</span>}
      </Cell>
      <Cell name="ms">{ms < 10 ? ms.toFixed(1) : Math.round(ms)}</Cell>
    </>
  )
}

interface CellProps {
  readonly name: string
  readonly title?: string
  readonly children: ComponentChildren
}

function Cell({ name, title, children }: CellProps) {
  return (
    <span class={`cell-${name}`} role="gridcell" title={title}>
      {children}
    </span>
  )
}
