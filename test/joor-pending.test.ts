import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import type { Emulator, EmulatorOptions, Seed } from '../server/emulator.js'
import { brokenRules, bulk, items, lastRequest, positions, startTestEmulator } from './emulator.js'

const item = (inventory: number, more: Record<string, unknown> = {}) => ({
  warehouse: 'NY',
  upc: '1',
  ...more,
  inventory,
})
const pending = [
  { warehouse: 'NY', upc: '1', quantity: 4 },
  { warehouse: 'NY', inventory_date: '2014-12-01', upc: '1', quantity: 10 },
  { warehouse: 'NY', inventory_date: '12-01-2014', upc: '1', quantity: 5 },
  { upc: '5', quantity: 2 },
]
const seed: Seed = { joor: { accounts: { brand: { token: 'a-token', pending } } } }

async function ofAccount(emulator: Emulator) {
  const { body } = await supertest(emulator.url).get('/_backstock/joor/accounts/brand')
  return body
}

async function deduct(sent: object, options: EmulatorOptions = {}, query = '?dec_pending=1') {
  const emulator = await startTestEmulator({ seed, ...options })
  const orders = (await ofAccount(emulator)).pending
  const reply = await bulk(emulator, items(sent), { query })
  expect(reply.body.items_updated).toEqual([[sent]])
  // Pending orders do not change, whatever was deducted for them.
  expect((await ofAccount(emulator)).pending).toEqual(orders)
  return { emulator, stored: await positions(emulator), broken: await brokenRules(emulator) }
}

