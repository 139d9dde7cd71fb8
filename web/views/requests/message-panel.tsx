import type { Message, Violation } from '../../api/requests.js'
import { BodyView } from '../../parts/body/body-view.js'
import type { Mark } from '../../parts/body/mark.js'
import { HeadersTable } from './headers-table.js'
import { writePlace } from './violation-marks.js'

interface MessagePanelProps {
  readonly label: string
  readonly message: (Message & { readonly taken?: boolean }) | null
  readonly marks?: readonly Mark[]
  /** What was broken outside the body. */
  readonly elsewhere?: readonly Violation[]
  readonly reveal?: { readonly key: string } | undefined
}

/** Headers and body of a request or reply, with what was broken at its place. */
export function MessagePanel({ label, message, marks, elsewhere = [], reveal }: MessagePanelProps) {
  if (message === null) return <p class="loading">No reply was sent.</p>
  const { headers, body, bytes = 0, cut, taken } = message
  return (
    <>
      {taken === false && <p class="fault-notice">The client did not take the reply.</p>}
      {elsewhere.map(({ rule, level, at, seen, right }, index) => (
        <p key={`${index}-${rule}`} class={`place ${level}`}>
          <span aria-hidden="true">{level === 'error' ? '✕' : '!'}</span> <b>{writePlace(at)}</b> {rule}: {seen}. Right
          is {right}
        </p>
      ))}
      <HeadersTable headers={headers} />
      {body === null || body === '' ? (
        <p class="loading">There is no body.</p>
      ) : (
        <BodyView label={label} text={body} bytes={bytes} cut={cut} {...(marks && { marks })} reveal={reveal} />
      )}
    </>
  )
}
