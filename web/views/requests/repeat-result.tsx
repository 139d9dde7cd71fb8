import type { Answer } from '../../api/call.js'
import type { Repeated } from '../../api/requests.js'
import { Problem } from '../../parts/problem.js'
import { Status } from '../../parts/status.js'
import { Link } from '../../routing/link.js'
import { addressInScope } from '../../routing/scope.js'

interface RepeatResultProps {
  readonly answer: Answer<Repeated>
  readonly onClose: () => void
}

/** What the same call was answered when it was sent once more. */
export function RepeatResult({ answer, onClose }: RepeatResultProps) {
  return (
    <div class="repeat-result" role="status">
      {'problem' in answer ? (
        <Problem problem={answer.problem} />
      ) : (
        <>
          <p>
            Repeated: <Status status={answer.value.status} />{' '}
            <Link to={addressInScope('requests', [answer.value.id])}>Open the repeated call</Link>
          </p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and holds nothing that takes the focus. */}
          <pre tabIndex={0} role="region" aria-label="Body of the reply to the repeated call">
            {answer.value.body.slice(0, longest)}
          </pre>
        </>
      )}
      <button type="button" onClick={onClose}>
        Dismiss
      </button>
    </div>
  )
}

/** Characters of its body; the call itself has it whole. */
const longest = 2_000
