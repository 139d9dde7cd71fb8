import type { Coverage } from '../../api/contract.js'
import { Evidence } from '../../parts/evidence.js'
import { type Filter, isMeant } from './filter.js'
import { Glyph } from './glyph.js'
import { grades, type RuleShown, type RuleState, stateNames } from './rule-states.js'

interface SummaryProps {
  readonly coverage: Coverage
  readonly rules: readonly RuleShown[]
  readonly filter: Filter
}

const states: readonly RuleState[] = ['kept', 'broken', 'open', 'never']

/** How far the calls came in the part of the book that is shown; it is the legend of the map as well. */
export function Summary({ coverage, rules, filter }: SummaryProps) {
  const meant = rules.filter((rule) => isMeant(filter, rule))
  const testable = meant.filter(({ isTestable }) => isTestable)
  const met = testable.filter(({ state }) => state !== 'open').length
  const calls = coverage.operations.reduce((sum, each) => sum + each.calls, 0)
  return (
    <div class="summary">
      <p>
        <b class="percentage">{percentageOf(met, testable.length)}</b> of {testable.length} testable{' '}
        {testable.length === 1 ? 'rule' : 'rules'} met by {calls} {calls === 1 ? 'call' : 'calls'}
      </p>
      <ul class="legend" aria-label="Rules by state">
        {states.map((state) => (
          <li key={state}>
            <Glyph state={state} /> {meant.filter((rule) => rule.state === state).length} {stateNames[state]}
          </li>
        ))}
      </ul>
      <ul class="legend" aria-label="Rules by evidence">
        {grades.map((grade) => (
          <li key={grade}>
            {meant.filter(({ evidence }) => evidence === grade).length} <Evidence grade={grade} />
          </li>
        ))}
      </ul>
    </div>
  )
}

/** A hundred only where nothing is left, as the emulator tells it. */
export const percentageOf = (met: number, testable: number) =>
  testable === 0 ? '—' : `${Math.floor((met * 1000) / testable) / 10} %`
