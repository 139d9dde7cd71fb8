import type { Headers } from '../../api/requests.js'

export function HeadersTable({ headers }: { readonly headers: Headers }) {
  const rows = Object.entries(headers)
  return (
    <details class="headers">
      <summary>Headers ({rows.length})</summary>
      <dl class="wire">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}
