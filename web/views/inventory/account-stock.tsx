import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Position } from '../../api/stock.js'
import { accounts } from '../../live/emulator-state.js'
import { Problem } from '../../parts/problem.js'
import { useWidth } from '../../parts/width.js'
import { route } from '../../routing/route.js'
import { EditPending } from './edit-pending.js'
import { Legend } from './legend.js'
import { NoPosition } from './no-position.js'
import { PlainList } from './plain-list.js'
import { seedLoaded } from './seed-loaded.js'
import { Stock } from './stock.js'
import { StockFilters } from './stock-filters.js'
import { StockGrid } from './stock-grid.js'
import { useAccount } from './use-account.js'
import { useFreshness } from './use-freshness.js'

/** Pixels from which the grid and the list of what it has no place for stand side by side. */
const wide = 1_100

type List = 'grid' | 'plain'

/** The positions of an account: a grid of styles and sizes, and a list of what names no style. */
export function AccountStock({ account }: { readonly account: string }) {
  const { query } = route.value
  const [warehouse, date, text] = ['warehouse', 'inventory_date', 'text'].map((name) => query.get(name) ?? '')
  const stock = useMemo(
    () => new Stock(account, { warehouse: warehouse || undefined, date: date || undefined, text: text ?? '' }),
    [account, warehouse, date, text],
  )
  useEffect(() => () => stock.close(), [stock])
  const given = useAccount(account)
  const count = accounts.value.find((each) => each.account === account)?.positions
  useFreshness(count, () => stock.chain.refresh())
  // Pending orders change by the control plane alone.
  const loaded = seedLoaded.value
  useEffect(() => {
    if (loaded > 0) void given.reload()
  }, [loaded])
  const element = useRef<HTMLDivElement>(null)
  const isWide = useWidth(element) >= wide
  const [chosen, setChosen] = useState<List>('grid')
  const [edited, setEdited] = useState<Position | undefined>(undefined)

  const { chain } = stock
  const pages = chain.pages.value
  const grid = useMemo(() => chain.rows('grid'), [chain, pages])
  const plain = useMemo(() => chain.rows('plain'), [chain, pages])
  const see = useMemo(
    () => ({
      grid: (first: number, last: number) => chain.see('grid', first, last),
      plain: (first: number, last: number) => chain.see('plain', first, last),
    }),
    [chain],
  )
  const shown: readonly List[] =
    plain.length === 0 ? ['grid'] : grid.length === 0 ? ['plain'] : isWide ? ['grid', 'plain'] : [chosen]
  useEffect(() => {
    for (const list of ['grid', 'plain'] as const) if (!shown.includes(list)) chain.see(list, 0, 0)
  }, [chain, shown.join()])
  const open = (position: Position) => {
    if (!position.made_to_order) setEdited(position)
  }

  const problem = chain.problem.value ?? given.problem
  const isEmpty = grid.length === 0 && plain.length === 0
  const isSearching = isEmpty && !chain.isWhole.value
  return (
    <>
      <StockFilters account={account} />
      {problem !== undefined && <Problem problem={problem} onRetry={() => void chain.retry()} />}
      <div class="stock" ref={element} data-lists={shown.length}>
        {!isWide && grid.length > 0 && plain.length > 0 && <Choice chosen={chosen} onChoose={setChosen} />}
        {isEmpty && !isSearching && <NoPosition account={account} />}
        {isSearching && problem === undefined && (
          <p class="searching" role="status">
            {chain.items === 0 ? 'Loading …' : `Looked through ${chain.items.toLocaleString('en')} positions …`}
          </p>
        )}
        {!isEmpty && shown.includes('grid') && (
          <StockGrid
            rows={grid}
            sizes={stock.sizes.value}
            isWhole={chain.isWhole.value}
            pending={given.pending}
            onSee={see.grid}
            onOpen={open}
          />
        )}
        {!isEmpty && shown.includes('plain') && (
          <PlainList
            rows={plain}
            pending={given.pending}
            onSee={see.plain}
            onNearEnd={() => chain.more()}
            onOpen={open}
          />
        )}
      </div>
      {!isEmpty && <Legend items={chain.items} isWhole={chain.isWhole.value} isSearch={text !== ''} />}
      {edited !== undefined && (
        <EditPending
          account={account}
          position={edited}
          pending={given.pending}
          onClose={() => setEdited(undefined)}
          onSaved={() => void given.reload()}
        />
      )}
    </>
  )
}

interface ChoiceProps {
  readonly chosen: List
  readonly onChoose: (list: List) => void
}

function Choice({ chosen, onChoose }: ChoiceProps) {
  return (
    <div class="choice" role="group" aria-label="What is shown">
      <button type="button" aria-pressed={chosen === 'grid'} onClick={() => onChoose('grid')}>
        Styles and sizes
      </button>
      <button type="button" aria-pressed={chosen === 'plain'} onClick={() => onChoose('plain')}>
        Without a style
      </button>
    </div>
  )
}
