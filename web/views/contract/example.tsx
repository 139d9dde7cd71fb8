import { type Coverage, type Gap, readCoverage } from '../../api/contract.js'
import { useFresh } from '../../live/fresh.js'
import { CopyButton } from '../../parts/copy-button.js'
import { scope, scopeQuery } from '../../routing/scope.js'
import type { RuleShown } from './rule-states.js'

interface ExampleProps {
  readonly rule: RuleShown
  /** The group of the map that the rule was opened in. */
  readonly operation: string | undefined
  readonly coverage: Coverage
}

const everyMs = 60_000

/** How to come to a rule that no call has met; one that another operation has met is looked up for its own. */
export function Example({ rule, operation, coverage }: ExampleProps) {
  if (rule.gap !== undefined && (operation === undefined || operation === rule.gap.operation))
    return <Commands gap={rule.gap} />
  const own = coverage.operations.find((each) => each.operation === operation)
  if (own === undefined || !own.not_exercised.includes(rule.rule)) return null
  return <OfOperation rule={rule.rule} operation={own.operation} />
}

function OfOperation({ rule, operation }: { readonly rule: string; readonly operation: string }) {
  const query = scopeQuery(scope.value)
  query.set('of', operation)
  const { value } = useFresh(`coverage?${query}`, everyMs, (stop) => readCoverage(query, stop))
  const gap = value?.gaps.find((each) => each.rule === rule)
  return gap === undefined ? null : <Commands gap={gap} />
}

function Commands({ gap }: { readonly gap: Gap }) {
  const { operation, breaks, request, case: shown } = gap
  return (
    <section class="example" aria-labelledby="example-title">
      <h3 id="example-title">A request that covers this</h3>
      {request === null ? (
        <p>
          No shell can send it; the contract case “{shown}” does: <code>backstock verify</code> runs it.
        </p>
      ) : (
        <>
          <p class="soft">
            A call of {operation}
            {breaks && ', which breaks the rule: no other comes to it'}. It uses an account or site of its own, so
            nothing of yours changes.
          </p>
          {/* Scrolls by itself, so it has to be reached by the keyboard. */}
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: see above. */}
          <pre tabIndex={0} role="region" aria-label="Commands">
            {request}
          </pre>
          <CopyButton text={request}>Copy a request that covers this</CopyButton>
        </>
      )}
    </section>
  )
}
