import type { Rule } from '../contracts/rules/book.js'
import { jirafe } from '../contracts/rules/jirafe.js'
import { joor } from '../contracts/rules/joor.js'

/** The rule book of each vendor: one that is missing here is neither shown nor proved. */
export const books: readonly { readonly vendor: string; readonly rules: readonly Rule[] }[] = [
  { vendor: 'JOOR', rules: Object.values(joor) },
  { vendor: 'Jirafe', rules: Object.values(jirafe) },
]

/** Every rule, in the order of the books. */
export const allRules = books.flatMap(({ rules }) => rules)

/** A rule as it stands beside what it decided. */
export function writeRule({ id, says, evidence, source }: Rule) {
  return { rule: id, statement: says, evidence, source }
}

/** A rule as the book lists it. */
export function writeListed(rule: Rule) {
  return { ...writeRule(rule), breach: rule.breach }
}
