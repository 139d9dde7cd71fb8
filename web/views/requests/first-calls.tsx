import { CopyButton } from '../../parts/copy-button.js'
import { Empty } from '../../parts/empty.js'
import { scope } from '../../routing/scope.js'

/** What stands there before anything came: two calls to try, to this very emulator. */
export function FirstCalls() {
  const { account, site } = scope.value
  const whose = account ?? site
  return (
    <Empty title={whose === undefined ? 'No call has come yet.' : `No call of ${whose} has come yet.`}>
      <p>
        Point your client at <code>{location.origin}</code> in the place of <code>https://api.jooraccess.com</code> or{' '}
        <code>https://event.jirafe.com</code>, or try these. Whatever arrives appears here at once.
      </p>
      <Example title="JOOR: two items, one of which is wrong" command={joor(location.origin)} />
      <Example title="Jirafe: a level that is no number" command={jirafe(location.origin)} />
    </Empty>
  )
}

function Example({ title, command }: { readonly title: string; readonly command: string }) {
  return (
    <section class="example">
      <h3>{title}</h3>
      <pre>{command}</pre>
      <CopyButton text={command}>Copy the command</CopyButton>
    </section>
  )
}

const joor = (origin: string) => `curl -s ${origin}/v2/bulk-inventory \\
  -H "Authorization: OAuth2 $(printf %s my-token | base64)" -H 'Content-Type: application/json' \\
  -d '{"inventory_items":[{"warehouse":"New York","upc":"822508068753","inventory":200},{"warehouse":"New York","upc":"822508068760","inventory":"1,000"}]}'`

const jirafe = (origin: string) => `curl -s ${origin}/v2/my-site/inventory \\
  -H 'Authorization: Bearer my-token' -H 'Content-Type: application/json' \\
  -d '{"timestamp":"2015-01-23T16:35:38+0000","product_code":"822508068753","inventory_level":null}'`
