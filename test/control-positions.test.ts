import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { bulk, items, startTestEmulator } from './emulator.js'

const path = '/_backstock/joor/accounts/brand/positions'
const get = (emulator: Emulator, query = '') => supertest(emulator.url).get(path + query)
const styles = [
  {
    style_number: 'N1',
    style_identifier: 'I1',
    style_id: 707901,
    colors: [
      {
        color_code: 'RED',
        style_color_id: '12345678901234567890',
        sizes: [
          { size: 'S', size_code: 'S1', upc: '0123' },
          { size: 'M', upc: '0456' },
        ],
      },
    ],
  },
]

async function emulatorWith(account: object) {
  const emulator = await startTestEmulator()
  await supertest(emulator.url)
    .put('/_backstock/joor/accounts/brand')
    .send({ token: 'a-token', ...account })
    .expect(201)
  return emulator
}
const row = (warehouse: string, upc: string, inventory: number, date = 'IMMEDIATE') => ({
  warehouse,
  inventory_date: date,
  upc,
  inventory,
})
const shortly = (rows: readonly { warehouse: string | null; inventory_date: string | null; sku: { upc: string } }[]) =>
  rows.map(({ warehouse, inventory_date, sku }) => [warehouse, inventory_date, sku.upc].join(' '))

describe('The positions of an account', () => {
  it('show every identifier known of the SKU, the quantity as sent and what pending orders took', async () => {
    const emulator = await emulatorWith({ styles, pending: [{ upc: '0123', warehouse: 'New York', quantity: 4 }] })
    await bulk(emulator, items(row('New York', '0123', 10)), { query: '?dec_pending=1' })
    const { status, headers, text, body } = await get(emulator)
    expect(status).toBe(200)
    expect(headers['content-type']).toContain('application/json')
    expect(body.next).toBeNull()
    expect(body.positions).toMatchObject([
      {
        warehouse: 'New York',
        inventory_date: 'IMMEDIATE',
        available: 6,
        incoming: 10,
        pending_deducted: 4,
        made_to_order: false,
      },
    ])
    expect(Object.keys(body.positions[0])).toEqual([
      'warehouse',
      'inventory_date',
      'sku',
      'available',
      'incoming',
      'pending_deducted',
      'made_to_order',
    ])
    expect(body.positions[0].sku).toMatchObject({
      upc: '0123',
      style_number: 'N1',
      style_identifier: 'I1',
      style_id: 707901,
      color_code: 'RED',
      size: 'S',
      size_code: 'S1',
    })
    // Ids of any size come out by their own digits.
    expect(text).toContain('"style_color_id":12345678901234567890')
  })

  it('show a SKU made to order as one row, and SKUs with neither position nor mark not at all', async () => {
    const emulator = await emulatorWith({ styles })
    await bulk(
      emulator,
      items(row('A', '0123', 1), row('B', '0123', 2), { upc: '0123', warehouse: 'A', made_to_order: true }),
    )
    expect((await get(emulator)).body.positions).toMatchObject([
      {
        warehouse: null,
        inventory_date: null,
        sku: { upc: '0123' },
        available: null,
        incoming: null,
        made_to_order: true,
      },
    ])
  })

  it('are sorted by warehouse, date and SKU, in byte order, and paged by a cursor', async () => {
    const emulator = await emulatorWith({})
    const warehouses = ['b', 'B', 'a', '\u{1f600}', '\uffee', '10', '9']
    const dates = ['IMMEDIATE', '2026-12-01', '2025-01-31']
    const rows = warehouses.flatMap((warehouse) =>
      dates.flatMap((date) => ['2', '10'].map((upc) => row(warehouse, upc, 1, date))),
    )
    await bulk(emulator, items({ upc: 'x', warehouse: 'a', made_to_order: true }, ...rows.toReversed()))
    const sorted = [
      '  x',
      ...['10', '9', 'B', 'a', 'b', '\uffee', '\u{1f600}'].flatMap((warehouse) =>
        ['2025-01-31', '2026-12-01', 'IMMEDIATE'].flatMap((date) =>
          ['10', '2'].map((upc) => `${warehouse} ${date} ${upc}`),
        ),
      ),
    ]
    expect(shortly((await get(emulator)).body.positions)).toEqual(sorted)
    for (const limit of [1, 5, 42, 43, 44]) {
      const seen: string[] = []
      let query = `?limit=${limit}`
      for (;;) {
        const { body } = await get(emulator, query)
        expect(body.positions.length).toBeLessThanOrEqual(limit)
        seen.push(...shortly(body.positions))
        if (body.next === null) break
        query = `?limit=${limit}&cursor=${body.next}`
      }
      expect(seen).toEqual(sorted)
    }
  })

  it('come in pages of a thousand where nothing else is said', async () => {
    const emulator = await emulatorWith({})
    await bulk(emulator, items(...Array.from({ length: 1_001 }, (_, n) => row('A', `${n}`, n))))
    const { body } = await get(emulator)
    expect(body.positions).toHaveLength(1_000)
    expect((await get(emulator, `?cursor=${body.next}`)).body).toMatchObject({ positions: [{}], next: null })
  })

  it.each([
    ['?warehouse=A', ['A 2026-01-01 0456', 'A IMMEDIATE 0123']],
    ['?warehouse=B', ['B IMMEDIATE 0123']],
    ['?warehouse=a', []],
    ['?inventory_date=2026-01-01', ['A 2026-01-01 0456']],
    ['?inventory_date=IMMEDIATE', ['A IMMEDIATE 0123', 'B IMMEDIATE 0123']],
    ['?upc=0123', ['A IMMEDIATE 0123', 'B IMMEDIATE 0123']],
    ['?upc=123', []],
    ['?style_id=707901&size=M', ['A 2026-01-01 0456']],
    ['?style_color_id=12345678901234567890&warehouse=B', ['B IMMEDIATE 0123']],
    ['?style_number=N1&color_code=RED&size_code=S1', ['A IMMEDIATE 0123', 'B IMMEDIATE 0123']],
    ['?style_identifier=I1&warehouse=A&inventory_date=IMMEDIATE', ['A IMMEDIATE 0123']],
  ])('are filtered: %s', async (query, rows) => {
    const emulator = await emulatorWith({ styles })
    await bulk(emulator, items(row('A', '0123', 1), row('B', '0123', 2), row('A', '0456', 3, '01-01-2026')))
    expect(shortly((await get(emulator, query)).body.positions)).toEqual(rows)
  })

  it.each([
    ['?warehous=A', ['warehous', 'warehouse']],
    ['?size=S&size=M', ['size', 'twice']],
    ['?limit=0', ['limit', '1 to 1000']],
    ['?limit=1001', ['limit']],
    ['?limit=-1', ['limit']],
    ['?cursor=xyz', ['cursor']],
    ['?cursor=NQ', ['cursor']],
    ['?format=xml', ['format', 'json or csv']],
  ])('refuse %s by name', async (query, told) => {
    const emulator = await emulatorWith({})
    const { status, headers, body } = await get(emulator, query)
    expect(status).toBe(400)
    expect(headers['content-type']).toContain('application/problem+json')
    for (const part of told) expect(body.detail).toContain(part)
  })

  it('come as CSV, quoted where they must be, with the next page in a header', async () => {
    const emulator = await emulatorWith({})
    await bulk(
      emulator,
      items(row('New York, "N.Y."', '0123', -1), row('B', '0456', 2), {
        upc: 'x\ny',
        warehouse: 'B',
        made_to_order: true,
      }),
    )
    const { status, headers, text } = await get(emulator, '?format=csv')
    expect(status).toBe(200)
    expect(headers['content-type']).toContain('text/csv')
    expect(headers['backstock-next']).toBeUndefined()
    expect(text).toBe(
      [
        'warehouse,inventory_date,upc,style_number,style_identifier,style_id,color_code,style_color_id,size,size_code,available,incoming,pending_deducted,made_to_order',
        ',,"x\ny",,,,,,,,,,,true',
        'B,IMMEDIATE,0456,,,,,,,,2,2,0,false',
        '"New York, ""N.Y.""",IMMEDIATE,0123,,,,,,,,-1,-1,0,false',
        '',
      ].join('\n'),
    )
    const first = await get(emulator, '?format=csv&limit=2')
    const second = await get(emulator, `?format=csv&limit=2&cursor=${first.headers['backstock-next']}`)
    expect(second.text.trim().split('\n').slice(1)).toEqual([
      '"New York, ""N.Y.""",IMMEDIATE,0123,,,,,,,,-1,-1,0,false',
    ])
    expect(second.headers['backstock-next']).toBeUndefined()
  })
})

