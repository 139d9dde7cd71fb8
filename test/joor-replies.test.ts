import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import type { Committed } from '../server/journal/committed.js'
import { type MemoryOptions, MemoryStore } from '../server/state/memory.js'
import { StorageFailure } from '../server/state/store.js'
import { brokenRules, bulk, items, lastRequest, positions, startTestEmulator } from './emulator.js'

const good = { warehouse: 'NY', upc: '1', inventory: 7 }
const bad = { warehouse: 'NY', upc: '2', inventory: 'many' }
const toXml = (...all: readonly Record<string, unknown>[]) =>
  `<inventory_items>${all.map((item) => `<inventory_item>${fields(item)}</inventory_item>`).join('')}</inventory_items>`
const fields = (item: Record<string, unknown>) =>
  Object.entries(item)
    .map(([name, value]) => `<${name}>${value}</${name}>`)
    .join('')

const version4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const logIdOf = (text: string) => /[0-9a-f-]{36}/.exec(text)?.[0] ?? ''

describe('the reply of a call', () => {
  test.each([
    ['all updated', [good], '0', '[[G]]', '[]'],
    ['some updated', [good, bad, good], '0', '[[G,G]]', '[[B]]'],
    ['none updated', [bad, bad], '0', '[]', '[[B,B]]'],
  ])('in JSON, %s', async (_, sent, code, updated, notUpdated) => {
    const emulator = await startTestEmulator()
    const reply = await bulk(emulator, items(...sent))
    const logId = logIdOf(reply.text)
    const spelled = (list: string) => list.replaceAll('G', JSON.stringify(good)).replaceAll('B', JSON.stringify(bad))
    expect(reply.status).toBe(200)
    expect(reply.text).toBe(
      `{"response":{"comment":"","code":"${code}","log_id":"${logId}"},"items_updated":${spelled(updated)},"items_not_updated":${spelled(notUpdated)}}`,
    )
    const refused = sent.filter((item) => item === bad).length
    expect(reply.headers['backstock-not-updated']).toBe(
      refused === 0 ? undefined : `${refused}; see /_backstock/joor/logs/${logId}`,
    )
    expect(await positions(emulator)).toHaveLength(sent.includes(good) ? 1 : 0)
  })

  test.each([
    ['all updated', [good], '<items_updated>G</items_updated><items_not_updated />'],
    ['some updated', [good, bad, good], '<items_updated>GG</items_updated><items_not_updated>B</items_not_updated>'],
    ['none updated', [bad, bad], '<items_updated /><items_not_updated>BB</items_not_updated>'],
  ])('in XML, %s', async (_, sent, lists) => {
    const emulator = await startTestEmulator()
    const reply = await bulk(emulator, toXml(...sent), { type: 'application/xml' })
    const item = (content: object) => `<inventory_item>${fields({ ...content })}</inventory_item>`
    const spelled = lists.replaceAll('G', item(good)).replaceAll('B', item(bad))
    expect(reply.status).toBe(200)
    expect(reply.text).toBe(
      `<bulk_inventory><response><code>0</code><comment /><log_id>${logIdOf(reply.text)}</log_id></response>${spelled}</bulk_inventory>`,
    )
    expect(await positions(emulator)).toHaveLength(sent.includes(good) ? 1 : 0)
  })

  test.each([
    ['0', [good], '0'],
    ['0', [good, bad], '0'],
    ['0', [bad], '0'],
    ['1', [good], '0'],
    ['1', [good, bad], '1'],
    ['1', [bad], '1'],
  ] as const)('with partial_code=%s has a code that says so: %j is answered %s', async (partial_code, sent, code) => {
    const emulator = await startTestEmulator({ settings: { partial_code } })
    const reply = await bulk(emulator, items(...sent))
    expect(reply.status).toBe(200)
    expect(reply.body.response).toEqual({ code, comment: '', log_id: expect.stringMatching(version4) })
    const xml = await bulk(emulator, toXml(...sent), { type: 'application/xml' })
    expect(xml.text).toContain(`<code>${code}</code><comment />`)
    const partial = sent.some((item) => item === bad)
    const met = (await lastRequest(emulator)).rules.map(({ rule }: { rule: string }) => rule)
    expect(met.includes('joor.reply.partial')).toBe(partial && partial_code === '0')
    expect(met.includes('joor.reply.partial_code')).toBe(partial && partial_code === '1')
  })
})

