import { useState } from 'preact/hooks'
import type { Reply } from '../../api/documents.js'
import { Status } from '../../parts/status.js'
import { ErrorTable } from './error-table.js'
import { EvidenceList } from './evidence-list.js'
import { Media } from './media.js'
import { HeaderFields } from './parameters.js'
import { Prose } from './prose.js'
import { type Operation, replyOf, useReference } from './reference-context.js'

/** Every status that can come of the operation; what is within is drawn where it is unfolded. */
export function Replies({ operation }: { readonly operation: Operation }) {
  const reference = useReference()
  return (
    <section>
      <h3>Replies</h3>
      <ul class="fields">
        {Object.entries(operation.responses).map(([status, reply]) => (
          <OneReply key={status} status={Number(status)} reply={replyOf(reference, reply)} />
        ))}
      </ul>
    </section>
  )
}

function OneReply({ status, reply }: { readonly status: number; readonly reply: Reply }) {
  const { document } = useReference()
  const [isOpen, setOpen] = useState(status < 300)
  const { description, headers = {}, content = {} } = reply
  const told = new Set(reply['x-evidence']?.map(({ rule }) => rule))
  const errors = (document['x-errors'] ?? []).filter(
    (error) => error.status === status && error['x-evidence'].some(({ rule }) => told.has(rule)),
  )
  const named = Object.entries(headers).map(([name, header]) => ({ name, ...header }))
  return (
    <li>
      <div class="statement">
        <div>
          <p class="field-head">
            <Status status={status} />
          </p>
          <Prose text={description} />
        </div>
        <EvidenceList of={reply['x-evidence']} />
      </div>
      {named.length + Object.keys(content).length > 0 && (
        <details open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
          <summary>
            Headers and body <span class="unseen">of {status}</span>
          </summary>
          {isOpen && (
            <>
              {errors.length > 0 && <ErrorTable errors={errors} caption={`What it says with ${status}`} />}
              {named.length > 0 && <HeaderFields headers={named} />}
              <Media content={content} what={`the reply ${status}`} />
            </>
          )}
        </details>
      )}
    </li>
  )
}
