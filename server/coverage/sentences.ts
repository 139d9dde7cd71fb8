import { counted } from '../counted.js'
import type { Coverage, Gap } from './coverage.js'

/** What was covered of what, in one sentence without its full stop. */
export function headline({ percentage, rules, operations, of }: Coverage): string {
  const calls = operations.reduce((sum, operation) => sum + operation.calls, 0)
  const over = of.length === 0 ? counted(operations.length, 'operation') : of.join(', ')
  if (percentage !== null)
    return `${percentage} %, ${rules.exercised} of ${counted(rules.testable, 'testable rule')} of ${over} exercised by ${counted(calls, 'call')}`
  if (operations.some((operation) => operation.calls > 0))
    return `nothing to cover: ${over} ${calls === 1 ? 'was' : 'were'} called, of which no rule that counts can be tested`
  return 'no call was decided, so that nothing is known'
}

export function keptAndBroken({ rules }: Coverage): string {
  return `${rules.kept} kept, ${rules.broken} broken at least once`
}

/** What a breach leads to, and whether nothing else comes to the rule. */
export const writeBreach = ({ breach, breaks }: Gap) => (breaks ? `${breach}; seen by a breach only` : breach)

/** How to see a gap's rule decided where there are no commands to copy. */
export const wayWithoutShell = ({ case: name }: Gap) =>
  `No shell sends what its contract case sends: "${name}". "backstock verify" runs it.`

/** The faults that calls met, and the kinds that none did. */
export function splitFaults({ faults }: Coverage) {
  return {
    met: faults.filter(({ calls }) => calls > 0),
    never: faults.filter(({ calls }) => calls === 0).map(({ kind }) => kind),
  }
}

export const writePercentage = (percentage: number | null) => (percentage === null ? '-' : `${percentage} %`)
