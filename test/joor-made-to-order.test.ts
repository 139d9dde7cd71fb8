import { describe, expect, test } from 'vitest'
import type { Seed } from '../server/emulator.js'
import { brokenRules, bulk, items, lastRequest, positions, startTestEmulator } from './emulator.js'

const item = (upc: string, inventory: number, warehouse = 'NY', date = 'IMMEDIATE') => ({
  warehouse,
  inventory_date: date,
  upc,
  inventory,
})
const order = (upc: string, warehouse = 'NY', date = 'IMMEDIATE') => ({
  warehouse,
  inventory_date: date,
  upc,
  made_to_order: true,
})
const marked = (upc: string) => ({
  warehouse: null,
  inventory_date: null,
  sku: { upc },
  available: null,
  incoming: null,
  pending_deducted: null,
  made_to_order: true,
})

/** SKU 1 in two warehouses and on two dates, SKU 2 beside it. */
const everywhere = [
  item('1', 1),
  item('1', 2, 'NY', '2014-12-01'),
  item('1', 3, 'LA'),
  item('2', 4),
  item('2', 5, 'LA'),
]
const seed: Seed = { joor: { accounts: { brand: { token: 'a-token', positions: everywhere } } } }

/** Positions in a few words: `warehouse date upc available`, marks as `upc made to order`. */
async function stored(emulator: Parameters<typeof positions>[0]): Promise<string[]> {
  const rows: {
    warehouse: string
    inventory_date: string
    sku: { upc: string }
    available: number
    made_to_order: boolean
  }[] = await positions(emulator)
  return rows.map(({ warehouse, inventory_date, sku, available, made_to_order }) =>
    made_to_order ? `${sku.upc} made to order` : `${warehouse} ${inventory_date} ${sku.upc} ${available}`,
  )
}

describe('made_to_order true', () => {
  test('clears the SKU in all warehouses and dates, marks it, and touches no other', async () => {
    const emulator = await startTestEmulator({ seed })
    const reply = await bulk(emulator, items(order('1')))
    expect(reply.body.items_updated).toEqual([[order('1')]])
    expect(await brokenRules(emulator)).toEqual([])
    expect((await positions(emulator))[0]).toEqual(marked('1'))
    expect(await stored(emulator)).toEqual(['1 made to order', 'LA IMMEDIATE 2 5', 'NY IMMEDIATE 2 4'])
    const { changes } = await lastRequest(emulator)
    expect(changes.map(({ kind }: { kind: string }) => kind).toSorted()).toEqual(['clear', 'clear', 'clear', 'mark'])
  })

  test('clears nothing but its own position with made_to_order_clears=position', async () => {
    const emulator = await startTestEmulator({ seed, settings: { made_to_order_clears: 'position' } })
    await bulk(emulator, items(order('1', 'NY', '2014-12-01')))
    expect(await stored(emulator)).toEqual([
      '1 made to order',
      'LA IMMEDIATE 1 3',
      'LA IMMEDIATE 2 5',
      'NY IMMEDIATE 1 1',
      'NY IMMEDIATE 2 4',
    ])
  })

  test.each(['sku', 'position'] as const)('marks a SKU that has no inventory, clearing by %s', async (clears) => {
    const emulator = await startTestEmulator({ settings: { made_to_order_clears: clears } })
    await bulk(emulator, items(order('new')))
    expect(await stored(emulator)).toEqual(['new made to order'])
    await bulk(emulator, items(order('new', 'LA')))
    expect(await stored(emulator)).toEqual(['new made to order'])
  })

  test('is a state of its own: zero and negative are quantities', async () => {
    const emulator = await startTestEmulator({ seed })
    await bulk(emulator, items(item('1', 0), item('2', -1)))
    expect(await stored(emulator)).toEqual(
      expect.arrayContaining(['NY IMMEDIATE 1 0', 'NY IMMEDIATE 2 -1', 'LA IMMEDIATE 1 3']),
    )
    expect(await stored(emulator)).toHaveLength(5)
  })

  test('ignores a quantity beside it and reports that', async () => {
    const emulator = await startTestEmulator({ seed })
    const sent = { ...order('1'), inventory: 99 }
    const reply = await bulk(emulator, items(sent))
    expect(reply.body.items_updated).toEqual([[sent]])
    expect(await brokenRules(emulator)).toEqual(['joor.made_to_order.quantity'])
    expect(await stored(emulator)).toEqual(['1 made to order', 'LA IMMEDIATE 2 5', 'NY IMMEDIATE 2 4'])
  })

  test.each([false, 'false', '', null])('is not meant by %j', async (value) => {
    const emulator = await startTestEmulator({ seed })
    await bulk(emulator, items({ ...item('1', 9), made_to_order: value }))
    expect(await stored(emulator)).toContain('NY IMMEDIATE 1 9')
    expect(await stored(emulator)).toHaveLength(5)
    expect(await stored(emulator)).not.toContain('1 made to order')
  })

  test.each([1, 'yes', [true], {}])('is not meant by %j either, which refuses the item', async (value) => {
    const emulator = await startTestEmulator({ seed })
    const before = await stored(emulator)
    const reply = await bulk(emulator, items({ ...item('1', 9), made_to_order: value }))
    expect(reply.body.items_updated).toEqual([])
    expect(await stored(emulator)).toEqual(before)
  })

  test('clears nothing where its item is refused', async () => {
    const emulator = await startTestEmulator({ seed })
    const before = await stored(emulator)
    const reply = await bulk(emulator, items(order('1', 'NY', 'never'), { warehouse: 'NY', made_to_order: true }))
    expect(reply.body.items_not_updated[0]).toHaveLength(2)
    expect(await stored(emulator)).toEqual(before)
  })
})

