import type { RuleTold as Told } from '../../api/evidence.js'
import { Evidence } from '../../parts/evidence.js'

/** A rule in its words, with what it rests on. */
export function RuleTold({ rule, statement, evidence, source }: Told) {
  return (
    <>
      <p class="rule-name">
        <code>{rule}</code> <Evidence grade={evidence} />
      </p>
      <p>{statement}</p>
      <p class="soft">{source}</p>
    </>
  )
}
