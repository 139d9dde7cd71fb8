import type { Evidence as Grade } from '../../api/evidence.js'
import { Evidence } from '../../parts/evidence.js'
import { route, setQuery } from '../../routing/route.js'
import { Prose } from './prose.js'
import { useReference } from './reference-context.js'

const grades: readonly Grade[] = ['documented', 'recorded', 'observed', 'assumed']

/** What becomes of a call that breaks a rule; a rule that only decides cannot be broken. */
const breaches = new Map([
  ['refuse call', 'A breach refuses the call'],
  ['refuse item', 'A breach refuses the item'],
  ['report call', 'A breach is reported; the call is taken'],
  ['report item', 'A breach is reported; the item is taken'],
  ['conduct', 'Told of calls in their order, never of one alone'],
])

/** Rules in their words, those of one grade where the address names it. */
export function RuleList({ ids, title }: { readonly ids: readonly string[]; readonly title: string }) {
  const { rules } = useReference()
  const chosen = grades.find((grade) => grade === route.value.query.get('evidence'))
  const known = ids.flatMap((id) => {
    const rule = rules.get(id)
    return rule === undefined ? [] : [{ id, ...rule }]
  })
  const shown = chosen === undefined ? known : known.filter(({ evidence }) => evidence === chosen)
  if (known.length === 0) return null
  return (
    <section class="rules">
      <h3>{title}</h3>
      <fieldset class="grades">
        <legend class="unseen">Evidence</legend>
        <button type="button" aria-pressed={chosen === undefined} onClick={() => setQuery({ evidence: undefined })}>
          All <span class="count">{known.length}</span>
        </button>
        {grades.map((grade) => {
          const count = known.filter(({ evidence }) => evidence === grade).length
          return (
            <button
              key={grade}
              type="button"
              aria-pressed={chosen === grade}
              disabled={count === 0 && chosen !== grade}
              onClick={() => setQuery({ evidence: grade })}
            >
              <Evidence grade={grade} /> <span class="count">{count}</span>
            </button>
          )
        })}
      </fieldset>
      {shown.length === 0 && <p class="soft">No rule here is {chosen}.</p>}
      <ol class="told">
        {shown.map(({ id, statement, evidence, source, breach }) => (
          <li key={id}>
            <p class="field-head">
              <code>{id}</code> <Evidence grade={evidence} />
            </p>
            <Prose text={statement} />
            <p class="soft">{[breaches.get(breach), source].filter(Boolean).join(' · ')}</p>
          </li>
        ))}
      </ol>
    </section>
  )
}
