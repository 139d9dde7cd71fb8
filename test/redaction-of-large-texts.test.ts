import { describe, expect, it } from 'vitest'
import { keep } from '../server/journal/kept.js'
import { redactDeep, Secrets, secretsOfEncodedToken, secretsOfToken } from '../server/redaction.js'
import { Sent } from '../server/sent.js'

/** What is kept of a text if all of it is redacted first. */
function keptOfAll(text: string, secrets: readonly string[], limit: number): string {
  const safe = redactDeep(text, secrets)
  if (Buffer.byteLength(safe) <= limit) return safe
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.from(safe).subarray(0, limit), { stream: true })
}

const token = 'aZ09-secret+of=the caller'
const authorization = `OAuth2 ${Buffer.from(token).toString('base64')}`
const carrier = { sentHeaders: new Sent({ authorization }), authorization: new Sent(authorization), query: [] }
const secrets = new Secrets(carrier, secretsOfEncodedToken).ofHead
const spellings = [
  token,
  encodeURIComponent(token),
  Buffer.from(token).toString('base64'),
  [...token].map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`).join(''),
  [...token].map((character) => `&#${character.charCodeAt(0)};`).join(''),
]
const filler = 'stock of a warehouse, '.repeat(20_000)
const limit = 10_000

describe('A large text', () => {
  it.each(
    spellings.flatMap((spelling) => [0, 5_000, limit - 5, limit, 150_000, 151_060].map((at) => ({ spelling, at }))),
  )('is kept as if all of it had been redacted, with $spelling at $at', ({ spelling, at }) => {
    const text = filler.slice(0, at) + spelling + filler.slice(at)
    expect(keep(text, secrets, limit)).toEqual({ text: keptOfAll(text, secrets, limit), cut: true })
  })

  it('is looked at as a whole where little is left of its start', () => {
    // Each of the long spellings becomes the short mark, so what is kept comes from far behind.
    const text = (spellings[3] ?? '').repeat(4_000) + filler
    expect(keep(text, secrets, limit).text).toBe(keptOfAll(text, secrets, limit))
    expect(keep(text, secrets, limit).text).not.toContain('\\u0061')
  })

  it('holds none of the token where one is longer than a pattern may be', () => {
    const long = 'x9'.repeat(10_000)
    const own = secretsOfToken(`Bearer ${long}`)
    const text = filler.slice(0, 9_000) + long + filler
    expect(keep(text, own, limit).text).toBe(keptOfAll(text, own, limit))
    expect(keep(text, own, limit).text).not.toContain('x9x9')
  })
})
