import { signal } from '@preact/signals'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type AttemptReply, attempt } from '../../api/attempt.js'
import type { Answer } from '../../api/call.js'
import { refreshState } from '../../live/emulator-state.js'
import { confirm } from '../../parts/confirm.js'
import { CopyButton } from '../../parts/copy-button.js'
import { Problem } from '../../parts/problem.js'
import { scope } from '../../routing/scope.js'
import { AttemptResult } from './attempt-result.js'
import { BodyEditor } from './body-editor.js'
import { writeCurl } from './curl.js'
import { type Draft, firstDraft, keyOf } from './draft.js'
import { isDestructive, prepare } from './prepare.js'
import { type Operation, useReference } from './reference-context.js'
import { asksForToken, credentialsOf, schemeOf, tokenOf } from './token.js'
import { TokenField } from './token-field.js'
import { TryField } from './try-field.js'

/** What was written, by document and operation: it is found again by whoever comes back from looking at the call. */
const drafts = new Map<string, Draft>()

/** Whether the form is unfolded; it stays so from one operation to the next. */
export const isTrying = signal(false)

/** A form with the call of the examples, which goes to this very emulator. */
export function TryIt({ operation }: { readonly operation: Operation }) {
  const reference = useReference()
  const key = `${reference.name} ${operation.operationId}`
  const [draft, setDraft] = useState(() => drafts.get(key) ?? firstDraft(reference, operation, scope.peek()))
  const [answer, setAnswer] = useState<Answer<AttemptReply> | undefined>(undefined)
  const [stop, setStop] = useState<AbortController | undefined>(undefined)
  const running = useRef<AbortController | undefined>(undefined)
  useEffect(() => () => running.current?.abort(), [])

  const token = asksForToken(reference, operation) ? tokenOf(reference.name).value : ''
  const prepared = prepare(operation, draft)
  const scheme = schemeOf(reference.name)
  const change = (changes: Partial<Draft>) => {
    const next = { ...draft, ...changes }
    drafts.set(key, next)
    setDraft(next)
  }
  const send = async (event: SubmitEvent) => {
    // The page's policy lets no form go anywhere by itself.
    event.preventDefault()
    if ('problem' in prepared || running.current !== undefined) return
    if (isDestructive(reference, operation) && !(await confirm(questionOf(operation, prepared.address)))) return
    const stopper = new AbortController()
    running.current = stopper
    setStop(stopper)
    setAnswer(undefined)
    const authorization =
      token === '' ? [] : [['Authorization', `${scheme} ${credentialsOf(reference.name, token)}`] as const]
    const sent = {
      ...prepared,
      headers: [...authorization, ...prepared.headers],
      withSession: reference.name === 'control',
    }
    const reply = await attempt(sent, stopper.signal, (part) => setAnswer({ value: part }))
    running.current = undefined
    setStop(undefined)
    setAnswer(reply)
    if (operation.method !== 'GET') void refreshState()
  }

  const bodyTypes = [...draft.bodies.keys()]
  return (
    <form class="try" aria-label="Try it" onSubmit={send}>
      <div class="try-fields">
        {operation.parameters.map((each) => (
          <TryField
            key={keyOf(each)}
            parameter={each}
            value={draft.values.get(keyOf(each)) ?? ''}
            onChange={(value) => change({ values: new Map(draft.values).set(keyOf(each), value) })}
          />
        ))}
        {asksForToken(reference, operation) && <TokenField name={reference.name} />}
      </div>
      {bodyTypes.length > 1 && (
        <div class="formats">
          {bodyTypes.map((type) => (
            <button key={type} type="button" aria-pressed={type === draft.type} onClick={() => change({ type })}>
              {type}
            </button>
          ))}
        </div>
      )}
      {draft.type !== undefined && (
        <BodyEditor
          key={draft.type}
          type={draft.type}
          text={draft.bodies.get(draft.type) ?? ''}
          onChange={(text) => change({ bodies: new Map(draft.bodies).set(draft.type ?? '', text) })}
        />
      )}
      {'problem' in prepared ? (
        <Problem problem={{ status: null, detail: prepared.problem }} />
      ) : (
        <p class="wire sent">
          <b>{prepared.method}</b> {prepared.address}
        </p>
      )}
      <div class="actions">
        <button type="submit" class="primary" disabled={stop !== undefined || 'problem' in prepared}>
          {stop === undefined ? 'Send' : 'Sending …'}
        </button>
        {stop !== undefined && (
          <button type="button" onClick={() => stop.abort()}>
            Stop
          </button>
        )}
        {!('problem' in prepared) && (
          <CopyButton text={writeCurl(prepared, location.origin, token === '' ? undefined : scheme)}>
            Copy as curl
          </CopyButton>
        )}
        <button
          type="button"
          onClick={() => {
            drafts.delete(key)
            setDraft(firstDraft(reference, operation, scope.peek()))
          }}
        >
          As in the example
        </button>
      </div>
      {answer !== undefined && <AttemptResult answer={answer} />}
    </form>
  )
}

const questionOf = ({ summary, method }: Operation, address: string) => ({
  title: `${method} ${address}`,
  text: `${summary} Nothing brings back what is gone then.`,
  act: 'Send it',
})
