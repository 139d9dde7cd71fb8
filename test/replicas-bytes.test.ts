import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteArray, bytesOf, textOf } from '../server/state/postgres/bytes.js'
import { compareBytes, keyPart } from '../server/state/rows.js'

/** Any UTF-16, halves of characters and NUL among it, and often alike at the start. */
const texts = fc.oneof(
  fc.string({ unit: fc.nat(0xffff).map((code) => String.fromCharCode(code)), maxLength: 8 }),
  fc.string({ unit: fc.constantFrom('a', '\0', '\ud800', '\udc00', '\uffff', 'é', '😀'), maxLength: 6 }),
)
const signOf = (number: number) => Math.sign(number)

describe('The bytes of a key part', () => {
  it('sort as texts do on every storage, and are read back as they were', () => {
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        expect(textOf(bytesOf(one))).toBe(one)
        expect(signOf(Buffer.compare(bytesOf(one), bytesOf(other)))).toBe(signOf(compareBytes(one, other)))
      }),
      { numRuns: 5_000 },
    )
  })

  it('would not sort so as plain UTF-8', () => {
    const [one, other] = ['\ud800', '\uffff']
    expect(signOf(compareBytes(one, other))).toBe(1)
    expect(signOf(Buffer.compare(Buffer.from(one), Buffer.from(other)))).not.toBe(1)
  })

  it('are few enough for an index, three of them and more beside', () => {
    for (const text of ['x'.repeat(10_000), '\ud800'.repeat(255), '😀'.repeat(63)])
      expect(bytesOf(keyPart(text)).length).toBeLessThanOrEqual(800)
  })

  it('are written as PostgreSQL reads an array of bytes', () => {
    expect(byteArray(['a', '', '\0'])).toBe('{"\\\\x61","\\\\x","\\\\x00"}')
  })
})
