import { useState } from 'preact/hooks'
import type { Answer } from '../../api/call.js'
import { putSite, readSite } from '../../api/levels.js'
import { putAccount, readAccount } from '../../api/stock.js'
import { refreshState } from '../../live/emulator-state.js'
import { CopyButton } from '../../parts/copy-button.js'
import { Dialog } from '../../parts/dialog.js'
import { FormField } from '../../parts/form-field.js'
import { toast } from '../../parts/toast.js'
import { addressOf, go } from '../../routing/route.js'

interface Kind {
  readonly noun: 'account' | 'site'
  readonly one: string
  readonly title: string
  readonly nameHint: string
  readonly tokenHint: string
  readonly read: (name: string) => Promise<Answer<unknown>>
  readonly put: (name: string, document: object) => Promise<Answer<{ readonly token?: string }>>
}

const account: Kind = {
  noun: 'account',
  one: 'an account',
  title: 'Add a JOOR account',
  nameHint: 'A name of your own: on the wire its token stands for it.',
  tokenHint: 'Sent as OAuth2, in Base64. Left empty, one is made.',
  read: readAccount,
  put: putAccount,
}
const site: Kind = {
  noun: 'site',
  one: 'a site',
  title: 'Add a Jirafe site',
  nameHint: 'The site’s ID, as it stands in the path: /v2/ID/inventory.',
  tokenHint: 'Sent as Bearer. Left empty, one is made.',
  read: readSite,
  put: putSite,
}

interface Adding {
  readonly onClose: () => void
}
export const AddAccount = ({ onClose }: Adding) => <Add kind={account} onClose={onClose} />
export const AddSite = ({ onClose }: Adding) => <Add kind={site} onClose={onClose} />

interface Refused {
  readonly field: 'name' | 'token'
  readonly detail: string
}

function Add({ kind, onClose }: Adding & { readonly kind: Kind }) {
  const [refused, setRefused] = useState<Refused | undefined>(undefined)
  const [made, setMade] = useState<{ readonly name: string; readonly token: string } | undefined>(undefined)
  const finish = (name: string) => {
    onClose()
    go(addressOf('inventory', [], new URLSearchParams({ [kind.noun]: name })))
  }
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const given = readForm(new FormData(event.currentTarget))
    const answer = await add(kind, given)
    if ('field' in answer) return setRefused(answer)
    await refreshState()
    toast(`There is ${kind.one} ${given.name} now.`)
    if (answer.token === undefined) finish(given.name)
    else setMade({ name: given.name, token: answer.token })
  }
  if (made !== undefined)
    return (
      <Dialog title={`The token of ${made.name}`} onClose={() => finish(made.name)}>
        <p>It is shown here once: the emulator keeps no more than its hash.</p>
        <pre class="made-token">{made.token}</pre>
        <div class="actions">
          <CopyButton text={made.token}>Copy the token</CopyButton>
          <button type="button" class="primary" onClick={() => finish(made.name)}>
            Done
          </button>
        </div>
      </Dialog>
    )
  const refusalOf = (field: Refused['field']) => (refused?.field === field ? refused.detail : undefined)
  return (
    <Dialog title={kind.title} onClose={onClose}>
      <form class="form" onSubmit={submit}>
        <FormField
          name="name"
          label={kind.noun === 'account' ? 'Name' : 'ID'}
          hint={kind.nameHint}
          refusal={refusalOf('name')}
          input={{ required: true }}
        />
        <FormField name="token" label="Token" hint={kind.tokenHint} refusal={refusalOf('token')} />
        {kind.noun === 'account' && (
          <FormField
            name="warehouses"
            label="Warehouses"
            hint="One on each line. Left empty, any warehouse is taken."
            lines
          />
        )}
        <div class="actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary">
            Add
          </button>
        </div>
      </form>
    </Dialog>
  )
}

interface Given {
  readonly name: string
  readonly document: { readonly token?: string; readonly warehouses?: readonly string[] }
}

function readForm(form: FormData): Given {
  const text = (name: string) => String(form.get(name) ?? '').trim()
  const warehouses = text('warehouses')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
  return {
    name: text('name'),
    document: { ...(text('token') && { token: text('token') }), ...(warehouses.length > 0 && { warehouses }) },
  }
}

/** PUT would replace one of that name, with all that stands in it: so it is asked first whether there is one. */
async function add(kind: Kind, { name, document }: Given): Promise<{ readonly token?: string } | Refused> {
  const there = await kind.read(name)
  if ('value' in there)
    return { field: 'name', detail: `There is ${kind.one} ${name} already. Right is a name of its own.` }
  if (there.problem.status !== 404) return { field: 'name', detail: there.problem.detail }
  const answer = await kind.put(name, document)
  if ('value' in answer) return answer.value
  const { status, detail } = answer.problem
  return { field: status === 409 || /^token\b/.test(detail) ? 'token' : 'name', detail }
}