describe('the echo of a JSON item', () => {
  const verbatim = [
    '{"warehouse":"NY","upc":"1","inventory":15.0}',
    '{"warehouse":"NY","style_id":12345678901234567890,"style_color_id":1,"size":"S","inventory":1}',
    '{"warehouse":"NY","10":1,"upc":"1","2":2,"inventory":1,"1":3}',
    '{"warehouse":"NY","__proto__":{"upc":"9"},"upc":"1","inventory":1}',
    '{"warehouse":"NY","constructor":"x","upc":"1","inventory":1,"toString":null}',
    '{"warehouse":"NY","upc":"9","upc":"1","inventory":1}',
    '{"warehouse":"NY","upc":"1","inventory":1e1}',
    '{"warehouse":"NY","upc":"1","inventory":-0}',
    '{"warehouse":"NY","upc":"\\u0031","inventory":1,"note":"\\/\\u00e9é"}',
    '{ "warehouse" : "NY" ,\n\t"upc":"1",  "inventory":1 }',
    '{"inventory":1,"upc":"1","warehouse":"NY"}',
    '{"warehouse":" NY ","upc":" 1 ","inventory":" 1 "}',
    '{"warehouse":"NY","upc":"a]}\\"b,[{","inventory":1}',
  ]

  test.each(verbatim)('is the very text that was sent: %s', async (item) => {
    const emulator = await startTestEmulator()
    const reply = await bulk(emulator, `{"inventory_items":[ ${item} ]}`)
    expect(reply.text).toContain(`"items_updated":[[${item}]],"items_not_updated":[]}`)
    expect(await positions(emulator)).toHaveLength(1)
  })

  const refusedToo = ['7', '1e400', '-0', 'null', '"a"', '[]', '[{"upc":"1"},2.0]', '{}', '{"upc":1e400,"upc":[1, 2]}']
  test.each(refusedToo)('is the very text that was sent where it is not updated: %s', async (item) => {
    const emulator = await startTestEmulator()
    const reply = await bulk(emulator, `{"inventory_items":[${item}\n]}`)
    expect(reply.text).toContain(`"items_updated":[],"items_not_updated":[[${item}]]}`)
    expect(await positions(emulator)).toEqual([])
  })

  test('keeps every item with its own outcome, in the order in which they were sent', async () => {
    const emulator = await startTestEmulator()
    const text = verbatim.flatMap((item, index) => [item, refusedToo[index] ?? '8']).join(',')
    const reply = await bulk(emulator, `{"inventory_items":[${text}]}`)
    const refused = verbatim.map((_, index) => refusedToo[index] ?? '8')
    expect(reply.text).toContain(
      `"items_updated":[[${verbatim.join(',')}]],"items_not_updated":[[${refused.join(',')}]]}`,
    )
  })
})

describe('log_id', () => {
  test('is a lower-case version-4 UUID, new for each call, refused ones too', async () => {
    const emulator = await startTestEmulator()
    const sent: readonly (readonly [string, string])[] = [
      ['application/json', JSON.stringify(items(good))],
      ['application/json', JSON.stringify(items(good))],
      ['application/json', JSON.stringify(items(bad))],
      ['application/json', '{'],
      ['application/xml', toXml(good)],
      ['application/xml', '<'],
    ]
    const ids = new Set<string>()
    for (const [type, body] of sent) {
      const { text, headers } = await bulk(emulator, body, { type })
      expect(logIdOf(text)).toMatch(version4)
      expect(headers['backstock-request-id']).not.toBe(logIdOf(text))
      ids.add(logIdOf(text))
    }
    expect(ids.size).toBe(sent.length)
  })

  test('is new for each of many calls at once', async () => {
    const emulator = await startTestEmulator()
    const replies = await Promise.all(Array.from({ length: 50 }, () => bulk(emulator, items(good))))
    expect(new Set(replies.map(({ body }) => body.response.log_id)).size).toBe(50)
  })
})

async function logOf(emulator: Emulator, logId: string) {
  return (await supertest(emulator.url).get(`/_backstock/joor/logs/${logId}`)).body
}

