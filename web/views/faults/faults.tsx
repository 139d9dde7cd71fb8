import { listFaults, readArmable } from '../../api/faults.js'
import { useFresh } from '../../live/fresh.js'
import { Problem } from '../../parts/problem.js'
import { scope, scopeQuery } from '../../routing/scope.js'
import { ArmedList } from './armed-list.js'
import { ClockPanel } from './clock-panel.js'
import { FaultForm } from './fault-form.js'
import './faults.css'
import { ForkPanel } from './fork-panel.js'
import { IdsPanel } from './ids-panel.js'
import { SnapshotPanel } from './snapshot-panel.js'

/** Hits are watched; whoever arms faults elsewhere tells nobody. */
const everyMs = 3_000
const seldom = 3_600_000
const everything = new URLSearchParams()

/** What makes the emulator behave as it would not by itself: faults, time, and states to go back to. */
export function Faults() {
  const armed = useFresh('faults', everyMs, (stop) => listFaults(everything, stop))
  const armable = useFresh('faults/kinds', seldom, readArmable)
  // What was typed, and what the emulator said of it, was about another account or site.
  const of = scopeQuery(scope.value).toString()
  const problem = armed.problem ?? armable.problem
  return (
    <div class="faults">
      <div class="column">
        <section class="card" aria-labelledby="faults-title">
          <h2 id="faults-title">Faults</h2>
          {problem !== undefined && (
            <Problem
              problem={problem}
              onRetry={() => {
                armed.reload()
                armable.reload()
              }}
            />
          )}
          {armed.value !== undefined && <ArmedList faults={armed.value.faults} reload={armed.reload} />}
          {armable.value !== undefined && <FaultForm key={of} armable={armable.value} onArmed={armed.reload} />}
        </section>
      </div>
      <div class="column">
        <ClockPanel key={`clock ${of}`} />
        <SnapshotPanel key={`snapshots ${of}`} />
        <ForkPanel key={`fork ${of}`} />
        <IdsPanel key={`ids ${of}`} />
      </div>
    </div>
  )
}
