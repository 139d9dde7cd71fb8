import { useState } from 'preact/hooks'
import {
  deleteSnapshot,
  listSnapshots,
  restoreSnapshot,
  type Snapshot,
  snapshotAddress,
  takeSnapshot,
} from '../../api/snapshots.js'
import { refreshState } from '../../live/emulator-state.js'
import { useFresh } from '../../live/fresh.js'
import { confirm } from '../../parts/confirm.js'
import { Problem } from '../../parts/problem.js'
import { Time } from '../../parts/time.js'
import { toast } from '../../parts/toast.js'
import { scope, scopeQuery } from '../../routing/scope.js'
import { TextField } from './field.js'
import { isSame, whose } from './whose.js'

const everyMs = 10_000

/** The state of the scope, kept to go back to. */
export function SnapshotPanel() {
  const query = scopeQuery(scope.value)
  const { value, problem, reload } = useFresh(`snapshots?${query}`, everyMs, (stop) => listSnapshots(query, stop))
  const [name, setName] = useState('')
  const [wrong, setWrong] = useState<string | undefined>(undefined)
  const kept = value?.snapshots ?? []
  const take = async (event: SubmitEvent) => {
    event.preventDefault()
    const wanted = name.trim()
    if (wanted === '') return setWrong('A snapshot has a name.')
    const before = kept.find((each) => each.name === wanted)
    if (before !== undefined && !(await isReplaced(before))) return
    const answer = await takeSnapshot(scopeQuery(scope.peek()), wanted)
    if ('problem' in answer) return setWrong(answer.problem.detail)
    setWrong(undefined)
    setName('')
    toast(`Kept as ${wanted}.`)
    reload()
  }
  return (
    <section class="card" aria-labelledby="snapshots-title">
      <h2 id="snapshots-title">Snapshots of {isSame(scope.value, {}) ? 'everything' : whose(scope.value)}</h2>
      <form class="row" onSubmit={take} noValidate>
        <TextField
          label="Name"
          value={name}
          onChange={(given) => {
            setName(given)
            setWrong(undefined)
          }}
          problem={wrong}
          example="before-import"
        />
        <button type="submit">Take a snapshot</button>
      </form>
      {problem !== undefined && <Problem problem={problem} onRetry={reload} />}
      {value !== undefined && kept.length === 0 && <p class="soft">None is kept yet.</p>}
      {kept.length > 0 && (
        <ul class="kept" aria-label="Snapshots">
          {kept.map((snapshot) => (
            <li key={snapshot.name}>
              <p>
                <b>{snapshot.name}</b>{' '}
                <span class="soft">
                  <Time at={snapshot.at} withDate />, {writeCounts(snapshot)}
                </span>
              </p>
              <div class="actions">
                <button
                  type="button"
                  aria-label={`Restore ${snapshot.name} …`}
                  onClick={() => void restore(snapshot, reload)}
                >
                  Restore …
                </button>
                <a
                  class="button"
                  href={snapshotAddress(query, snapshot.name)}
                  download={`${snapshot.name}.json`}
                  aria-label={`Download ${snapshot.name}`}
                >
                  Download
                </a>
                <button
                  type="button"
                  aria-label={`Delete ${snapshot.name} …`}
                  onClick={() => void remove(snapshot, reload)}
                >
                  Delete …
                </button>
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

const writeCounts = ({ accounts, sites }: { readonly accounts: number; readonly sites: number }) =>
  `${accounts} ${accounts === 1 ? 'account' : 'accounts'}, ${sites} ${sites === 1 ? 'site' : 'sites'}`

const isReplaced = ({ name }: Snapshot) =>
  confirm({
    title: `Replace the snapshot ${name}?`,
    text: 'There is one of this name already. What it keeps is lost.',
    act: 'Replace it',
  })

async function restore({ name }: Snapshot, reload: () => void): Promise<void> {
  const of = scope.peek()
  const isSure = await confirm({
    title: `Back to ${name}?`,
    text: `The state of ${isSame(of, {}) ? 'everything' : whose(of)} becomes that of the snapshot; what changed since is lost. Requests, faults and clocks stay.`,
    act: 'Restore it',
  })
  if (!isSure) return
  const answer = await restoreSnapshot(scopeQuery(of), name)
  if ('problem' in answer) return toast(answer.problem.detail, 'failed')
  toast(`Back to ${name}: ${writeCounts(answer.value)}.`)
  reload()
  void refreshState()
}

async function remove({ name }: Snapshot, reload: () => void): Promise<void> {
  const isSure = await confirm({
    title: `Delete the snapshot ${name}?`,
    text: 'What it keeps is lost; the state as it is now stays.',
    act: 'Delete it',
  })
  if (!isSure) return
  const answer = await deleteSnapshot(scopeQuery(scope.peek()), name)
  if ('problem' in answer) toast(answer.problem.detail, 'failed')
  else toast(`Deleted ${name}.`)
  reload()
}
