import type { Breach, Place } from '../findings.js'
import { redactDeep, redactStart } from '../redaction.js'
import { detached } from '../wire/detached.js'
import type { KeptBody } from './entry.js'

/** The start of a body, without the request's token; cut after redaction, so that no half of a token is left. */
export function keep(text: string, secrets: readonly string[], limit: number): Omit<KeptBody, 'bytes'> {
  const safe = redactStart(text, secrets, limit)
  // The bytes of a text are no fewer than its units: only of a short one they have to be counted.
  const cut = safe.length > limit || Buffer.byteLength(safe) > limit
  return { text: cut ? startOf(safe, limit) : safe, cut }
}

/** The first whole characters, as a text of its own: a slice would hold on to all the rest. */
function startOf(text: string, limit: number): string {
  // A UTF-16 unit is at most three bytes of UTF-8; only of a surrogate something else may come.
  if (text.length * 3 <= limit && !/[\ud800-\udfff]/.test(text)) return detached(text)
  const start = Buffer.from(text.slice(0, limit)).subarray(0, limit)
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(start, { stream: true })
}

/** A hostile value is shown by its start. */
const seenKept = 200

/** A breach without the request's token, its texts of the wire by their starts. */
export function keepBreach(
  { rule, level, at, seen, right }: Breach,
  secrets: readonly string[],
  limit = seenKept,
): Breach {
  return {
    rule,
    level,
    at: keepPlace(at, secrets),
    seen: keepStart(seen, secrets, limit),
    right: keepStart(right, secrets, limit),
  }
}

function keepPlace(at: Place, secrets: readonly string[]): Place {
  if ('pointer' in at) return { ...at, pointer: keepStart(at.pointer, secrets, seenKept) }
  // The name of a header is our own word; every other place may hold what came over the wire.
  return { path: keepStart(at.path, at.path.startsWith('header.') ? [] : secrets, seenKept) }
}

/** The start of a text, without the request's token. */
export function keepStart(text: string, secrets: readonly string[], limit: number): string {
  const safe = redactDeep(text, secrets)
  const start = startOf(safe, limit)
  return start.length < safe.length ? `${start}…` : start
}

/** Roughly what an item or a breach takes in memory beside its texts, in bytes. */
export const perItem = 420

export function sizeOfBreach({ at, seen, right }: Breach): number {
  return perItem + textSize(seen) + textSize(right) + textSize('pointer' in at ? at.pointer : at.path)
}

export const textSize = (text: string | null | undefined) => (text ? Buffer.byteLength(text) : 0)
