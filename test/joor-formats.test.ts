import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { brokenRules, bulk, items, lastRequest, oauth2, positions, startTestEmulator } from './emulator.js'

const jsonBody = JSON.stringify(items({ warehouse: 'NY', upc: '1', inventory: 3 }))
const xmlBody =
  '<inventory_items><inventory_item><warehouse>NY</warehouse><upc>1</upc><inventory>3</inventory></inventory_item></inventory_items>'
const stored = [{ warehouse: 'NY', inventory_date: 'IMMEDIATE', sku: { upc: '1' }, available: 3 }]

interface Way {
  readonly type?: string
  readonly accept?: string
  readonly query?: string
  readonly coding?: string
}

/** Bytes and headers exactly as given; supertest would write a Buffer as JSON and add a Content-Type. */
function post(emulator: Emulator, body: string | Uint8Array, { type, accept, query = '', coding }: Way = {}) {
  return fetch(`${emulator.url}/v2/bulk-inventory${query}`, {
    method: 'POST',
    headers: {
      Authorization: oauth2('a-token'),
      ...(type !== undefined && { 'Content-Type': type }),
      ...(accept !== undefined && { Accept: accept }),
      ...(coding !== undefined && { 'Content-Encoding': coding }),
    },
    body: Buffer.from(body),
  })
}

const formatOf = (reply: Response) => reply.headers.get('content-type')?.replace('application/', '')

describe('Content-Type', () => {
  test.each([
    ['application/json', 'json', []],
    ['application/xml', 'xml', []],
    ['Application/JSON', 'json', []],
    ['APPLICATION/XML', 'xml', []],
    ['application/json; charset=utf-8', 'json', []],
    ['application/xml;charset=UTF-8', 'xml', []],
    ['application/json; charset="utf-8"; x=y', 'json', []],
    ['application/xml ; charset=iso-8859-1', 'xml', []],
    ['application/json;', 'json', []],
    ['text/xml', 'xml', ['joor.format.text_types']],
    ['text/json', 'json', ['joor.format.text_types']],
    ['text/xml; charset=utf-8', 'xml', ['joor.format.text_types']],
  ])('%s is taken', async (type, format, broken) => {
    const emulator = await startTestEmulator()
    const reply = await post(emulator, format === 'json' ? jsonBody : xmlBody, { type })
    expect(reply.status).toBe(200)
    expect(reply.headers.get('content-type')).toBe(`application/${format}`)
    expect(await brokenRules(emulator)).toEqual(broken)
    expect(reply.headers.get('backstock-violations')).toBe(broken.length > 0 ? '1' : null)
    expect(await positions(emulator)).toMatchObject(stored)
  })

  test.each([
    undefined,
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/vnd.api+json',
    'application/problem+xml',
    'application/jsonp',
    'json',
    'application',
    '*/*',
    'application/*',
    ';charset=utf-8',
    'application/json, application/xml',
  ])('%s is answered 415 and nothing is applied', async (type) => {
    const emulator = await startTestEmulator()
    const reply = await post(emulator, jsonBody, { ...(type !== undefined && { type }) })
    expect(reply.status).toBe(415)
    expect(formatOf(reply)).toBe('json')
    expect(await reply.json()).toEqual({
      response: {
        comment: expect.stringContaining('Send application/json or application/xml.'),
        code: '1',
        log_id: expect.any(String),
      },
      items_updated: [],
      items_not_updated: [],
    })
    expect(await brokenRules(emulator)).toEqual(['joor.format.content_type'])
    expect(await lastRequest(emulator)).toMatchObject({
      status: 415,
      items: null,
      changes: [],
      request: { body: null },
    })
    expect(await positions(emulator)).toEqual([])
  })

  test.each([
    ['?return_format=xml', undefined],
    ['', 'application/xml'],
    ['?return_format=xml', 'application/json'],
  ])('that is missing leaves the reply format to be told by the rest: "%s", %s', async (query, accept) => {
    const emulator = await startTestEmulator()
    const reply = await post(emulator, jsonBody, { query, ...(accept !== undefined && { accept }) })
    expect(reply.status).toBe(415)
    expect(formatOf(reply)).toBe('xml')
    expect(await reply.text()).toMatch(/^<bulk_inventory><response><code>1<\/code>/)
  })

  test('decides how the body is read, not what the body looks like', async () => {
    const emulator = await startTestEmulator()
    expect((await post(emulator, xmlBody, { type: 'application/json' })).status).toBe(400)
    expect((await post(emulator, jsonBody, { type: 'application/xml' })).status).toBe(400)
    expect(await positions(emulator)).toEqual([])
  })
})

