import { useState } from 'preact/hooks'
import { identifierNames, type Position, putPending, readAccount } from '../../api/stock.js'
import { Dialog } from '../../parts/dialog.js'
import { FormField } from '../../parts/form-field.js'
import { toast } from '../../parts/toast.js'
import { PendingOrders } from './pending.js'

interface EditPendingProps {
  readonly account: string
  readonly position: Position
  readonly pending: PendingOrders
  readonly onClose: () => void
  readonly onSaved: () => void
}

/** A position with all that is known of it, and what is on pending orders of it, which can be changed. */
export function EditPending({ account, position, pending, onClose, onSaved }: EditPendingProps) {
  const [refusal, setRefusal] = useState<string | undefined>(undefined)
  const [isSaving, setSaving] = useState(false)
  const units = pending.unitsOf(position)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const text = String(new FormData(event.currentTarget).get('quantity') ?? '').trim()
    setSaving(true)
    const refused = await changePending(account, position, text)
    setSaving(false)
    setRefusal(refused)
    if (refused !== undefined) return
    onClose()
    onSaved()
    toast('The pending orders are changed. They count from the next call with dec_pending=1 on.')
  }
  const { warehouse, inventory_date, sku, available, incoming, pending_deducted } = position
  const facts: readonly (readonly [string, unknown])[] = [
    ['Warehouse', warehouse],
    ['Date', inventory_date],
    ...identifierNames.filter((name) => sku[name] !== undefined).map((name) => [name, sku[name]] as const),
    ['Available', available],
    ['Incoming, as sent', incoming],
    ['Deducted for pending', pending_deducted],
  ]
  return (
    <Dialog title="Pending orders of a position" onClose={onClose}>
      <dl class="position-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{String(value)}</dd>
          </div>
        ))}
      </dl>
      <form class="form" onSubmit={submit}>
        <FormField
          name="quantity"
          label="Pending units"
          hint="Empty or 0: none."
          refusal={refusal}
          input={{ inputMode: 'numeric', defaultValue: units === 0 ? '' : String(units), autofocus: true }}
        />
        <div class="actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={isSaving}>
            Save
          </button>
        </div>
      </form>
    </Dialog>
  )
}

/**
 * Puts a quantity in the place of what is pending of a position; why it is refused. The list is replaced as a whole, so
 * it is read right before: others may have changed it since it was shown.
 */
async function changePending(account: string, position: Position, text: string): Promise<string | undefined> {
  const now = await readAccount(account)
  if ('problem' in now) return now.problem.detail
  const { pending, styles } = now.value
  const rows = new PendingOrders(pending, styles !== null).with(position, quantityOf(text))
  const answer = await putPending(account, rows)
  return 'problem' in answer ? answer.problem.detail : undefined
}

/** What is no number goes to the emulator as it is: what is right is its to say. */
function quantityOf(text: string): unknown {
  if (text === '' || Number(text) === 0) return undefined
  return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text
}
