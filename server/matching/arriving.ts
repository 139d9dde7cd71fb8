import type { AnyOperation, Head } from '../operation.js'
import type { Arrived } from './call.js'

/** A call as a match looks at it while it is served; `text` is its body, as far as it was read. */
export function arriving(operation: AnyOperation, head: Head, text: string, name: string | undefined): Arrived {
  const { method, target, query, headers } = head
  let sent: ReturnType<Arrived['sent']> | undefined
  return {
    vendor: operation.vendor,
    name,
    operation: operation.name,
    method,
    path: target.replace(/\?.*$/s, ''),
    query,
    headers,
    sent() {
      // A match may look into one command several times, and reading it takes a while.
      sent ??= { value: operation.asSent(head, text), holed: false }
      return sent
    },
  }
}
