import type { AttemptReply } from '../../api/attempt.js'
import type { Answer } from '../../api/call.js'
import { BodyView } from '../../parts/body/body-view.js'
import { Problem } from '../../parts/problem.js'
import { Status } from '../../parts/status.js'
import { Link } from '../../routing/link.js'
import { addressInScope } from '../../routing/scope.js'

const endings: Readonly<Record<AttemptReply['end'], string | undefined>> = {
  comes: 'It is still coming.',
  whole: undefined,
  stopped: 'You stopped it; this is what had come.',
  long: 'It is longer than this page shows; this is its start.',
  broken: 'The connection ended in the middle; this is what had come.',
}

/** What came back: status, headers and body, and the way to the call itself. */
export function AttemptResult({ answer }: { readonly answer: Answer<AttemptReply> }) {
  if ('problem' in answer)
    return (
      <div class="result">
        <Problem problem={answer.problem} />
        <Link to={addressInScope('requests')}>Look at what arrived</Link>
      </div>
    )
  const { status, headers, text, bytes, ms, end } = answer.value
  const id = headers.find(([name]) => name === 'backstock-request-id')?.[1]
  return (
    <section class="result" aria-label="The reply">
      <p class="result-line" role="status">
        <Status status={status} /> <span class="soft">{ms} ms</span>
        {endings[end] !== undefined && <span class="ending">{endings[end]}</span>}
        {id !== undefined && <Link to={addressInScope('requests', [id])}>Open the call in Requests</Link>}
      </p>
      <details class="reply-headers" open={bytes === 0}>
        <summary>Headers ({headers.length})</summary>
        <dl class="wire">
          {headers.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      </details>
      {text === null ? (
        <p class="soft">{bytes.toLocaleString('en')} bytes that are no text.</p>
      ) : text === '' ? (
        end === 'whole' && <p class="soft">There is no body.</p>
      ) : (
        <BodyView label="Body of the reply" text={text} bytes={bytes} />
      )}
    </section>
  )
}
