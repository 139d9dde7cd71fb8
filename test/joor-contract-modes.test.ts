import { describe, expect, test } from 'vitest'
import type { EmulatorOptions, Seed } from '../server/emulator.js'
import { brokenRules, bulk, items, lastRequest, positions, startTestEmulator } from './emulator.js'

const good = { warehouse: 'NY', upc: '1', inventory: 7 }
const before = { warehouse: 'NY', upc: '0', inventory: 1 }
const style = {
  style_number: 'N',
  style_identifier: 'A',
  colors: [
    {
      color_code: 'C',
      sizes: [
        { size: 'S', upc: '1' },
        { size: 'X', upc: '0' },
        { size: 'L', upc: '2' },
      ],
    },
  ],
}
const seed: Seed = {
  joor: { accounts: { brand: { token: 'a-token', warehouses: ['NY', 'LA'], styles: [style], positions: [before] } } },
}
type Contract = 'report' | 'enforce' | 'off'

interface Sent {
  readonly body: string
  readonly type?: string
  readonly query?: string
}

async function send(
  { body, type = 'application/json', query = '' }: Sent,
  contract: Contract,
  options: EmulatorOptions = {},
) {
  const emulator = await startTestEmulator({ seed, ...options, settings: { contract } })
  const reply = await bulk(emulator, body, { type, query })
  const { violations_total, changes, rules } = await lastRequest(emulator)
  return {
    status: reply.status,
    text: reply.text.replace(/[0-9a-f-]{36}/, 'LOG_ID'),
    comment: reply.body.response?.comment ?? /<comment>(.*)<\/comment>/.exec(reply.text)?.[1],
    told: reply.headers['backstock-violations'],
    notUpdated: reply.headers['backstock-not-updated']?.replace(/[0-9a-f-]{36}/, 'LOG_ID'),
    broken: await brokenRules(emulator),
    positions: await positions(emulator),
    violations_total,
    changes,
    rules,
  }
}

const other = { warehouse: 'LA', upc: '2', inventory: 3 }
const json = (item: unknown, ...more: unknown[]): Sent => ({ body: JSON.stringify(items(item, ...more, other)) })
const text = (item: string): Sent => ({ body: `{"inventory_items":[${item},${JSON.stringify(other)}]}` })
const xml = (item: string): Sent => ({
  type: 'application/xml',
  body: `<inventory_items>${item}<inventory_item><warehouse>LA</warehouse><upc>2</upc><inventory>3</inventory></inventory_item></inventory_items>`,
})
const xmlFields = '<warehouse>NY</warehouse><upc>1</upc><inventory>7</inventory>'

/** Breaches inside the first of two items that `report` takes. */
const ofItem: readonly (readonly [rule: string, sent: Sent])[] = [
  ['item.empty', json({ ...good, size_code: '' })],
  ['item.string_type', text('{"warehouse":"NY","upc":1,"inventory":7}')],
  ['item.integer_type', json({ ...good, inventory: '7' })],
  ['item.repeated_json', text('{"warehouse":"NY","upc":"1","inventory":6,"inventory":7}')],
  ['item.known_fields', json({ ...good, note: 'x' })],
  ['warehouse.missing', json({ upc: '1', inventory: 7 })],
  ['date.immediate_case', json({ ...good, inventory_date: 'immediate' })],
  ['date.date_time', json({ ...good, inventory_date: '2014-12-01T00:00:00Z' })],
  ['sku.agree', json({ ...good, size: 'X' })],
  ['inventory.whole_float', text('{"warehouse":"NY","upc":"1","inventory":7.0}')],
  ['inventory.negative', json({ ...good, inventory: -7 })],
  ['made_to_order.case', json({ ...good, made_to_order: 'False' })],
  ['made_to_order.quantity', json({ ...good, made_to_order: true })],
  ['xml.item_plain', xml(`<inventory_item a="1">${xmlFields}</inventory_item>`)],
  ['xml.stray_text', xml(`<inventory_item>text${xmlFields}</inventory_item>`)],
  ['reply.json_to_xml', { ...json({ ...good, upc: '1', size_code: '\u0000' }), query: '?return_format=xml' }],
  [
    'reply.xml_nested',
    { ...xml(`<inventory_item>${xmlFields}<n><a/></n></inventory_item>`), query: '?return_format=json' },
  ],
]

