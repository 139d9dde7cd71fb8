import type { Coverage } from './coverage.js'
import { headline } from './sentences.js'

/** Gaps that are named where a run covers too little. */
const gapsNamed = 3

/**
 * Why a run covers less than was wanted, and the worst it leaves open; undefined where it covers enough. A run without
 * calls never does: it has shown nothing.
 */
export function shortfall(coverage: Coverage, least: number): string | undefined {
  const { percentage, rules, gaps } = coverage
  if (percentage !== null && rules.exercised * 100 >= least * rules.testable) return undefined
  const named = gaps.slice(0, gapsNamed).map(({ rule, statement }) => `  ${rule}: ${statement}`)
  const worst = named.length === 0 ? [] : ['The worst gaps:', ...named]
  return [`Coverage: ${headline(coverage)}. --min-coverage wants ${least} %.`, ...worst].join('\n')
}