describe('the reasons of refused items', () => {
  test('stand in the log and the journal, and not in the reply', async () => {
    const emulator = await startTestEmulator()
    const reply = await bulk(emulator, items(good, bad, 7))
    expect(reply.text).not.toContain('integer')
    const log = await logOf(emulator, reply.body.response.log_id)
    expect(log).toMatchObject({ status: 200, items: [{ index: 0 }, { index: 1 }, { index: 2 }] })
    expect(log.items[0]).toMatchObject({ outcome: 'updated', reason: null, rule: null })
    expect(log.items[1]).toMatchObject({
      outcome: 'not_updated',
      reason: expect.stringContaining('many'),
      rule: 'joor.inventory.integer',
    })
    expect(log.items[2]).toMatchObject({ outcome: 'not_updated', rule: 'joor.item.object', position: null })
    expect(await brokenRules(emulator)).toEqual(['joor.inventory.integer', 'joor.item.object'])
  })

  test('stand in one line for the person who watches', async () => {
    const lines: string[] = []
    const emulator = await startTestEmulator({ log: (line) => lines.push(line) })
    await bulk(emulator, items(good))
    expect(lines).toEqual([])
    const { body } = await bulk(emulator, items(good, bad))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toContain('1 of 2')
    expect(lines[0]).toContain(`backstock why ${body.response.log_id}`)
  })

  test.each(['0', '1'] as const)('have the code of the reply beside them, partial_code=%s', async (partial_code) => {
    const emulator = await startTestEmulator({ settings: { partial_code } })
    const { body } = await bulk(emulator, items(good, bad))
    expect(body.response.code).toBe(partial_code)
    expect(await logOf(emulator, body.response.log_id)).toMatchObject({ code: partial_code, comment: '' })
  })
})

describe('a call that is refused whole', () => {
  test.each([
    [
      'application/json',
      '{',
      /^\{"response":\{"comment":"[^"]+","code":"1","log_id":"[0-9a-f-]{36}"\},"items_updated":\[\],"items_not_updated":\[\]\}$/,
    ],
    [
      'application/xml',
      '<',
      /^<bulk_inventory><response><code>1<\/code><comment>[^<]+<\/comment><log_id>[0-9a-f-]{36}<\/log_id><\/response><items_updated \/><items_not_updated \/><\/bulk_inventory>$/,
    ],
  ])('has the same envelope, and a log: %s', async (type, body, envelope) => {
    const emulator = await startTestEmulator()
    const reply = await bulk(emulator, body, { type })
    expect(reply.status).toBe(400)
    expect(reply.text).toMatch(envelope)
    expect(reply.headers).not.toHaveProperty('backstock-not-updated')
    const log = await logOf(emulator, logIdOf(reply.text))
    expect(log).toMatchObject({ status: 400, code: '1', items: [] })
    expect(log.comment).toMatch(/^The body is not well-formed/)
  })
})

describe('what a call sets', () => {
  test('replaces the quantity and does not add to it', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(good))
    await bulk(emulator, items(good))
    expect(await positions(emulator)).toMatchObject([{ available: 7, incoming: 7 }])
    await bulk(emulator, items({ ...good, inventory: 0 }))
    expect(await positions(emulator)).toMatchObject([{ available: 0, made_to_order: false }])
  })

  test('is the last of two items for one position, both echoed as updated', async () => {
    const emulator = await startTestEmulator()
    const other = { ...good, inventory: 8 }
    const reply = await bulk(emulator, items(good, other))
    expect(reply.body.items_updated).toEqual([[good, other]])
    expect((await lastRequest(emulator)).violations).toMatchObject([
      { rule: 'joor.inventory.same_position', level: 'warn', at: { pointer: '/inventory_items/1' } },
    ])
    expect(await positions(emulator)).toMatchObject([{ available: 8 }])
  })

  test.each(['report', 'enforce'] as const)(
    'is not doubled by an item that was refused, contract %s',
    async (contract) => {
      const emulator = await startTestEmulator({ settings: { contract } })
      const reply = await bulk(emulator, items({ ...good, inventory: 'many' }, good))
      expect(reply.body.items_updated).toEqual([[good]])
      expect(await brokenRules(emulator)).toEqual(['joor.inventory.integer'])
      expect(await positions(emulator)).toMatchObject([{ available: 7 }])
    },
  )
})

/** Memory that fails while it is told to, whenever a call would change a row. */
function failing(error: Error) {
  const fault = { on: true }
  const store = (parts: MemoryOptions<Committed>) => {
    const memory = new MemoryStore(parts)
    const call = memory.call.bind(memory)
    memory.call = (caller, needs, settle) =>
      call(caller, needs, (turn) => {
        const settled = settle(turn)
        if (fault.on && settled.changes.positions !== undefined) throw error
        return settled
      })
    return memory
  }
  return { fault, store }
}