describe('a later quantity for a made-to-order SKU', () => {
  test('ends its being made to order, in another warehouse too', async () => {
    const emulator = await startTestEmulator({ seed })
    await bulk(emulator, items(order('1')))
    await bulk(emulator, items(item('1', 8, 'LA')))
    expect(await brokenRules(emulator)).toEqual([])
    expect(await stored(emulator)).toEqual(['LA IMMEDIATE 1 8', 'LA IMMEDIATE 2 5', 'NY IMMEDIATE 2 4'])
    expect((await lastRequest(emulator)).changes.map(({ kind }: { kind: string }) => kind).toSorted()).toEqual([
      'set',
      'unmark',
    ])
  })

  test('ends it by zero too', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(order('1')))
    await bulk(emulator, items(item('1', 0)))
    expect(await stored(emulator)).toEqual(['NY IMMEDIATE 1 0'])
  })

  test('leaves another SKU marked', async () => {
    const emulator = await startTestEmulator({ seed })
    await bulk(emulator, items(order('1'), order('2')))
    await bulk(emulator, items(item('1', 8)))
    expect(await stored(emulator)).toEqual(['2 made to order', 'NY IMMEDIATE 1 8'])
  })

  test.each<readonly [what: string, sent: readonly object[], right: readonly string[]]>([
    ['quantity, then made to order', [item('1', 8), order('1')], ['1 made to order']],
    ['made to order, then quantity', [order('1'), item('1', 8)], ['NY IMMEDIATE 1 8']],
    [
      'quantity, made to order, quantity elsewhere',
      [item('1', 8), order('1'), item('1', 9, 'LA')],
      ['LA IMMEDIATE 1 9'],
    ],
    ['made to order, quantity, made to order', [order('1'), item('1', 8), order('1', 'LA')], ['1 made to order']],
    [
      'two warehouses, then made to order',
      [item('1', 8), item('1', 9, 'LA'), order('1', 'Boston')],
      ['1 made to order'],
    ],
  ])('takes effect in the order of one call: %s', async (_, sent, right) => {
    for (const query of ['', '?overwrite=1', '?dec_pending=1']) {
      const emulator = await startTestEmulator()
      await bulk(emulator, items(item('1', 1), item('1', 2, 'LA', '2014-12-01')))
      const reply = await bulk(emulator, items(...sent), { query })
      expect(reply.body.items_updated).toEqual([sent])
      expect(await stored(emulator)).toEqual(right)
    }
  })

  test('takes back only its own position with made_to_order_clears=position', async () => {
    const emulator = await startTestEmulator({ settings: { made_to_order_clears: 'position' } })
    await bulk(emulator, items(item('1', 8), item('1', 9, 'LA'), order('1')))
    expect(await stored(emulator)).toEqual(['1 made to order', 'LA IMMEDIATE 1 9'])
  })
})

describe('made to order with a style list', () => {
  const style = {
    style_number: 'N',
    style_identifier: 'A',
    colors: [
      {
        color_code: 'C',
        sizes: [
          { size: 'S', upc: '1' },
          { size: 'M', upc: '2' },
        ],
      },
    ],
  }
  test('clears the SKU by whatever identifiers it was stored', async () => {
    const accounts = { brand: { token: 'a-token', styles: [style] } }
    const emulator = await startTestEmulator({ seed: { joor: { accounts } } })
    await bulk(emulator, items(item('1', 3), item('2', 4), item('1', 5, 'LA')))
    await bulk(
      emulator,
      items({ warehouse: 'NY', style_identifier: 'A', color_code: 'C', size: 'S', made_to_order: true }),
    )
    expect(await brokenRules(emulator)).toEqual([])
    expect(await stored(emulator)).toEqual(['1 made to order', 'NY IMMEDIATE 2 4'])
  })

  test('marks nothing for an unknown SKU', async () => {
    const accounts = { brand: { token: 'a-token', styles: [style] } }
    const emulator = await startTestEmulator({ seed: { joor: { accounts } } })
    await bulk(emulator, items(order('9')))
    expect(await brokenRules(emulator)).toEqual(['joor.sku.known'])
    expect(await stored(emulator)).toEqual([])
  })
})
