import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { bulk, items, startTestEmulator } from './emulator.js'

const style = {
  style_number: 'DM1',
  style_identifier: 'DM1A',
  style_id: '7',
  colors: [{ color_code: 'RED', sizes: [{ size: 'M', upc: '822508068753' }] }],
}
const seed = {
  joor: {
    accounts: {
      brand: {
        token: 'a-token',
        warehouses: ['New York', 'Los Angeles'],
        styles: [
          style,
          {
            ...style,
            style_number: 'DM2',
            style_identifier: 'DM2A',
            style_id: '8',
            colors: [{ color_code: 'BLUE', sizes: [{ size: 'S', upc: '2' }] }],
          },
        ],
        pending: [{ warehouse: 'New York', upc: '2', quantity: 3 }],
      },
    },
  },
  jirafe: { sites: { shop: { token: 'site-token' } } },
}
const byStyle = { style_number: 'DM1', style_identifier: 'DM1A', color_code: 'RED', size: 'M' }
const control = (emulator: Emulator) => supertest(emulator.url)
const first = { timestamp: '2015-01-23T16:35:38+0000', product_code: 'a', inventory_level: 4 }
const second = (date: string, level: number) => ({
  sku_code: 'b',
  inventory_level: level,
  effective_date: date,
  change_date: '2015-01-01T00:00:00.000Z',
})
const report = (emulator: Emulator, event: object) =>
  control(emulator).post('/v2/shop/inventory').set('Authorization', 'Bearer site-token').send(event).expect(200)

async function check(emulator: Emulator, query: string, table: object | string, type = 'application/json') {
  const text = typeof table === 'string' ? table : JSON.stringify(table)
  return control(emulator).post(`/_backstock/verify/state${query}`).set('Content-Type', type).send(text)
}

/** An account with one position by style, one with pending orders and a made-to-order SKU elsewhere. */
async function stocked() {
  const emulator = await startTestEmulator({ seed })
  await bulk(emulator, items({ warehouse: 'New York', ...byStyle, inventory: 5 }))
  await bulk(emulator, items({ warehouse: 'New York', upc: '2', inventory: 10 }), { query: '?dec_pending=1' })
  return emulator
}
const right = [
  { warehouse: 'New York', upc: '822508068753', available: 5 },
  { warehouse: 'New York', upc: '2', available: 7 },
]