describe('a call that cannot be served', () => {
  test.each([
    ['a fault inside', new Error('broken'), 500, undefined],
    ['a change that is not stored', new StorageFailure('The disk is full.'), 503, '1'],
  ])('has the same envelope, and changes nothing: %s', async (_, error, status, retryAfter) => {
    const lines: string[] = []
    const { fault, store } = failing(error)
    const emulator = await startTestEmulator({ store, log: (line) => lines.push(line) })
    for (const type of ['application/json', 'application/xml']) {
      const reply = await bulk(emulator, type.endsWith('json') ? items(good) : toXml(good), { type })
      expect(reply.status).toBe(status)
      expect(reply.headers['content-type']).toBe(type)
      expect(reply.headers['retry-after']).toBe(retryAfter)
      expect(reply.text).toContain(type.endsWith('json') ? '"code":"1"' : '<code>1</code>')
      expect(reply.text).toContain(
        type.endsWith('json')
          ? '"items_updated":[],"items_not_updated":[]}'
          : '<items_updated /><items_not_updated /></bulk_inventory>',
      )
      expect(logIdOf(reply.text)).toMatch(version4)
      expect(reply.text).not.toContain(error.message)
      expect(await lastRequest(emulator)).toMatchObject({ status, items: null, changes: [] })
    }
    expect(lines.filter((line) => line.includes(error.message))).toHaveLength(2)
    expect((await positions(emulator)) ?? []).toEqual([])

    fault.on = false
    expect((await bulk(emulator, items(good))).status).toBe(200)
    expect(await positions(emulator)).toHaveLength(1)
  })

  test('because there are too many accounts that nobody declared: 503, and the others are served', async () => {
    const emulator = await startTestEmulator({ anonymousLimit: 1 })
    expect((await bulk(emulator, items(good))).status).toBe(200)
    const reply = await bulk(emulator, items(good), { token: 'one-too-many' })
    expect(reply.status).toBe(503)
    expect(reply.headers['retry-after']).toBe('1')
    expect(reply.body).toMatchObject({ response: { code: '1' }, items_updated: [], items_not_updated: [] })
    expect(await positions(emulator, 'one-too-many')).toBeUndefined()
    expect((await bulk(emulator, items({ ...good, inventory: 8 }))).status).toBe(200)
    expect(await positions(emulator)).toMatchObject([{ available: 8 }])
  })
})

describe('the rules that decided a call', () => {
  const met = async (emulator: Emulator): Promise<string[]> =>
    (await lastRequest(emulator)).rules.map(({ rule }: { rule: string }) => rule)

  test.each<readonly [rule: string, sent: Record<string, unknown>, query: string]>([
    ['date.absent', good, ''],
    ['date.bucket', { ...good, inventory_date: '12-01-2014' }, ''],
    ['item.space', { ...good, upc: ' 1 ' }, ''],
    ['warehouse.default', { ...good, warehouse: 'Default' }, ''],
    ['sku.upc_wins', { ...good, size: 'S' }, ''],
    ['sku.identifier_alone', { warehouse: 'NY', style_identifier: 'A', color_code: 'C', size: 'S', inventory: 1 }, ''],
    ['sku.color_id_for_style', { warehouse: 'NY', style_color_id: 1, size: 'S', inventory: 1 }, ''],
    ['made_to_order.clears', { warehouse: 'NY', upc: '1', made_to_order: true }, ''],
    ['overwrite.warehouses', good, '?overwrite=1'],
    ['pending.deducted', good, '?dec_pending=1'],
    ['query.both', good, '?overwrite=1&dec_pending=1'],
    ['call.trailing_slash', good, '/'],
  ])('hold %s where it did, and not where it did not', async (rule, sent, query) => {
    const emulator = await startTestEmulator()
    const plain = { warehouse: 'NY', inventory_date: 'IMMEDIATE', upc: '1', inventory: 1 }
    await bulk(emulator, items(plain))
    expect(await met(emulator)).not.toContain(`joor.${rule}`)
    await bulk(emulator, items(sent), { query })
    expect(await met(emulator)).toContain(`joor.${rule}`)
    expect(await brokenRules(emulator)).toEqual([])
  })
})
