import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import type { Emulator, EmulatorOptions, Settings } from '../server/emulator.js'
import { bulk, items, positions, startTestEmulator } from './emulator.js'

const item = (upc: string, inventory: unknown, more: Record<string, unknown> = {}) => ({
  warehouse: 'NY',
  upc,
  ...more,
  inventory,
})
const before = [item('1', 1), item('1', 2, { inventory_date: '2014-12-01' }), item('2', 3, { warehouse: 'LA' })]
const pending = [{ warehouse: 'NY', upc: '1', quantity: 9 }]

interface Case {
  readonly name: keyof Settings
  readonly value: string
  readonly isDefault: boolean
  readonly query?: string
  readonly sent: readonly object[]
  readonly status?: number
  readonly code?: string
  readonly stored: readonly string[]
}

const order = { warehouse: 'NY', upc: '1', made_to_order: true }
const cases: readonly Case[] = [
  {
    name: 'overwrite_scope',
    value: 'warehouse',
    isDefault: true,
    query: '?overwrite=1',
    sent: [item('9', 9)],
    stored: ['LA 2 3', 'NY 9 9'],
  },
  {
    name: 'overwrite_scope',
    value: 'account',
    isDefault: false,
    query: '?overwrite=1',
    sent: [item('9', 9)],
    stored: ['NY 9 9'],
  },
  {
    name: 'pending_floor',
    value: 'none',
    isDefault: true,
    query: '?dec_pending=1',
    sent: [item('1', 5)],
    stored: ['LA 2 3', 'NY 1 2', 'NY 1 -4'],
  },
  {
    name: 'pending_floor',
    value: 'zero',
    isDefault: false,
    query: '?dec_pending=1',
    sent: [item('1', 5)],
    stored: ['LA 2 3', 'NY 1 2', 'NY 1 0'],
  },
  {
    name: 'missing_warehouse',
    value: 'default',
    isDefault: true,
    sent: [{ upc: '1', inventory: 4 }],
    stored: ['Default 1 4', 'LA 2 3', 'NY 1 2', 'NY 1 1'],
  },
  {
    name: 'missing_warehouse',
    value: 'refuse',
    isDefault: false,
    sent: [{ upc: '1', inventory: 4 }],
    stored: ['LA 2 3', 'NY 1 2', 'NY 1 1'],
  },
  { name: 'made_to_order_clears', value: 'sku', isDefault: true, sent: [order], stored: ['1 made to order', 'LA 2 3'] },
  {
    name: 'made_to_order_clears',
    value: 'position',
    isDefault: false,
    sent: [order],
    stored: ['1 made to order', 'LA 2 3', 'NY 1 2'],
  },
  { name: 'partial_code', value: '0', isDefault: true, sent: [item('1', 'x')], stored: ['LA 2 3', 'NY 1 2', 'NY 1 1'] },
  {
    name: 'partial_code',
    value: '1',
    isDefault: false,
    sent: [item('1', 'x')],
    code: '1',
    stored: ['LA 2 3', 'NY 1 2', 'NY 1 1'],
  },
  {
    name: 'contract',
    value: 'report',
    isDefault: true,
    sent: [item('1', -5)],
    stored: ['LA 2 3', 'NY 1 2', 'NY 1 -5'],
  },
  {
    name: 'contract',
    value: 'enforce',
    isDefault: false,
    sent: [item('1', -5)],
    stored: ['LA 2 3', 'NY 1 2', 'NY 1 1'],
  },
  { name: 'contract', value: 'off', isDefault: false, sent: [item('1', -5)], stored: ['LA 2 3', 'NY 1 2', 'NY 1 -5'] },
  { name: 'auth', value: 'open', isDefault: true, sent: [item('1', 5)], stored: ['LA 2 3', 'NY 1 2', 'NY 1 5'] },
  { name: 'auth', value: 'enforce', isDefault: false, sent: [item('1', 5)], stored: ['LA 2 3', 'NY 1 2', 'NY 1 5'] },
  {
    name: 'rate_limit',
    value: 'report',
    isDefault: true,
    sent: [item('1', 5)],
    stored: ['LA 2 3', 'NY 1 2', 'NY 1 5'],
  },
  {
    name: 'rate_limit',
    value: 'enforce',
    isDefault: false,
    sent: [item('1', 5)],
    stored: ['LA 2 3', 'NY 1 2', 'NY 1 5'],
  },
  { name: 'rate_limit', value: 'off', isDefault: false, sent: [item('1', 5)], stored: ['LA 2 3', 'NY 1 2', 'NY 1 5'] },
  {
    name: 'rate_limit',
    value: '4/300',
    isDefault: false,
    sent: [item('1', 5)],
    status: 429,
    code: '1',
    stored: ['LA 2 3', 'NY 1 2', 'NY 1 1'],
  },
]

