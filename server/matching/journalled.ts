import { readHead } from '../head.js'
import type { Entry } from '../journal/entry.js'
import type { AnyOperation, Head } from '../operation.js'
import { redacted } from '../redaction.js'
import type { Handled, Outcome, SentCommand } from './call.js'

/** A call of the journal as a match looks at it; its operation is one of the table. */
export function journalled(entry: Entry, operations: ReadonlyMap<string, AnyOperation>): Handled {
  const { method, path: url, request } = entry
  const head = readHead({ method, url, headers: request.headers })
  let sent: ReturnType<Handled['sent']> | undefined
  return {
    vendor: entry.vendor,
    name: entry.name,
    operation: entry.operation,
    method,
    path: url.replace(/\?.*$/s, ''),
    query: head.query,
    headers: request.headers,
    sent() {
      // A match may look into one command several times, and reading it takes a while.
      sent ??= sentOf(entry, head, operations.get(entry.operation))
      return sent
    },
    at: entry.at,
    status: entry.status,
    outcome: outcomeOf(entry),
    violations: entry.violations,
    broken: [...entry.broken.keys()],
  }
}

function sentOf({ path, request }: Entry, head: Head, operation: AnyOperation | undefined): SentCommand | 'cut' {
  const text = request.body?.text ?? ''
  if (!operation?.bodiless && isCut(request)) return 'cut'
  const holed = text.includes(redacted) || path.includes(redacted)
  const value = operation?.asSent(head, text)
  // Without the token's letters it may be no JSON any more, or no format that is known.
  const spoilt = value === undefined && (holed || request.headers['content-type']?.includes(redacted))
  return spoilt ? 'cut' : { value, holed }
}

/** Only the start is kept, or nothing of a body that was refused before it was read. */
function isCut({ headers, body }: Entry['request']): boolean {
  if (body !== null) return body.cut
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function outcomeOf({ items, refusal }: Entry): Outcome {
  if (refusal !== null) return 'refused'
  if (items === null) return 'lost'
  const { updated, notUpdated } = items
  if (updated + notUpdated === 0) return 'none'
  if (notUpdated === 0) return 'updated'
  return updated === 0 ? 'not_updated' : 'partial'
}