describe('dec_pending=1', () => {
  test.each([
    ['the quantity of its position', item(10), 6, 4],
    ['down to zero', item(4), 0, 4],
    ['rows of one position together, in both spellings of the day', item(20, { inventory_date: '12-01-2014' }), 5, 15],
    ['nothing for a day without orders', item(10, { inventory_date: '2014-12-02' }), 10, 0],
    ['nothing for another warehouse', item(10, { warehouse: 'LA' }), 10, 0],
    ['nothing for a warehouse in another case', item(10, { warehouse: 'ny' }), 10, 0],
    ['nothing for another SKU', item(10, { upc: '2' }), 10, 0],
    ['what stands in Default', item(10, { warehouse: 'Default', upc: '5' }), 8, 2],
  ])('takes off %s', async (_, sent, available, deducted) => {
    const { stored, broken } = await deduct(sent)
    expect(broken).toEqual([])
    expect(stored).toHaveLength(1)
    expect(stored).toMatchObject([{ available, incoming: sent.inventory, pending_deducted: deducted }])
  })

  test.each([
    ['none', 3, -1, 4, 'joor.pending.below_zero'],
    ['none', 0, -4, 4, 'joor.pending.below_zero'],
    ['zero', 3, 0, 3, 'joor.pending.floor'],
    ['zero', 0, 0, 0, 'joor.pending.floor'],
  ] as const)('with pending_floor=%s leaves of %d: %d', async (pending_floor, sent, available, deducted, rule) => {
    const { emulator, stored, broken } = await deduct(item(sent), { settings: { pending_floor } })
    expect(broken).toEqual([])
    expect(stored).toMatchObject([{ available, incoming: sent, pending_deducted: deducted }])
    const met = (await lastRequest(emulator)).rules.map(({ rule: id }: { rule: string }) => id)
    expect(met).toContain(rule)
    expect(met).not.toContain(rule === 'joor.pending.floor' ? 'joor.pending.below_zero' : 'joor.pending.floor')
  })

  test.each(['none', 'zero'] as const)(
    'takes nothing off where no order is pending, floor %s',
    async (pending_floor) => {
      const { emulator, stored } = await deduct(item(-3, { upc: '2' }), { settings: { pending_floor } })
      expect(stored).toMatchObject([{ available: -3, incoming: -3, pending_deducted: 0 }])
      const met = (await lastRequest(emulator)).rules.map(({ rule }: { rule: string }) => rule)
      expect(met).not.toContain('joor.pending.floor')
      expect(met).not.toContain('joor.pending.below_zero')
    },
  )

  test('never gives back what it takes: the floor does not raise a negative quantity', async () => {
    const { stored } = await deduct(item(-3), { settings: { pending_floor: 'zero' } })
    expect(stored).toMatchObject([{ available: -3, incoming: -3, pending_deducted: 0 }])
  })

  test.each(['', '?dec_pending=0', '?overwrite=1', '?dec_pending=true'])('is not meant by "%s"', async (query) => {
    const { stored } = await deduct(item(10), {}, query)
    expect(stored).toMatchObject([{ available: 10, incoming: 10, pending_deducted: 0 }])
  })

  test('is told to be deducted once for each call, not once and for all', async () => {
    const { emulator } = await deduct(item(10))
    await bulk(emulator, items(item(10)), { query: '?dec_pending=1' })
    expect(await positions(emulator)).toMatchObject([{ available: 6, pending_deducted: 4 }])
    await bulk(emulator, items(item(10)))
    expect(await positions(emulator)).toMatchObject([{ available: 10, pending_deducted: 0 }])
  })

  test('is deducted once for two items of one position', async () => {
    const emulator = await startTestEmulator({ seed })
    await bulk(emulator, items(item(10), item(20)), { query: '?dec_pending=1' })
    expect(await brokenRules(emulator)).toEqual(['joor.inventory.same_position'])
    expect(await positions(emulator)).toMatchObject([{ available: 16, incoming: 20, pending_deducted: 4 }])
  })

  test('leaves a made-to-order item what it is', async () => {
    const { stored } = await deduct({ warehouse: 'NY', upc: '1', made_to_order: true })
    expect(stored).toMatchObject([{ made_to_order: true, available: null, pending_deducted: null }])
  })

  test('with overwrite clears, then sets each listed position to incoming less pending', async () => {
    const emulator = await startTestEmulator({ seed })
    await bulk(emulator, items(item(1, { upc: '7' }), item(99), item(3, { warehouse: 'LA' })))
    await bulk(emulator, items(item(10)), { query: '?overwrite=1&dec_pending=1' })
    expect(await brokenRules(emulator)).toEqual([])
    expect(await positions(emulator)).toMatchObject([
      { warehouse: 'LA', available: 3 },
      { warehouse: 'NY', sku: { upc: '1' }, available: 6, incoming: 10, pending_deducted: 4 },
    ])
  })

  test('is of the account alone that has the orders', async () => {
    const emulator = await startTestEmulator({ seed })
    await bulk(emulator, items(item(10)), { token: 'other', query: '?dec_pending=1' })
    expect(await positions(emulator, 'other')).toMatchObject([{ available: 10, pending_deducted: 0 }])
  })

  test('goes by the orders of the moment', async () => {
    const emulator = await startTestEmulator({ seed })
    await supertest(emulator.url)
      .put('/_backstock/joor/accounts/brand/pending')
      .send([{ ...pending[0], quantity: 9 }])
    await bulk(emulator, items(item(10)), { query: '?dec_pending=1' })
    expect(await positions(emulator)).toMatchObject([{ available: 1, pending_deducted: 9 }])
  })

  test('finds a SKU of a style list by any of its identifiers', async () => {
    const style = {
      style_number: 'N',
      style_identifier: 'A',
      colors: [{ color_code: 'C', sizes: [{ size: 'S', upc: '1' }] }],
    }
    const orders = [
      { warehouse: 'NY', upc: '1', quantity: 1 },
      { warehouse: 'NY', style_identifier: 'A', color_code: 'C', size: 'S', quantity: 2 },
    ]
    const accounts = { brand: { token: 'a-token', styles: [style], pending: orders } }
    const emulator = await startTestEmulator({ seed: { joor: { accounts } } })
    await bulk(emulator, items({ warehouse: 'NY', style_number: 'N', color_code: 'C', size: 'S', inventory: 10 }), {
      query: '?dec_pending=1',
    })
    expect(await positions(emulator)).toMatchObject([{ available: 7, pending_deducted: 3 }])
  })
})
