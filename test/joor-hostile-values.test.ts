import { describe, expect, test } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { replaceForbidden } from '../server/wire/xml-text.js'
import { brokenRules, bulk, items, lastRequest, positions, startTestEmulator } from './emulator.js'
import { leastProcessorTime } from './processor-time.js'

const values: readonly (readonly [string, string])[] = [
  ['10 kB', 'x'.repeat(10_240)],
  ['10 kB of emoji', '😀'.repeat(2_560)],
  ['emoji', '👩‍👩‍👧‍👦🏳️‍🌈'],
  ['right to left', 'مرحبا עולם'],
  ['an override of direction', '\u202egpj.exe\u202c'],
  ['a NUL', 'a\u0000b'],
  ['NULs alone', '\u0000\u0000'],
  ['control characters', '\u0001\u001b[31m\u007f'],
  ['a line feed inside', 'a\nIMMEDIATE\nb'],
  ['__proto__', '__proto__'],
  ['constructor', 'constructor'],
  ['hasOwnProperty', 'hasOwnProperty'],
  ['a number', '10'],
  ['negative zero', '-0'],
  ['an exponent', '1e1'],
  ['a great exponent', '1e400'],
  ['20 digits', '12345678901234567890'],
  ['true', 'true'],
  ['null', 'null'],
  ['a JSON text', '{"upc":["1"]}'],
  ['an XML text', '</upc><inventory>9</inventory>&amp;<![CDATA[x]]>'],
  ['a path', '../../etc/passwd'],
  ['a query', "'; DROP TABLE positions; --"],
  ['a format', '%s%n{{7*7}}'],
  ['composed and decomposed', 'é e\u0301'],
  ['a lone surrogate', '\ud800'],
  ['a byte order mark inside', 'a\ufeffb'],
]

async function wellFormedLater(emulator: Emulator) {
  const reply = await bulk(emulator, items({ warehouse: 'Default', upc: 'later', inventory: 1 }), { token: 'later' })
  expect(reply.body.items_updated[0]).toHaveLength(1)
  expect(await positions(emulator, 'later')).toHaveLength(1)
}

describe('a hostile value', () => {
  test.each(values)('is a warehouse, a SKU and a size like any other: %s', async (_, value) => {
    const emulator = await startTestEmulator()
    const sent = [
      { warehouse: value, upc: '1', inventory: 1 },
      { warehouse: 'NY', upc: value, inventory: 2 },
      { warehouse: 'NY', style_identifier: 'A', color_code: value, size: value, inventory: 3 },
      { warehouse: 'NY', upc: `${value}2`, inventory: 4 },
    ]
    const body = JSON.stringify(items(...sent))
    const reply = await bulk(emulator, body)
    expect(reply.status).toBe(200)
    expect(reply.text).toContain(`"items_updated":[[${body.slice(body.indexOf('[') + 1, -2)}]],"items_not_updated":[]}`)
    expect(await brokenRules(emulator)).toEqual([])
    const stored: object[] = await positions(emulator)
    expect(stored).toHaveLength(4)
    for (const { inventory, warehouse, ...sku } of sent)
      expect(stored).toContainEqual(expect.objectContaining({ warehouse, available: inventory, sku }))

    // The same call once more writes over the same four positions.
    await bulk(emulator, body)
    expect(await positions(emulator)).toEqual(stored)
    await wellFormedLater(emulator)
  })

  test.each(values)('is overwritten and made to order like any other: %s', async (_, value) => {
    const emulator = await startTestEmulator()
    await bulk(
      emulator,
      items({ warehouse: value, upc: value, inventory: 1 }, { warehouse: 'NY', upc: value, inventory: 2 }),
    )
    await bulk(emulator, items({ warehouse: value, upc: 'other', inventory: 3 }), { query: '?overwrite=1' })
    expect(await positions(emulator)).toHaveLength(2)
    await bulk(emulator, items({ warehouse: value, upc: value, made_to_order: true }))
    const stored = await positions(emulator)
    expect(stored).toMatchObject([
      { made_to_order: true, sku: { upc: value } },
      { warehouse: value, sku: { upc: 'other' }, available: 3 },
    ])
    expect(stored).toHaveLength(2)
  })

  // XML has no way to say the other ones.
  const inXml = values.filter(([, value]) => replaceForbidden(value) === value)
  test.each(inXml)('means the same SKU in XML: %s', async (_, value) => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items({ warehouse: 'NY', upc: value, inventory: 1 }))
    const text = value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
    const body = `<inventory_items><inventory_item><warehouse>NY</warehouse><upc>${text}</upc><inventory>2</inventory></inventory_item></inventory_items>`
    const reply = await bulk(emulator, body, { type: 'application/xml' })
    expect(reply.text).toContain(`<upc>${text}</upc>`)
    expect(await positions(emulator)).toMatchObject([{ sku: { upc: value }, available: 2 }])
  })

  test.each(values)('is a name that is ignored: %s', async (_, name) => {
    const emulator = await startTestEmulator()
    const item = `{"warehouse":"NY",${JSON.stringify(name)}:"x","upc":"1","inventory":1}`
    const reply = await bulk(emulator, `{"inventory_items":[${item}]}`)
    expect(reply.text).toContain(`"items_updated":[[${item}]]`)
    expect(await brokenRules(emulator)).toEqual(['joor.item.known_fields'])
    expect(await positions(emulator)).toMatchObject([{ sku: { upc: '1' } }])
    expect(Object.keys((await positions(emulator))[0].sku)).toEqual(['upc'])
  })

  test.each(values)('is a token like any other where it can be one: %s', async (_, token) => {
    const emulator = await startTestEmulator()
    // A header of many kilobytes is beyond what an HTTP server reads.
    const own = token.slice(0, 2_000)
    const reply = await bulk(emulator, items({ warehouse: 'NY', upc: '1', inventory: 1 }), { token: own })
    expect(reply.status).toBe(200)
    expect(await positions(emulator, own)).toHaveLength(1)
    await wellFormedLater(emulator)
  })

  test('never reaches the prototype of anything', async () => {
    const emulator = await startTestEmulator()
    await bulk(
      emulator,
      '{"inventory_items":[{"__proto__":{"polluted":1,"upc":"1"},"warehouse":"NY","inventory":1}],"__proto__":{"polluted":1}}',
    )
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
    expect((await lastRequest(emulator)).items).toEqual({ updated: 0, not_updated: 1 })
    expect(await positions(emulator)).toEqual([])
  })
})

