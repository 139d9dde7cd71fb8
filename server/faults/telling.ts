import type { Rule } from '../../contracts/rules/book.js'
import type { AnyOperation } from '../operation.js'
import type { FaultDocument } from './document.js'
import type { Met } from './meeting.js'
import type { Origin, Speaker } from './speaker.js'
import { errorFor } from './vendor-error.js'

/** What went wrong with a call on purpose: the fault as it was armed, where that was, and what it came to. */
export type ToldFault = FaultDocument & {
  readonly by: Origin
  /** Milliseconds that the reply was held up by a delay. */
  readonly delay_ms?: number
  /** The delay beside a fault of another kind. */
  readonly latency?: ToldFault
  /** On what evidence the vendor answers so. */
  readonly rule?: Rule
  readonly message?: string
}

/** Null where nothing spoke about the call. */
export function tellFault({ delay, fault, delayMs }: Met, operation: AnyOperation): ToldFault | null {
  const delayed = delay && { ...tell(delay), delay_ms: delayMs }
  if (fault === undefined) return delayed ?? null
  const rule = fault.fault.kind === 'error' ? errorFor(fault.fault, operation)?.rule : undefined
  return { ...tell(fault), ...(rule && { rule }), ...(delayed && { latency: delayed }) }
}

const tell = ({ document, by }: Speaker): ToldFault => ({ ...document, by })
