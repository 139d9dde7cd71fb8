import { kinds } from './faults/fault.js'
import { jirafeOperations } from './jirafe/operations.js'
import { joorOperations } from './joor/operations.js'
import type { AnyOperation } from './operation.js'

/** Every kind of fault, for people. */
export const faultTable = {
  head: ['kind', 'parameters', 'what the client meets', 'applied', 'magic word'],
  rows: Object.entries(kinds).map(([kind, { parameters, says, applied, magic }]) => [
    `\`${kind}\``,
    parameters,
    says,
    applied,
    `\`${magic.word}\``,
  ]),
}

/** The errors that each vendor answers, and on what evidence. */
export const errorTable = {
  head: ['vendor', 'status', 'error_type', 'evidence'],
  rows: [...errorsOf('JOOR', joorOperations), ...errorsOf('Jirafe', jirafeOperations)],
}

function errorsOf(vendor: string, operations: readonly AnyOperation[]): readonly (readonly string[])[] {
  const rows = operations.flatMap(({ errors = [] }) =>
    errors.map(({ status, type, rule }) => [
      vendor,
      String(status),
      type === undefined ? '' : `\`${type}\``,
      rule.evidence,
    ]),
  )
  const byText = new Map(rows.map((row) => [row.slice(0, 3).join(), row]))
  return [...byText.values()].sort(([, one = ''], [, other = '']) => Number(one) - Number(other))
}
