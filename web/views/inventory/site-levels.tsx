import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Level } from '../../api/levels.js'
import { sites } from '../../live/emulator-state.js'
import { Problem } from '../../parts/problem.js'
import { VirtualList } from '../../parts/virtual-list.js'
import { useWidth } from '../../parts/width.js'
import { addressOf, go, route, setQuery } from '../../routing/route.js'
import { LevelChart } from './level-chart.js'
import { LevelDetail } from './level-detail.js'
import { levelKey, levelsOf } from './levels.js'
import { LowStock } from './low-stock.js'
import { NoLevel } from './no-level.js'
import { CodeFilter } from './stock-filters.js'
import { useFreshness } from './use-freshness.js'
import { useHistories } from './use-histories.js'
import './levels.css'

const wide = 900

/** The levels of a site, each with its past as a line; one code in detail beside them, or in their place. */
export function SiteLevels({ site, code }: { readonly site: string; readonly code: string | undefined }) {
  const { query } = route.value
  const text = query.get('text') ?? ''
  const levels = useMemo(() => levelsOf(site, text), [site, text])
  useEffect(() => () => levels.close(), [levels])
  const count = sites.value.find((each) => each.site === site)?.levels
  const version = useFreshness(count, () => levels.refresh())

  const element = useRef<HTMLDivElement>(null)
  const isWide = useWidth(element) >= wide
  const pages = levels.pages.value
  const rows = useMemo(() => levels.rows('levels'), [levels, pages])
  const [seen, setSeen] = useState<readonly [number, number]>([0, 0])
  const see = useCallback(
    (first: number, last: number) => {
      levels.see('levels', first, last)
      setSeen([first, last])
    },
    [levels],
  )
  const historyOf = useHistories(
    site,
    useMemo(() => rows.slice(...seen), [rows, seen]),
  )
  const open = (chosen: string) =>
    go(addressOf('inventory', [chosen], new URLSearchParams(query)), { replace: isWide && code !== undefined })
  const problem = levels.problem.value
  const isSearching = rows.length === 0 && !levels.isWhole.value
  const isListShown = code === undefined || isWide
  return (
    <>
      <search class="inventory-filters" aria-label="Filters">
        <CodeFilter label="Code" />
      </search>
      {problem !== undefined && <Problem problem={problem} onRetry={() => void levels.retry()} />}
      <div class="levels" ref={element} data-split={code !== undefined && isWide}>
        {isSearching && problem === undefined && (
          <p class="searching" role="status">
            {levels.items === 0 ? 'Loading …' : `Looked through ${levels.items.toLocaleString('en')} levels …`}
          </p>
        )}
        {rows.length === 0 && levels.isWhole.value && (
          <NoLevel site={site} isFiltered={text !== ''} onShowAll={() => setQuery({ text: undefined })} />
        )}
        {isListShown && rows.length > 0 && (
          <VirtualList
            kind="grid"
            label="Levels"
            class="level-list"
            rows={rows}
            rowHeight={44}
            keyOf={(level, index) => (level === undefined ? `${index}` : levelKey(level))}
            state={(level) => ({ class: `level-row${level !== undefined && level.code === code ? ' chosen' : ''}` })}
            header={<Names />}
            onSee={see}
            onNearEnd={() => levels.more()}
            onOpen={(level) => level !== undefined && open(level.code)}
          >
            {(level) =>
              level === undefined ? <span role="gridcell">…</span> : <Cells level={level} history={historyOf(level)} />
            }
          </VirtualList>
        )}
        {code !== undefined && <LevelDetail key={code} site={site} code={code} version={version} />}
      </div>
    </>
  )
}

function Names() {
  return (
    <div class="level-row names" role="row">
      {['Code', 'Level', 'History', 'As of'].map((name) => (
        <span key={name} role="columnheader">
          {name}
        </span>
      ))}
    </div>
  )
}

function Cells({ level, history }: { readonly level: Level; readonly history: readonly Level[] | undefined }) {
  const { code, revision, inventory_level, effective_date, change_date, timestamp } = level
  const count = history?.length ?? 0
  return (
    <>
      <span role="gridcell" class="code" title={code}>
        {code}
      </span>
      <span role="gridcell" class="level-units">
        <b>{String(inventory_level)}</b>
        <LowStock level={level} />
      </span>
      <span role="gridcell">
        {history !== undefined && <LevelChart history={history} width={120} height={34} />}
        {history !== undefined && <span class="unseen">{`${count} ${count === 1 ? 'state' : 'states'}`}</span>}
      </span>
      <span role="gridcell" class="level-dates">
        <span>{effective_date ?? change_date ?? timestamp ?? '—'}</span>
        <span class="soft">{revision} revision</span>
      </span>
    </>
  )
}
