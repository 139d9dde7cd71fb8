import { CopyButton } from '../../parts/copy-button.js'
import { MethodName, PathName } from './call-name.js'
import { EvidenceList } from './evidence-list.js'
import { Media } from './media.js'
import { Parameters } from './parameters.js'
import { Prose } from './prose.js'
import { type Operation, useReference } from './reference-context.js'
import { Replies } from './replies.js'
import { RuleList } from './rule-list.js'
import { isTrying, TryIt } from './try-it.js'

export function OperationPage({ operation }: { readonly operation: Operation }) {
  const { requestBody } = operation
  return (
    <>
      <header class="operation-head">
        <h2>
          <MethodName method={operation.method} /> <PathName path={operation.path} />
        </h2>
        <p class="summary">{operation.summary}</p>
        <Prose text={operation.description} />
        <div class="actions">
          <button
            type="button"
            class={isTrying.value ? '' : 'primary'}
            aria-expanded={isTrying.value}
            onClick={() => {
              isTrying.value = !isTrying.value
            }}
          >
            {isTrying.value ? 'Fold the form' : 'Try it'}
          </button>
          <CopyButton text={location.href}>Copy the link</CopyButton>
        </div>
      </header>
      {isTrying.value && <TryIt operation={operation} />}
      <Security operation={operation} />
      <Parameters parameters={operation.parameters} />
      {requestBody !== undefined && (
        <section>
          <h3>Body{requestBody.required === true && <span class="required">required</span>}</h3>
          <div class="statement">
            <div>
              <Prose text={requestBody.description} />
            </div>
            <EvidenceList of={requestBody['x-evidence']} />
          </div>
          <Media content={requestBody.content} what="the body" />
        </section>
      )}
      <Replies operation={operation} />
      <RuleList ids={operation['x-rules'] ?? []} title="Rules of this call" />
    </>
  )
}

function Security({ operation }: { readonly operation: Operation }) {
  const { document } = useReference()
  const { securitySchemes } = document.components
  const names = new Set((operation.security ?? document.security).flatMap((each) => Object.keys(each)))
  const schemes = Object.entries(securitySchemes).filter(([name]) => names.has(name))
  return (
    <section>
      <h3>Who calls</h3>
      {schemes.length === 0 && <p>No token is asked for.</p>}
      <ul class="fields">
        {schemes.map(([name, scheme]) => (
          <li key={name}>
            <div class="statement">
              <div>
                <p class="field-head">
                  <b class="wire">{name}</b>
                </p>
                <Prose text={scheme.description} />
              </div>
              <EvidenceList of={scheme['x-evidence']} />
            </div>
          </li>
        ))}
      </ul>
    </section>
  )
}
