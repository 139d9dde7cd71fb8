import { identifierNames, type Position } from '../../api/stock.js'
import { VirtualList } from '../../parts/virtual-list.js'
import type { PendingOrders } from './pending.js'
import { Units } from './units.js'

interface PlainListProps {
  readonly rows: readonly (Position | undefined)[]
  readonly pending: PendingOrders
  readonly onSee: (first: number, last: number) => void
  readonly onNearEnd: () => void
  readonly onOpen: (position: Position) => void
}

/** Positions that the grid has no place for, most of them by a UPC alone. */
export function PlainList({ rows, pending, onSee, onNearEnd, onOpen }: PlainListProps) {
  return (
    <VirtualList
      kind="grid"
      label="Positions without a style"
      class="plain-list"
      rows={rows}
      rowHeight={42}
      keyOf={(position, index) => (position === undefined ? `${index}` : keyOf(position))}
      state={() => ({ class: 'plain-row' })}
      header={
        <div class="plain-row names" role="row">
          {['UPC', 'Where', 'Available'].map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
      }
      onSee={onSee}
      onNearEnd={onNearEnd}
      onOpen={(position) => position !== undefined && onOpen(position)}
    >
      {(position) =>
        position === undefined ? (
          <span role="gridcell">…</span>
        ) : (
          <>
            <span role="gridcell" class="code" title={nameOf(position)}>
              {nameOf(position)}
            </span>
            <span role="gridcell" class="plain-place">
              <span>{position.warehouse ?? 'every warehouse'}</span>
              <span class="soft">{position.inventory_date ?? ''}</span>
            </span>
            <span role="gridcell">
              <Units position={position} pending={pending.unitsOf(position)} />
            </span>
          </>
        )
      }
    </VirtualList>
  )
}

/** What a position's SKU is called in a line. */
export function nameOf({ sku }: Position): string {
  if (sku.upc !== undefined) return String(sku.upc)
  return identifierNames
    .filter((name) => sku[name] !== undefined)
    .map((name) => `${name} ${sku[name]}`)
    .join(', ')
}

const keyOf = ({ warehouse, inventory_date, sku }: Position) =>
  JSON.stringify([warehouse, inventory_date, ...identifierNames.map((name) => String(sku[name] ?? ''))])
