import { describe, expect, test } from 'vitest'
import type { Emulator, EmulatorOptions, Seed } from '../server/emulator.js'
import { brokenRules, bulk, items, lastRequest, positions, startTestEmulator } from './emulator.js'

const item = (warehouse: string, upc: string, inventory: unknown, date = 'IMMEDIATE') => ({
  warehouse,
  inventory_date: date,
  upc,
  inventory,
})
const order = (warehouse: string, upc: string) => ({ warehouse, upc, made_to_order: true })

const before = [
  item('LA', '1', 1),
  item('LA', '2', 2, '2014-12-01'),
  item('NY', '1', 3),
  item('NY', '2', 4),
  item('NY', '2', 5, '2014-12-01'),
  item('NY', '3', 6, '2030-01-01'),
]
const seed: Seed = {
  joor: {
    accounts: {
      brand: { token: 'a-token', positions: [...before, order('NY', 'mto')] },
      other: { token: 'other', positions: [item('NY', '9', 9)] },
    },
  },
}

async function stored(emulator: Emulator, token?: string): Promise<string[]> {
  const rows: {
    warehouse: string
    inventory_date: string
    sku: { upc: string }
    available: number
    made_to_order: boolean
  }[] = await positions(emulator, token)
  return rows.map(({ warehouse, inventory_date, sku, available, made_to_order }) =>
    made_to_order ? `${sku.upc} made to order` : `${warehouse} ${inventory_date} ${sku.upc} ${available}`,
  )
}
const la = ['LA 2014-12-01 2 2', 'LA IMMEDIATE 1 1']
const ny = ['NY 2014-12-01 2 5', 'NY 2030-01-01 3 6', 'NY IMMEDIATE 1 3', 'NY IMMEDIATE 2 4']

async function overwrite(sent: readonly unknown[], options: EmulatorOptions = {}) {
  const emulator = await startTestEmulator({ seed, ...options })
  expect(await stored(emulator)).toEqual(['mto made to order', ...la, ...ny])
  const reply = await bulk(emulator, items(...sent), { query: '?overwrite=1' })
  expect(await stored(emulator, 'other')).toEqual(['NY IMMEDIATE 9 9'])
  return { emulator, reply, stored: await stored(emulator), broken: await brokenRules(emulator) }
}

