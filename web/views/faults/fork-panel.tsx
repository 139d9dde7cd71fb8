import { useState } from 'preact/hooks'
import { type Forked, fork, type Origin } from '../../api/forks.js'
import { accounts, refreshState, sites } from '../../live/emulator-state.js'
import { CopyButton } from '../../parts/copy-button.js'
import { Link } from '../../routing/link.js'
import { addressOf } from '../../routing/route.js'
import { scope, scopeQuery } from '../../routing/scope.js'
import { ChoiceField, type Option, TextField } from './field.js'
import { type PlaceProblem, problemsOf } from './field-problems.js'

const fields = [
  { name: 'name', pointer: 'name' },
  { name: 'token', pointer: 'token' },
]

/** Another account or site with the same state, for a test of its own. */
export function ForkPanel() {
  const [origin, setOrigin] = useState('')
  const [name, setName] = useState('')
  const [token, setToken] = useState('')
  const [problems, setProblems] = useState<readonly PlaceProblem[]>([])
  const [made, setMade] = useState<Forked | undefined>(undefined)
  const options = originsIn()
  const of = options.find(({ value }) => value === origin)?.value ?? options[0]?.value
  const wrong = problemsOf(fields, problems)
  const submit = async (event: SubmitEvent) => {
    event.preventDefault()
    if (of === undefined) return
    const given = { ...(name !== '' && { name }), ...(token !== '' && { token }) }
    const answer = await fork(originOf(of), given)
    if ('problem' in answer) return setProblems(linesOf(answer.problem.detail))
    setProblems([])
    setMade(answer.value)
    setName('')
    setToken('')
    void refreshState()
  }
  return (
    <section class="card" aria-labelledby="fork-title">
      <h2 id="fork-title">Fork</h2>
      {of === undefined ? (
        <p class="soft">There is no account or site yet that could be forked.</p>
      ) : (
        <form class="fields" onSubmit={submit} noValidate>
          <ChoiceField label="Of" value={of} onChange={setOrigin} options={options} />
          <TextField
            label="Name of the fork"
            value={name}
            onChange={setName}
            problem={wrong.get('name') ?? wrong.get('')}
            hint="Made up where it is left out."
          />
          <TextField
            label="Token of the fork"
            value={token}
            onChange={setToken}
            problem={wrong.get('token')}
            hint="Made up as well, and told once."
          />
          <div class="actions wide">
            <button type="submit">Fork it</button>
          </div>
        </form>
      )}
      <div aria-live="polite">{made !== undefined && <Made made={made} />}</div>
    </section>
  )
}

function Made({ made: { account, site, token } }: { readonly made: Forked }) {
  const name = account ?? site ?? ''
  return (
    <div class="made">
      <p>
        <Link to={addressOf('inventory', [], scopeQuery(account !== undefined ? { account } : { site: name }))}>
          {name}
        </Link>{' '}
        has the same state.
      </p>
      {token !== undefined && (
        <>
          <p>
            Its token, told this once: <code>{token}</code>
          </p>
          <CopyButton text={token}>Copy the token</CopyButton>
        </>
      )}
    </div>
  )
}

/** The account or site that the dashboard is about, or any. */
function originsIn(): readonly Option[] {
  const { account, site } = scope.value
  if (account !== undefined) return [{ value: `account:${account}`, text: account }]
  if (site !== undefined) return [{ value: `site:${site}`, text: site }]
  return [
    ...accounts.value.map((each) => ({ value: `account:${each.account}`, text: each.account, under: 'JOOR accounts' })),
    ...sites.value.map((each) => ({ value: `site:${each.site}`, text: each.site, under: 'Jirafe sites' })),
  ]
}

function originOf(value: string): Origin {
  const name = value.slice(value.indexOf(':') + 1)
  return value.startsWith('account:') ? { account: name } : { site: name }
}

/** `name: must be …`; what begins otherwise is about the whole. */
const linesOf = (detail: string): readonly PlaceProblem[] =>
  detail.split('\n').map((line) => {
    const [, at = '', message = line] = /^(name|token): (.*)$/.exec(line) ?? []
    return { at: at === '' && /\btoken\b/i.test(line) ? 'token' : at, message }
  })
