import type { Outcome } from '../../api/requests.js'
import { VirtualList } from '../../parts/virtual-list.js'

/** What became of each item or event of the call, and why. */
export function OutcomesPanel({ outcomes }: { readonly outcomes: readonly Outcome[] }) {
  if (outcomes.length === 0) return <p class="loading">The call has no items.</p>
  return (
    <VirtualList
      kind="grid"
      class="outcomes"
      label="Items of the call"
      rows={outcomes}
      rowHeight={28}
      keyOf={({ index }) => String(index)}
      state={({ outcome }) => ({ class: `outcome ${outcome}` })}
    >
      {({ index, outcome, reason }) => (
        <>
          {[String(index), outcome === 'updated' ? '✓ updated' : '✕ not updated', reason ?? ''].map((text, column) => (
            <span key={column} role="gridcell" title={text}>
              {text}
            </span>
          ))}
        </>
      )}
    </VirtualList>
  )
}
