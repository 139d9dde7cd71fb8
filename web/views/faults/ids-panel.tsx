import { useState } from 'preact/hooks'
import { clearIds, type IdSeed, readIds, seedIds } from '../../api/ids.js'
import { useFresh } from '../../live/fresh.js'
import { Problem } from '../../parts/problem.js'
import { toast } from '../../parts/toast.js'
import { scope, scopeQuery } from '../../routing/scope.js'
import { TextField } from './field.js'
import { numberIn } from './number.js'
import { whose } from './whose.js'

const everyMs = 10_000

/** Whether log and request ids are the same with each run. */
export function IdsPanel() {
  const query = scopeQuery(scope.value)
  const { value: ids, problem, reload } = useFresh(`ids?${query}`, everyMs, (stop) => readIds(query, stop))
  const [seed, setSeed] = useState('')
  const [wrong, setWrong] = useState<string | undefined>(undefined)
  const begin = async (event: SubmitEvent) => {
    event.preventDefault()
    const answer = await seedIds(scopeQuery(scope.peek()), numberIn(seed))
    if ('problem' in answer) return setWrong(answer.problem.detail)
    setWrong(undefined)
    toast(`Ids begin anew from ${seed.trim()}.`)
    reload()
  }
  const clear = async () => {
    const answer = await clearIds(scopeQuery(scope.peek()))
    if ('problem' in answer) return toast(answer.problem.detail, 'failed')
    toast('Ids are random again.')
    reload()
  }
  return (
    <section class="card" aria-labelledby="ids-title">
      <h2 id="ids-title">Ids for {whose(scope.value)}</h2>
      {problem !== undefined && <Problem problem={problem} onRetry={reload} />}
      {ids !== undefined && <p>{tell(ids)}</p>}
      <form class="row" onSubmit={begin} noValidate>
        <TextField label="Seed" value={seed} onChange={setSeed} problem={wrong} example="1" numeric />
        <button type="submit">Begin anew</button>
        <button type="button" disabled={ids?.seed === null || ids === undefined} onClick={() => void clear()}>
          Make them random
        </button>
      </form>
    </section>
  )
}

function tell({ seed, set_for: setFor }: IdSeed): string {
  if (seed === null) return 'Log and request ids are random.'
  return `Log and request ids follow from the seed ${seed}${setFor === 'own' ? ', its own' : ''}.`
}
