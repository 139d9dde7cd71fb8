import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import { parseStringPromise } from 'xml2js'
import type { Reply } from '../server/operation.js'
import {
  withExtraFields,
  withLowerCaseHeaders,
  withOtherKeyOrder,
  withOtherWhiteSpace,
} from '../server/trial/reply-forms.js'
import { bulk, items, oauth2, startTestEmulator } from './emulator.js'

const reply = (body: Reply['body']): Reply => ({ status: 200, headers: { 'Content-Type': typeOf(body) }, body })
const typeOf = (body: Reply['body']) => (/^<(?!html)/.test(body.toString()) ? 'application/xml' : 'text/plain')
const textOf = ({ body }: Reply) => (typeof body === 'string' ? body : body.toString())

const joorJson =
  '{"response":{"comment":"","code":"0","log_id":"1"},"items_updated":[[{"upc":"007","inventory":1.0,"code":{"a":1,"b":2}}]],"items_not_updated":[]}'
const joorXml =
  '<?xml version="1.0"?><bulk_inventory><response><comment></comment><code>0</code></response><items_updated><inventory_item><upc>a&gt;b</upc><x/></inventory_item></items_updated><items_not_updated/></bulk_inventory>'
const jirafeBatch =
  '{\n  "product.inventory": [\n    {\n      "success": true\n    }, \n    {"error_type": "validation", "errors": {"success": "no"}, "success": false}\n  ]\n}'

/** Replies of real calls in both dialects and formats. */
async function realReplies(): Promise<readonly string[]> {
  const emulator = await startTestEmulator()
  const call = supertest(emulator.url)
  const rows = items({ warehouse: 'New York', upc: '1', inventory: 2, nested: { b: [1, {}], a: 'é"\\' } }, { upc: '2' })
  const event = { timestamp: '2015-01-23T16:35:38+0000', product_code: 'a', inventory_level: 1 }
  const replies = [
    await bulk(emulator, rows),
    await bulk(emulator, rows, { query: '?return_format=xml' }),
    await bulk(
      emulator,
      '<inventory_items><inventory_item><upc> 7 </upc><inventory>1</inventory></inventory_item></inventory_items>',
      {
        type: 'application/xml',
      },
    ),
    await bulk(emulator, 'nothing'),
    await call.put('/v2/style-number/A/B/inventory?upc=1&inventory=3').set('Authorization', oauth2('a-token')),
    await call.post('/v2/shop/inventory').set('Authorization', 'Bearer t').send(event),
    await call.post('/v2/shop/inventory').set('Authorization', 'Bearer t').send({}),
    await call
      .post('/v2/shop/batch')
      .set('Authorization', 'Bearer t')
      .send({ inventory: [event, {}] }),
  ]
  return replies.map(({ text }) => text)
}

const parsed = (text: string): Promise<unknown> =>
  text.startsWith('<') ? parseStringPromise(text, { trim: true }) : Promise.resolve(JSON.parse(text))

describe('A reply with extra fields', () => {
  it.each([
    [
      "JOOR's own objects, and not what it echoes",
      joorJson,
      '{"response":{"comment":"","code":"0","log_id":"1", "backstock_extra": "a field that nobody knows"},"items_updated":[[{"upc":"007","inventory":1.0,"code":{"a":1,"b":2}}]],"items_not_updated":[], "backstock_extra": "a field that nobody knows"}',
    ],
    [
      "Jirafe's answers, and not the batch that names their types",
      jirafeBatch,
      '{\n  "product.inventory": [\n    {\n      "success": true, "backstock_extra": "a field that nobody knows"\n    }, \n    {"error_type": "validation", "errors": {"success": "no"}, "success": false, "backstock_extra": "a field that nobody knows"}\n  ]\n}',
    ],
    [
      'the root of XML',
      joorXml,
      joorXml.replace('</bulk', '<backstock_extra>an element that nobody knows</backstock_extra></bulk'),
    ],
    ['nothing of a reply that is no object', '[]', '[]'],
    ['nothing of a page', '<html></html>', '<html></html>'],
    ['nothing of no reply', '', ''],
  ])('has them in %s', (_, body, expected) => {
    expect(textOf(withExtraFields(reply(body)))).toBe(expected)
  })
})

describe('A reply in another key order', () => {
  it('has the names of every object in reverse, with every literal as it was', () => {
    expect(textOf(withOtherKeyOrder(reply(joorJson)))).toBe(
      '{"items_not_updated":[],"items_updated":[[{"code":{"b":2,"a":1},"inventory":1.0,"upc":"007"}]],"response":{"log_id":"1","code":"0","comment":""}}',
    )
  })

  it('leaves an object alone that has a name twice, for the last counts', () => {
    const body = '{"a":{"x":1,"x":2,"y":3}}'
    expect(textOf(withOtherKeyOrder(reply(body)))).toBe(body)
  })

  it('leaves XML alone, whose order may count', () => {
    expect(withOtherKeyOrder(reply(joorXml)).body).toBe(joorXml)
  })
})

describe('A reply with other white space', () => {
  it('has a line for each member of JSON', () => {
    expect(textOf(withOtherWhiteSpace(reply('{"a":[1.0,{}],"b c":"x:y"}')))).toBe(
      '\n{\n  "a" : [\n    1.0 ,\n    { }\n  ] ,\n  "b c" : "x:y"\n}\n',
    )
  })

  it('has a line for each element of XML, and leaves what is a text', () => {
    expect(textOf(withOtherWhiteSpace(reply(joorXml)))).toBe(
      '<?xml version="1.0"?>\n<bulk_inventory>\n<response>\n<comment></comment>\n<code>0</code>\n</response>\n<items_updated>\n<inventory_item>\n<upc>a&gt;b</upc>\n<x/>\n</inventory_item>\n</items_updated>\n<items_not_updated/>\n</bulk_inventory>\n',
    )
  })
})

describe('Every form of a reply', () => {
  it('means the same to an independent reader, in both dialects and formats', async () => {
    const replies = await realReplies()
    expect(replies.filter((text) => text.startsWith('<'))).toHaveLength(2)
    for (const text of replies) {
      const meant = await parsed(text)
      for (const form of [withOtherKeyOrder, withOtherWhiteSpace])
        expect(await parsed(textOf(form(reply(text)))), `${form.name} of ${text}`).toEqual(meant)
      expect(textOf(withOtherWhiteSpace(reply(text)))).not.toBe(text)
      const extra = textOf(withExtraFields(reply(text)))
      expect(extra).not.toBe(text)
      expect(JSON.stringify(await parsed(extra)).replaceAll(/,?"backstock_extra":(?:\["[^"]*"\]|"[^"]*")/g, '')).toBe(
        JSON.stringify(meant),
      )
    }
  })

  it('leaves bytes alone, and status and headers too', () => {
    const pixel = reply(Buffer.from('GIF89a'))
    for (const form of [withExtraFields, withOtherKeyOrder, withOtherWhiteSpace]) {
      expect(form(pixel)).toBe(pixel)
      expect(form(reply(joorJson))).toMatchObject({ status: 200, headers: { 'Content-Type': 'text/plain' } })
    }
  })

  it('may have its header names in small letters, with the values as they were', () => {
    const { headers, body } = withLowerCaseHeaders({ ...reply('{}'), headers: { 'Content-Type': 'A/B', 'X-Y': 'Z' } })
    expect([headers, body]).toEqual([{ 'content-type': 'A/B', 'x-y': 'Z' }, '{}'])
  })
})