describe('The warehouses of an account', () => {
  const at = '/_backstock/joor/accounts/brand/warehouses'
  const ask = (emulator: Emulator, query = '') => supertest(emulator.url).get(at + query)
  const positions = [
    row('B', '1', 1),
    row('B', '2', 1),
    row('A', '\u{10ffff}\u{10ffff}', 1),
    row('A', '1', 1),
    row('A', '1', 1, '2027-01-31'),
    { upc: '9', made_to_order: true },
  ]

  it('are those that have positions, with their dates, each once and sorted', async () => {
    const emulator = await emulatorWith({ positions, warehouses: ['A', 'B', 'Empty'] })
    expect((await ask(emulator)).body).toEqual({
      warehouses: [
        { warehouse: 'A', inventory_date: '2027-01-31' },
        { warehouse: 'A', inventory_date: 'IMMEDIATE' },
        { warehouse: 'B', inventory_date: 'IMMEDIATE' },
      ],
      next: null,
    })
  })

  it('come in pages, the next of which takes up where one ended', async () => {
    const emulator = await emulatorWith({ positions })
    const seen: string[] = []
    let next: string | null = ''
    while (next !== null) {
      const { body }: { body: { warehouses: { warehouse: string; inventory_date: string }[]; next: string | null } } =
        await ask(emulator, `?limit=1${next && `&cursor=${next}`}`).expect(200)
      expect(body.warehouses).toHaveLength(1)
      for (const { warehouse, inventory_date } of body.warehouses) seen.push(`${warehouse} ${inventory_date}`)
      next = body.next
    }
    expect(seen).toEqual(['A 2027-01-31', 'A IMMEDIATE', 'B IMMEDIATE'])
  })

  it.each([
    ['?limit=0', 'limit is 0'],
    ['?limit=1001', 'limit is 1001'],
    ['?cursor=zzz', 'cursor is zzz'],
    ['?warehouse=A', 'warehouse is not known here'],
  ])('with %s are refused', async (query, says) => {
    const emulator = await emulatorWith({ positions })
    const { status, body } = await ask(emulator, query)
    expect(status).toBe(400)
    expect(body.detail).toContain(says)
  })

  it('of an account that is not there are none', async () => {
    const emulator = await startTestEmulator()
    expect((await ask(emulator)).status).toBe(404)
  })
})
