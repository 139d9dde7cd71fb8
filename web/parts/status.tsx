import './status.css'

/** A reply's status, its kind told by a shape as well: a call without a reply has a dash. */
export function Status({ status }: { readonly status: number | null }) {
  if (status === null)
    return (
      <span class="status" data-kind="lost" title="No reply was sent">
        <span aria-hidden="true">—</span>
        <span class="unseen">no reply</span>
      </span>
    )
  const kind = status < 400 ? 'good' : status < 500 ? 'refused' : 'failed'
  return (
    <span class="status" data-kind={kind}>
      {status}
    </span>
  )
}
