import { describe, expect, test } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { brokenRules, bulk, items, lastRequest, positions, startTestEmulator } from './emulator.js'

const item = (date: unknown, inventory = 7) => ({
  warehouse: 'NY',
  upc: '1',
  inventory,
  ...(date !== undefined && { inventory_date: date }),
})

async function sendXml(emulator: Emulator, date: string) {
  const fields = `<warehouse>NY</warehouse><inventory_date>${date}</inventory_date><upc>1</upc><inventory>7</inventory>`
  const body = `<inventory_items><inventory_item>${fields}</inventory_item></inventory_items>`
  return bulk(emulator, body, { type: 'application/xml' })
}

const taken = [
  ['IMMEDIATE', 'IMMEDIATE', []],
  ['immediate', 'IMMEDIATE', ['joor.date.immediate_case']],
  ['Immediate', 'IMMEDIATE', ['joor.date.immediate_case']],
  [' IMMEDIATE ', 'IMMEDIATE', []],
  ['2014-12-01', '2014-12-01', []],
  ['12-01-2014', '2014-12-01', []],
  ['01-31-2014', '2014-01-31', []],
  [' 2014-12-01\t', '2014-12-01', []],
  ['2016-02-29', '2016-02-29', []],
  ['02-29-2000', '2000-02-29', []],
  ['1970-01-01', '1970-01-01', []],
  ['0001-01-01', '0001-01-01', []],
  ['9999-12-31', '9999-12-31', []],
  ['2014-12-01T00:00:00Z', '2014-12-01', ['joor.date.date_time']],
  ['2014-12-01T10:20:30', '2014-12-01', ['joor.date.date_time']],
  ['2014-12-01T10:20:30.123456Z', '2014-12-01', ['joor.date.date_time']],
  ['2014-12-01T23:30:00-05:00', '2014-12-02', ['joor.date.date_time']],
  ['2014-12-01T00:30:00+01:00', '2014-11-30', ['joor.date.date_time']],
  ['2014-12-31T23:59:59-00:30', '2015-01-01', ['joor.date.date_time']],
  ['20141201T102030Z', '2014-12-01', ['joor.date.date_time']],
] as const

const refused = [
  ['2014-02-30', 'joor.date.real'],
  ['2015-02-29', 'joor.date.real'],
  ['1900-02-29', 'joor.date.real'],
  ['2014-13-01', 'joor.date.real'],
  ['2014-00-10', 'joor.date.real'],
  ['2014-04-31', 'joor.date.real'],
  ['2014-12-00', 'joor.date.real'],
  ['2014-12-32', 'joor.date.real'],
  ['31-12-2014', 'joor.date.real'],
  ['02-30-2014', 'joor.date.real'],
  ['00-00-0000', 'joor.date.real'],
  ['12/01/2014', 'joor.date.forms'],
  ['2014/12/01', 'joor.date.forms'],
  ['2014-1-1', 'joor.date.forms'],
  ['1-1-2014', 'joor.date.forms'],
  ['14-12-01', 'joor.date.forms'],
  ['12-01-14', 'joor.date.forms'],
  ['20141201', 'joor.date.forms'],
  ['2014-12', 'joor.date.forms'],
  ['2014', 'joor.date.forms'],
  ['2014-335', 'joor.date.forms'],
  ['2014-W49-1', 'joor.date.forms'],
  ['Dec 1, 2014', 'joor.date.forms'],
  ['01.12.2014', 'joor.date.forms'],
  ['2014-12-01 10:20:30', 'joor.date.forms'],
  ['2014-12-01T25:00:00Z', 'joor.date.forms'],
  ['2014-02-30T10:00:00Z', 'joor.date.forms'],
  ['2014-12-01T', 'joor.date.forms'],
  ['2014-12-01T10:20:30 Europe/Berlin', 'joor.date.forms'],
  ['2014-12-01Z', 'joor.date.forms'],
  ['9999-12-31T23:00:00-05:00', 'joor.date.forms'],
  ['0000-01-01T00:00:00+05:00', 'joor.date.forms'],
  ['+002014-12-01', 'joor.date.forms'],
  ['-2014-12-01', 'joor.date.forms'],
  ['1417392000', 'joor.date.forms'],
  ['IMMEDIATELY', 'joor.date.forms'],
  ['NOW', 'joor.date.forms'],
  ['２０１４-12-01', 'joor.date.forms'],
  ['2014\u201312\u201301', 'joor.date.forms'],
  ['2014-12-01\u0000', 'joor.date.forms'],
] as const