describe('overwrite=1', () => {
  test('replaces all positions, of all dates, of the warehouse that is named; marks stay', async () => {
    const result = await overwrite([item('NY', '2', 40)])
    expect(result.reply.body.items_updated).toEqual([[item('NY', '2', 40)]])
    expect(result.broken).toEqual([])
    expect(result.stored).toEqual(['mto made to order', ...la, 'NY IMMEDIATE 2 40'])
    const { changes, changes_total } = await lastRequest(result.emulator)
    expect(changes_total).toBe(4)
    expect(changes.map(({ kind }: { kind: string }) => kind).toSorted()).toEqual(['clear', 'clear', 'clear', 'set'])
  })

  test('replaces every warehouse of the account with overwrite_scope=account; marks stay', async () => {
    const result = await overwrite([item('NY', '2', 40)], { settings: { overwrite_scope: 'account' } })
    expect(result.broken).toEqual([])
    expect(result.stored).toEqual(['mto made to order', 'NY IMMEDIATE 2 40'])
  })

  test.each(['warehouse', 'account'] as const)('writes down which reading it goes by: %s', async (scope) => {
    const { emulator } = await overwrite([item('NY', '2', 40)], { settings: { overwrite_scope: scope } })
    const { rules } = await lastRequest(emulator)
    const met = rules.map(({ rule }: { rule: string }) => rule)
    expect(met).toContain(scope === 'account' ? 'joor.overwrite.account' : 'joor.overwrite.warehouses')
    expect(met).not.toContain(scope === 'account' ? 'joor.overwrite.warehouses' : 'joor.overwrite.account')
  })

  test('replaces several warehouses at once', async () => {
    const result = await overwrite([item('LA', '5', 50), item('NY', '6', 60, '2014-12-01'), item('Boston', '7', 70)])
    expect(result.stored).toEqual([
      'mto made to order',
      'Boston IMMEDIATE 7 70',
      'LA IMMEDIATE 5 50',
      'NY 2014-12-01 6 60',
    ])
    expect(result.broken).toEqual([])
  })

  test('clears what a made-to-order item names, too', async () => {
    const result = await overwrite([order('LA', 'new')])
    expect(result.stored).toEqual(['mto made to order', 'new made to order', ...ny])
  })

  test('clears a made-to-order SKU in the other warehouses as well, because it is made to order', async () => {
    const result = await overwrite([order('LA', '2'), item('LA', '8', 80)])
    expect(result.stored).toEqual([
      '2 made to order',
      'mto made to order',
      'LA IMMEDIATE 8 80',
      'NY 2030-01-01 3 6',
      'NY IMMEDIATE 1 3',
    ])
  })

  test('ends a mark by a quantity, and only that one', async () => {
    const result = await overwrite([item('LA', 'mto', 5)])
    expect(result.stored).toEqual(['LA IMMEDIATE mto 5', ...ny])
  })

  test('does not clear what is not named exactly', async () => {
    const result = await overwrite([item('ny', '1', 1), item('NY2', '1', 2)])
    expect(result.stored).toEqual(['mto made to order', ...la, ...ny, 'NY2 IMMEDIATE 1 2', 'ny IMMEDIATE 1 1'])
  })

  test('of nothing but Default clears Default alone', async () => {
    const result = await overwrite([{ upc: '1', inventory: 1 }])
    expect(result.broken).toEqual(['joor.warehouse.missing'])
    expect(result.stored).toEqual(['mto made to order', 'Default IMMEDIATE 1 1', ...la, ...ny])
  })

  test('leaves the same state when it is sent twice', async () => {
    const result = await overwrite([item('NY', '2', 40), item('LA', '1', 10)])
    await bulk(result.emulator, items(item('NY', '2', 40), item('LA', '1', 10)), { query: '?overwrite=1' })
    expect(await stored(result.emulator)).toEqual(result.stored)
  })
})

