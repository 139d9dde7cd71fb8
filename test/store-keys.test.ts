import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareBytes, compareKeys, type Key, keyPart } from '../server/state/rows.js'
import { Table } from '../server/state/table.js'

const wellFormed = fc.string({ unit: 'binary' })
/** Texts as JavaScript has them: `"\ud800"` in a JSON body is one. */
const units = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd800, max: 0xdfff })), { maxLength: 300 })
  .map((codes) => String.fromCharCode(...codes))
const long = fc.tuple(units, fc.integer({ min: 1, max: 20 })).map(([text, times]) => text.repeat(times))
const bufferOrder = (one: string, other: string) => Math.sign(Buffer.compare(Buffer.from(one), Buffer.from(other)))

describe('Texts', () => {
  it('are ordered as their UTF-8 bytes are', () => {
    fc.assert(
      fc.property(wellFormed, wellFormed, (one, other) => {
        expect(Math.sign(compareBytes(one, other))).toBe(bufferOrder(one, other))
      }),
      { numRuns: 2_000 },
    )
  })

  it.each([
    ['a', 'B', 1],
    ['10', '9', -1],
    ['', 'a', -1],
    ['a', 'a', 0],
    ['a', 'a\0', -1],
    ['\uffee', '\u{1f600}', -1],
    ['é', 'z', 1],
    ['\ue000', '\ud7ff', 1],
    ['\u{10ffff}', '\u{1f600}', 1],
  ])('are ordered so: %j to %j is %i', (one, other, order) => {
    expect(Math.sign(compareBytes(one, other))).toBe(order)
    expect(Math.sign(compareBytes(other, one))).toBe(order === 0 ? 0 : -order)
    expect(bufferOrder(one, other)).toBe(order)
  })

  it('are ordered the same way round by every part of a key', () => {
    expect(compareKeys(['a', 'b', 'c'], ['a', 'b', 'c'])).toBe(0)
    expect(compareKeys(['a', 'z', 'z'], ['b', 'a', 'a'])).toBeLessThan(0)
    expect(compareKeys(['a', 'b', 'z'], ['a', 'c', 'a'])).toBeLessThan(0)
    expect(compareKeys(['a', 'b', 'd'], ['a', 'b', 'c'])).toBeGreaterThan(0)
  })
})

describe('A part of a key', () => {
  it('has at most 255 bytes, whatever the text', () => {
    fc.assert(
      fc.property(long, (text) => {
        expect(Buffer.byteLength(keyPart(text))).toBeLessThanOrEqual(255)
      }),
    )
  })

  it.each([
    ['empty', ''],
    ['short', '822508068753'],
    ['255 bytes', 'x'.repeat(255)],
    ['255 bytes of three each', '€'.repeat(85)],
    ['with a NUL', 'a\0b'],
    ['a name of objects', '__proto__'],
  ])('is the text itself where it is %s', (_what, text) => {
    expect(keyPart(text)).toBe(text)
  })

  it.each([
    ['256 bytes', 'x'.repeat(256)],
    ['86 characters of three bytes', '€'.repeat(86)],
    ['10 kB', 'sku'.repeat(3_500)],
    ['emoji', '\u{1f600}'.repeat(64)],
  ])('keeps the start and a hash of %s', (_what, text) => {
    const part = keyPart(text)
    expect(part).not.toBe(text)
    expect(part).toMatch(/#[0-9a-f]{64}$/)
    expect(text.startsWith(part.slice(0, -65))).toBe(true)
    expect(Buffer.from(part).toString()).toBe(part)
    expect(keyPart(text)).toBe(part)
  })

  it('tells any two texts apart', () => {
    fc.assert(
      fc.property(long, long, (one, other) => {
        expect(keyPart(one) === keyPart(other)).toBe(one === other)
      }),
    )
  })

  it('tells a long text from a short one that is written like its part', () => {
    const text = 'x'.repeat(300)
    const twin = keyPart(text)
    expect(keyPart(twin)).not.toBe(twin)
    expect(keyPart(twin)).not.toBe(keyPart(text))
  })

  it('tells long texts apart that differ by a lone surrogate only, deep inside', () => {
    const around = 'x'.repeat(200)
    expect(keyPart(`${around}\ud800${around}`)).not.toBe(keyPart(`${around}\ud801${around}`))
  })
})

describe('A table', () => {
  const parts: fc.Arbitrary<string> = fc.constantFrom(
    '',
    'a',
    'b',
    'é',
    '10',
    '9',
    '\uffee',
    '\u{1f600}',
    '__proto__',
    'constructor',
  )
  const keys = fc.tuple(parts, parts, parts)
  const filled = (given: readonly Key[]) => {
    const table = new Table<string>()
    for (const key of given) table.set(...key, { value: key.join('|'), by: '' })
    return table
  }
  const distinct = (given: readonly Key[]) =>
    [...new Map(given.map((key) => [JSON.stringify(key), key])).values()].sort(compareKeys)

  it('lists its rows in byte order, each once, with its value', () => {
    fc.assert(
      fc.property(fc.array(keys), (given) => {
        const rows = [...filled(given).sorted(undefined)]
        expect(rows.map(([key]) => key)).toEqual(distinct(given))
        for (const [key, { value }] of rows) expect(value).toBe(key.join('|'))
      }),
    )
  })

  it('goes on from behind any key, whether a row stands there or not', () => {
    fc.assert(
      fc.property(fc.array(keys), keys, (given, after) => {
        const rows = [...filled(given).sorted(after)].map(([key]) => key)
        expect(rows).toEqual(distinct(given).filter((key) => compareKeys(key, after) > 0))
      }),
    )
  })

  it('counts its rows through sets, repeated sets and deletes', () => {
    fc.assert(
      fc.property(fc.array(keys), fc.array(keys), (given, gone) => {
        const table = filled(given)
        for (const key of gone) table.delete(...key)
        const left = distinct(given).filter((key) => !gone.some((each) => compareKeys(each, key) === 0))
        expect(table.size).toBe(left.length)
        for (const key of gone) expect(table.get(key)).toBeUndefined()
        for (const key of left) expect(table.get(key)?.value).toBe(key.join('|'))
      }),
    )
  })

  it('hands a first part over whole and keeps the rest', () => {
    fc.assert(
      fc.property(fc.array(keys), parts, (given, first) => {
        const table = filled(given)
        const detached = table.detach(first)
        const [gone, left] = [
          distinct(given).filter((key) => key[0] === first),
          distinct(given).filter((key) => key[0] !== first),
        ]
        expect([...detached.sorted(undefined)].map(([key]) => key)).toEqual(gone)
        expect([...table.sorted(undefined)].map(([key]) => key)).toEqual(left)
        expect([detached.size, table.size]).toEqual([gone.length, left.length])
      }),
    )
  })

  it('finds the rows of some third parts, wherever they stand', () => {
    fc.assert(
      fc.property(fc.array(keys), fc.uniqueArray(parts), (given, thirds) => {
        const found = [...filled(given).withThirds(new Set(thirds))].map(([key]) => key)
        expect(found.sort(compareKeys)).toEqual(distinct(given).filter((key) => thirds.includes(key[2])))
      }),
    )
  })
})
