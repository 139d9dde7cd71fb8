import { redacted } from '../redaction.js'
import { ExactNumber } from '../wire/exact-json.js'
import { isRecord } from '../wire/json-values.js'
import type { SentValue } from '../wire/sent-value.js'
import { isList, isMap } from './pointer.js'

const numberForm = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/**
 * Whether what was sent is what is expected, a value of JSON: null is also what is not there, an object names members
 * that have to be there, a number is any spelling of it, and a text is that very text, since XML knows nothing else.
 */
export function isSame(expected: unknown, sent: SentValue | undefined): boolean {
  if (expected === null) return sent === undefined || sent === null
  if (Array.isArray(expected))
    return (
      isList(sent) && sent.length === expected.length && expected.every((value, index) => isSame(value, sent[index]))
    )
  if (expected instanceof ExactNumber) return sent === expected.digits
  if (typeof expected === 'number')
    return typeof sent === 'string' && numberForm.test(sent) && Number(sent) === expected
  if (isRecord(expected))
    return isMap(sent) && Object.entries(expected).every(([name, value]) => isSame(value, sent.get(name)))
  return sent === String(expected)
}

/** Whether a text was the expected one, before the call's own token was replaced in it. */
export function mayHaveBeen(expected: unknown, seen: unknown): boolean {
  if (typeof expected !== 'string' || typeof seen !== 'string' || !seen.includes(redacted)) return false
  const parts = seen.split(redacted)
  const known = parts.reduce((length, part) => length + part.length, 0)
  return expected.length > known && expected.startsWith(parts[0] ?? '') && expected.endsWith(parts.at(-1) ?? '')
}

const shownLength = 200

/** What was sent, as a value of JSON and not too long to be read; null where nothing was. */
export function shown(sent: SentValue | undefined): unknown {
  const plain = plainOf(sent)
  const text = typeof plain === 'string' ? plain : JSON.stringify(plain)
  return text.length > shownLength ? `${text.slice(0, shownLength)}…` : plain
}

function plainOf(sent: SentValue | undefined): unknown {
  if (isMap(sent)) return Object.fromEntries([...sent].map(([name, value]) => [name, plainOf(value)]))
  return isList(sent) ? sent.map(plainOf) : (sent ?? null)
}