describe('a breach inside an item that is reported', () => {
  test.each(ofItem)('is told and taken under report, and not updated under enforce: %s', async (rule, sent) => {
    const report = await send(sent, 'report')
    expect(report.status).toBe(200)
    expect(report.broken).toContain(`joor.${rule}`)
    expect(report.told).toBe(String(report.violations_total))
    expect(report.notUpdated).toBeUndefined()
    expect(report.positions.length).toBeGreaterThanOrEqual(3)

    const enforce = await send(sent, 'enforce')
    expect(enforce.status).toBe(200)
    expect(enforce.broken).toEqual(report.broken)
    expect(enforce.notUpdated).toBe('1; see /_backstock/joor/logs/LOG_ID')
    expect(enforce.positions).toMatchObject([
      { warehouse: 'LA', sku: { upc: '2' }, available: 3 },
      { warehouse: 'NY', sku: { upc: '0' }, available: 1 },
    ])
    expect(enforce.positions).toHaveLength(2)
  })

  test('sends the later of two items for one position to items_not_updated under enforce', async () => {
    const enforce = await send(json(good, { ...good, inventory: 8 }), 'enforce')
    expect(enforce.broken).toEqual(['joor.inventory.same_position'])
    expect(enforce.positions).toEqual(expect.arrayContaining([expect.objectContaining({ available: 7 })]))
    expect(enforce.positions).not.toEqual(expect.arrayContaining([expect.objectContaining({ available: 8 })]))
  })

  test.each([
    ['style.number_length', { style_number: 'N'.repeat(46) }],
    ['style.identifier_length', { style_identifier: 'A'.repeat(101) }],
  ])('is told and taken, or not, where there is no list: %s', async (rule, more) => {
    const sent = json({ ...good, ...more })
    const report = await send(sent, 'report', { seed: {} })
    expect(report.broken).toEqual([`joor.${rule}`])
    expect(report.positions).toHaveLength(2)
    const enforce = await send(sent, 'enforce', { seed: {} })
    expect(enforce.broken).toEqual([`joor.${rule}`])
    expect(enforce.positions).toHaveLength(1)
  })
})

/** Breaches of the call that `report` takes. */
const ofCall: readonly (readonly [rule: string, statement: string, sent: Sent])[] = [
  ['query.overwrite_value', 'overwrite is 0 or 1', { ...json(good), query: '?overwrite=true' }],
  ['query.dec_pending_value', 'dec_pending is 0 or 1', { ...json(good), query: '?dec_pending=yes' }],
  ['query.repeated', 'A query parameter is given once', { ...json(good), query: '?overwrite=0&overwrite=0' }],
  ['query.unknown', 'The query holds overwrite', { ...json(good), query: '?Overwrite=1' }],
  ['call.repeated_slashes', 'Repeated slashes', { ...json(good), query: '//' }],
  ['format.text_types', 'Content-Type text/xml and text/json', { ...json(good), type: 'text/json' }],
  ['format.return_format_value', 'return_format is xml or json', { ...json(good), query: '?return_format=csv' }],
  ['format.bom', 'A body begins without a byte order mark', { body: `\ufeff${json(good).body}` }],
  ['body.json_root_only', 'A JSON body has inventory_items once', { body: json(good).body.replace('{', '{"x":1,') }],
  [
    'xml.encoding',
    'The XML declaration names UTF-8',
    {
      ...xml(`<inventory_item>${xmlFields}</inventory_item>`),
      body: `<?xml version="1.0" encoding="latin1"?>${xml(`<inventory_item>${xmlFields}</inventory_item>`).body}`,
    },
  ],
  ['xml.root_plain', 'The root has no attributes', xml(`<other/><inventory_item>${xmlFields}</inventory_item>`)],
]

describe('a breach of the call that is reported', () => {
  test.each(ofCall)(
    'is told and taken under report, and refuses the call under enforce: %s',
    async (rule, statement, sent) => {
      const report = await send(sent, 'report')
      expect(report.status).toBe(200)
      expect(report.broken).toEqual([`joor.${rule}`])
      expect(report.told).toBe('1')
      expect(report.positions).toHaveLength(3)

      const enforce = await send(sent, 'enforce')
      expect(enforce.status).toBe(400)
      expect(enforce.broken).toEqual([`joor.${rule}`])
      expect(enforce.comment).toContain(statement)
      expect(enforce.comment).toBe(
        enforce.rules.find((met: { rule: string }) => met.rule === `joor.${rule}`)?.statement,
      )
      expect(enforce.text).toMatch(/"code":"1"|<code>1<\/code>/)
      expect(enforce.text).toMatch(
        /"items_updated":\[\],"items_not_updated":\[\]|<items_updated \/><items_not_updated \/>/,
      )
      expect(enforce.changes).toEqual([])
      expect(enforce.notUpdated).toBeUndefined()
      expect(enforce.positions).toMatchObject([{ sku: { upc: '0' }, available: 1 }])
    },
  )

  test('of an overwrite with a refused item leaves the stock under enforce and replaces it under report', async () => {
    const sent = { ...json(good, { ...good, inventory: 'many' }), query: '?overwrite=1' }
    expect((await send(sent, 'report')).positions).toHaveLength(2)
    const enforce = await send(sent, 'enforce')
    expect(enforce.status).toBe(400)
    expect(enforce.comment).toContain('No item of an overwrite is refused')
    expect(enforce.positions).toMatchObject([{ sku: { upc: '0' } }])
  })
})

