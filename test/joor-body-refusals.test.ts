import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { parseStringPromise } from 'xml2js'
import type { Emulator, Seed } from '../server/emulator.js'
import { brokenRules, items, lastRequest, oauth2, positions, startTestEmulator } from './emulator.js'

const brand: Seed = {
  joor: { accounts: { brand: { token: 'a-token', positions: [{ warehouse: 'NY', upc: '1', inventory: 5 }] } } },
}
const limit = 20 * 1024 * 1024
const types = { json: 'application/json', xml: 'application/xml' }
type Format = keyof typeof types

/** Bytes exactly as given, and an overwrite, so that a call that was taken by mistake shows. */
function post(emulator: Emulator, format: Format, body: string | Uint8Array, headers: Record<string, string> = {}) {
  return fetch(`${emulator.url}/v2/bulk-inventory?overwrite=1`, {
    method: 'POST',
    headers: { Authorization: oauth2('a-token'), 'Content-Type': types[format], ...headers },
    body: Buffer.from(body),
  })
}

async function readXml(text: string) {
  const { bulk_inventory } = await parseStringPromise(text, { explicitArray: false })
  return bulk_inventory
}

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
const elements = (levels: number) => '<a>'.repeat(levels) + '</a>'.repeat(levels)
const good = '{"warehouse":"NY","upc":"1","inventory":9}'
const goodXml = '<inventory_item><warehouse>NY</warehouse><upc>1</upc><inventory>9</inventory></inventory_item>'
const xml = (content: string) => `<inventory_items>${content}</inventory_items>`
const latin1 = (text: string) => Buffer.from(text, 'latin1')

type Refused = readonly [what: string, body: string | Uint8Array, rule: string, comment: RegExp]

