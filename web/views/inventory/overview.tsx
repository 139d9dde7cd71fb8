import { accounts, sites } from '../../live/emulator-state.js'
import { Empty } from '../../parts/empty.js'
import { VirtualList } from '../../parts/virtual-list.js'
import { addressOf, go } from '../../routing/route.js'

interface Stocked {
  readonly kind: 'account' | 'site'
  readonly name: string
  readonly declared: boolean
  readonly holds: number
  readonly requests: number
}

/** Which accounts and sites there are; one of them is chosen here, or in the header. */
export function Overview() {
  const rows: readonly Stocked[] = [
    ...accounts.value.map(({ account, positions, ...rest }) => ({
      ...{ kind: 'account' as const, name: account, holds: positions },
      ...rest,
    })),
    ...sites.value.map(({ site, levels, ...rest }) => ({
      ...{ kind: 'site' as const, name: site, holds: levels },
      ...rest,
    })),
  ]
  if (rows.length === 0) return <Nothing />
  return (
    <VirtualList
      kind="grid"
      label="Accounts and sites"
      class="overview"
      rows={rows}
      rowHeight={40}
      keyOf={({ kind, name }) => `${kind} ${name}`}
      state={() => ({ class: 'overview-row' })}
      header={
        <div class="overview-row names" role="row">
          {['Name', 'Kind', 'Holds', 'Calls'].map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
      }
      onOpen={({ kind, name }) => go(addressOf('inventory', [], new URLSearchParams({ [kind]: name })))}
    >
      {({ kind, name, declared, holds, requests }) => (
        <>
          <span role="gridcell" class="overview-name" title={name}>
            {name}
          </span>
          <span role="gridcell">
            {kind === 'account' ? 'JOOR account' : 'Jirafe site'}
            {!declared && <span class="soft">, made by a call</span>}
          </span>
          <span role="gridcell" class="number">
            {holds.toLocaleString('en')} <span class="soft">{kind === 'account' ? 'positions' : 'levels'}</span>
          </span>
          <span role="gridcell" class="number">
            {requests.toLocaleString('en')}
          </span>
        </>
      )}
    </VirtualList>
  )
}

function Nothing() {
  return (
    <Empty title="There is no account and no site yet.">
      <p>A call makes its own: send one to JOOR or Jirafe here, as the view Requests shows, and its stock appears.</p>
      <p>
        Or add an account or a site above, with a token that you choose; or load a seed, which has accounts, style
        lists, positions and levels in one file.
      </p>
    </Empty>
  )
}
