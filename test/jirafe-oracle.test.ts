import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { keptTypes } from '../server/jirafe/types.js'
import { startTestEmulator } from './emulator.js'
import { send } from './jirafe-events.js'

/** A document as its text, and what Python's jsonschema says of it: see oracle/verdicts.py. */
type Row = readonly [type: string, text: string, errors: Readonly<Record<string, string>>]

const rows: readonly Row[] = JSON.parse(readFileSync(new URL('oracle/verdicts.json', import.meta.url), 'utf8'))
const types = [...new Set(rows.map(([type]) => type))].sort()
const ofType = (type: string) => rows.filter(([each]) => each === type)

/** What the emulator replies to each document: in one batch, or one by one where no batch takes them. */
async function repliesTo(emulator: Emulator, type: string, texts: readonly string[]): Promise<unknown[]> {
  if (type.startsWith('tracker/')) {
    const replies: unknown[] = []
    for (const text of texts) replies.push((await send(emulator, type, text)).body)
    return replies
  }
  const { body } = await send(emulator, 'batch', `{${JSON.stringify(type)}:[${texts.join(',')}]}`)
  return body[type]
}

/**
 * What the library of today words otherwise than that of 2013. It is translated in the recorded verdicts, so none of
 * it may stand there. In all else the two agree; that 5.0 and 1e2 are no integers is draft 4, then and now.
 */
const wordingsOfToday = [/ should be non-empty$/]

describe('The verdicts of the Python library', () => {
  it('are about every type, right documents and wrong ones, and every keyword', () => {
    // A level has two names, of which one is enough.
    expect(types).toEqual(keptTypes.map((type) => (type === 'inventory' ? 'product.inventory' : type)).sort())
    expect(rows.length).toBeGreaterThanOrEqual(2_000)
    for (const type of types) {
      const wrong = ofType(type).filter(([, , errors]) => Object.keys(errors).length > 0).length
      expect(wrong).toBeGreaterThan(10)
      expect(ofType(type).length - wrong).toBeGreaterThan(10)
    }
    const messages = rows.flatMap(([, , errors]) => Object.values(errors))
    for (const wording of [
      ...['string', 'number', 'integer', 'boolean', 'array', 'object'].map((type) => `is not of type '${type}'`),
      'is not one of [',
      'is too short',
      'is less than the minimum of 0',
      'is less than the minimum of -9007199254740992',
      'is greater than the maximum of 9007199254740992',
      'has non-unique elements',
      'is a required property',
    ])
      expect([wording, messages.some((message) => message.includes(wording))]).toEqual([wording, true])
    const depths = rows.flatMap(([, , errors]) => Object.keys(errors).map((path) => path.split('.').length))
    expect(Math.max(...depths)).toBeGreaterThanOrEqual(5)
  })

  it('have no wording that the library of 2013 did not have', () => {
    const messages = rows.flatMap(([, , errors]) => Object.values(errors))
    expect(messages.filter((message) => wordingsOfToday.some((wording) => wording.test(message)))).toEqual([])
  })

  it.each(types)(
    'are those of the emulator, message by message: %s',
    async (type) => {
      const emulator = await startTestEmulator()
      const recorded = ofType(type)
      const replies = await repliesTo(
        emulator,
        type,
        recorded.map(([, text]) => text),
      )
      const told = recorded.map(([, text], index) => [text, replies[index]])
      const right = recorded.map(([, text, errors]) => [
        text,
        Object.keys(errors).length === 0 ? { success: true } : { error_type: 'validation', errors, success: false },
      ])
      expect(told).toEqual(right)
    },
    60_000,
  )
})