describe('Accept', () => {
  const own = 'own'
  test.each([
    ['application/json', 'json', []],
    ['application/xml', 'xml', []],
    ['APPLICATION/XML', 'xml', []],
    ['application/xml;charset=utf-8', 'xml', []],
    ['*/*', own, []],
    ['application/*', own, []],
    ['application/json, application/xml', own, []],
    ['application/xml;q=0.5, application/json;q=0.5', own, []],
    ['application/xml;q=0.9, application/json;q=0.8', 'xml', []],
    ['application/json;q=0.8, application/xml;q=0.9', 'xml', []],
    ['application/xml;q=0.1, */*;q=0.2', 'json', []],
    ['application/json;q=0, */*', 'xml', []],
    ['application/xml;q=0, application/json;q=0.001', 'json', []],
    ['text/html, application/xml;q=0.9, */*;q=0.8', 'xml', []],
    ['text/html;q=1, application/json;q=0.1', 'json', []],
    ['application/json ; q=0.3 , application/xml ; Q=0.4', 'xml', []],
    ['text/html', own, ['joor.format.acceptable']],
    ['text/html, image/*', own, ['joor.format.acceptable']],
    ['application/json;q=0, application/xml;q=0', own, ['joor.format.acceptable']],
    ['*/*;q=0', own, ['joor.format.acceptable']],
    ['json', own, ['joor.format.acceptable']],
  ])('"%s" asks for %s', async (accept, right, broken) => {
    const emulator = await startTestEmulator()
    for (const format of ['json', 'xml'] as const) {
      const body = format === 'json' ? jsonBody : xmlBody
      const reply = await post(emulator, body, { type: `application/${format}`, accept })
      expect(reply.status).toBe(200)
      expect(formatOf(reply)).toBe(right === own ? format : right)
      expect(await brokenRules(emulator)).toEqual(broken)
    }
    expect(await positions(emulator)).toMatchObject(stored)
  })

  test.each(['json', 'xml'] as const)('that is not sent means the own format, %s', async (format) => {
    const emulator = await startTestEmulator()
    const body = format === 'json' ? jsonBody : xmlBody
    const reply = await bulk(emulator, body, { type: `application/${format}` })
    expect((await lastRequest(emulator)).request.headers).not.toHaveProperty('accept')
    expect(reply.headers['content-type']).toBe(`application/${format}`)
    expect(await brokenRules(emulator)).toEqual([])
  })
})

describe('return_format', () => {
  test.each([
    ['json', undefined, 'json', []],
    ['xml', undefined, 'xml', []],
    ['xml', 'application/json', 'xml', []],
    ['json', 'application/xml', 'json', []],
    ['json', 'text/html', 'json', []],
    ['XML', undefined, 'own', ['joor.format.return_format_value']],
    ['', undefined, 'own', ['joor.format.return_format_value']],
    ['csv', undefined, 'own', ['joor.format.return_format_value']],
    ['application/xml', undefined, 'own', ['joor.format.return_format_value']],
    ['csv', 'application/xml', 'own', ['joor.format.return_format_value']],
    ['csv', 'application/json', 'own', ['joor.format.return_format_value']],
  ])('%s beside Accept %s asks for %s: %s', async (value, accept, right, broken) => {
    const emulator = await startTestEmulator()
    for (const format of ['json', 'xml'] as const) {
      const reply = await post(emulator, format === 'json' ? jsonBody : xmlBody, {
        type: `application/${format}`,
        query: `?return_format=${value}`,
        ...(accept !== undefined && { accept }),
      })
      expect(reply.status).toBe(200)
      expect(formatOf(reply)).toBe(right === 'own' ? format : right)
      expect(await brokenRules(emulator)).toEqual(broken)
    }
    expect(await positions(emulator)).toMatchObject(stored)
  })

  test('that is given twice counts by its last, and is told for that alone', async () => {
    const emulator = await startTestEmulator()
    const query = '?return_format=csv&return_format=xml'
    const reply = await post(emulator, jsonBody, { type: 'application/json', query })
    expect(formatOf(reply)).toBe('xml')
    expect(await brokenRules(emulator)).toEqual(['joor.query.repeated'])
  })
})

