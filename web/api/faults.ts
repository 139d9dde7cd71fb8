import { type Answer, call } from './call.js'
import type { Evidence } from './evidence.js'

/** What is to go wrong: `kind`, and what that kind has besides. */
export type Fault = Readonly<Record<string, unknown>> & { readonly kind?: unknown }

export interface FaultSpec {
  readonly match?: Readonly<Record<string, unknown>>
  readonly times?: unknown
  readonly after?: unknown
  readonly fault: Fault
}

export interface ArmedFault {
  readonly account?: string
  readonly site?: string
  readonly match: Readonly<Record<string, unknown>>
  readonly times: number | null
  readonly after: number
  readonly fault: Fault
  readonly hits: number
}

export interface FaultKind {
  readonly kind: string
  readonly says: string
  /** What becomes of the state. */
  readonly applied: string
  /** The SKU or site that provokes it where magic is on. */
  readonly magic: string
}

export interface VendorError {
  readonly status: number
  readonly error_type: string | null
  /** Empty where the reply has no sentence. */
  readonly message: string
  /** Seconds; null where the vendor sends none. */
  readonly retry_after: number | null
  readonly evidence: Evidence
}

export interface FaultyOperation {
  readonly operation: string
  readonly vendor: string
  readonly has_items: boolean
  readonly errors: readonly VendorError[]
}

export interface Armable {
  readonly kinds: readonly FaultKind[]
  readonly operations: readonly FaultyOperation[]
}

interface Armed {
  readonly faults: readonly ArmedFault[]
}

export const listFaults = (query: URLSearchParams, stop?: AbortSignal): Promise<Answer<Armed>> =>
  call('GET', 'faults', { query, ...(stop && { signal: stop }) })

export const readArmable = (stop: AbortSignal): Promise<Answer<Armable>> =>
  call('GET', 'faults/kinds', { signal: stop })

/** Arms one more behind those of the scope. */
export const armFault = (query: URLSearchParams, spec: FaultSpec): Promise<Answer<Armed>> =>
  call('POST', 'faults', { query, body: [spec] })

/** Disarms the one at a place of the very scope's list, from 0. */
export const disarmFault = (query: URLSearchParams, place: number): Promise<Answer<undefined>> =>
  call('DELETE', `faults/${place}`, { query })

/** Disarms all of the scope; without one, those of every account and site as well. */
export const disarmFaults = (query: URLSearchParams): Promise<Answer<undefined>> => call('DELETE', 'faults', { query })