describe('inventory_date', () => {
  test.each(taken)('"%s" is taken as %s', async (date, bucket, broken) => {
    const emulator = await startTestEmulator()
    const reply = await bulk(emulator, items(item(date)))
    expect(reply.body.items_updated).toEqual([[item(date)]])
    expect(reply.body.items_not_updated).toEqual([])
    expect(await brokenRules(emulator)).toEqual(broken)
    const stored = await positions(emulator)
    expect(stored).toHaveLength(1)
    expect(stored).toMatchObject([{ warehouse: 'NY', inventory_date: bucket, available: 7 }])

    await sendXml(emulator, date)
    expect(await brokenRules(emulator)).toEqual(broken)
    expect(await positions(emulator)).toEqual(stored)
  })

  test.each(refused)('"%s" refuses the item by %s', async (date, rule) => {
    const emulator = await startTestEmulator()
    const good = { warehouse: 'NY', upc: '2', inventory: 1 }
    const reply = await bulk(emulator, items(item(date), good))
    expect(reply.status).toBe(200)
    expect(reply.body.items_updated).toEqual([[good]])
    expect(reply.body.items_not_updated).toEqual([[item(date)]])
    expect((await lastRequest(emulator)).violations).toMatchObject([
      { rule, level: 'error', seen: date.trim(), at: { pointer: '/inventory_items/0/inventory_date' } },
    ])
    expect(await positions(emulator)).toMatchObject([{ sku: { upc: '2' } }])
  })

  test.each(refused.filter(([date]) => !date.includes('\u0000')))(
    '"%s" refuses the XML item too',
    async (date, rule) => {
      const emulator = await startTestEmulator()
      const reply = await sendXml(emulator, date)
      expect(reply.text).toContain('<items_updated /><items_not_updated><inventory_item>')
      expect(await brokenRules(emulator)).toEqual([rule])
      expect(await positions(emulator)).toEqual([])
    },
  )

  test.each([
    [undefined, []],
    ['', ['joor.item.empty']],
    [null, ['joor.item.empty']],
    ['  ', ['joor.item.empty']],
  ])('that is absent or empty means IMMEDIATE: %j', async (date, broken) => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(item(date)))
    expect(await brokenRules(emulator)).toEqual(broken)
    expect(await positions(emulator)).toMatchObject([{ inventory_date: 'IMMEDIATE', available: 7 }])
  })

  test.each([20141201, true, 2014])('that is no string is read by its literal and refused: %j', async (date) => {
    const emulator = await startTestEmulator()
    const reply = await bulk(emulator, items(item(date)))
    expect(reply.body.items_not_updated).toEqual([[item(date)]])
    expect(await brokenRules(emulator)).toEqual(['joor.item.string_type', 'joor.date.forms'])
    expect(await positions(emulator)).toEqual([])
  })
})

describe('a date bucket', () => {
  test.each([
    ['both spellings of a day', '2014-12-01', '12-01-2014'],
    ['a day and a date-time of it', '2014-12-01', '2014-12-01T10:00:00Z'],
    ['IMMEDIATE in two cases', 'IMMEDIATE', 'immediate'],
  ])('is one: %s', async (_, first, second) => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(item(first, 1)))
    await bulk(emulator, items(item(second, 2)))
    const stored = await positions(emulator)
    expect(stored).toHaveLength(1)
    expect(stored).toMatchObject([{ available: 2 }])
  })

  test('is told where one call means it twice', async () => {
    const emulator = await startTestEmulator()
    const reply = await bulk(emulator, items(item('2014-12-01', 1), item('12-01-2014', 2)))
    expect(reply.body.items_updated[0]).toHaveLength(2)
    expect(await brokenRules(emulator)).toEqual(['joor.inventory.same_position'])
    expect(await positions(emulator)).toMatchObject([{ available: 2 }])
  })

  test('is not another one: IMMEDIATE is no day, and days do not touch each other', async () => {
    const emulator = await startTestEmulator({ clock: () => new Date('2014-12-01T12:00:00Z') })
    await bulk(emulator, items(item('IMMEDIATE', 1), item('2014-12-01', 2), item('2014-01-12', 3)))
    expect(await brokenRules(emulator)).toEqual([])
    expect(await positions(emulator)).toMatchObject([
      { inventory_date: '2014-01-12', available: 3 },
      { inventory_date: '2014-12-01', available: 2 },
      { inventory_date: 'IMMEDIATE', available: 1 },
    ])
  })
})
