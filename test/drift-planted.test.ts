import { describe, expect, it } from 'vitest'
import type { Exchange } from '../server/drift/exchange.js'
import { type Reply, startPlanted, startProxy } from './drift.js'
import { items, oauth2 } from './emulator.js'

const two = items({ warehouse: 'New York', upc: '1', inventory: 5 }, { warehouse: 'New York', upc: '2', inventory: 6 })
const few = items(
  { warehouse: 'New York', upc: '1', inventory: 'few' },
  { warehouse: 'New York', upc: '2', inventory: 6 },
)

/** What was told of one bulk call. */
async function bulkThrough(plant: (reply: Reply) => Reply, body: unknown = two): Promise<Exchange> {
  const joor = await startPlanted(plant)
  const { emulator, exchanges } = await startProxy({ joor })
  const headers = { Authorization: oauth2('a-token'), 'Content-Type': 'application/json' }
  const reply = await fetch(`${emulator.url}/v2/bulk-inventory`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  })
  const [exchange] = exchanges
  if (exchange === undefined) throw new Error('Nothing was told of the call.')
  expect(reply.headers.get('backstock-drift')).toBe(exchange.comparison.verdict)
  return exchange
}

const text = (change: (text: string) => string) => (reply: Reply) => ({ ...reply, body: change(String(reply.body)) })
const told = ({ comparison }: Exchange) =>
  comparison.differences.map(({ place, real, emulated, rules }) => [place, real, emulated, rules.map(({ id }) => id)])

