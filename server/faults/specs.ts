import {
  DocumentError,
  type Fault as DocumentFault,
  faultAt,
  schemaFaults,
  writeLines,
} from '../documents/documents.js'
import type { Step } from '../documents/source.js'
import { readHead } from '../head.js'
import type { Arrived } from '../matching/call.js'
import { type Known, type Match, readArrivalMatch } from '../matching/match.js'
import type { AnyOperation } from '../operation.js'
import type { Partition, Vendor } from '../state/store.js'
import { isRecord, writePointer } from '../wire/json-values.js'
import { Armed } from './armed.js'
import type { SpecDocument } from './document.js'
import { faultsOf } from './fault-checks.js'

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
  const readings = specs.map((spec, index) => readSpec(spec, index, first, scope, operations, known))
  refuse(readings.flatMap((reading) => ('faults' in reading ? reading.faults : [])))
  return readings.flatMap((reading) => ('armed' in reading ? [reading.armed] : []))
}

type Faulty = { readonly faults: readonly DocumentFault[] }

function readSpec(
  spec: SpecDocument,
  index: number,
  first: number,
  scope: Partition | undefined,
  operations: readonly AnyOperation[],
  known: Known,
): { readonly armed: Armed } | Faulty {
  const match = readSpecMatch(spec, scope, known)
  if ('faults' in match) return { faults: match.faults.map((fault) => within([index, 'match'], fault)) }
  const meant = candidates(spec, scope, operations)
  if (meant.length === 0) return { faults: [faultAt([index, 'match', 'path'], 'no such call has this path')] }
  const faults = faultsOf(spec.fault, meant).map((fault) => within([index, 'fault'], fault))
  return faults.length > 0 ? { faults } : { armed: new Armed(spec, match.match, scope, first + index) }
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
): { readonly match: Match<Arrived> } | Faulty {
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
  const { operation, vendor, account, site, path } = match
  const vendors = [
    vendor,
    account === undefined ? undefined : 'joor',
    site === undefined ? undefined : 'jirafe',
    scope === undefined ? undefined : splitScope(scope)[0],
  ].filter((each) => each !== undefined)
  return operations.filter(
    (each) =>
      (operation === undefined || each.name === operation) &&
      vendors.every((whose) => whose === each.vendor) &&
      (typeof path !== 'string' || each.matches(readHead({ method: '', url: path, headers: {} }))),
  )
}

function splitScope(scope: Partition): readonly [Vendor, string] {
  const at = scope.indexOf(':')
  // A partition begins with its vendor.
  return [scope.slice(0, at) as Vendor, scope.slice(at + 1)]
}

const writeScope = (scope: Partition) => {
  const [vendor, name] = splitScope(scope)
  return vendor === 'joor' ? `the account ${name}` : `the site ${name}`
}
