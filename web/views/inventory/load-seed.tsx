import { useState } from 'preact/hooks'
import { loadSeed } from '../../api/seed.js'
import { refreshState } from '../../live/emulator-state.js'
import { Dialog } from '../../parts/dialog.js'
import { FormField } from '../../parts/form-field.js'
import { toast } from '../../parts/toast.js'
import { seedLoaded } from './seed-loaded.js'

/** Loads accounts and sites from a file or from what is pasted; what they replace is said before. */
export function LoadSeed({ onClose }: { readonly onClose: () => void }) {
  const [refusal, setRefusal] = useState<string | undefined>(undefined)
  const [isLoading, setLoading] = useState(false)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (!(event.currentTarget instanceof HTMLFormElement)) return
    const form = new FormData(event.currentTarget)
    const file = form.get('file')
    const seed = file instanceof File && file.name !== '' ? file : new Blob([String(form.get('text') ?? '')])
    setLoading(true)
    const answer = await loadSeed(seed)
    setLoading(false)
    if ('problem' in answer) return setRefusal(answer.problem.detail)
    onClose()
    const { accounts, sites } = answer.value
    toast(`Loaded: ${counted(accounts, 'account')} and ${counted(sites, 'site')}.`)
    seedLoaded.value++
    await refreshState()
  }
  return (
    <Dialog title="Load a seed" onClose={onClose}>
      <p>
        The accounts and sites that it names are replaced, with all that stands in them; the others stay. A reset goes
        back to it from now on.
      </p>
      <form class="form" onSubmit={submit}>
        <FormField
          name="file"
          label="A file"
          input={{ type: 'file', accept: '.json,application/json' }}
          hint="JSON in UTF-8. A seed in YAML, or one that names a CSV file, is read at the start only: --seed FILE."
        />
        <FormField name="text" label="Or its content" lines refusal={refusal} />
        <div class="actions">
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={isLoading}>
            {isLoading ? 'Loading …' : 'Load'}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`
