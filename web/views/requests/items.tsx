import type { RequestLine } from '../../api/requests.js'

/** How many of the items were taken. */
export function Items({ items }: Pick<RequestLine, 'items'>) {
  if (items === null) return <span class="soft">—</span>
  const { updated, not_updated: notUpdated } = items
  return (
    <span class={notUpdated > 0 ? 'items some' : 'items'} title={`${updated} updated, ${notUpdated} not updated`}>
      {updated} of {updated + notUpdated}
    </span>
  )
}