describe('Of a difference in the reply of the real API', () => {
  it.each<[string, (reply: Reply) => Reply, unknown, readonly unknown[]]>([
    ['nothing is told where there is none', (reply) => reply, two, []],
    [
      'the status is told',
      (reply) => ({ ...reply, status: 202 }),
      two,
      [['status', '202', '200', expect.arrayContaining(['joor.call.check_order'])]],
    ],
    [
      'a header is told',
      ({ headers, ...reply }) => ({
        ...reply,
        headers: { ...headers, 'content-type': 'application/json; charset=utf-8' },
      }),
      two,
      [
        [
          'header.content-type',
          '"application/json; charset=utf-8"',
          '"application/json"',
          expect.arrayContaining(['joor.format.reply']),
        ],
      ],
    ],
    [
      'a header that is not there is told',
      ({ headers, ...reply }) => ({ ...reply, headers: { 'content-type': headers['content-type'] ?? '' } }),
      two,
      [
        [
          'header.x-throttling-account-id',
          undefined,
          expect.any(String),
          ['joor.rate.header', 'joor.rate.header_value'],
        ],
      ],
    ],
    [
      'a member of another value is told',
      text((body) => body.replace('"code":"0"', '"code":"2"')),
      two,
      [['/response/code', '"2"', '"0"', ['joor.reply.shape']]],
    ],
    [
      'a member of another type is told',
      text((body) => body.replace('"code":"0"', '"code":0')),
      two,
      [['/response/code', '0', '"0"', ['joor.reply.shape']]],
    ],
    [
      'a member of an item is told',
      text((body) => body.replace('"inventory":6', '"inventory":7')),
      two,
      [['/items_updated/0/1/inventory', '7', '6', expect.arrayContaining(['joor.reply.echo'])]],
    ],
    [
      'a member that is missing is told',
      text((body) => body.replace('"comment":"",', '')),
      two,
      [['/response/comment', undefined, '""', ['joor.reply.shape']]],
    ],
    [
      'a member more is told',
      text((body) => body.replace('"upc":"2",', '"upc":"2","note":"x",')),
      two,
      [['/items_updated/0/1/note', '"x"', undefined, expect.arrayContaining(['joor.reply.echo'])]],
    ],
    [
      'an item that is missing is told',
      text((body) => body.replace(',{"warehouse":"New York","upc":"2","inventory":6}', '')),
      two,
      [['/items_updated/0/1', undefined, expect.stringContaining('upc'), expect.arrayContaining(['joor.reply.echo'])]],
    ],
    [
      'items in another order are told',
      text((body) => body.replace(/(\{"ware[^}]*\}),(\{"ware[^}]*\})/, '$2,$1')),
      two,
      [['/items_updated/0', expect.any(String), expect.any(String), ['joor.reply.shape']]],
    ],
    [
      'another form of log_id is told',
      text((body) => body.replace(/"log_id":"[^"]*"/, '"log_id":"12345"')),
      two,
      [['/response/log_id', '"12345"', expect.any(String), ['joor.reply.log_id']]],
    ],
    [
      'log_id as a number is told',
      text((body) => body.replace(/"log_id":"[^"]*"/, '"log_id":12345')),
      two,
      [['/response/log_id', '12345', expect.any(String), ['joor.reply.log_id']]],
    ],
    [
      'another sentence of a refusal is told',
      text((body) => body.replace(/"comment":"[^"]*"/, '"comment":"No items."')),
      items(),
      [
        [
          '/response/comment',
          '"No items."',
          expect.any(String),
          expect.arrayContaining(['joor.body.items', 'joor.reply.refused']),
        ],
      ],
    ],
    [
      'an item that the vendor takes and we refuse is told with the rule that refuses it',
      text((body) =>
        body
          .replace('"items_updated":[[', '"items_updated":[[{"warehouse":"New York","upc":"1","inventory":"few"},')
          .replace(/"items_not_updated":\[\[.*\]\]/, '"items_not_updated":[]'),
      ),
      few,
      [
        [
          '/items_updated/0/0',
          '"item 0 is updated"',
          expect.stringContaining('item 0 is not updated: inventory: few.'),
          ['joor.inventory.integer'],
        ],
      ],
    ],
    [
      'another way to write the same is told',
      text((body) => body.replace('"inventory":6', '"inventory":6.0')),
      two,
      [
        [
          'text',
          expect.stringContaining('6.0'),
          expect.stringContaining('6'),
          expect.arrayContaining(['joor.reply.shape']),
        ],
      ],
    ],
    [
      'a body that is none of the kind is told',
      (reply) => ({ ...reply, body: '<html>Sorry</html>' }),
      two,
      [['', '"<html>Sorry</html>"', expect.any(String), ['joor.reply.shape']]],
    ],
    [
      'a failure that is more than an outage is told',
      (reply) => ({ ...reply, status: 500 }),
      two,
      [['status', '500', '200', expect.any(Array)]],
    ],
  ])('%s', async (_says, plant, body, differences) => {
    const exchange = await bulkThrough(plant, body)
    expect(told(exchange)).toEqual(differences)
    expect(exchange.comparison.verdict).toBe(differences.length === 0 ? 'same' : 'different')
  })
})

/** What was told of a call, as Jirafe or by XML. */
async function through(
  plant: (reply: Reply) => Reply,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: string,
) {
  const url = await startPlanted(plant)
  const { emulator, exchanges } = await startProxy({ joor: url, jirafe: url })
  await fetch(emulator.url + path, { method: 'POST', headers, body })
  return exchanges.flatMap(told)
}

const inXml = (plant: (reply: Reply) => Reply, ...xml: readonly string[]) =>
  through(
    plant,
    '/v2/bulk-inventory',
    { Authorization: oauth2('a-token'), 'Content-Type': 'application/xml' },
    `<inventory_items>${xml.map((fields) => `<inventory_item><warehouse>A</warehouse>${fields}</inventory_item>`).join('')}</inventory_items>`,
  )
const [one, other] = ['<upc>1</upc><inventory>5</inventory>', '<upc>2</upc><inventory>6</inventory>']

describe('Of a difference in XML', () => {
  it.each<[string, (reply: Reply) => Reply, readonly string[], readonly unknown[]]>([
    ['nothing is told where there is none', (reply) => reply, [one, other], []],
    [
      'a field is told',
      text((body) => body.replace('<upc>2</upc>', '<upc>3</upc>')),
      [one, other],
      ['/bulk_inventory/items_updated/inventory_item/1/upc', '"3"', '"2"'],
    ],
    [
      'an attribute is told',
      text((body) => body.replace('<upc>2</upc>', '<upc type="x">2</upc>')),
      [one, other],
      ['/bulk_inventory/items_updated/inventory_item/1/upc', expect.stringContaining('"@type":"x"'), '"2"'],
    ],
    [
      'the one item of a list is told',
      text((body) => body.replace('<inventory>5</inventory>', '<inventory>4</inventory>')),
      [one],
      ['/bulk_inventory/items_updated/inventory_item/0/inventory', '"4"', '"5"'],
    ],
    [
      'another root is told',
      text((body) => body.replaceAll('bulk_inventory', 'bulk')),
      [one],
      ['/bulk_inventory', undefined, expect.any(String)],
    ],
    [
      'another way to write it is told',
      text((body) => body.replace('<comment />', '<comment></comment>')),
      [one],
      ['text', expect.stringContaining('<comment></comment>'), expect.stringContaining('<comment />')],
    ],
    [
      'what is not well-formed is told',
      text((body) => body.replace('</bulk_inventory>', '')),
      [one],
      ['', expect.any(String), expect.any(String)],
    ],
  ])('%s', async (_says, plant, xml, difference) => {
    const [found = []] = await inXml(plant, ...xml)
    expect(found.slice(0, 3)).toEqual(difference)
    if (difference.length > 0) expect(found[3]).not.toEqual([])
  })
})

describe("Of a difference in Jirafe's reply", () => {
  const headers = { Authorization: 'Bearer a-token' }
  const null_ = '{"timestamp":"2015-01-23T16:35:38+0000","product_code":null,"inventory_level":5}'

  it.each<[string, string, (body: string) => string, string, readonly unknown[]]>([
    ['nothing is told where there is none', 'inventory', (body) => body, null_, []],
    [
      'another message is told with the rules of its words',
      'inventory',
      (body) => body.replace("None is not of type 'string'", 'required'),
      null_,
      [
        '/errors/product_code',
        '"required"',
        expect.any(String),
        expect.arrayContaining(['jirafe.event.schema', 'jirafe.event.messages']),
      ],
    ],
    [
      'another layout is told',
      'inventory',
      (body) => body.replaceAll(', \n', ',\n'),
      null_,
      ['text', expect.any(String), expect.any(String), expect.arrayContaining(['jirafe.reply.comma'])],
    ],
    [
      'an event of a batch is told by its place, and not with what the call broke elsewhere',
      'batch',
      (body) => body.replace('"success": true', '"success": null'),
      `{"heartbeat":[{"instance_id":"a"}],"product.inventory":[${null_}]}`,
      ['/heartbeat/0/success', 'null', expect.any(String), ['jirafe.event.schema', 'jirafe.reply.accepted']],
    ],
  ])('%s', async (_says, type, change, body, difference) => {
    const [found = []] = await through(text(change), `/v2/shop/${type}`, headers, body)
    expect(found).toEqual(difference)
  })
})
