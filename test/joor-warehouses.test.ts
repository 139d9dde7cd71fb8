import { describe, expect, test } from 'vitest'
import type { Seed } from '../server/emulator.js'
import { brokenRules, bulk, items, lastRequest, positions, startTestEmulator } from './emulator.js'

const item = (warehouse: unknown, inventory = 7) => ({
  ...(warehouse !== undefined && { warehouse }),
  upc: '1',
  inventory,
})
const account = (warehouses: readonly string[] | null): Seed => ({
  joor: { accounts: { brand: { token: 'a-token', warehouses } } },
})

describe('an account with a list of warehouses', () => {
  const listed = account(['New York', 'Los Angeles', 'Zürich 😀'])

  test.each([
    ['New York', 'New York'],
    ['  New York\t', 'New York'],
    ['Zürich 😀', 'Zürich 😀'],
    ['Default', 'Default'],
    [' Default ', 'Default'],
  ])('takes "%s"', async (sent, warehouse) => {
    const emulator = await startTestEmulator({ seed: listed })
    const reply = await bulk(emulator, items(item(sent)))
    expect(reply.body.items_updated).toEqual([[item(sent)]])
    expect(await brokenRules(emulator)).toEqual([])
    expect(await positions(emulator)).toMatchObject([{ warehouse, available: 7 }])
  })

  test.each([
    'Boston',
    'new york',
    'NEW YORK',
    'New  York',
    'NewYork',
    'default',
    'New York.',
    '__proto__',
    'constructor',
  ])('does not update an item of "%s", and says which rule that is', async (warehouse) => {
    const emulator = await startTestEmulator({ seed: listed })
    const good = item('New York', 1)
    const reply = await bulk(emulator, items(item(warehouse), good))
    expect(reply.status).toBe(200)
    expect(reply.body.items_updated).toEqual([[good]])
    expect(reply.body.items_not_updated).toEqual([[item(warehouse)]])
    expect((await lastRequest(emulator)).violations).toMatchObject([
      {
        rule: 'joor.warehouse.known',
        level: 'error',
        seen: warehouse,
        at: { pointer: '/inventory_items/0/warehouse' },
      },
    ])
    expect(await positions(emulator)).toMatchObject([{ warehouse: 'New York', available: 1 }])
  })

  test('knows Default alone where the list is empty', async () => {
    const emulator = await startTestEmulator({ seed: account([]) })
    const reply = await bulk(emulator, items(item('Default'), item('New York')))
    expect(reply.body.items_updated).toEqual([[item('Default')]])
    expect(reply.body.items_not_updated).toEqual([[item('New York')]])
    expect(await positions(emulator)).toMatchObject([{ warehouse: 'Default' }])
  })

  test('refuses a made-to-order item of an unknown warehouse too: nothing is cleared or marked', async () => {
    const emulator = await startTestEmulator({ seed: listed })
    await bulk(emulator, items(item('New York')))
    const before = await positions(emulator)
    await bulk(emulator, items({ warehouse: 'Boston', upc: '1', made_to_order: true }))
    expect(await brokenRules(emulator)).toEqual(['joor.warehouse.known'])
    expect(await positions(emulator)).toEqual(before)
  })
})

describe('an account without a list of warehouses', () => {
  test.each([null, undefined])('takes any name, each for itself: %s', async (warehouses) => {
    const emulator = await startTestEmulator({ ...(warehouses === null && { seed: account(null) }) })
    const sent = ['Boston', 'boston', 'Bos ton', '10', '__proto__', 'constructor', 'Default', 'default']
    await bulk(emulator, items(...sent.map((warehouse, index) => item(warehouse, index))))
    expect(await brokenRules(emulator)).toEqual([])
    const stored = await positions(emulator)
    expect(stored.map(({ warehouse }: { warehouse: string }) => warehouse)).toEqual(sent.toSorted())
    for (const { warehouse, available } of stored) expect(available).toBe(sent.indexOf(warehouse))
  })
})

describe('an item without a warehouse', () => {
  const absent: readonly [unknown, readonly string[]][] = [
    [undefined, []],
    ['', ['joor.item.empty']],
    ['  ', ['joor.item.empty']],
    [null, ['joor.item.empty']],
  ]

  test.each(absent)('goes to Default and is reported: %j', async (warehouse, further) => {
    const emulator = await startTestEmulator({ seed: account(['New York']) })
    const reply = await bulk(emulator, items(item(warehouse)))
    expect(reply.body.items_updated).toEqual([[item(warehouse)]])
    expect(await brokenRules(emulator)).toEqual([...further, 'joor.warehouse.missing'])
    expect(await positions(emulator)).toMatchObject([{ warehouse: 'Default', available: 7 }])
  })

  test.each(absent)('is refused with missing_warehouse=refuse: %j', async (warehouse, further) => {
    const emulator = await startTestEmulator({ settings: { missing_warehouse: 'refuse' } })
    const reply = await bulk(emulator, items(item(warehouse)))
    expect(reply.body.items_updated).toEqual([])
    expect(reply.body.items_not_updated).toEqual([[item(warehouse)]])
    expect(await brokenRules(emulator)).toEqual([...further, 'joor.warehouse.required'])
    expect(await positions(emulator)).toEqual([])
  })

  test('shares its position with one that names Default', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(item(undefined, 1), item('Default', 2)))
    expect(await brokenRules(emulator)).toEqual(['joor.warehouse.missing', 'joor.inventory.same_position'])
    expect(await positions(emulator)).toMatchObject([{ warehouse: 'Default', available: 2 }])
  })
})
