import { endpoints } from '../../contracts/rules/endpoints.js'
import type { AnyOperation, VendorError } from '../operation.js'
import type { Part } from './document.js'
import { evidenceOf, rulesOfGroups } from './evidence.js'

/** The ids of the rules that speak of a call, told by the last word of its path: `bulk-inventory`, `product.cost`. */
export function rulesOfCall(vendor: 'JOOR' | 'Jirafe', word: string): readonly string[] {
  const isIts = new RegExp(`[/{ ]${word.replaceAll('.', '\\.')}(?=[,}]|$)`)
  const endpoint = endpoints.find((each) => each.vendor === vendor && isIts.test(each.call))
  if (endpoint === undefined) throw new Error(`No endpoint of ${vendor} has the word ${word}.`)
  return rulesOfGroups(vendor.toLowerCase(), endpoint.groups)
}

/** The vendor's errors by status, each with its rule. */
export function errorsByStatus({ errors = [] }: AnyOperation): ReadonlyMap<number, readonly VendorError[]> {
  const statuses = [...new Set(errors.map(({ status }) => status))].sort((one, other) => one - other)
  return new Map(statuses.map((status) => [status, errors.filter((each) => each.status === status)]))
}

/** The table of all errors that a vendor answers with, as a document has it. */
export function errorTable(operations: readonly AnyOperation[]): readonly Part[] {
  const rows = operations.flatMap(({ errors = [] }) => errors).map(writeError)
  const texts = [...new Set(rows.map((row) => JSON.stringify(row)))]
  return texts.map((each) => JSON.parse(each)).sort((one, other) => one.status - other.status)
}

function writeError({ status, type, message, headers, retryAfter, rule }: VendorError): Part {
  return {
    status,
    ...(type !== undefined && { error_type: type }),
    ...(message !== '' && { message }),
    headers: [...Object.keys(headers ?? {}), ...(retryAfter === undefined ? [] : ['Retry-After'])],
    'x-evidence': evidenceOf([rule.id]),
  }
}

/** The headers that come with a vendor's error. */
export const headersOf = (errors: readonly VendorError[]): ReadonlySet<string> =>
  new Set(
    errors.flatMap(({ headers, retryAfter }) => [
      ...Object.keys(headers ?? {}),
      ...(retryAfter === undefined ? [] : ['Retry-After']),
    ]),
  )