describe('Content-Encoding', () => {
  const plain = Buffer.from(jsonBody)
  test.each([
    ['gzip', gzipSync(plain)],
    ['GZIP', gzipSync(plain)],
    ['x-gzip', gzipSync(plain)],
    ['deflate', deflateSync(plain)],
    ['deflate', deflateRawSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['identity', plain],
    ['', plain],
    ['gzip, br', brotliCompressSync(gzipSync(plain))],
    ['br, gzip', gzipSync(brotliCompressSync(plain))],
    ['gzip, identity, gzip', gzipSync(gzipSync(plain))],
  ])('%s is undone', async (coding, body) => {
    const emulator = await startTestEmulator()
    const reply = await post(emulator, body, { type: 'application/json', coding })
    expect(reply.status).toBe(200)
    expect(await brokenRules(emulator)).toEqual([])
    expect(await positions(emulator)).toMatchObject(stored)
  })

  test.each([
    ['zstd', plain],
    ['gzip, gzip, gzip', gzipSync(gzipSync(gzipSync(plain)))],
    ['gzip, zstd', gzipSync(plain)],
    ['utf-8', plain],
    ['*', plain],
  ])('%s is answered 415', async (coding, body) => {
    const emulator = await startTestEmulator()
    const reply = await post(emulator, body, { type: 'application/json', coding })
    expect(reply.status).toBe(415)
    expect(await brokenRules(emulator)).toEqual(['joor.format.codings'])
    expect(await positions(emulator)).toEqual([])
  })

  test.each([
    ['gzip', plain],
    ['gzip', gzipSync(plain).subarray(0, 30)],
    ['br', plain],
    ['deflate', Buffer.from('no deflate at all')],
    ['gzip', Buffer.alloc(0)],
    ['gzip, br', gzipSync(plain)],
  ])('%s that the bytes are not is malformed', async (coding, body) => {
    const emulator = await startTestEmulator()
    const reply = await post(emulator, body, { type: 'application/json', coding })
    expect(reply.status).toBe(400)
    expect(await reply.json()).toMatchObject({
      response: { code: '1', comment: expect.stringContaining('Content-Encoding') },
    })
    expect(await brokenRules(emulator)).toEqual(['joor.format.coded_body'])
    expect(await positions(emulator)).toEqual([])
  })
})

const replied = async (emulator: Emulator, body: string, from: 'json' | 'xml', to: 'json' | 'xml') => {
  const reply = await post(emulator, body, { type: `application/${from}`, query: `?return_format=${to}` })
  expect(reply.status).toBe(200)
  expect(formatOf(reply)).toBe(to)
  const text = await reply.text()
  return text.replace(/[0-9a-f-]{36}/, 'LOG_ID')
}

const xmlItem = (content: string) =>
  `<inventory_items><inventory_item><upc>1</upc>${content}</inventory_item></inventory_items>`
const jsonItem = (content: string) => `{"inventory_items":[{"upc":"1",${content}}]}`

const inJson = (item: string) =>
  `{"response":{"comment":"","code":"0","log_id":"LOG_ID"},"items_updated":[[{"upc":"1",${item}}]],"items_not_updated":[]}`
const inXml = (item: string) =>
  `<bulk_inventory><response><code>0</code><comment /><log_id>LOG_ID</log_id></response><items_updated><inventory_item><upc>1</upc>${item}</inventory_item></items_updated><items_not_updated /></bulk_inventory>`

const missing = 'joor.warehouse.missing'
const unknown = 'joor.item.known_fields'

describe('from JSON to JSON', () => {
  test.each([
    ['a whole float', '"inventory":15.0'],
    ['an exponent', '"inventory":1e1'],
    ['a negative zero', '"inventory":-0'],
    ['white space', '  "inventory" :\t7 '],
    ['escapes', '"inventory":7,"note":"\\u00e9\\/\\ud83d\\ude00\\u0000"'],
    ['text that is not ASCII', '"inventory":7,"note":"é😀‏"'],
    ['nested values', '"inventory":7,"note":{"b":[1, 2.0],"10":null,"a":{}}'],
    ['names like numbers', '"inventory":7,"10":1,"2":2,"a":3,"1":4'],
    ['repeated names', '"inventory":6,"inventory":7'],
  ])('an item comes back as the very text that was sent: %s', async (_, item) => {
    const emulator = await startTestEmulator()
    expect(await replied(emulator, jsonItem(item), 'json', 'json')).toBe(inJson(item))
    expect(await brokenRules(emulator)).not.toContain('joor.reply.json_to_xml')
    expect(await positions(emulator)).toHaveLength(1)
  })
})

describe('from XML to XML', () => {
  test.each([
    ['white space around a value', '<inventory> 7 </inventory>', '<inventory> 7 </inventory>'],
    [
      'entities',
      '<inventory>7</inventory><note>&lt;&amp;&gt;&#233;&quot;</note>',
      '<inventory>7</inventory><note>&lt;&amp;&gt;é"</note>',
    ],
    ['CDATA', '<inventory><![CDATA[7]]></inventory>', '<inventory>7</inventory>'],
    ['comments and instructions', '<!-- a --><inventory>7<!-- b --><?c d?></inventory>', '<inventory>7</inventory>'],
    [
      'empty elements in both spellings',
      '<inventory>7</inventory><size/><size_code></size_code>',
      '<inventory>7</inventory><size /><size_code />',
    ],
    [
      'a carriage return by its number',
      '<inventory>7</inventory><note>a&#13;b</note>',
      '<inventory>7</inventory><note>a&#13;b</note>',
    ],
    ['attributes, which are dropped', '<inventory unit="1">7</inventory>', '<inventory>7</inventory>'],
    ['prefixes, which are dropped', '<x:inventory xmlns:x="urn:x">7</x:inventory>', '<inventory>7</inventory>'],
    [
      'unknown fields with elements in them',
      '<inventory>7</inventory><n><a>1</a><b/></n>',
      '<inventory>7</inventory><n><a>1</a><b /></n>',
    ],
    [
      'text between elements of an unknown field',
      '<inventory>7</inventory><n>a<b/>c<d>e</d>f</n>',
      '<inventory>7</inventory><n>a<b />c<d>e</d>f</n>',
    ],
    [
      'an item in an unknown field',
      '<inventory>7</inventory><n><inventory_item>a<b/></inventory_item></n>',
      '<inventory>7</inventory><n><inventory_item>a<b /></inventory_item></n>',
    ],
    ['leading zeros', '<inventory>007</inventory>', '<inventory>007</inventory>'],
  ])('an item comes back as it was sent: %s', async (_, item, right) => {
    const emulator = await startTestEmulator()
    expect(await replied(emulator, xmlItem(item), 'xml', 'xml')).toBe(inXml(right))
    expect(await brokenRules(emulator)).not.toContain('joor.reply.xml_nested')
    expect(await positions(emulator)).toMatchObject([{ available: 7 }])
  })
})

describe('from XML to JSON', () => {
  test.each([
    [
      'plain integers of the integer fields',
      '<inventory>7</inventory><style_id>12</style_id><style_color_id>0</style_color_id>',
      '"inventory":7,"style_id":12,"style_color_id":0',
      [missing],
    ],
    ['a negative integer', '<inventory>-7</inventory>', '"inventory":-7', [missing, 'joor.inventory.negative']],
    [
      'an id of 20 digits',
      '<inventory>7</inventory><style_id>12345678901234567890</style_id>',
      '"inventory":7,"style_id":12345678901234567890',
      [missing],
    ],
    ['leading zeros, which JSON cannot hold', '<inventory>007</inventory>', '"inventory":"007"', [missing]],
    ['white space, which JSON would lose', '<inventory> 7 </inventory>', '"inventory":" 7 "', [missing]],
    [
      'other fields that look like numbers',
      '<inventory>7</inventory><size>32</size><color_code>1.0</color_code>',
      '"inventory":7,"size":"32","color_code":"1.0"',
      [missing],
    ],
    [
      'true, which stays a string',
      '<inventory>7</inventory><made_to_order>false</made_to_order>',
      '"inventory":7,"made_to_order":"false"',
      [missing],
    ],
    [
      'what JSON escapes',
      '<inventory>7</inventory><note>a"b\\c\td&#10;e</note>',
      '"inventory":7,"note":"a\\"b\\\\c\\td\\ne"',
      [missing, unknown],
    ],
    [
      'text that is not ASCII',
      '<inventory>7</inventory><note>é😀</note>',
      '"inventory":7,"note":"é😀"',
      [missing, unknown],
    ],
    ['empty elements', '<inventory>7</inventory><size/>', '"inventory":7,"size":""', [missing, 'joor.item.empty']],
    [
      'names like those of objects',
      '<inventory>7</inventory><__proto__>x</__proto__><constructor>y</constructor>',
      '"inventory":7,"__proto__":"x","constructor":"y"',
      [missing, unknown, unknown],
    ],
    [
      'elements in an unknown field',
      '<inventory>7</inventory><n><a>1</a><b/></n>',
      '"inventory":7,"n":"<a>1</a><b />"',
      [missing, unknown, 'joor.reply.xml_nested'],
    ],
    [
      'text between elements of an unknown field',
      '<inventory>7</inventory><n>a<b/>&lt;</n>',
      '"inventory":7,"n":"a<b />&lt;"',
      [missing, unknown, 'joor.reply.xml_nested'],
    ],
  ])('%s', async (_, item, right, broken) => {
    const emulator = await startTestEmulator()
    expect(await replied(emulator, xmlItem(item), 'xml', 'json')).toBe(inJson(right))
    expect((await brokenRules(emulator)).toSorted()).toEqual(broken.toSorted())
    expect(await positions(emulator)).toHaveLength(1)
  })
})

describe('from JSON to XML', () => {
  const changed = 'joor.reply.json_to_xml'
  test.each([
    [
      'numbers by their literal',
      '"inventory":15.0',
      '<inventory>15.0</inventory>',
      [missing, 'joor.inventory.whole_float'],
    ],
    ['an exponent', '"inventory":1E1', '<inventory>1E1</inventory>', [missing, 'joor.inventory.whole_float']],
    [
      'an id of 20 digits',
      '"inventory":7,"style_id":12345678901234567890',
      '<inventory>7</inventory><style_id>12345678901234567890</style_id>',
      [missing],
    ],
    ['null', '"inventory":7,"size":null', '<inventory>7</inventory><size />', [missing, 'joor.item.empty']],
    ['an empty string', '"inventory":7,"size":""', '<inventory>7</inventory><size />', [missing, 'joor.item.empty']],
    [
      'a boolean',
      '"inventory":7,"made_to_order":false',
      '<inventory>7</inventory><made_to_order>false</made_to_order>',
      [missing],
    ],
    [
      'what XML escapes',
      '"inventory":7,"size":"<&>\\""',
      '<inventory>7</inventory><size>&lt;&amp;&gt;"</size>',
      [missing],
    ],
    [
      'a carriage return, which a reader would lose',
      '"inventory":7,"size":"a\\rb"',
      '<inventory>7</inventory><size>a&#13;b</size>',
      [missing],
    ],
    [
      'text that is not ASCII',
      '"inventory":7,"size":"\\u00e9😀"',
      '<inventory>7</inventory><size>é😀</size>',
      [missing],
    ],
    [
      'a nested object as compact text',
      '"inventory":7,"n":{ "b" : [1, 2.0, {}], "10":null }',
      '<inventory>7</inventory><n>{"b":[1,2.0,{}],"10":null}</n>',
      [missing, unknown, changed],
    ],
    [
      'a nested list',
      '"inventory":7,"n":[ "a\\u00e9" , true ]',
      '<inventory>7</inventory><n>["a\\u00e9",true]</n>',
      [missing, unknown, changed],
    ],
    ['a name with a blank', '"inventory":7,"a b":1', '<inventory>7</inventory>', [missing, unknown, changed]],
    ['a name like a number', '"10":1,"inventory":7', '<inventory>7</inventory>', [missing, unknown, changed]],
    ['an empty name', '"":1,"inventory":7', '<inventory>7</inventory>', [missing, unknown, changed]],
    ['a name with a colon', '"a:b":1,"inventory":7', '<inventory>7</inventory>', [missing, unknown, changed]],
    [
      'a name that XML can hold',
      '"é_-.1":1,"inventory":7',
      '<é_-.1>1</é_-.1><inventory>7</inventory>',
      [missing, unknown],
    ],
    [
      'a forbidden character',
      '"inventory":7,"size":"a\\u0000b\\u001fc\\uffff"',
      '<inventory>7</inventory><size>a\ufffdb\ufffdc\ufffd</size>',
      [missing, changed],
    ],
    [
      'a lone surrogate',
      '"inventory":7,"size":"\\ud800"',
      '<inventory>7</inventory><size>\ufffd</size>',
      [missing, changed],
    ],
    [
      'repeated names',
      '"inventory":6,"inventory":7',
      '<inventory>6</inventory><inventory>7</inventory>',
      [missing, 'joor.item.repeated_json'],
    ],
    [
      'a name of objects',
      '"inventory":7,"__proto__":1',
      '<inventory>7</inventory><__proto__>1</__proto__>',
      [missing, unknown],
    ],
  ])('%s', async (_, item, right, broken) => {
    const emulator = await startTestEmulator()
    expect(await replied(emulator, jsonItem(item), 'json', 'xml')).toBe(inXml(right))
    expect((await brokenRules(emulator)).toSorted()).toEqual(broken.toSorted())
    expect(await positions(emulator)).toHaveLength(1)
  })

  test('an item that is no object is shown by its text, and the other one is updated', async () => {
    const emulator = await startTestEmulator()
    const text = await replied(emulator, '{"inventory_items":[[ 1, "<" ],{"upc":"1","inventory":2}]}', 'json', 'xml')
    expect(text).toContain('<items_not_updated><inventory_item>[1,"&lt;"]</inventory_item></items_not_updated>')
    expect(text).toContain(
      '<items_updated><inventory_item><upc>1</upc><inventory>2</inventory></inventory_item></items_updated>',
    )
    expect(await positions(emulator)).toHaveLength(1)
  })
})

describe('every reply', () => {
  test.each([
    ['application/json', jsonBody, 200],
    ['application/xml', xmlBody, 200],
    ['application/json', '{', 400],
    ['application/xml', '<', 400],
  ])('in %s is compact, without charset, ETag and X-Powered-By', async (type, body, status) => {
    const emulator = await startTestEmulator()
    const reply = await supertest(emulator.url)
      .post('/v2/bulk-inventory')
      .set({ Authorization: oauth2('a-token'), 'Content-Type': type })
      .send(body)
    expect(reply.status).toBe(status)
    expect(reply.headers['content-type']).toBe(type)
    expect(reply.headers).not.toHaveProperty('etag')
    expect(reply.headers).not.toHaveProperty('x-powered-by')
    expect(reply.headers['backstock-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    expect(reply.text).not.toMatch(/\n|":\s|[}\]",]\s"|>\s</)
  })
})
