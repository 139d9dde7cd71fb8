import {
  DocumentError,
  type Fault as DocumentFault,
  faultAt,
  schemaFaults,
  writeLines,
} from '../documents/documents.js'
import type { Step } from '../documents/source.js'
import type { Arrived } from '../matching/call.js'
import { type Known, type Match, readArrivalMatch } from '../matching/match.js'
import type { AnyOperation } from '../operation.js'
import type { Partition, Vendor } from '../state/store.js'
import { writeChoice } from '../suggestion.js'
import { isRecord, writePointer } from '../wire/json-values.js'
import { Armed } from './armed.js'
import type { FaultDocument, SpecDocument } from './document.js'
import { errorFor } from './vendor-error.js'

/** The operations that faults are about: those of which the vendors' answers are known. */
export function faultyOperations(table: readonly AnyOperation[]): readonly AnyOperation[] {
  return table.filter(({ errors }) => errors !== undefined)
}

/**
 * Reads what is to be armed under a scope; throws DocumentError, which names each place by its JSON pointer. What no
 * call could ever meet is refused, so that a test does not wait for it in vain. `first` is the place of the first one in
 * the list of the scope.
 */
export function readSpecs(
  document: unknown,
  scope: Partition | undefined,
  operations: readonly AnyOperation[],
  first = 0,
): readonly Armed[] {
  refuse(schemaFaults('faults', document))
  // The schema has judged it.
  const specs = document as readonly SpecDocument[]
  const known: Known = { operations: new Map(operations.map(({ name, vendor }) => [name, vendor])), rules: [] }
  const faults: DocumentFault[] = []
  const armed = specs.map((spec, index) => {
    const match = readSpecMatch(spec, scope, known)
    if ('faults' in match) faults.push(...match.faults.map((fault) => within([index, 'match'], fault)))
    else
      faults.push(
        ...faultsOf(spec.fault, candidates(spec, scope, operations)).map((fault) => within([index, 'fault'], fault)),
      )
    return 'faults' in match ? [] : [new Armed(spec, match.match, scope, first + index)]
  })
  refuse(faults)
  return armed.flat()
}

function refuse(faults: readonly DocumentFault[]): void {
  if (faults.length === 0) return
  const lines = faults.map(({ steps, message }) => `${writePointer(steps.map(String)) || 'the list'}: ${message}`)
  throw new DocumentError(faults, writeLines(lines))
}

function within(at: readonly Step[], { steps, message, about }: DocumentFault): DocumentFault {
  return faultAt([...at, ...steps], message, about)
}

function readSpecMatch(
  { match = {} }: SpecDocument,
  scope: Partition | undefined,
  known: Known,
): { readonly match: Match<Arrived> } | { readonly faults: readonly DocumentFault[] } {
  const reading = readArrivalMatch(match, known)
  if ('faults' in reading) return reading
  const { headers } = match
  const credentials = Object.keys(isRecord(headers) ? headers : {}).find((name) => /^authorization$/i.test(name))
  if (credentials !== undefined) {
    const message = 'a token is shown nowhere, so it cannot be armed; name the account or site instead'
    return { faults: [faultAt(['headers', credentials], message, 'name')] }
  }
  const elsewhere = outsideOf(scope, match, known)
  return elsewhere === undefined ? reading : { faults: [elsewhere] }
}

/** The part of a match that no call of the scope has. */
function outsideOf(
  scope: Partition | undefined,
  match: Readonly<Record<string, unknown>>,
  { operations }: Known,
): DocumentFault | undefined {
  if (scope === undefined) return undefined
  const [vendor] = splitScope(scope)
  const { account, site, operation, vendor: named } = match
  const message = `the list is armed for ${writeScope(scope)}; no call of it has this`
  if (account !== undefined && `joor:${account}` !== scope) return faultAt(['account'], message)
  if (site !== undefined && `jirafe:${site}` !== scope) return faultAt(['site'], message)
  if (named !== undefined && named !== vendor) return faultAt(['vendor'], message)
  const whose = typeof operation === 'string' ? operations.get(operation) : vendor
  return whose === vendor ? undefined : faultAt(['operation'], message)
}

/** The operations whose calls a spec may meet. */
function candidates(
  { match = {} }: SpecDocument,
  scope: Partition | undefined,
  operations: readonly AnyOperation[],
): readonly AnyOperation[] {
  const { operation, vendor, account, site } = match
  const vendors = [
    vendor,
    account === undefined ? undefined : 'joor',
    site === undefined ? undefined : 'jirafe',
    scope === undefined ? undefined : splitScope(scope)[0],
  ].filter((each) => each !== undefined)
  return operations.filter(
    (each) => (operation === undefined || each.name === operation) && vendors.every((whose) => whose === each.vendor),
  )
}

/** What the schema cannot judge: it depends on the calls that are meant. */
function faultsOf(document: FaultDocument, meant: readonly AnyOperation[]): readonly DocumentFault[] {
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

function splitScope(scope: Partition): readonly [Vendor, string] {
  const at = scope.indexOf(':')
  // A partition begins with its vendor.
  return [scope.slice(0, at) as Vendor, scope.slice(at + 1)]
}

const writeScope = (scope: Partition) => {
  const [vendor, name] = splitScope(scope)
  return vendor === 'joor' ? `the account ${name}` : `the site ${name}`
}
