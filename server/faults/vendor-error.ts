import { type AnyOperation, Refusal, type VendorError } from '../operation.js'
import type { ErrorFault } from './fault.js'

/** The vendor's error that a fault imitates; of several with its status the first. Undefined where it gives none. */
export function errorFor(
  { status, type }: Pick<ErrorFault, 'status' | 'type'>,
  { errors }: Pick<AnyOperation, 'errors'>,
): VendorError | undefined {
  return errors?.find((error) => error.status === status && (type === undefined || error.type === type))
}

/** The same as the operation writes it. */
export function refusalBy(fault: ErrorFault, operation: AnyOperation): Refusal {
  const error = errorFor(fault, operation)
  if (error === undefined) throw new Error(`${operation.name} never answers ${fault.status}, and met it by a fault.`)
  const retryAfter = fault.retryAfter ?? error.retryAfter
  const headers = { ...error.headers, ...(retryAfter !== undefined && { 'Retry-After': String(retryAfter) }) }
  return new Refusal(error.status, fault.message ?? error.message, {
    headers,
    ...(error.type !== undefined && { type: error.type }),
  })
}
