import { useState } from 'preact/hooks'
import { scope } from '../../routing/scope.js'
import { AccountStock } from './account-stock.js'
import { AddAccount, AddSite } from './add.js'
import { LoadSeed } from './load-seed.js'
import { Overview } from './overview.js'
import { SiteLevels } from './site-levels.js'
import './inventory.css'

type Act = 'account' | 'site' | 'seed'

/** What stands in an account or a site; where none is chosen, which there are. */
export function Inventory({ rest }: { readonly rest: readonly string[] }) {
  const [act, setAct] = useState<Act | undefined>(undefined)
  const { account, site } = scope.value
  const close = () => setAct(undefined)
  return (
    <div class="inventory">
      <div class="inventory-head">
        <h2>{account ?? site ?? 'Everything'}</h2>
        {account !== undefined && <span class="soft">JOOR account</span>}
        {site !== undefined && <span class="soft">Jirafe site</span>}
        <div class="actions">
          <button type="button" onClick={() => setAct('account')}>
            Add account …
          </button>
          <button type="button" onClick={() => setAct('site')}>
            Add site …
          </button>
          <button type="button" onClick={() => setAct('seed')}>
            Load seed …
          </button>
        </div>
      </div>
      {account !== undefined ? (
        <AccountStock key={account} account={account} />
      ) : site !== undefined ? (
        <SiteLevels key={site} site={site} code={rest[0]} />
      ) : (
        <Overview />
      )}
      {act === 'account' && <AddAccount onClose={close} />}
      {act === 'site' && <AddSite onClose={close} />}
      {act === 'seed' && <LoadSeed onClose={close} />}
    </div>
  )
}
