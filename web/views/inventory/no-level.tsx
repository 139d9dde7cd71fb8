import { CopyButton } from '../../parts/copy-button.js'
import { Empty } from '../../parts/empty.js'

interface NoLevelProps {
  readonly site: string
  readonly isFiltered: boolean
  readonly onShowAll: () => void
}

/** Why there is nothing to see of a site, and what to do about it. */
export function NoLevel({ site, isFiltered, onShowAll }: NoLevelProps) {
  if (isFiltered)
    return (
      <Empty title="No code matches.">
        <div class="actions">
          <button type="button" onClick={onShowAll}>
            Show all levels
          </button>
        </div>
      </Empty>
    )
  const curl = [
    `curl -X PUT '${location.origin}/v2/${encodeURIComponent(site)}/inventory' \\`,
    '  -H "Authorization: Bearer $TOKEN" \\',
    "  -H 'Content-Type: application/json' \\",
    `  -d '{"product_code":"SHIRT-M","inventory_level":12,"timestamp":"2015-01-23T16:35:38+0000"}'`,
  ].join('\n')
  return (
    <Empty title={`${site} has no levels yet.`}>
      <p>An inventory event makes them; it is seen here at once. TOKEN is the site’s:</p>
      <pre class="curl">{curl}</pre>
      <div class="actions">
        <CopyButton text={curl}>Copy the call</CopyButton>
      </div>
      <p>Or load a seed, above, which has levels.</p>
    </Empty>
  )
}
