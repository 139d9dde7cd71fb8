import type { BrokenRule } from '../../api/contract.js'
import { Empty } from '../../parts/empty.js'
import { Evidence } from '../../parts/evidence.js'
import { Link } from '../../routing/link.js'
import { addressInScope } from '../../routing/scope.js'
import { pageAddress } from './addresses.js'
import { LevelName } from './level-name.js'

interface BrokenRulesProps {
  /** Those that the filters ask for. */
  readonly rules: readonly BrokenRule[]
  /** How many there are, filtered or not. */
  readonly all: number
  readonly selected: string | undefined
}

/** What clients broke, rule by rule, worst first. */
export function BrokenRules({ rules, all, selected }: BrokenRulesProps) {
  if (all === 0)
    return (
      <Empty title="No call broke a rule.">
        <p>
          What clients send is held against the vendors’ rules as it comes, and what breaks one appears here. Which
          rules they have come to at all is under <Link to={pageAddress('coverage')}>Coverage</Link>; the calls are
          under <Link to={addressInScope('requests')}>Requests</Link>.
        </p>
      </Empty>
    )
  if (rules.length === 0)
    return <Empty title={`None of the ${all} broken ${all === 1 ? 'rule' : 'rules'} is what the filters ask for.`} />
  return (
    <ul class="broken" aria-label="Broken rules, worst first">
      {rules.map(({ rule, statement, evidence, source, level, count, calls }) => (
        <li key={rule} data-level={level}>
          <Link to={pageAddress('violations', rule)} current={rule === selected}>
            <code>{rule}</code>
          </Link>
          <span class="count">
            <LevelName level={level} /> {count === 1 ? 'once' : `${count} times`} in {calls}{' '}
            {calls === 1 ? 'call' : 'calls'}
          </span>
          <p>{statement}</p>
          <p class="soft">
            <Evidence grade={evidence} /> {source}
          </p>
        </li>
      ))}
    </ul>
  )
}
