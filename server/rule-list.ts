import type { Rule } from '../contracts/rules/book.js'
import { jirafe } from '../contracts/rules/jirafe.js'
import { joor } from '../contracts/rules/joor.js'

/** Every rule of both vendors, in the order of the books. */
export const allRules: readonly Rule[] = [...Object.values(joor), ...Object.values(jirafe)]

/** A rule as the control plane and the command line show it. */
export function writeRule({ id, says, evidence, source, breach }: Rule) {
  return { rule: id, statement: says, evidence, source, breach }
}
