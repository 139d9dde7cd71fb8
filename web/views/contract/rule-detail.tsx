import { useEffect, useRef } from 'preact/hooks'
import type { Coverage } from '../../api/contract.js'
import { Evidence, meaningOf } from '../../parts/evidence.js'
import { Link } from '../../routing/link.js'
import { route } from '../../routing/route.js'
import { type Page, pageAddress } from './addresses.js'
import { Example } from './example.js'
import { Glyph } from './glyph.js'
import { Places } from './places.js'
import { consequenceOf, type RuleShown, stateNames, whyNever } from './rule-states.js'

interface RuleDetailProps {
  readonly name: string
  readonly rule: RuleShown | undefined
  readonly page: Page
  readonly coverage: Coverage
}

/** What a rule says and rests on, what the calls made of it, and how to come to it. */
export function RuleDetail({ name, rule, page, coverage }: RuleDetailProps) {
  const title = useRef<HTMLHeadingElement>(null)
  useEffect(() => title.current?.focus(), [])
  return (
    <section class="detail" aria-labelledby="rule-title">
      <div class="detail-head">
        <h2 id="rule-title" ref={title} tabIndex={-1}>
          <code>{name}</code>
        </h2>
        <Link class="close" to={pageAddress(page)} title="Escape">
          Close
        </Link>
      </div>
      {rule === undefined ? (
        <p>There is no such rule. Close this to see those that there are.</p>
      ) : (
        <Told rule={rule} coverage={coverage} />
      )}
    </section>
  )
}

function Told({ rule, coverage }: { readonly rule: RuleShown; readonly coverage: Coverage }) {
  const operation = route.value.query.get('operation') ?? undefined
  return (
    <>
      <p class="statement">{rule.statement}</p>
      <dl class="facts">
        <dt>Evidence</dt>
        <dd>
          <Evidence grade={rule.evidence} /> <span class="soft">{meaningOf(rule.evidence)}.</span>
        </dd>
        <dt>Source</dt>
        <dd>{rule.source}</dd>
        <dt>A breach</dt>
        <dd>{consequenceOf(rule)}</dd>
        <dt>State</dt>
        <dd>
          <Glyph state={rule.state} /> {stateNames[rule.state]}
          {rule.operations.length > 0 && ` by ${writeCalls(rule)} of ${rule.operations.join(', ')}`}
          {rule.state === 'never' && <p class="soft">{whyNever(rule, coverage.evidence)}</p>}
        </dd>
      </dl>
      {rule.sum !== undefined && <Places rule={rule.rule} sum={rule.sum} />}
      <Example rule={rule} operation={operation} coverage={coverage} />
    </>
  )
}

function writeCalls({ kept, brokenBy }: RuleShown): string {
  const all = kept + brokenBy
  const calls = all === 1 ? '1 call' : `${all} calls`
  return brokenBy === 0 || brokenBy === all ? calls : `${calls}, broken by ${brokenBy} of them,`
}
