import { describe, expect, test } from 'vitest'
import { brokenRules, bulk, items, lastRequest, positions, startTestEmulator } from './emulator.js'

const most = 100_000
const item = '{"upc":"1","inventory":1}'
const itemXml = '<inventory_item><upc>1</upc><inventory>1</inventory></inventory_item>'
const json = (content: string) => `{"inventory_items":[${content}]}`
const xml = (content: string) => `<inventory_items>${content}</inventory_items>`
const listed = (element: string, count: number) => `${element},`.repeat(count - 1) + element

type Body = readonly [what: string, body: string, type: string]

const fitting: readonly Body[] = [
  ['JSON', json(listed(item, most)), 'application/json'],
  ['XML', xml(itemXml.repeat(most)), 'application/xml'],
  [
    'XML with such elements within an item',
    xml(
      `<inventory_item><upc>1</upc><inventory>1</inventory><x>${'<inventory_item/>'.repeat(most)}</x></inventory_item>`,
    ),
    'application/xml',
  ],
]

const exceeding: readonly Body[] = [
  ['JSON', json(listed(item, most + 1)), 'application/json'],
  ['XML', xml(itemXml.repeat(most + 1)), 'application/xml'],
  ['10 million numbers', json(listed('1', 10_000_000)), 'application/json'],
  ['6 million empty objects', json(listed('{}', 6_000_000)), 'application/json'],
  ['a million empty elements', xml('<inventory_item/>'.repeat(1_000_000)), 'application/xml'],
  [
    'items behind 65 levels',
    `{"x":${'['.repeat(64)}${']'.repeat(64)},${json(listed('1', most + 1)).slice(1)}`,
    'application/json',
  ],
  ['items that never end', json(listed('1', most + 2)).slice(0, -2), 'application/json'],
]

describe('the number of items', () => {
  test.each(fitting)('is not too great at 100,000: %s', { timeout: 60_000 }, async (_, body, type) => {
    const emulator = await startTestEmulator()
    const reply = await bulk(emulator, body, { type })
    expect(reply.status).toBe(200)
    expect(await positions(emulator)).toMatchObject([{ sku: { upc: '1' }, available: 1 }])
    expect(await brokenRules(emulator)).not.toContain('joor.body.item_limit')
  })

  test.each(exceeding)('is refused beyond 100,000 before anything is built: %s', async (_, body, type) => {
    const emulator = await startTestEmulator()
    const reply = await bulk(emulator, body, { type, query: '?overwrite=1' })
    expect(reply.status).toBe(413)
    expect(reply.text).toContain('more than 100,000 items. Send the items in several calls.')
    expect(await brokenRules(emulator)).toEqual(['joor.body.item_limit'])
    expect(await lastRequest(emulator)).toMatchObject({ items: null, changes_total: 0 })
    expect((await bulk(emulator, items({ upc: '2', inventory: 2 }))).status).toBe(200)
  })

  test('counts no items of a body that cannot be read', async () => {
    const emulator = await startTestEmulator()
    const reply = await bulk(emulator, '{"\\x":[],"inventory_items":[1,2]}')
    expect(reply.status).toBe(400)
    expect(await brokenRules(emulator)).toEqual(['joor.body.well_formed'])
  })
})

describe('one item of many fields', () => {
  test('is judged in good time, each place in it found', { timeout: 30_000 }, async () => {
    const emulator = await startTestEmulator()
    const fields = Array.from({ length: 300_000 }, (_, index) => `"invntory${index}":1`).join(',')
    const body = json(`{"upc":"1","inventory":1,${fields}}`)
    const began = performance.now()
    const reply = await bulk(emulator, body)
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(reply.status).toBe(200)
    const { violations } = await lastRequest(emulator)
    const places = violations.filter(({ rule }: { rule: string }) => rule === 'joor.item.known_fields')
    expect(places).toHaveLength(20)
    expect(places[19].at).toEqual({
      pointer: '/inventory_items/0/invntory19',
      line: 1,
      column: body.indexOf('"invntory19":') + '"invntory19":'.length + 1,
    })
    expect(places[0].right).toContain('inventory')
  })
})

describe('a style of 10,000 SKUs', () => {
  const counted = (letter: string) => Array.from({ length: 100 }, (_, index) => `${letter}${index}`)
  const style = {
    style_number: 'N',
    style_identifier: 'I',
    style_id: '7',
    colors: counted('c').map((color_code, index) => ({
      color_code,
      style_color_id: String(1000 + index),
      sizes: counted('s').map((size) => ({ size })),
    })),
  }
  const every = style.colors.flatMap(({ color_code, style_color_id, sizes }) =>
    sizes.map(({ size }) => ({ color_code, style_color_id: Number(style_color_id), size, inventory: 1 })),
  )

  test.each([
    ['style_identifier', { style_number: 'N', style_identifier: 'I', style_id: 7 }],
    ['style_number', { style_number: 'N' }],
    ['style_color_id', {}],
    ['an identifier that disagrees', { style_identifier: 'I', style_id: 8 }],
  ])('costs an item no more than a small one, found by %s', { timeout: 60_000 }, async (_, identifiers) => {
    const account = { token: 'a-token', styles: [style] }
    const emulator = await startTestEmulator({ seed: { joor: { accounts: { brand: account } } } })
    const sent = every.map((each) => ({ ...identifiers, ...each }))
    const began = performance.now()
    const reply = await bulk(emulator, items(...sent))
    expect(performance.now() - began).toBeLessThan(3_000)
    expect(reply.body.items_updated[0]).toHaveLength(10_000)
  })
})
