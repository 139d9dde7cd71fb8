import type { Arrived } from '../matching/call.js'
import type { AnyOperation } from '../operation.js'
import type { FaultDocument } from './document.js'
import type { Fault } from './fault.js'

/** A call that a fault may speak about. */
export interface FaultyCall {
  readonly operation: AnyOperation
  readonly arrived: Arrived
  /** The Jirafe site that the caller names, whether it was let in or not. */
  readonly site: string | undefined
  /** The texts that name the SKU of each item; none where the call was refused before it was understood. */
  readonly skus: readonly (readonly string[])[]
}

/** Where a fault comes from: its place in the list of a scope, or a magic word. */
export type Origin =
  | { readonly account?: string; readonly site?: string; readonly index: number }
  | { readonly magic: string }

/** A fault that speaks about a call. */
export interface Speaker {
  readonly fault: Fault
  readonly document: FaultDocument
  readonly by: Origin
  /** Calls that it spoke about before. */
  readonly hits: number
  /** It spoke about one more. */
  hit(): void
  /** The last one that it spoke about does not count: the call could not be kept. */
  unhit(): void
}