describe('ids of the vendor', () => {
  test.each(['12345678901234567890', '9007199254740993', '0', '-1', `1${'0'.repeat(1_000)}`])(
    'keep all their digits: %s',
    async (id) => {
      const emulator = await startTestEmulator()
      const item = `{"warehouse":"NY","style_id":${id},"style_color_id":${id},"size":"S","inventory":1}`
      const reply = await bulk(emulator, `{"inventory_items":[${item}]}`)
      expect(reply.text).toContain(`"items_updated":[[${item}]]`)
      const next = item.replace(`"style_id":${id}`, `"style_id":${id.slice(0, -1)}${id.endsWith('7') ? 8 : 7}`)
      await bulk(emulator, `{"inventory_items":[${next}]}`)
      expect(await positions(emulator)).toHaveLength(2)
    },
  )

  test('that are no integers refuse the item', async () => {
    const emulator = await startTestEmulator()
    const ids = ['1e400', '1e1', '1.5', '"0x1"', '"١"', '"--1"', '"1 1"']
    const all = ids.map((id) => `{"warehouse":"NY","style_id":${id},"style_color_id":1,"size":"S","inventory":1}`)
    const reply = await bulk(emulator, `{"inventory_items":[${all.join(',')}]}`)
    expect(reply.text).toContain(`"items_updated":[],"items_not_updated":[[${all.join(',')}]]`)
    expect((await brokenRules(emulator)).filter((rule) => rule === 'joor.style.integer_ids')).toHaveLength(ids.length)
    expect(await positions(emulator)).toEqual([])
  })
})

