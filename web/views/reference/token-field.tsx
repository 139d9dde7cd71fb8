import type { DocumentName } from '../../api/documents.js'
import { firstToken, tokenOf } from './token.js'

/** A field that shows nothing of what is typed; what it holds is in no address, no storage and no command. */
export function TokenField({ name }: { readonly name: DocumentName }) {
  const token = tokenOf(name)
  const hint = name === 'control' ? 'Where the emulator was started with one and you are not signed in.' : vendorHint
  return (
    <div class="token">
      <label>
        <b>Token</b>
        <input
          type="password"
          autocomplete="off"
          aria-describedby="token-hint"
          value={token.value}
          onInput={({ currentTarget }) => {
            token.value = currentTarget.value
          }}
        />
      </label>
      <p id="token-hint" class="soft">
        {hint} It stays in the memory of this page.
      </p>
    </div>
  )
}

const vendorHint = `“${firstToken}” to begin with: any is taken without auth=enforce; empty sends none.`
