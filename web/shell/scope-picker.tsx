import { accounts, sites } from '../live/emulator-state.js'
import { setQuery } from '../routing/route.js'
import { scope } from '../routing/scope.js'

/** Which account or site the views are about. A name from the address is offered though nobody has called by it yet. */
export function ScopePicker() {
  const { account, site } = scope.value
  const accountNames = withName(
    accounts.value.map((each) => each.account),
    account,
  )
  const siteNames = withName(
    sites.value.map((each) => each.site),
    site,
  )
  const chosen = account !== undefined ? `account:${account}` : site !== undefined ? `site:${site}` : ''
  const choose = (value: string) => {
    const name = value.slice(value.indexOf(':') + 1)
    setQuery({
      account: value.startsWith('account:') ? name : undefined,
      site: value.startsWith('site:') ? name : undefined,
    })
  }
  return (
    <label class="field scope">
      <span class="unseen">Account or site</span>
      <select value={chosen} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        <option value="">Everything</option>
        {accountNames.length > 0 && (
          <optgroup label="JOOR accounts">
            {accountNames.map((name) => (
              <option key={name} value={`account:${name}`}>
                {name}
              </option>
            ))}
          </optgroup>
        )}
        {siteNames.length > 0 && (
          <optgroup label="Jirafe sites">
            {siteNames.map((name) => (
              <option key={name} value={`site:${name}`}>
                {name}
              </option>
            ))}
          </optgroup>
        )}
      </select>
    </label>
  )
}

const withName = (names: readonly string[], name: string | undefined) =>
  name === undefined || names.includes(name) ? names : [name, ...names]
