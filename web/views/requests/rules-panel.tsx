import type { RuleTold as Told } from '../../api/evidence.js'
import { RuleTold } from './rule-told.js'

/** The rules that decided something about the call, kept or broken. */
export function RulesPanel({ rules }: { readonly rules: readonly Told[] }) {
  if (rules.length === 0) return <p class="loading">No rule decided anything about this call.</p>
  return (
    <ol class="told">
      {rules.map((rule) => (
        <li key={rule.rule}>
          <RuleTold {...rule} />
        </li>
      ))}
    </ol>
  )
}