describe('A table held against positions', () => {
  it('passes where every row is right and every position has one', async () => {
    const emulator = await stocked()
    for (const table of [right, { rows: right }, right.toReversed()]) {
      const { status, body } = await check(emulator, '?account=brand', table)
      expect(status).toBe(200)
      expect(body).toEqual({ verdict: 'pass', rows: 2, equal: 2, differences: [], differences_total: 0 })
    }
  })

  it('tells each row that differs, and each position that no row names', async () => {
    const emulator = await stocked()
    await bulk(emulator, items({ warehouse: 'Los Angeles', upc: '2', inventory: 1, inventory_date: '2030-01-31' }))
    const table = [
      { warehouse: 'New York', upc: '2', available: 10, incoming: 10 },
      { warehouse: 'Los Angeles', upc: '2', available: 1 },
      { warehouse: 'New York', upc: '822508068753', available: 5 },
    ]
    const { body } = await check(emulator, '?account=brand', table)
    const sku = { upc: '2', style_number: 'DM2', style_identifier: 'DM2A', style_id: 8, color_code: 'BLUE', size: 'S' }
    expect(body).toEqual({
      verdict: 'fail',
      rows: 3,
      equal: 1,
      differences: [
        {
          row: 1,
          kind: 'different',
          key: { warehouse: 'New York', inventory_date: 'IMMEDIATE', sku },
          expected: { available: 10, incoming: 10 },
          actual: { available: 7, incoming: 10 },
        },
        {
          row: 2,
          kind: 'missing',
          key: { warehouse: 'Los Angeles', inventory_date: 'IMMEDIATE', sku },
          expected: { available: 1 },
          actual: null,
        },
        {
          row: null,
          kind: 'unexpected',
          key: { warehouse: 'Los Angeles', inventory_date: '2030-01-31', sku },
          expected: null,
          actual: { available: 1, incoming: 1, pending_deducted: 0, made_to_order: false },
        },
      ],
      differences_total: 3,
    })
  })

  it('leaves alone what no row names where that is asked for', async () => {
    const emulator = await stocked()
    const [one] = right
    expect((await check(emulator, '?account=brand', [one])).body).toMatchObject({ verdict: 'fail', equal: 1 })
    expect((await check(emulator, '?account=brand&extra=ignore', [one])).body).toMatchObject({
      verdict: 'pass',
      equal: 1,
    })
    expect((await check(emulator, '?account=brand&extra=report', [one])).body.verdict).toBe('fail')
    expect((await check(emulator, '?account=brand', [])).body).toMatchObject({ rows: 0, differences_total: 2 })
  })

  it('compares only the columns that a row gives', async () => {
    const emulator = await stocked()
    const table = [
      { warehouse: 'New York', upc: '822508068753' },
      { warehouse: 'New York', upc: '2', pending_deducted: 3, made_to_order: false },
    ]
    expect((await check(emulator, '?account=brand', table)).body.verdict).toBe('pass')
  })

  it.each([
    ['by upc', { upc: '822508068753' }],
    ['by style', byStyle],
    ['under sku', { sku: { upc: '822508068753' } }],
    ['by numbers', { style_id: 7, color_code: 'RED', size: 'M' }],
    ['with a date in the other form', { upc: '822508068753', inventory_date: 'immediate' }],
  ])('names its SKU by the rules of the account: %s', async (_how, names) => {
    const emulator = await stocked()
    const table = [{ warehouse: 'New York', ...names, available: 5 }]
    expect((await check(emulator, '?account=brand&extra=ignore', table)).body.verdict).toBe('pass')
  })

  it('tells what the account cannot have as missing', async () => {
    const emulator = await stocked()
    const table = [
      { warehouse: 'New York', upc: 'nobody-knows', available: 1 },
      { warehouse: 'Boston', upc: '2', available: 1 },
    ]
    const { body } = await check(emulator, '?account=brand&extra=ignore', table)
    expect(body.differences).toMatchObject([
      { row: 1, kind: 'missing', key: { warehouse: 'New York', sku: { upc: 'nobody-knows' } }, actual: null },
      { row: 2, kind: 'missing', key: { warehouse: 'Boston' }, actual: null },
    ])
  })

  it('tells made-to-order SKUs apart from positions', async () => {
    const emulator = await stocked()
    await bulk(emulator, items({ warehouse: 'New York', upc: '2', made_to_order: true }))
    const mark = { upc: '2', made_to_order: true }
    expect((await check(emulator, '?account=brand&extra=ignore', [mark])).body.verdict).toBe('pass')
    const stock = await check(emulator, '?account=brand&extra=ignore', [right[1]])
    expect(stock.body.differences).toMatchObject([{ kind: 'missing' }])
    const wrong = await check(emulator, '?account=brand&extra=ignore', [{ upc: '822508068753', made_to_order: true }])
    expect(wrong.body.differences).toMatchObject([{ kind: 'missing', key: { sku: { upc: '822508068753' } } }])
  })

  it.each(['json', 'csv'])('takes what positions shows as %s', async (format) => {
    const emulator = await stocked()
    await bulk(emulator, items({ warehouse: 'New York', ...byStyle, made_to_order: true }))
    const shown = await control(emulator).get(`/_backstock/joor/accounts/brand/positions?format=${format}`)
    const [table, type] = format === 'csv' ? [shown.text, 'text/csv; charset=utf-8'] : [shown.body.positions, undefined]
    expect((await check(emulator, '?account=brand', table, type)).body).toMatchObject({
      verdict: 'pass',
      rows: 2,
      equal: 2,
    })
    await bulk(emulator, items({ warehouse: 'New York', upc: '2', inventory: 11 }))
    expect((await check(emulator, '?account=brand', table, type)).body).toMatchObject({ verdict: 'fail', equal: 1 })
  })

  it('reads CSV with any columns in any order, and an empty cell as none', async () => {
    const emulator = await stocked()
    const csv = '\ufeffavailable,upc,warehouse,incoming\r\n5,822508068753,New York,\r\n\r\n7,"2",New York,10\r\n'
    expect((await check(emulator, '?account=brand', csv, 'text/csv')).body).toMatchObject({ verdict: 'pass', rows: 2 })
  })

  it('lists the first thousand differences and counts the rest', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(...Array.from({ length: 1_500 }, (_, n) => ({ upc: `${n}`, inventory: n }))))
    const { body: account } = await control(emulator).get('/_backstock/joor/accounts')
    const table = Array.from({ length: 1_500 }, (_, n) => ({ upc: `${n}`, available: n === 0 ? 0 : n + 1 }))
    const { body } = await check(emulator, `?account=${account.accounts[0].account}`, table)
    expect(body.differences).toHaveLength(1_000)
    expect(body).toMatchObject({ rows: 1_500, equal: 1, differences_total: 1_499 })
  })
})

