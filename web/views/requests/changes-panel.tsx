import { useMemo } from 'preact/hooks'
import type { Change } from '../../api/requests.js'
import { VirtualList } from '../../parts/virtual-list.js'
import { type ChangeRow, changeRows } from './changed-fields.js'

const words = {
  set: 'Set',
  clear: 'Cleared',
  mark: 'Made to order',
  unmark: 'No more made to order',
  level: 'Level',
  cost: 'Cost',
} as const

interface ChangesPanelProps {
  readonly changes: readonly Change[]
  readonly total: number
}

/** What the call changed: each row with what stood there before and after. */
export function ChangesPanel({ changes, total }: ChangesPanelProps) {
  const rows = useMemo(() => changeRows(changes), [changes])
  if (total === 0) return <p class="loading">The call changed nothing.</p>
  return (
    <>
      {total > changes.length && (
        <p class="size">
          The first {changes.length} of {total.toLocaleString('en')} changes.
        </p>
      )}
      <VirtualList
        kind="grid"
        class="changes"
        label="Changed rows"
        rows={rows}
        rowHeight={24}
        keyOf={({ key }) => key}
        state={(row) => ({ class: 'kind' in row ? `change ${row.kind}` : 'field' })}
        header={<FieldNames />}
      >
        {(row) => <Cells row={row} />}
      </VirtualList>
    </>
  )
}

function FieldNames() {
  return (
    <div class="field column-names" role="row">
      {['Row and field', 'Before', 'After'].map((name) => (
        <span key={name} role="columnheader">
          {name}
        </span>
      ))}
    </div>
  )
}

function Cells({ row }: { readonly row: ChangeRow }) {
  const texts = 'kind' in row ? [`${words[row.kind]}: ${row.title}`] : [row.field, row.before, row.after]
  return (
    <>
      {texts.map((text, index) => (
        <span key={index} role="gridcell" title={text} aria-colspan={texts.length === 1 ? 3 : undefined}>
          {text}
        </span>
      ))}
    </>
  )
}
