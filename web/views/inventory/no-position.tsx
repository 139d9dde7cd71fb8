import { CopyButton } from '../../parts/copy-button.js'
import { Empty } from '../../parts/empty.js'
import { route, setQuery } from '../../routing/route.js'

/** Why there is nothing to see of an account, and what to do about it. */
export function NoPosition({ account }: { readonly account: string }) {
  const { query } = route.value
  const names = ['warehouse', 'inventory_date', 'text']
  if (names.some((name) => (query.get(name) ?? '') !== ''))
    return (
      <Empty title="No position matches.">
        <div class="actions">
          <button type="button" onClick={() => setQuery(Object.fromEntries(names.map((name) => [name, undefined])))}>
            Show all positions
          </button>
        </div>
      </Empty>
    )
  const curl = [
    `curl -X POST '${location.origin}/v2/bulk-inventory' \\`,
    `  -H "Authorization: OAuth2 $(printf %s "$TOKEN" | base64)" \\`,
    "  -H 'Content-Type: application/json' \\",
    `  -d '{"inventory_items":[{"upc":"822508068753","inventory":12}]}'`,
  ].join('\n')
  return (
    <Empty title={`${account} has no positions yet.`}>
      <p>A bulk call makes them; it is seen here at once. TOKEN is the account’s:</p>
      <pre class="curl">{curl}</pre>
      <div class="actions">
        <CopyButton text={curl}>Copy the call</CopyButton>
      </div>
      <p>Or load a seed, above, which has positions.</p>
    </Empty>
  )
}
