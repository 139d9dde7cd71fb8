import type { EvidenceBeside } from '../../api/documents.js'
import { Evidence } from '../../parts/evidence.js'
import { useReference } from './reference-context.js'

/** On what the statement beside it rests: grade, rule and source of each, and, unfolded, what the rule says. */
export function EvidenceList({ of }: { readonly of: readonly EvidenceBeside[] | undefined }) {
  const { rules } = useReference()
  if (of === undefined || of.length === 0) return null
  return (
    <ul class="evidence-list" aria-label="Evidence">
      {of.map(({ rule, evidence, source }) => (
        <li key={rule}>
          <details>
            <summary>
              <Evidence grade={evidence} /> <code>{rule}</code> <span class="source">{source}</span>
            </summary>
            <p>{rules.get(rule)?.statement}</p>
          </details>
        </li>
      ))}
    </ul>
  )
}