describe('overwrite=1 with a refused item', () => {
  const bad = { ...item('NY', '3', 'many') }

  test('clears and replaces a warehouse that an accepted item names, and is reported', async () => {
    const result = await overwrite([bad, item('NY', '2', 40)])
    expect(result.reply.status).toBe(200)
    expect(result.reply.body.items_updated).toEqual([[item('NY', '2', 40)]])
    expect(result.reply.body.items_not_updated).toEqual([[bad]])
    expect(result.broken).toEqual(['joor.inventory.integer', 'joor.overwrite.complete'])
    expect(result.stored).toEqual(['mto made to order', ...la, 'NY IMMEDIATE 2 40'])
  })

  test('leaves a warehouse alone that only refused items name, and reports that', async () => {
    const result = await overwrite([bad, item('LA', '5', 50)])
    expect(result.broken).toEqual([
      'joor.inventory.integer',
      'joor.overwrite.refused_warehouse',
      'joor.overwrite.complete',
    ])
    expect(result.stored).toEqual(['mto made to order', 'LA IMMEDIATE 5 50', ...ny])
    expect((await lastRequest(result.emulator)).violations).toMatchObject([
      {},
      { rule: 'joor.overwrite.refused_warehouse', seen: 'NY', at: { pointer: '/inventory_items/0/warehouse' } },
      { rule: 'joor.overwrite.complete', seen: '1 of 2 items refused' },
    ])
  })

  test('tells a warehouse once, however many refused items name it', async () => {
    const result = await overwrite([bad, bad, item('LA', '5', 50), bad])
    expect(result.broken.filter((rule) => rule === 'joor.overwrite.refused_warehouse')).toHaveLength(1)
    expect(result.broken.filter((rule) => rule === 'joor.overwrite.complete')).toHaveLength(1)
  })

  test.each(['warehouse', 'account'] as const)('changes nothing where all are refused, scope %s', async (scope) => {
    const result = await overwrite([bad, item('LA', '1', 1.5), 7], { settings: { overwrite_scope: scope } })
    expect(result.reply.status).toBe(200)
    expect(result.reply.body.items_updated).toEqual([])
    expect(result.stored).toEqual(['mto made to order', ...la, ...ny])
    expect((await lastRequest(result.emulator)).changes).toEqual([])
  })

  test('is told nothing about warehouses by an item that is no object', async () => {
    const result = await overwrite([7, item('NY', '2', 40)])
    expect(result.broken).toEqual(['joor.item.object', 'joor.overwrite.complete'])
    expect(result.stored).toEqual(['mto made to order', ...la, 'NY IMMEDIATE 2 40'])
  })

  test('is refused whole under enforce, and nothing is applied', async () => {
    const result = await overwrite([bad, item('NY', '2', 40)], { settings: { contract: 'enforce' } })
    expect(result.reply.status).toBe(400)
    expect(result.reply.body.response).toMatchObject({ code: '1', comment: expect.stringContaining('overwrite') })
    expect(result.reply.body.items_updated).toEqual([])
    expect(result.reply.body.items_not_updated).toEqual([])
    expect(result.stored).toEqual(['mto made to order', ...la, ...ny])
    expect((await lastRequest(result.emulator)).changes).toEqual([])
  })

  test('is told at the first refused item, not at an accepted one before it', async () => {
    const emulator = await startTestEmulator({ seed })
    await bulk(emulator, items(item('NY', '1', 7), item('NY', '2', '1,5'), item('NY', '3', '1,5')), {
      query: '?overwrite=1',
    })
    const { violations } = await lastRequest(emulator)
    const complete = violations.find(({ rule }: { rule: string }) => rule === 'joor.overwrite.complete')
    expect(complete).toMatchObject({ at: { pointer: '/inventory_items/1' }, seen: '2 of 3 items refused' })
  })

  test('leaves alone an unknown warehouse of a list', async () => {
    const accounts = { brand: { token: 'a-token', warehouses: ['NY', 'LA'], positions: before } }
    const emulator = await startTestEmulator({ seed: { joor: { accounts } } })
    await bulk(emulator, items(item('Boston', '1', 1)), { query: '?overwrite=1' })
    expect(await brokenRules(emulator)).toEqual([
      'joor.warehouse.known',
      'joor.overwrite.refused_warehouse',
      'joor.overwrite.complete',
    ])
    expect(await stored(emulator)).toEqual([...la, ...ny])
  })
})

describe('without overwrite', () => {
  test.each(['', '?overwrite=0', '?overwrite=true'])('what is not listed is untouched: "%s"', async (query) => {
    const emulator = await startTestEmulator({ seed })
    await bulk(emulator, items(item('NY', '2', 40), item('NY', '4', 44)), { query })
    expect(await stored(emulator)).toEqual([
      'mto made to order',
      ...la,
      ...ny.slice(0, 3),
      'NY IMMEDIATE 2 40',
      'NY IMMEDIATE 4 44',
    ])
  })

  test('a refused item is no overwrite that is not complete', async () => {
    const emulator = await startTestEmulator({ seed })
    await bulk(emulator, items(item('NY', '2', 'many')))
    expect(await brokenRules(emulator)).toEqual(['joor.inventory.integer'])
    expect(await stored(emulator)).toEqual(['mto made to order', ...la, ...ny])
  })
})

describe('an overwrite is never seen half done', () => {
  test('by whoever looks while others write', async () => {
    const emulator = await startTestEmulator()
    const skus = Array.from({ length: 200 }, (_, index) => String(index))
    const send = (quantity: number) =>
      bulk(emulator, items(...skus.map((upc) => item('NY', upc, quantity))), { query: '?overwrite=1' })
    await send(0)
    let over = false
    const writers = Promise.all([1, 2, 3, 4, 5, 6].map(send)).then(() => {
      over = true
    })
    let looks = 0
    while (!over || looks === 0) {
      const seen: { available: number }[] = await positions(emulator)
      expect(seen).toHaveLength(skus.length)
      expect(new Set(seen.map(({ available }) => available)).size).toBe(1)
      looks++
    }
    await writers
    expect(new Set((await positions(emulator)).map(({ available }: { available: number }) => available)).size).toBe(1)
  })
})
