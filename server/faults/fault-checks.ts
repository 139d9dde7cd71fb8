import { type Fault as DocumentFault, faultAt } from '../documents/documents.js'
import type { AnyOperation } from '../operation.js'
import { writeChoice } from '../suggestion.js'
import type { FaultDocument } from './document.js'
import { errorFor } from './vendor-error.js'

/** What the schema cannot judge: it depends on the calls that are meant. */
export function faultsOf(document: FaultDocument, meant: readonly AnyOperation[]): readonly DocumentFault[] {
  switch (document.kind) {
    case 'error':
      return errorFaults(document, meant)
    case 'partial': {
      if (meant.some(({ skusOf }) => skusOf !== undefined)) return []
      return [faultAt(['kind'], `is "partial", but ${writeNames(meant)} has no items; choose another kind`)]
    }
    case 'latency': {
      const turned = document.distribution === 'uniform' && document.min_ms > document.max_ms
      return turned ? [faultAt(['min_ms'], `is ${document.min_ms}, more than max_ms, which is ${document.max_ms}`)] : []
    }
    default:
      return []
  }
}

type ErrorDocument = Extract<FaultDocument, { kind: 'error' }>

/** Each vendor that may be met has to answer so: a fault that meets one of two vendors is easily taken for both. */
function errorFaults(document: ErrorDocument, meant: readonly AnyOperation[]): readonly DocumentFault[] {
  const vendors = [...new Set(meant.map(({ vendor }) => vendor))]
  const way = vendors.length > 1 ? '; a match by vendor, operation or path leaves the others out' : ''
  return vendors
    .flatMap((vendor) => {
      const own = meant.filter((operation) => operation.vendor === vendor)
      const who = own.length === 1 ? writeNames(own) : (vendor ?? '')
      return statusFault(document, own, who, way) ?? detailFault(document, own, who) ?? []
    })
    .slice(0, 1)
}

function statusFault({ status }: ErrorDocument, own: readonly AnyOperation[], who: string, way: string) {
  const given = own.flatMap(({ errors = [] }) => errors.map((error) => error.status))
  if (given.includes(status)) return undefined
  return faultAt(['status'], `is ${status}, which ${who} never answers; right is ${choice(given)}${way}`)
}

/** What does not go with a status that is right. */
function detailFault(
  { status, error_type: type, message, retry_after: retryAfter }: ErrorDocument,
  own: readonly AnyOperation[],
  who: string,
): DocumentFault | undefined {
  const errors = own.flatMap((operation) => operation.errors ?? [])
  const error = errorFor({ status, ...(type !== undefined && { type }) }, { errors })
  if (error === undefined) {
    const types = errors.flatMap((each) => (each.status === status ? (each.type ?? []) : []))
    const right = types.length === 0 ? `none: ${who} has no such word` : choice(types)
    return faultAt(['error_type'], `is "${type}"; right with ${status} is ${right}`)
  }
  if (message !== undefined && error.message === '')
    return faultAt(['message'], `stands beside ${status}, which ${who} answers without a sentence; leave it out`)
  if (retryAfter === undefined || error.retryAfter !== undefined) return undefined
  const right = choice(errors.flatMap((each) => (each.retryAfter === undefined ? [] : [each.status])))
  return faultAt(['retry_after'], `stands beside ${status}; right is with ${right}`)
}

const choice = (values: readonly (string | number)[]) => writeChoice([...new Set(values)].sort().map(String))
const writeNames = (operations: readonly AnyOperation[]) => choice(operations.map(({ name }) => name))
