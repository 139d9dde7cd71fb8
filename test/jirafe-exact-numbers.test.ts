import supertest from 'supertest'
import { describe, expect, it, test } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { brokenRules, lastRequest, startTestEmulator } from './emulator.js'

function send(emulator: Emulator, text: string) {
  return supertest(emulator.url)
    .post('/v2/shop/inventory')
    .set('Authorization', 'Bearer a-token')
    .set('Content-Type', 'application/json')
    .send(text)
}

const first = (level: string) =>
  `{"timestamp": "2015-01-23T16:35:38+0000", "product_code": "SKU-1", "inventory_level": ${level}}`
const second = (level: string, alert: string) =>
  `{"change_date": "2015-09-01", "effective_date": "2015-09-01", "sku_code": "SKU-1", "inventory_level": ${level}, "low_stock_alert": ${alert}}`

/** The levels as the control plane spells them: `JSON.parse` would round them. */
async function shownLevels(emulator: Emulator): Promise<string> {
  return (await supertest(emulator.url).get('/_backstock/jirafe/sites/shop/levels?history=true')).text
}

async function shownDetail(emulator: Emulator): Promise<string> {
  const { id } = await lastRequest(emulator)
  return (await supertest(emulator.url).get(`/_backstock/requests/${id}`)).text
}

const within = ['0', '1', '-1', '999999999999999', '9007199254740991', '9007199254740992', '-9007199254740992']
const beyond = [
  '9007199254740993',
  '-9007199254740993',
  '9999999999999999',
  '12345678901234567890',
  '-12345678901234567890',
  `1${'0'.repeat(25)}1`,
  '9'.repeat(400),
]

describe('levels of any size', () => {
  it.each(within)('%s is stored and shown as it is, without a report', async (level) => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, first(level))
    expect(reply.status).toBe(200)
    expect(reply.headers).not.toHaveProperty('backstock-violations')
    expect(await shownLevels(emulator)).toContain(`"inventory_level":${level},`)
    expect(await shownDetail(emulator)).toContain(`"inventory_level":${level},`)
    expect(await brokenRules(emulator)).toEqual([])
  })

  it.each(beyond)('%s lies beyond 2^53: stored and shown exactly, and reported', async (level) => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, first(level))
    expect(reply.status).toBe(200)
    expect(reply.text).toBe('{\n  "success": true\n}')
    expect(reply.headers['backstock-violations']).toBe('1')
    const shown = await shownLevels(emulator)
    // Once as the level, once in its history.
    expect(shown.split(`"inventory_level":${level},`)).toHaveLength(3)
    expect(await shownDetail(emulator)).toContain(`"inventory_level":${level},`)
    const { violations } = await lastRequest(emulator)
    expect(violations).toMatchObject([
      { rule: 'jirafe.inventory.exact', level: 'warn', at: { pointer: '/inventory_level', line: 1 } },
    ])
  })

  test('minus zero is the integer zero', async () => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, first('-0'))
    expect(reply.status).toBe(200)
    expect(await shownLevels(emulator)).toContain('"inventory_level":0,')
    expect(await brokenRules(emulator)).toEqual([])
  })

  test('an alert level is as exact as a level, and reported at its own place', async () => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, second('-9007199254740995', '9007199254740997'))
    expect(reply.status).toBe(200)
    const shown = await shownLevels(emulator)
    expect(shown).toContain('"inventory_level":-9007199254740995,')
    expect(shown).toContain('"low_stock_alert":9007199254740997,')
    const { violations } = await lastRequest(emulator)
    expect(violations.map(({ at }: { at: { pointer: string } }) => at.pointer)).toEqual([
      '/inventory_level',
      '/low_stock_alert',
    ])
  })

  test('neighbours beyond 2^53 are told apart', async () => {
    const emulator = await startTestEmulator()
    await send(emulator, first('9007199254740992'))
    await send(emulator, first('9007199254740993'))
    const detail = await shownDetail(emulator)
    expect(detail).toContain('"before":{"code":"SKU-1","revision":"first","inventory_level":9007199254740992,')
    expect(detail).toContain('"after":{"code":"SKU-1","revision":"first","inventory_level":9007199254740993,')
  })

  test('a great integer elsewhere in the document is nobody’s level', async () => {
    const emulator = await startTestEmulator()
    await send(emulator, first('1').replace('{', '{"other": 12345678901234567890, '))
    expect(await brokenRules(emulator)).toEqual(['jirafe.event.undeclared'])
    expect(await shownLevels(emulator)).toContain('"inventory_level":1,')
  })

  it.each([
    ['9007199254740993.0', '9007199254740992.0'],
    ['12345678901234567890.0', '1.2345678901234567e+19'],
    ['1e20', '1e+20'],
    ['1e2', '100.0'],
  ])('%s is written as a float and refused, whatever its size', async (level, repr) => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, first(level))
    expect(reply.status).toBe(400)
    expect(reply.body.errors).toEqual({ inventory_level: `${repr} is not of type 'integer'` })
    expect(await shownLevels(emulator)).toBe('{"levels":[],"next":null}\n')
    expect(await brokenRules(emulator)).toEqual(['jirafe.event.float_integers'])
  })
})