describe('many items', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ warehouse: 'NY', upc: String(index), inventory: index }))

  test('are all applied: 10,000', async () => {
    const emulator = await startTestEmulator()
    const reply = await bulk(emulator, items(...many(10_000)))
    expect(reply.body.items_updated[0]).toHaveLength(10_000)
    expect(reply.body.items_not_updated).toEqual([])
    const entry = await lastRequest(emulator)
    expect(entry).toMatchObject({ items: { updated: 10_000, not_updated: 0 }, violations: [], changes_total: 10_000 })
    expect(entry.changes).toHaveLength(1_000)
    await bulk(emulator, items({ warehouse: 'NY', upc: 'only', inventory: 1 }), { query: '?overwrite=1' })
    expect(await positions(emulator)).toHaveLength(1)
  })

  test('for one position leave one, and are told for twenty places and counted for all', async () => {
    const emulator = await startTestEmulator()
    const reply = await bulk(emulator, items(...many(10_000).map((item) => ({ ...item, upc: '1' }))))
    expect(reply.body.items_updated[0]).toHaveLength(10_000)
    expect(reply.headers['backstock-violations']).toBe('9999')
    expect(await positions(emulator)).toMatchObject([{ available: 9_999 }])
    expect(await brokenRules(emulator)).toHaveLength(20)
  })

  test('of one SKU in one call take its marks in turn', async () => {
    const emulator = await startTestEmulator()
    const turns = many(5_000).map((item, index) =>
      index % 2 === 0 ? { ...item, upc: '1' } : { warehouse: 'LA', upc: '1', made_to_order: true },
    )
    await bulk(emulator, items(...turns))
    expect(await positions(emulator)).toMatchObject([{ made_to_order: true, available: null }])
    expect(await positions(emulator)).toHaveLength(1)
  })

  const shapes: readonly (readonly [string, (size: number) => string])[] = [
    ['items', (size) => JSON.stringify(items(...many(size)))],
    ['refused items', (size) => JSON.stringify(items(...many(size).map((item) => ({ ...item, inventory: 'x' }))))],
    [
      'made-to-order items',
      (size) => JSON.stringify(items(...many(size).map(({ upc }) => ({ warehouse: 'NY', upc, made_to_order: true })))),
    ],
    [
      'refused items of as many warehouses',
      (size) =>
        JSON.stringify(items(...many(size).map((item) => ({ ...item, warehouse: `W${item.upc}`, inventory: 'x' })))),
    ],
    [
      'zeros behind a point',
      (size) => `{"inventory_items":[{"warehouse":"NY","upc":"1","inventory":1.${'0'.repeat(size * 50)}1e1}]}`,
    ],
    [
      'digits of an id',
      (size) =>
        `{"inventory_items":[{"warehouse":"NY","style_id":${'9'.repeat(size * 50)}1,"color_code":"C","size":"S","inventory":1}]}`,
    ],
    [
      'blanks in a value',
      (size) => `{"inventory_items":[{"warehouse":"N${' '.repeat(size * 50)}Y","upc":"1","inventory":1}]}`,
    ],
    [
      'backslashes',
      (size) => `{"inventory_items":[{"warehouse":"NY","upc":"${'\\\\\\"'.repeat(size * 10)}","inventory":1}]}`,
    ],
    [
      'fields of one item',
      (size) =>
        `{"inventory_items":[{${many(size)
          .map(({ upc }) => `"f${upc}":1`)
          .join(',')},"upc":"1","inventory":1}]}`,
    ],
    [
      'names beside the items',
      (size) =>
        `{${many(size)
          .map(({ upc }) => `"f${upc}":1`)
          .join(',')},"inventory_items":[{"upc":"1","inventory":1}]}`,
    ],
  ]
  test.each(shapes)('take time by their number, not by its square: %s', async (_, body) => {
    const emulator = await startTestEmulator()
    const time = (size: number) => {
      const text = body(size)
      return leastProcessorTime(3, async () =>
        expect((await bulk(emulator, text, { query: '?overwrite=1' })).status).toBe(200),
      )
    }
    await time(500)
    const [small, large] = [await time(500), await time(8_000)]
    // Sixteen times as much: by the square it would take 256 times as long.
    expect(large / small).toBeLessThan(100)
  })

  test.each<readonly [string, (size: number) => string]>([
    [
      'items and foreign elements',
      (size) => '<x/>\n<inventory_item><upc>1</upc><inventory>-1</inventory></inventory_item>'.repeat(size),
    ],
    [
      'fields with attributes',
      (size) => `<inventory_item>${'<note a="1">x</note>'.repeat(size)}<upc>1</upc></inventory_item>`,
    ],
    [
      'text between elements',
      (size) => `<inventory_item><note>${'x<a/>'.repeat(size)}</note><upc>1</upc></inventory_item>`,
    ],
  ])('take time by their number in XML too: %s', async (_, content) => {
    const emulator = await startTestEmulator()
    const body = (size: number) => `<inventory_items>${content(size)}</inventory_items>`
    const time = (size: number) => {
      const text = body(size)
      return leastProcessorTime(2, async () =>
        expect((await bulk(emulator, text, { type: 'application/xml' })).status).toBe(200),
      )
    }
    await time(500)
    const [small, large] = [await time(500), await time(8_000)]
    expect(large / small).toBeLessThan(100)
  })
})
