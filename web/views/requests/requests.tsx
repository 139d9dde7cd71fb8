import { useRef } from 'preact/hooks'
import { feed } from '../../live/feed.js'
import { Problem } from '../../parts/problem.js'
import { useWidth } from '../../parts/width.js'
import { addressOf, go, route } from '../../routing/route.js'
import { type Shortcut, useShortcuts } from '../../shell/shortcuts.js'
import { Detail } from './detail.js'
import { Filters, findByPath, isFiltered } from './filters.js'
import { FirstCalls } from './first-calls.js'
import { NoMatch } from './no-match.js'
import { RequestList } from './request-list.js'
import './requests.css'

/** Pixels from which list and detail stand side by side. */
const wide = 1_000

/** The calls that came, and one of them in detail: beside the list, or in its place where there is no room. */
export function Requests({ rest }: { readonly rest: readonly string[] }) {
  const [id] = rest
  const element = useRef<HTMLDivElement>(null)
  const isWide = useWidth(element) >= wide
  useShortcuts(shortcuts)
  const { query } = route.value
  const open = (chosen: string) => {
    // Beside the list one looks at one after the other: the way back leads out of them all.
    go(addressOf('requests', [chosen], query), { replace: isWide && id !== undefined })
  }
  const isListShown = id === undefined || isWide
  const last = useRef(id)
  if (id !== undefined) last.current = id
  return (
    <div class="requests" ref={element} data-split={id !== undefined && isWide}>
      {isListShown && (
        <section class="pane" aria-label="Calls">
          <Filters />
          <Calls selected={id} last={last.current} onOpen={open} />
        </section>
      )}
      {id !== undefined && <Detail key={id} id={id} />}
    </div>
  )
}

interface CallsProps {
  readonly selected: string | undefined
  /** The call that was looked at last. */
  readonly last: string | undefined
  readonly onOpen: (id: string) => void
}

function Calls({ selected, last, onOpen }: CallsProps) {
  const shown = feed.value
  if (shown === undefined) return null
  const problem = shown.problem.value
  const lines = shown.lines.value
  if (problem !== undefined && lines.length === 0) return <Problem problem={problem} onRetry={() => shown.reload()} />
  if (shown.isLoading.value) return <p class="loading">Loading …</p>
  if (lines.length === 0) return isFiltered() ? <NoMatch /> : <FirstCalls />
  return (
    <RequestList
      lines={lines}
      selected={selected}
      last={last}
      onOpen={onOpen}
      onNearEnd={() => void shown.loadOlder()}
    />
  )
}

const shortcuts: readonly Shortcut[] = [
  {
    key: 'p',
    says: 'pause or resume the list',
    act: () => {
      const shown = feed.peek()
      if (shown?.isPaused.peek()) shown.resume()
      else shown?.pause()
    },
  },
  { key: '/', says: 'filter by path', act: findByPath },
  {
    key: 'Escape',
    says: 'close the detail',
    act: () => go(addressOf('requests', [], route.peek().query)),
  },
]
