import { allRules, writeListed } from '../rule-list.js'
import type { Outside } from './outside.js'

export interface RulesOptions {
  readonly json?: boolean
}

/** Lists the rule book; the exit code. */
export function rules({ json }: RulesOptions, outside: Outside): number {
  if (json === true) {
    outside.print(JSON.stringify({ rules: allRules.map(writeListed) }, null, 2))
    return 0
  }
  const width = Math.max(...allRules.map(({ id }) => id.length))
  for (const { id, evidence, breach, says } of allRules)
    outside.print(`${id.padEnd(width)}  ${evidence.padEnd(10)}  ${breach.padEnd(11)}  ${says}`)
  return 0
}
