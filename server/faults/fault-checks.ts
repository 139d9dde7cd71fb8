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

function errorFaults(
  document: Extract<FaultDocument, { kind: 'error' }>,
  meant: readonly AnyOperation[],
): readonly DocumentFault[] {
  const { status, error_type: type, message, retry_after: retryAfter } = document
  for (const vendor of new Set(meant.map((operation) => operation.vendor))) {
    const own = meant.filter((operation) => operation.vendor === vendor)
    const who = own.length === 1 ? writeNames(own) : (vendor ?? '')
    const given = own.flatMap(({ errors = [] }) => errors)
    if (!given.some((error) => error.status === status)) {
      const right = choice(given.map((error) => error.status))
      const way = meant.length > own.length ? '; a match by vendor or operation leaves the others out' : ''
      return [faultAt(['status'], `is ${status}, which ${who} never answers; right is ${right}${way}`)]
    }
    const ofStatus = given.filter((error) => error.status === status)
    const types = ofStatus.flatMap((error) => error.type ?? [])
    if (type !== undefined && !types.includes(type)) {
      const right = types.length === 0 ? `none: ${who} has no such word` : choice(types)
      return [faultAt(['error_type'], `is "${type}"; right with ${status} is ${right}`)]
    }
    const error = own
      .map((operation) => errorFor({ status, ...(type !== undefined && { type }) }, operation))
      .find(Boolean)
    if (message !== undefined && error?.message === '')
      return [faultAt(['message'], `stands beside ${status}, which ${who} answers without a sentence; leave it out`)]
    if (retryAfter !== undefined && error?.retryAfter === undefined) {
      const right = choice(given.flatMap((each) => (each.retryAfter === undefined ? [] : [each.status])))
      return [faultAt(['retry_after'], `stands beside ${status}; right is with ${right}`)]
    }
  }
  return []
}

const choice = (values: readonly (string | number)[]) => writeChoice([...new Set(values)].sort().map(String))
const writeNames = (operations: readonly AnyOperation[]) => choice(operations.map(({ name }) => name))
