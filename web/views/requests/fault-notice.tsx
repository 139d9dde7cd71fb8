import type { Row } from '../../api/requests.js'

/** What went wrong with the call on purpose. */
export function FaultNotice({ fault }: { readonly fault: Row | null }) {
  if (fault === null) return null
  const { kind, message, evidence, source, by, ...rest } = fault
  const told = Object.entries(rest).filter(([name]) => name !== 'rule' && name !== 'statement')
  return (
    <p class="fault-notice">
      <b>A fault spoke about this call: {String(kind)}.</b>{' '}
      {told.map(([name, value]) => `${name} ${writeValue(value)}`).join(', ')}
      {message !== undefined && ` “${String(message)}”`}
      {evidence !== undefined && ` (${String(evidence)}: ${String(source)})`}
      {by !== undefined && <span class="soft"> Armed for {writeValue(by)}.</span>}
    </p>
  )
}

const writeValue = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))
