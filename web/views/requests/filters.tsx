import { signal } from '@preact/signals'
import { clearRequests } from '../../api/requests.js'
import { type FilterName, feed, filterNames } from '../../live/feed.js'
import { confirm } from '../../parts/confirm.js'
import { focusOn } from '../../parts/focus.js'
import { toast } from '../../parts/toast.js'
import { route, setQuery } from '../../routing/route.js'
import { scope, scopeQuery } from '../../routing/scope.js'
import { ChoiceFilter } from './choice-filter.js'
import { TextFilter } from './text-filter.js'

const choices: readonly (readonly [FilterName, string, readonly string[]])[] = [
  ['vendor', 'Any vendor', ['joor', 'jirafe']],
  ['method', 'Any method', ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'PATCH']],
  ['outcome', 'Any outcome', ['updated', 'partial', 'not_updated', 'refused', 'lost', 'none']],
]

/** Where there is little room the filters are folded away. */
const areOpen = signal(false)
const toggle = () => {
  areOpen.value = !areOpen.peek()
}

/** To the filter by path, wherever it is. */
export function findByPath(): void {
  areOpen.value = true
  focusOn(() => document.getElementById('filter-path'))
}

/** What is shown of the calls: each filter stands in the address, so a view can be kept and handed on. */
export function Filters() {
  const { query } = route.value
  const shown = feed.value
  const isPaused = shown?.isPaused.value ?? false
  const waiting = shown?.waiting.value ?? 0
  const onlyBroken = query.get('violations') === 'true'
  const active = filterNames.filter((name) => (query.get(name) ?? '') !== '').length
  return (
    <search class="filter-bar" aria-label="Filters">
      <div class="filters">
        <button type="button" class="more" aria-expanded={areOpen.value} aria-controls="choices" onClick={toggle}>
          Filters{active > 0 && ` (${active})`}
        </button>
        <div class="choices" id="choices" data-open={areOpen.value}>
          {choices.map(([name, any, values]) => (
            <ChoiceFilter key={name} name={name} any={any} values={values} />
          ))}
          <TextFilter name="operation" label="Operation" hint="joor.bulk-inventory" />
          <TextFilter name="path" label="Path" hint="/v2/bulk-inventory" />
          <TextFilter name="status" label="Status" hint="400" />
        </div>
        <button
          type="button"
          aria-pressed={onlyBroken}
          onClick={() => setQuery({ violations: onlyBroken ? undefined : 'true' })}
        >
          With violations
        </button>
        <span class="acts">
          <button
            type="button"
            aria-pressed={isPaused}
            onClick={() => (isPaused ? shown?.resume() : shown?.pause())}
            title="p"
          >
            {isPaused ? `Resume${waiting > 0 ? ` (${waiting} new)` : ''}` : 'Pause'}
          </button>
          <button type="button" onClick={clear}>
            Clear …
          </button>
        </span>
      </div>
    </search>
  )
}

/** Whether anything but the account or site chooses among the calls. */
export const isFiltered = () => filterNames.some((name) => (route.value.query.get(name) ?? '') !== '')

async function clear(): Promise<void> {
  const { account, site } = scope.peek()
  const whose = account ?? site
  const isSure = await confirm({
    title: whose === undefined ? 'Empty the journal?' : `Empty the journal of ${whose}?`,
    text: 'The calls and what they broke are forgotten, by tests that ask for them as well. Positions and levels stay as they are.',
    act: 'Empty it',
  })
  if (!isSure) return
  const answer = await clearRequests(scopeQuery(scope.peek()))
  if ('problem' in answer) return toast(answer.problem.detail, 'failed')
  toast('The journal is empty.')
  await feed.peek()?.reload()
}
