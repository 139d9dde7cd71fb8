import type { Rule } from '../contracts/rules/book.js'
import { jirafe } from '../contracts/rules/jirafe.js'
import { joor } from '../contracts/rules/joor.js'

/** Every rule of both vendors, in the order of the books. */
export const allRules: readonly Rule[] = [...Object.values(joor), ...Object.values(jirafe)]

/** A rule as it stands beside what it decided. */
export function writeRule({ id, says, evidence, source }: Rule) {
  return { rule: id, statement: says, evidence, source }
}

/** A rule as the book lists it. */
export function writeListed(rule: Rule) {
  return { ...writeRule(rule), breach: rule.breach }
}