describe('A table held against levels', () => {
  it('is compared by code, and by date where one code has several', async () => {
    const emulator = await startTestEmulator({ seed })
    await report(emulator, first)
    for (const [date, level] of [
      ['2015-02-01T00:00:00.000Z', 5],
      ['2015-03-01T00:00:00.000Z', 6],
    ] as const)
      await report(emulator, second(date, level))
    const table = [
      { code: 'a', inventory_level: 4 },
      { code: 'b', effective_date: '2015-03-01T00:00:00.000Z', inventory_level: 7 },
      { code: 'c', inventory_level: 1 },
    ]
    const { body } = await check(emulator, '?site=shop', table)
    expect(body).toMatchObject({ verdict: 'fail', rows: 3, equal: 1, differences_total: 3 })
    expect(body.differences).toMatchObject([
      {
        row: 2,
        kind: 'different',
        key: { code: 'b', revision: 'second', effective_date: '2015-03-01T00:00:00.000Z' },
        expected: { inventory_level: 7 },
        actual: { inventory_level: 6 },
      },
      { row: 3, kind: 'missing', key: { code: 'c' }, actual: null },
      { row: null, kind: 'unexpected', key: { code: 'b', effective_date: '2015-02-01T00:00:00.000Z' }, expected: null },
    ])
    const csv = 'code,inventory_level\na,4\n'
    expect((await check(emulator, '?site=shop&extra=ignore', csv, 'text/csv')).body.verdict).toBe('pass')
    const several = await check(emulator, '?site=shop', [{ code: 'b', inventory_level: 5 }])
    expect([several.status, several.body.detail]).toEqual([
      400,
      'row 1: b has several levels. Give revision and effective_date too.',
    ])
  })

  it('takes what levels shows, with integers of any size', async () => {
    const emulator = await startTestEmulator({ seed })
    await control(emulator)
      .post('/v2/shop/inventory')
      .set({ Authorization: 'Bearer site-token', 'Content-Type': 'application/json' })
      .send('{"timestamp":"2015-01-23T16:35:38+0000","product_code":"a","inventory_level":9007199254740993}')
    await report(emulator, second('2015-02-01T00:00:00.000Z', 5))
    const { text } = await control(emulator).get('/_backstock/jirafe/sites/shop/levels')
    const table = text.slice(text.indexOf('['), text.lastIndexOf(']') + 1)
    expect((await check(emulator, '?site=shop', table)).body).toMatchObject({ verdict: 'pass', rows: 2 })
    const neighbour = table.replace('9007199254740993', '9007199254740992')
    expect(neighbour).not.toBe(table)
    expect((await check(emulator, '?site=shop', neighbour)).body).toMatchObject({ verdict: 'fail', equal: 1 })
  })
})