async function stored(emulator: Emulator): Promise<string[]> {
  const rows: { warehouse: string; sku: { upc: string }; available: number; made_to_order: boolean }[] =
    await positions(emulator)
  return rows.map(({ warehouse, sku, available, made_to_order }) =>
    made_to_order ? `${sku.upc} made to order` : `${warehouse} ${sku.upc} ${available}`,
  )
}

/** One emulator whose account, or all of whose accounts, have the settings given. */
const withSettings = (all: object, own: object): EmulatorOptions => ({
  // The tables above hold names and values as texts; the emulator knows them by their exact types.
  settings: all as Partial<Settings>,
  seed: {
    joor: { accounts: { brand: { token: 'a-token', positions: before, pending, settings: own as Partial<Settings> } } },
  },
})

async function holds(options: EmulatorOptions, { query = '', sent, status = 200, code = '0', stored: right }: Case) {
  const emulator = await startTestEmulator(options)
  const reply = await bulk(emulator, items(...sent), { query })
  expect(reply.status).toBe(status)
  expect(reply.body.response.code).toBe(code)
  expect(await stored(emulator)).toEqual(right)
}

describe('a setting', () => {
  test.each(cases)('$name=$value holds for all accounts', (each) =>
    holds(withSettings({ [each.name]: each.value }, {}), each),
  )

  test.each(cases)('$name=$value holds for one account', (each) =>
    holds(withSettings({}, { [each.name]: each.value }), each),
  )

  test.each(cases.filter(({ isDefault }) => isDefault))('$name=$value is the default', (each) =>
    holds(withSettings({}, {}), each),
  )

  test.each(cases)("$name=$value of an account goes before everyone's", async (each) => {
    const others = cases.filter(({ name, value }) => name === each.name && value !== each.value)
    for (const other of others)
      await holds(withSettings({ [each.name]: other.value }, { [each.name]: each.value }), each)
  })

  test.each(cases)('$name=$value is given by the control plane', async (each) => {
    const emulator = await startTestEmulator()
    const document = { token: 'a-token', positions: before, pending, settings: { [each.name]: each.value } }
    const put = await supertest(emulator.url).put('/_backstock/joor/accounts/brand').send(document)
    expect(put.status).toBe(201)
    expect(put.body.settings).toEqual({ [each.name]: each.value })
    const reply = await bulk(emulator, items(...each.sent), { query: each.query ?? '' })
    expect(reply.body.response.code).toBe(each.code ?? '0')
    expect(await stored(emulator)).toEqual(each.stored)
  })

  test('of one account leaves another alone', async () => {
    const own = { partial_code: '1', missing_warehouse: 'refuse' } as const
    const accounts = { brand: { token: 'a-token', settings: own } }
    const emulator = await startTestEmulator({ seed: { joor: { accounts } } })
    const sent = items({ upc: '1', inventory: 1 })
    expect((await bulk(emulator, sent)).body.response.code).toBe('1')
    const other = await bulk(emulator, sent, { token: 'other' })
    expect(other.body.response.code).toBe('0')
    expect(other.body.items_updated).toHaveLength(1)
    expect(await positions(emulator, 'other')).toHaveLength(1)
    expect(await positions(emulator)).toEqual([])
  })

  test.each([
    ['overwrite_scope', 'all'],
    ['pending_floor', 0],
    ['missing_warehouse', 'Default'],
    ['made_to_order_clears', 'SKU'],
    ['partial_code', '2'],
    ['contract', 'strict'],
    ['auth', true],
    ['rate_limit', 'on'],
    ['rate_limit', '300'],
    ['rate_limit', '0/300'],
    ['rate_limit', '300/0'],
    ['rate_limit', '300/300s'],
    ['rate_limit', '1000000/1'],
    ['rate_limit', 300],
    ['overwritescope', 'account'],
  ])('is refused by name where there is none such: %s=%s', async (name, value) => {
    const emulator = await startTestEmulator()
    const put = await supertest(emulator.url)
      .put('/_backstock/joor/accounts/brand')
      .send({ token: 'a-token', settings: { [name]: value } })
    expect(put.status).toBe(400)
    expect(put.body.detail).toContain(name)
    expect((await supertest(emulator.url).get('/_backstock/joor/accounts')).body).toEqual({ accounts: [] })
  })
})
