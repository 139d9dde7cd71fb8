import type { Coverage } from './coverage.js'

/** Gaps that are named where a run covers too little. */
const gapsNamed = 3

/** Whether a run covers as much as is wanted, in percent. One without calls never does: it has shown nothing. */
export function isEnough({ percentage, rules }: Coverage, least: number): boolean {
  return percentage !== null && rules.exercised * 100 >= least * rules.testable
}

/** What is wanted and the worst that is left open, in lines; the first goes on a sentence. */
export function writeWanted({ gaps }: Coverage, least: number): readonly [string, ...string[]] {
  const worst = gaps.slice(0, gapsNamed).map(({ rule, statement }) => `  ${rule}: ${statement}`)
  return [`--min-coverage wants ${least} %${worst.length > 0 ? '; the worst gaps:' : ''}`, ...worst]
}
