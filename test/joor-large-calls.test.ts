import { describe, expect, test } from 'vitest'
import { brokenRules, bulk, items, lastRequest, positions, startTestEmulator } from './emulator.js'
import { processorTime } from './processor-time.js'

const most = 100_000
/** Of a call ten times as large: by the square it would take a hundred times as long. */
const mostGrowth = 40
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
  const withFields = (count: number) =>
    json(`{"upc":"1","inventory":1,${Array.from({ length: count }, (_, index) => `"invntory${index}":1`).join(',')}}`)

  test('is judged in good time, each place in it found', { timeout: 120_000 }, async () => {
    const emulator = await startTestEmulator()
    const timeOf = (body: string) => processorTime(async () => expect((await bulk(emulator, body)).status).toBe(200))
    const [small, body] = [withFields(30_000), withFields(300_000)]
    await timeOf(small)
    const usual = await timeOf(small)
    expect(await timeOf(body)).toBeLessThan(mostGrowth * usual)
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
    const timeOf = async (colors: number) => {
      const account = { token: 'a-token', styles: [{ ...style, colors: style.colors.slice(0, colors) }] }
      const emulator = await startTestEmulator({ seed: { joor: { accounts: { brand: account } } } })
      const sent = items(...every.slice(0, colors * 100).map((each) => ({ ...identifiers, ...each })))
      return processorTime(async () =>
        expect((await bulk(emulator, sent)).body.items_updated[0]).toHaveLength(colors * 100),
      )
    }
    await timeOf(10)
    const usual = await timeOf(10)
    expect(await timeOf(100)).toBeLessThan(mostGrowth * usual)
  })
})