describe('A table that is none', () => {
  it.each<[query: string, table: object | string, type: string | undefined, status: number, told: readonly string[]]>([
    ['', [], undefined, 400, ['?account=', '?site=']],
    ['?account=brand&site=shop', [], undefined, 400, ['account', 'site']],
    ['?account=nobody', [], undefined, 404, ['nobody']],
    ['?account=brand&extra=all', [], undefined, 400, ['extra is all', 'ignore']],
    ['?account=brand&extras=ignore', [], undefined, 400, ['extras', 'extra']],
    ['?account=brand', { table: [] }, undefined, 400, ['table', 'rows']],
    ['?account=brand', {}, undefined, 400, ['list']],
    ['?account=brand', '', undefined, 400, ['no body']],
    ['?account=brand', 'null', undefined, 400, ['list']],
    ['?account=brand', [{ upc: '2' }, { upcs: '2' }], undefined, 400, ['row 2', 'upcs', 'did you mean "upc"']],
    ['?account=brand', [{ upc: '2', available: '7' }], undefined, 400, ['row 1', 'available', 'an integer']],
    ['?account=brand', [{ available: 7 }], undefined, 400, ['row 1', 'no identifier']],
    ['?account=brand', [{ upc: '2', inventory_date: 'soon' }], undefined, 400, ['row 1', 'soon', '2015-01-23']],
    ['?account=brand', [{ upc: '2', sku: { upc: '2' } }], undefined, 400, ['row 1', 'upc', 'one of them']],
    [
      '?account=brand',
      [
        { warehouse: 'New York', upc: '822508068753' },
        { warehouse: 'New York', ...byStyle },
      ],
      undefined,
      400,
      ['row 2', 'row 1', 'once'],
    ],
    ['?account=brand', 'upc,availible\n2,7\n', 'text/csv', 400, ['line 1', 'availible', 'did you mean "available"']],
    ['?account=brand', 'upc,upc\n2,2\n', 'text/csv', 400, ['line 1', 'upc', 'twice']],
    ['?account=brand', 'upc,available\n2,7\n\n3,"1,000"\n', 'text/csv', 400, ['row 2 (line 4)', 'available', '1,000']],
    ['?account=brand', 'upc,available\n2,7,8\n', 'text/csv', 400, ['row 1 (line 2)', '3 cells', 'header 2']],
    ['?account=brand', 'upc,made_to_order\n2,yes\n', 'text/csv', 400, ['row 1 (line 2)', 'made_to_order', 'yes']],
    ['?account=brand', 'upc,available\n"2,7\n', 'text/csv', 400, ['line']],
    ['?account=brand', 'inventory_date,upc\nsoon,2\n', 'text/csv', 400, ['row 1 (line 2)', 'soon']],
    ['?account=brand', '', 'text/csv', 400, ['no body', 'CSV']],
    ['?site=shop', [{ inventory_level: 4 }], undefined, 400, ['row 1', 'code', 'missing']],
    ['?site=shop', [{ code: 'a', inventory_level: 'four' }], undefined, 400, ['row 1', 'inventory_level', '26']],
    ['?site=shop', [{ code: 'a', revision: 'third' }], undefined, 400, ['row 1', 'first or second']],
    ['?site=shop', [{ upc: 'a' }], undefined, 400, ['row 1', 'upc', 'known here']],
  ])('is refused: %s %j %s', async (query, table, type, status, told) => {
    const emulator = await startTestEmulator({ seed })
    const reply = await check(emulator, query, table, type)
    expect(reply.status).toBe(status)
    expect(reply.headers['content-type']).toContain('application/problem+json')
    for (const part of told) expect(reply.body.detail).toContain(part)
  })
})