const json: readonly Refused[] = [
  ['an empty body', '', 'body.well_formed', /not well-formed JSON: .*line 1, column 1/],
  ['white space', ' \n ', 'body.well_formed', /not well-formed JSON/],
  ['a truncated body', `{"inventory_items":[${good}`, 'body.well_formed', /the text ends too early/],
  ['a truncated string', '{"inventory_items":[{"upc":"1', 'body.well_formed', /not well-formed JSON/],
  ['a trailing comma', `{"inventory_items":[${good},]}`, 'body.well_formed', /line 1, column \d+/],
  ['single quotes', `{'inventory_items':[]}`, 'body.well_formed', /double quotes/],
  ['a comment', `{"inventory_items":[${good}]} // x`, 'body.well_formed', /not well-formed JSON/],
  ['NaN', '{"inventory_items":[{"inventory":NaN}]}', 'body.well_formed', /not well-formed JSON/],
  [
    'a number with leading zeros',
    '{"inventory_items":[{"inventory":007}]}',
    'body.well_formed',
    /not well-formed JSON/,
  ],
  ['a raw line feed in a string', '{"inventory_items":[{"upc":"a\nb"}]}', 'body.well_formed', /line 1, column/],
  ['a raw NUL', '{"inventory_items":[{"upc":"a\u0000b"}]}', 'body.well_formed', /not well-formed JSON/],
  ['an unknown escape', '{"inventory_items":[{"upc":"\\x"}]}', 'body.well_formed', /not well-formed JSON/],
  ['two roots', `{"inventory_items":[${good}]}{"inventory_items":[${good}]}`, 'body.well_formed', /nothing may follow/],
  ['two byte order marks', `\ufeff\ufeff{"inventory_items":[${good}]}`, 'body.well_formed', /not well-formed JSON/],
  ['a fault on its third line', `{\n"inventory_items":[\n  nothing]}`, 'body.well_formed', /line 3, column 3/],
  ['65 levels', `{"inventory_items":[{"x":${nested(62)}}]}`, 'body.depth', /more than 64 levels/],
  ['65 levels outside the items', `{"inventory_items":[${good}],"x":${nested(64)}}`, 'body.depth', /more than 64/],
  ['100,000 levels', nested(100_000), 'body.depth', /more than 64 levels/],
  ['100,000 levels that never close', '['.repeat(100_000), 'body.depth', /more than 64 levels/],
  ['a bare list', `[${good}]`, 'body.json_root', /bare list.*Right is \{"inventory_items": \[/],
  [
    'an inventory_item level',
    `{"inventory_items":{"inventory_item":[${good}]}}`,
    'body.json_root',
    /inventory_item level/,
  ],
  [
    'an inventory_item level in each item',
    `{"inventory_items":[{"inventory_item":${good}}]}`,
    'body.json_root',
    /inventory_item level.*Right is/,
  ],
  ['a bare item', good, 'body.json_root', /no inventory_items.*Right is/],
  ['an empty object', '{}', 'body.json_root', /no inventory_items/],
  ['a string', '"inventory_items"', 'body.json_root', /no JSON object/],
  ['a number', '7', 'body.json_root', /no JSON object/],
  ['null', 'null', 'body.json_root', /no JSON object/],
  ['items that are null', '{"inventory_items":null}', 'body.json_root', /is no list/],
  ['items that are text', '{"inventory_items":"[]"}', 'body.json_root', /is no list/],
  ['items that are one object', `{"inventory_items":${good}}`, 'body.json_root', /is no list/],
  ['the root in another case', `{"Inventory_Items":[${good}]}`, 'body.json_root', /no inventory_items/],
  ['the root one level down', `{"bulk":{"inventory_items":[${good}]}}`, 'body.json_root', /no inventory_items/],
  ['the root as a prototype', `{"__proto__":{"inventory_items":[${good}]}}`, 'body.json_root', /no inventory_items/],
  [
    'a list that a later one replaces',
    `{"inventory_items":[${good}],"inventory_items":7}`,
    'body.json_root',
    /no list/,
  ],
  ['no items', '{"inventory_items":[]}', 'body.items', /one item or more/],
  ['no items in the list that counts', `{"inventory_items":[${good}],"inventory_items":[]}`, 'body.items', /one item/],
  ['a byte that is no UTF-8', latin1('{"inventory_items":[{"upc":"caf\u00e9"}]}'), 'format.utf8', /not UTF-8/],
  [
    'a surrogate in UTF-8',
    Buffer.concat([latin1('{"a":"'), latin1('\u00ed\u00a0\u0080'), latin1('"}')]),
    'format.utf8',
    /not UTF-8/,
  ],
  ['an overlong slash', latin1('{"a":"\u00c0\u00af"}'), 'format.utf8', /not UTF-8/],
  ['a cut character', Buffer.from('{"inventory_items":"é').subarray(0, -1), 'format.utf8', /not UTF-8/],
  ['UTF-16', Buffer.from(`\ufeff{"inventory_items":[${good}]}`, 'utf16le'), 'format.utf8', /not UTF-8/],
]

const xmlBodies: readonly Refused[] = [
  ['an empty body', '', 'body.well_formed', /not well-formed XML/],
  ['white space', ' \n ', 'body.well_formed', /not well-formed XML/],
  ['a truncated body', `<inventory_items>${goodXml}`, 'body.well_formed', /not well-formed XML: .*line 1/],
  ['a truncated tag', '<inventory_items><inventory_it', 'body.well_formed', /not well-formed XML/],
  ['an element that is not closed', xml('<inventory_item><upc>1</inventory_item>'), 'body.well_formed', /line 1/],
  ['text alone', 'inventory', 'body.well_formed', /not well-formed XML/],
  ['text behind the root', `${xml(goodXml)} more`, 'body.well_formed', /not well-formed XML/],
  ['two roots', `${xml(goodXml)}${xml(goodXml)}`, 'body.well_formed', /not well-formed XML/],
  ['an attribute without quotes', '<inventory_items a=1/>', 'body.well_formed', /not well-formed XML/],
  ['an attribute twice', '<inventory_items a="1" a="2"/>', 'body.well_formed', /not well-formed XML/],
  ['a bare ampersand', xml('<inventory_item><upc>a & b</upc></inventory_item>'), 'body.well_formed', /not well-formed/],
  ['an undefined entity', xml('<inventory_item><upc>&foo;</upc></inventory_item>'), 'body.well_formed', /entity/],
  ['an entity of HTML', xml('<inventory_item><upc>&nbsp;</upc></inventory_item>'), 'body.well_formed', /entity/],
  [
    'a character that XML forbids',
    xml('<inventory_item><upc>\u0001</upc></inventory_item>'),
    'body.well_formed',
    /not well-formed XML/,
  ],
  ['a raw NUL', xml('<inventory_item><upc>\u0000</upc></inventory_item>'), 'body.well_formed', /not well-formed XML/],
  [
    'a number of a forbidden character',
    xml('<inventory_item><upc>&#0;</upc></inventory_item>'),
    'body.well_formed',
    /not well-formed XML/,
  ],
  [
    'the end of a CDATA section alone',
    xml('<inventory_item><upc>]]></upc></inventory_item>'),
    'body.well_formed',
    /not well-formed XML/,
  ],
  [
    'a declaration that is not at the start',
    ` <?xml version="1.0"?>${xml(goodXml)}`,
    'body.well_formed',
    /not well-formed XML/,
  ],
  ['two byte order marks', `\ufeff\ufeff${xml(goodXml)}`, 'body.well_formed', /not well-formed XML/],
  ['JSON', `{"inventory_items":[${good}]}`, 'body.well_formed', /not well-formed XML/],
  ['a DOCTYPE', `<!DOCTYPE inventory_items>${xml(goodXml)}`, 'xml.doctype', /DOCTYPE/],
  [
    'an entity of its own',
    `<!DOCTYPE a [<!ENTITY e "1">]>${xml('<inventory_item><upc>&e;</upc></inventory_item>')}`,
    'xml.doctype',
    /DOCTYPE/,
  ],
  [
    'an entity that names a file',
    `<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]>${xml('<inventory_item><upc>&e;</upc></inventory_item>')}`,
    'xml.doctype',
    /DOCTYPE/,
  ],
  [
    'entities that multiply',
    `<!DOCTYPE a [<!ENTITY a "${'x'.repeat(99)}"><!ENTITY b "${'&a;'.repeat(99)}"><!ENTITY c "${'&b;'.repeat(99)}">]>${xml('<inventory_item><upc>&c;</upc></inventory_item>')}`,
    'xml.doctype',
    /DOCTYPE/,
  ],
  ['XML 1.1', `<?xml version="1.1"?>${xml(goodXml)}`, 'xml.version', /only 1\.0/],
  ['65 levels', xml(`<inventory_item>${elements(63)}</inventory_item>`), 'body.depth', /more than 64 levels/],
  ['100,000 levels', elements(100_000), 'body.depth', /more than 64 levels/],
  ['100,000 levels that never close', '<a>'.repeat(100_000), 'body.depth', /more than 64 levels/],
  [
    'another root',
    `<items>${goodXml}</items>`,
    'body.xml_root',
    /root of the XML body is items.*Right is <inventory_items>/,
  ],
  ['a bare item', goodXml, 'body.xml_root', /root of the XML body is inventory_item\./],
  ["the reply's root", `<bulk_inventory>${xml(goodXml)}</bulk_inventory>`, 'body.xml_root', /bulk_inventory/],
  ['the root in another case', `<Inventory_Items>${goodXml}</Inventory_Items>`, 'body.xml_root', /Inventory_Items/],
  ['no items', '<inventory_items/>', 'body.items', /one item or more/],
  ['no items but white space and comments', xml('\n <!-- none -->\n'), 'body.items', /one item or more/],
  [
    'a byte that is no UTF-8',
    latin1(xml('<inventory_item><upc>caf\u00e9</upc></inventory_item>')),
    'format.utf8',
    /not UTF-8/,
  ],
  [
    'Latin-1 that says so',
    latin1(`<?xml version="1.0" encoding="ISO-8859-1"?>${xml('<a>\u00e9</a>')}`),
    'format.utf8',
    /not UTF-8/,
  ],
  ['UTF-16', Buffer.from(`\ufeff${xml(goodXml)}`, 'utf16le'), 'format.utf8', /not UTF-8/],
]

const refused = [
  ...json.map(([what, body, rule, comment]) => ({ format: 'json' as const, what, body, rule, comment })),
  ...xmlBodies.map(([what, body, rule, comment]) => ({ format: 'xml' as const, what, body, rule, comment })),
]

describe('a body that is refused whole', () => {
  test.each(refused)('in $format: $what', async ({ format, body, rule, comment }) => {
    const emulator = await startTestEmulator({ seed: brand })
    const before = await positions(emulator)
    const reply = await post(emulator, format, body)
    expect(reply.status).toBe(400)
    expect(reply.headers.get('content-type')).toBe(types[format])
    const text = await reply.text()
    const { response } = format === 'json' ? JSON.parse(text) : await readXml(text)
    expect(response).toEqual({ code: '1', comment: expect.stringMatching(comment), log_id: expect.any(String) })
    expect(text).toMatch(
      format === 'json'
        ? /"items_updated":\[\],"items_not_updated":\[\]\}$/
        : /<items_updated \/><items_not_updated \/><\/bulk_inventory>$/,
    )
    expect(reply.headers.get('backstock-not-updated')).toBeNull()
    expect(await brokenRules(emulator)).toContain(`joor.${rule}`)
    expect(await lastRequest(emulator)).toMatchObject({ account: 'brand', status: 400, items: null, changes: [] })
    expect(await positions(emulator)).toEqual(before)
  })

  test.each(refused.filter(({ what }) => /bare|no items$|truncated body|UTF-8$/.test(what)))(
    'is told in the other format where that is asked for: $format, $what',
    async ({ format, body }) => {
      const emulator = await startTestEmulator({ seed: brand })
      const other = format === 'json' ? 'xml' : 'json'
      const reply = await post(emulator, format, body, { Accept: types[other] })
      expect(reply.status).toBe(400)
      expect(reply.headers.get('content-type')).toBe(types[other])
      expect(await reply.text()).toMatch(
        other === 'json' ? /^\{"response":\{"comment":"/ : /^<bulk_inventory><response>/,
      )
    },
  )

  test('leaves the emulator unharmed: the next call is served', async () => {
    const emulator = await startTestEmulator({ seed: brand })
    for (const { format, body } of refused) expect((await post(emulator, format, body)).status).toBe(400)
    expect((await post(emulator, 'json', JSON.stringify(items(JSON.parse(good))))).status).toBe(200)
    expect(await positions(emulator)).toMatchObject([{ sku: { upc: '1' }, available: 9 }])
  })
})

/** A good body of exactly so many bytes. */
function sized(format: Format, bytes: number): Buffer {
  const [head, tail] =
    format === 'json' ? [`{"inventory_items":[${good}`, ']}'] : [`<inventory_items>${goodXml}`, '</inventory_items>']
  return Buffer.from(head + ' '.repeat(bytes - head.length - tail.length) + tail)
}

describe('the limit of 20 MB', () => {
  test.each(['json', 'xml'] as const)('is taken itself, in %s', async (format) => {
    const emulator = await startTestEmulator({ seed: brand })
    const reply = await post(emulator, format, sized(format, limit))
    expect(reply.status).toBe(200)
    expect(await brokenRules(emulator)).toEqual([])
    expect(await positions(emulator)).toMatchObject([{ available: 9 }])
  })

  test.each(['json', 'xml'] as const)('is not passed by one byte, in %s', async (format) => {
    const emulator = await startTestEmulator({ seed: brand })
    const reply = await post(emulator, format, sized(format, limit + 1))
    expect(reply.status).toBe(413)
    expect(reply.headers.get('content-type')).toBe(types[format])
    expect(await reply.text()).toContain('20,971,520 bytes')
    expect(await brokenRules(emulator)).toEqual(['joor.format.size'])
    expect(await positions(emulator)).toMatchObject([{ available: 5 }])
  })

  test.each([
    [limit, 200, 9],
    [limit + 1, 413, 5],
  ])('holds after inflating: %d bytes are answered %d', async (bytes, status, available) => {
    const emulator = await startTestEmulator({ seed: brand })
    const reply = await post(emulator, 'json', gzipSync(sized('json', bytes)), { 'Content-Encoding': 'gzip' })
    expect(reply.status).toBe(status)
    expect(await brokenRules(emulator)).toEqual(status === 200 ? [] : ['joor.format.size'])
    expect(await positions(emulator)).toMatchObject([{ available }])
  })
})

describe('a body that is taken', () => {
  test.each([
    ['json', '64 levels', `{"inventory_items":[{"warehouse":"NY","upc":"1","inventory":9,"x":${nested(61)}}]}`],
    ['xml', '64 levels', xml(goodXml.replace('</inventory_item>', `${elements(62)}</inventory_item>`))],
  ] as const)('may have, in %s, %s', async (format, _, body) => {
    const emulator = await startTestEmulator({ seed: brand })
    const reply = await post(emulator, format, body)
    expect(reply.status).toBe(200)
    expect(await brokenRules(emulator)).toEqual(['joor.item.known_fields'])
    expect(await positions(emulator)).toMatchObject([{ available: 9 }])
  })

  test('is not deep because brackets stand in its strings', async () => {
    const emulator = await startTestEmulator({ seed: brand })
    const upc = `${'['.repeat(100)}"\\${'{'.repeat(100)}`
    const reply = await post(emulator, 'json', JSON.stringify(items({ warehouse: 'NY', upc, inventory: 9 })))
    expect(reply.status).toBe(200)
    expect(await positions(emulator)).toMatchObject([{ sku: { upc }, available: 9 }])
  })

  test.each([
    ['json', 'a byte order mark', `\ufeff{"inventory_items":[${good}]}`, ['format.bom']],
    ['xml', 'a byte order mark', `\ufeff${xml(goodXml)}`, ['format.bom']],
    ['xml', 'a byte order mark before the declaration', `\ufeff<?xml version="1.0"?>${xml(goodXml)}`, ['format.bom']],
    ['xml', 'a declaration', `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>${xml(goodXml)}`, []],
    ['xml', 'utf-8 in small letters', `<?xml version='1.0' encoding='utf-8'?>${xml(goodXml)}`, []],
    ['xml', 'another encoding', `<?xml version="1.0" encoding="ISO-8859-1"?>${xml(goodXml)}`, ['xml.encoding']],
    ['xml', 'UTF-16 by name only', `<?xml version="1.0" encoding="UTF-16"?>${xml(goodXml)}`, ['xml.encoding']],
    ['xml', 'comments and instructions everywhere', `<!--a--><?b c?>${xml(`<!--d-->${goodXml}<?e?>`)}<!--f-->`, []],
    ['xml', 'CDATA', xml(goodXml.replace('>NY<', '><![CDATA[NY]]><')), []],
    ['xml', 'CDATA beside text', xml(goodXml.replace('>NY<', '>N<![CDATA[Y]]><')), []],
    ['xml', 'entities that XML defines', xml(goodXml.replace('>NY<', '>&#78;&#x59;<')), []],
    [
      'xml',
      'attributes of the root',
      `<inventory_items a="1" b="2">${goodXml}</inventory_items>`,
      ['xml.root_plain', 'xml.root_plain'],
    ],
    [
      'xml',
      'a namespace of the root',
      `<inventory_items xmlns="urn:x">${goodXml}</inventory_items>`,
      ['xml.root_plain'],
    ],
    ['xml', 'a prefix of the root', `<x:inventory_items>${goodXml}</x:inventory_items>`, ['xml.root_plain']],
    ['xml', 'text under the root', xml(`text${goodXml}`), ['xml.root_plain']],
    ['xml', 'a foreign element under the root', xml(`<item>7</item>${goodXml}`), ['xml.root_plain']],
    [
      'xml',
      'attributes of an item',
      xml(goodXml.replace('<inventory_item>', '<inventory_item id="1">')),
      ['xml.item_plain'],
    ],
    ['xml', 'attributes of a field', xml(goodXml.replace('<upc>', '<upc xml:space="preserve">')), ['xml.item_plain']],
    ['xml', 'prefixes', xml(goodXml.replace('<upc>1</upc>', '<j:upc>1</j:upc>')), ['xml.item_plain']],
    ['xml', 'a prefix of an item', xml(goodXml.replaceAll('inventory_item>', 'j:inventory_item>')), ['xml.item_plain']],
    ['xml', 'text beside the fields', xml(goodXml.replace('<upc>', 'text<upc>')), ['xml.stray_text']],
    ['xml', 'CDATA beside the fields', xml(goodXml.replace('<upc>', '<![CDATA[text]]><upc>')), ['xml.stray_text']],
    ['json', 'a name beside the items', `{"x":[1],"inventory_items":[${good}]}`, ['body.json_root_only']],
    [
      'json',
      'two names beside the items',
      `{"x":{},"inventory_items":[${good}],"__proto__":1}`,
      ['body.json_root_only', 'body.json_root_only'],
    ],
    [
      'json',
      'the items twice',
      `{"inventory_items":[{"upc":"2"}],"inventory_items":[${good}]}`,
      ['body.json_root_only'],
    ],
    [
      'json',
      'the items twice, first as text',
      `{"inventory_items":"x","inventory_items":[${good}]}`,
      ['body.json_root_only'],
    ],
    ['json', 'an escaped root', `{"inventory\\u005fitems":[${good}]}`, []],
    ['json', 'white space of every kind', `\t\r\n {"inventory_items" :\n[ ${good} ]\r\n}\n`, []],
    [
      'json',
      'lone surrogates',
      `{"inventory_items":[${good.replace('}', ',"note":"\\udc00\\ud800"}')}]}`,
      ['item.known_fields'],
    ],
  ] as const)('is reported or not: %s, %s', async (format, _, body, broken) => {
    const emulator = await startTestEmulator({ seed: brand })
    const reply = await post(emulator, format, body)
    expect(reply.status).toBe(200)
    const text = await reply.text()
    expect(text).toMatch(format === 'json' ? /"code":"0"/ : /<code>0<\/code>/)
    expect(text).toMatch(format === 'json' ? /"items_not_updated":\[\]\}$/ : /<items_not_updated \/>/)
    expect(await brokenRules(emulator)).toEqual(broken.map((rule) => `joor.${rule}`))
    expect(await positions(emulator)).toMatchObject([{ warehouse: 'NY', sku: { upc: '1' }, available: 9 }])
  })
})
