import { useState } from 'preact/hooks'
import type { Answer } from '../../api/call.js'
import { type BrokenRule, listViolations, type Violations } from '../../api/contract.js'
import type { Place, Violation } from '../../api/requests.js'
import { useFresh } from '../../live/fresh.js'
import { Problem } from '../../parts/problem.js'
import { Link } from '../../routing/link.js'
import { scope, scopeQuery } from '../../routing/scope.js'
import { callAddress, callsAddress } from './addresses.js'
import { LevelName } from './level-name.js'

const everyMs = 10_000
const pageSize = 1_000
/** Of a rule that is broken more often the oldest places are asked for, and all of its calls are a link away. */
const mostPages = 5
const step = 100

/** Where a rule was broken, newest first, in the calls that the journal has. */
export function Places({ rule, sum }: { readonly rule: string; readonly sum: BrokenRule }) {
  const query = scopeQuery(scope.value)
  query.set('rule', rule)
  const { value, problem, reload } = useFresh(`violations?${query}`, everyMs, (stop) => placesOf(query, stop))
  const [most, setMost] = useState(step)
  const found = value?.places ?? []
  return (
    <section class="places" aria-labelledby="places-title">
      <h3 id="places-title">
        <LevelName level={sum.level} /> Broken {sum.count === 1 ? 'once' : `${sum.count} times`} in {sum.calls}{' '}
        {sum.calls === 1 ? 'call' : 'calls'}
      </h3>
      <p>
        <Link to={callsAddress(rule)}>All calls that broke it</Link>
      </p>
      {problem !== undefined && <Problem problem={problem} onRetry={reload} />}
      {value !== undefined && found.length < sum.count && (
        <p class="soft">
          {value.isCut
            ? `These are the oldest ${found.length}.`
            : 'Some are of calls that the journal has dropped, or more than it keeps of one call.'}
        </p>
      )}
      <ol aria-label="Places, newest first">
        {found.slice(0, most).map((violation) => (
          <li key={`${violation.request} ${writePlace(violation.at)} ${violation.seen}`}>
            <p>
              <Link to={callAddress(violation.request)}>{writePlace(violation.at)}</Link>{' '}
              <span class="soft">of call {violation.request.slice(0, 8)}</span>
            </p>
            <dl>
              <dt>Seen</dt>
              <dd>{violation.seen}</dd>
              <dt>Right</dt>
              <dd>{violation.right}</dd>
            </dl>
          </li>
        ))}
      </ol>
      {found.length > most && (
        <button type="button" onClick={() => setMost(most + step)}>
          Show more ({found.length - most} left)
        </button>
      )}
    </section>
  )
}

interface Found {
  readonly places: readonly Violation[]
  readonly isCut: boolean
}

async function placesOf(query: URLSearchParams, stop: AbortSignal): Promise<Answer<Found>> {
  const places: Violation[] = []
  let cursor: string | null = null
  for (let page = 0; page < mostPages; page++) {
    const next = new URLSearchParams(query)
    next.set('limit', String(pageSize))
    if (cursor !== null) next.set('cursor', cursor)
    const answer: Answer<Violations> = await listViolations(next, stop)
    if ('problem' in answer) return answer
    places.push(...answer.value.violations)
    cursor = answer.value.next
    if (cursor === null) break
  }
  return { value: { places: places.reverse(), isCut: cursor !== null } }
}

/** `header.accept`, or the pointer with its line and column. */
function writePlace(at: Place): string {
  if ('path' in at) return at.path === '' ? 'the whole call' : at.path
  const where = at.line === undefined ? '' : `, line ${at.line}, column ${at.column ?? 1}`
  return `${at.pointer === '' ? 'the whole body' : at.pointer}${where}`
}