const refusedAnyway: readonly (readonly [string, Sent, number])[] = [
  ['a wrong type', { ...json(good), type: 'text/plain' }, 415],
  ['malformed JSON', { body: '{' }, 400],
  ['no items', { body: '{"inventory_items":[]}' }, 400],
  ['a malformed body of a reported call', { body: '{', query: '?overwrite=true' }, 400],
  ['a refused item', json({ ...good, inventory: 1.5 }), 200],
  ['an unknown warehouse', json({ ...good, warehouse: 'Boston' }), 200],
  ['an unknown SKU', json({ ...good, upc: '9' }), 200],
  ['an element that is no object', json(7), 200],
]

describe('what breaks a documented requirement', () => {
  test.each(refusedAnyway)('is refused in every mode, in the same words: %s', async (_, sent, status) => {
    const [report, enforce, off] = [await send(sent, 'report'), await send(sent, 'enforce'), await send(sent, 'off')]
    expect(report.status).toBe(status)
    expect(enforce.text).toBe(report.text)
    expect(off.text).toBe(report.text)
    expect(enforce.positions).toEqual(report.positions)
    expect(off.positions).toEqual(report.positions)
    expect(report.broken.length).toBeGreaterThan(0)
  })
})

describe('contract=off', () => {
  const all = [
    ...ofItem.map(([what, sent]) => [what, sent] as const),
    ...ofCall.map(([what, , sent]) => [what, sent] as const),
    ...refusedAnyway.map(([what, sent]) => [what, sent] as const),
    ['an overwrite with a refused item', { ...json(7, good), query: '?overwrite=1&dec_pending=1' }] as const,
    ['nothing wrong at all', json(good)] as const,
  ]
  test.each(all)('has the replies and the state of report, and judges nothing: %s', async (_, sent) => {
    const [report, off] = [await send(sent, 'report'), await send(sent, 'off')]
    expect(off.status).toBe(report.status)
    expect(off.text).toBe(report.text)
    expect(off.notUpdated).toBe(report.notUpdated)
    expect(off.positions).toEqual(report.positions)
    expect(off.told).toBeUndefined()
    expect(off.broken).toEqual([])
    expect(off.violations_total).toBe(0)
  })
})

describe('a breach in many places', () => {
  test('is kept for twenty of them and counted for all', async () => {
    const many = Array.from({ length: 50 }, (_, index) => ({ ...good, upc: String(index), inventory: '7', note: 'x' }))
    const report = await send({ body: JSON.stringify(items(...many)) }, 'report', { seed: {} })
    expect(report.told).toBe('100')
    expect(report.violations_total).toBe(100)
    expect(report.broken.filter((rule) => rule === 'joor.item.integer_type')).toHaveLength(20)
    expect(report.broken.filter((rule) => rule === 'joor.item.known_fields')).toHaveLength(20)
    expect(report.positions).toHaveLength(50)
  })

  test('refuses each of its items under enforce, kept or not', async () => {
    const many = Array.from({ length: 50 }, (_, index) => ({ ...good, upc: String(index), inventory: '7' }))
    const enforce = await send({ body: JSON.stringify(items(...many)) }, 'enforce', { seed: {} })
    expect(enforce.notUpdated).toBe('50; see /_backstock/joor/logs/LOG_ID')
    expect(enforce.positions).toEqual([])
  })
})

describe('a contract of one account', () => {
  test('holds for that account alone', async () => {
    const accounts = {
      strict: { token: 'strict', settings: { contract: 'enforce' } },
      lax: { token: 'lax', settings: { contract: 'off' } },
    } as const
    const emulator = await startTestEmulator({ seed: { joor: { accounts } } })
    const sent = items({ ...good, note: 'x' })
    expect((await bulk(emulator, sent, { token: 'strict' })).body.items_updated).toEqual([])
    const lax = await bulk(emulator, sent, { token: 'lax' })
    expect(lax.body.items_updated).toHaveLength(1)
    expect(lax.headers).not.toHaveProperty('backstock-violations')
    const anonymous = await bulk(emulator, sent, { token: 'anonymous' })
    expect(anonymous.body.items_updated).toHaveLength(1)
    expect(anonymous.headers['backstock-violations']).toBe('1')
    expect(await positions(emulator, 'strict')).toEqual([])
  })
})
