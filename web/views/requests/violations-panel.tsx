import type { RequestDetail } from '../../api/requests.js'
import { RuleTold } from './rule-told.js'
import { isInBody, keyOf, writePlace } from './violation-marks.js'

interface ViolationsPanelProps {
  readonly call: RequestDetail
  /** Shows a violation at its place in the body. */
  readonly onShow: (key: string) => void
}

export function ViolationsPanel({ call, onShow }: ViolationsPanelProps) {
  const { violations, violations_total: total } = call
  if (total === 0) return <p class="loading">The call broke no rule.</p>
  return (
    <>
      {total > violations.length && (
        <p class="size">
          {violations.length} of {total} places are kept, the first of each rule.
        </p>
      )}
      <ol class="told">
        {violations.map((violation, index) => {
          const { level, at, seen, right } = violation
          const key = keyOf(violation, index)
          return (
            <li key={key} class={level}>
              <RuleTold {...violation} />
              <dl class="seen">
                <dt>{level === 'error' ? '✕ Seen' : '! Seen'}</dt>
                <dd class="wire">{seen}</dd>
                <dt>Right</dt>
                <dd class="wire">{right}</dd>
                <dt>At</dt>
                <dd>
                  {isInBody(violation) && call.request.body !== null ? (
                    <button type="button" class="plain" onClick={() => onShow(key)}>
                      {writePlace(at)}
                    </button>
                  ) : (
                    writePlace(at)
                  )}
                </dd>
              </dl>
            </li>
          )
        })}
      </ol>
    </>
  )
}
