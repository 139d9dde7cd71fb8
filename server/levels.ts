import { type ClientRule, type Evidence, grades, isClientRule, type Rule } from '../contracts/rules/book.js'
import { readPattern } from './pattern.js'

/** What a breach counts for: `off` is told nowhere. */
export const levels = ['error', 'warn', 'off'] as const
export type Level = Exclude<(typeof levels)[number], 'off'>

/** Levels by the id of a rule, in which `*` stands for any characters: `{ 'joor.date.*': 'error' }`. The last counts. */
export type LevelsByRule = Readonly<Record<string, Level | 'off'>>

export interface LevelOptions {
  readonly levels?: LevelsByRule
  /** The least evidence that a rule must rest on for its breaches to count. Default: any. */
  readonly evidence?: Evidence
}

/** How much the breach of each rule counts. What the vendor refuses is an error and all else a warning, unless told. */
export class Levels {
  readonly #patterns: readonly (readonly [RegExp, Level | 'off'])[]
  readonly #least: Evidence
  readonly #known = new Map<Rule, Level | 'off'>()

  constructor({ levels: given = {}, evidence = 'assumed' }: LevelOptions = {}) {
    this.#patterns = Object.entries(given).map(([pattern, level]) => [readPattern(pattern), level])
    this.#least = evidence
  }

  of(rule: ClientRule): Level | 'off' {
    const known = this.#known.get(rule)
    if (known !== undefined) return known
    const level = this.#find(rule)
    this.#known.set(rule, level)
    return level
  }

  /** Whether anything is told of the rule, one that no client can break too. */
  counts(rule: Rule): boolean {
    return (isClientRule(rule) ? this.of(rule) : this.#find(rule)) !== 'off'
  }

  #find(rule: Rule): Level | 'off' {
    if (!restsOn(rule, this.#least)) return 'off'
    const told = this.#patterns.findLast(([pattern]) => pattern.test(rule.id))?.[1]
    return told ?? (rule.breach.startsWith('refuse') ? 'error' : 'warn')
  }
}

/** Whether a rule has this evidence or a stronger one. */
export function restsOn({ evidence }: Rule, least: Evidence = 'assumed'): boolean {
  return grades.indexOf(evidence) <= grades.indexOf(least)
}

/** Whether any of these rules is meant. */
export function meansAny(pattern: string, rules: readonly Rule[]): boolean {
  const expression = readPattern(pattern)
  return rules.some(({ id }) => expression.test(id))
}
