import { useEffect, useRef, useState } from 'preact/hooks'
import type { ProblemDetail } from '../../api/call.js'
import { type Level, listLevels } from '../../api/levels.js'
import { Empty } from '../../parts/empty.js'
import { Problem } from '../../parts/problem.js'
import { useWidth } from '../../parts/width.js'
import { Link } from '../../routing/link.js'
import { addressOf, route } from '../../routing/route.js'
import { LevelChart } from './level-chart.js'
import { levelKey } from './levels.js'
import { LowStock } from './low-stock.js'

interface LevelDetailProps {
  readonly site: string
  readonly code: string
  /** Changes where the levels may have changed. */
  readonly version: string
}

/** Every level of a code, with its past as a chart and as a table. */
export function LevelDetail({ site, code, version }: LevelDetailProps) {
  const [levels, setLevels] = useState<readonly Level[] | undefined>(undefined)
  const [problem, setProblem] = useState<ProblemDetail | undefined>(undefined)
  useEffect(() => {
    const stop = new AbortController()
    listLevels(site, new URLSearchParams({ code, history: 'true' }), stop.signal).then(
      (answer) => {
        setProblem('problem' in answer ? answer.problem : undefined)
        if ('value' in answer) setLevels(answer.value.levels)
      },
      () => undefined,
    )
    return () => stop.abort()
  }, [site, code, version])
  return (
    <section class="level-detail" aria-labelledby="level-code">
      <div class="level-title">
        <h2 id="level-code">{code}</h2>
        <Link to={addressOf('inventory', [], route.value.query)}>Close</Link>
      </div>
      {problem !== undefined && <Problem problem={problem} />}
      {levels?.length === 0 && <Empty title="There is no level of this code." />}
      {levels?.map((level) => (
        <Past key={levelKey(level)} level={level} />
      ))}
    </section>
  )
}

function Past({ level }: { readonly level: Level }) {
  const element = useRef<HTMLDivElement>(null)
  const width = useWidth(element)
  const { history = [], revision, effective_date } = level
  const units = [0, ...history.map(({ inventory_level }) => Number(inventory_level))]
  return (
    <div class="level-past" ref={element}>
      <p class="level-now">
        <b>{String(level.inventory_level)}</b>
        <span class="soft">
          {revision} revision{effective_date !== null && `, effective ${effective_date}`}
        </span>
        <LowStock level={level} />
      </p>
      <p class="chart-bounds soft" aria-hidden="true">
        highest {Math.max(...units).toLocaleString('en')}, lowest {Math.min(...units).toLocaleString('en')}
      </p>
      <LevelChart history={history} width={width} height={140} />
      <p class="chart-bounds soft" aria-hidden="true">
        <span>{history.at(-1)?.received_at}</span>
        <span>{history[0]?.received_at}</span>
      </p>
      <table>
        <caption>
          The last {history.length} {history.length === 1 ? 'state' : 'states'}, newest first
        </caption>
        <thead>
          <tr>
            <th scope="col">Received</th>
            <th scope="col" class="number">
              Level
            </th>
            <th scope="col">Said to be of</th>
          </tr>
        </thead>
        <tbody>
          {history.map((past, index) => (
            <tr key={`${history.length - index}`}>
              <td>{past.received_at}</td>
              <td class="number">{String(past.inventory_level)}</td>
              <td>{past.change_date ?? past.timestamp ?? '—'}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
