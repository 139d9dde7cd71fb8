import { describe, expect, test } from 'vitest'
import type { Seed } from '../server/emulator.js'
import { brokenRules, bulk, items, lastRequest, positions, startTestEmulator } from './emulator.js'

/** Two positions of one warehouse; the call under test lists only the first, so overwrite shows in the second. */
const brand: Seed = {
  joor: {
    accounts: {
      brand: {
        token: 'a-token',
        positions: [
          { warehouse: 'NY', upc: '1', inventory: 5 },
          { warehouse: 'NY', upc: '2', inventory: 7 },
        ],
        pending: [{ warehouse: 'NY', upc: '1', quantity: 4 }],
      },
    },
  },
}
const body = items({ warehouse: 'NY', upc: '1', inventory: 10 })
const kept = { sku: { upc: '2' }, available: 7 }
const set = { sku: { upc: '1' }, available: 10, incoming: 10, pending_deducted: 0 }
const less = { sku: { upc: '1' }, available: 6, incoming: 10, pending_deducted: 4 }

describe('the query of a bulk call', () => {
  test.each([
    ['', [set, kept]],
    ['?', [set, kept]],
    ['?overwrite=0', [set, kept]],
    ['?overwrite=1', [set]],
    ['?dec_pending=0', [set, kept]],
    ['?dec_pending=1', [less, kept]],
    ['?overwrite=1&dec_pending=1', [less]],
    ['?dec_pending=1&overwrite=1', [less]],
    ['?overwrite=1&dec_pending=0', [set]],
    ['?overwrite=0&dec_pending=1', [less, kept]],
    ['?return_format=json&overwrite=%31', [set]],
    ['/?overwrite=1', [set]],
  ])('does what it says: "%s"', async (query, right) => {
    const emulator = await startTestEmulator({ seed: brand })
    const reply = await bulk(emulator, body, { query })
    expect(reply.status).toBe(200)
    expect(reply.body.items_updated).toEqual([[{ warehouse: 'NY', upc: '1', inventory: 10 }]])
    expect(reply.headers).not.toHaveProperty('backstock-violations')
    expect(await brokenRules(emulator)).toEqual([])
    const stored = await positions(emulator)
    expect(stored).toHaveLength(right.length)
    expect(stored).toMatchObject(right)
  })

  const values = ['true', 'yes', '01', '', '2', '-1', '1.0', '%201', '1%20', '+1', 'null', 'TRUE', '1,1', '%D9%A1']
  test.each(values)('leaves overwrite off and reports it where its value is "%s"', async (value) => {
    const emulator = await startTestEmulator({ seed: brand })
    const reply = await bulk(emulator, body, { query: `?overwrite=${value}` })
    expect(reply.status).toBe(200)
    expect(reply.headers['backstock-violations']).toBe('1')
    expect(await brokenRules(emulator)).toEqual(['joor.query.overwrite_value'])
    expect(await positions(emulator)).toMatchObject([set, kept])
  })

  test.each(values)('counts dec_pending as 0 and reports it where its value is "%s"', async (value) => {
    const emulator = await startTestEmulator({ seed: brand })
    const reply = await bulk(emulator, body, { query: `?dec_pending=${value}` })
    expect(reply.status).toBe(200)
    expect(reply.headers['backstock-violations']).toBe('1')
    expect(await brokenRules(emulator)).toEqual(['joor.query.dec_pending_value'])
    expect(await positions(emulator)).toMatchObject([set, kept])
  })

  test.each([
    ['?overwrite', 'joor.query.overwrite_value', [set, kept]],
    ['?dec_pending', 'joor.query.dec_pending_value', [set, kept]],
    ['?overwrite=0&overwrite=1', 'joor.query.repeated', [set]],
    ['?overwrite=1&overwrite=0', 'joor.query.repeated', [set, kept]],
    ['?overwrite=1&overwrite=1', 'joor.query.repeated', [set]],
    ['?dec_pending=0&dec_pending=1', 'joor.query.repeated', [less, kept]],
    ['?dec_pending=1&dec_pending=0', 'joor.query.repeated', [set, kept]],
    ['?return_format=xml&return_format=json', 'joor.query.repeated', [set, kept]],
    ['?Overwrite=1', 'joor.query.unknown', [set, kept]],
    ['?OVERWRITE=1', 'joor.query.unknown', [set, kept]],
    ['?overwrite%20=1', 'joor.query.unknown', [set, kept]],
    ['?decPending=1', 'joor.query.unknown', [set, kept]],
    ['?Dec_pending=1', 'joor.query.unknown', [set, kept]],
    ['?warehouse=NY', 'joor.query.unknown', [set, kept]],
    ['?__proto__=1', 'joor.query.unknown', [set, kept]],
    ['?constructor=1', 'joor.query.unknown', [set, kept]],
    ['?=1', 'joor.query.unknown', [set, kept]],
    ['?overwrite=1?dec_pending=1', 'joor.query.overwrite_value', [set, kept]],
  ])('is reported and nothing more: "%s"', async (query, rule, right) => {
    const emulator = await startTestEmulator({ seed: brand })
    const reply = await bulk(emulator, body, { query })
    expect(reply.status).toBe(200)
    expect(reply.body.response).toMatchObject({ code: '0', comment: '' })
    expect(reply.body.items_not_updated).toEqual([])
    expect(await brokenRules(emulator)).toEqual([rule])
    const stored = await positions(emulator)
    expect(stored).toHaveLength(right.length)
    expect(stored).toMatchObject(right)
  })

  test.each([
    ['Overwrite', 'overwrite'],
    ['decPending', 'dec_pending'],
    ['dec-pending', 'dec_pending'],
    ['returnFormat', 'return_format'],
  ])('has its right name told: %s', async (sent, right) => {
    const emulator = await startTestEmulator()
    await bulk(emulator, body, { query: `?${sent}=1` })
    expect((await lastRequest(emulator)).violations).toMatchObject([
      { rule: 'joor.query.unknown', seen: sent, right, at: { path: `query.${sent}` }, level: 'warn' },
    ])
  })

  test('has each of its faults told once', async () => {
    const emulator = await startTestEmulator({ seed: brand })
    const reply = await bulk(emulator, body, { query: '?overwrite=x&overwrite=y&overwrite=z&dec_pending=t&x=1&y=2' })
    expect(reply.headers['backstock-violations']).toBe('5')
    expect((await brokenRules(emulator)).toSorted()).toEqual([
      'joor.query.dec_pending_value',
      'joor.query.overwrite_value',
      'joor.query.repeated',
      'joor.query.unknown',
      'joor.query.unknown',
    ])
    expect(await positions(emulator)).toMatchObject([set, kept])
  })
})
