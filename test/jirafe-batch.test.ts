import supertest from 'supertest'
import { describe, expect, it, test } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { brokenRules, lastRequest, startTestEmulator } from './emulator.js'
import { cart, cost, customer, level, minimal, placed, product, remembered, send } from './jirafe-events.js'
import { processorTime } from './processor-time.js'

const batch = (emulator: Emulator, body: unknown) => send(emulator, 'batch', body)
const first = (code: string, inventory_level: unknown) => ({ ...level, product_code: code, inventory_level })
const second = (code: string, inventory_level: number, change_date: string, effective_date = '2015-09-01') => ({
  sku_code: code,
  inventory_level,
  change_date,
  effective_date,
})
const ok = { success: true }
const refused = (errors: object) => ({ error_type: 'validation', errors, success: false })
const invalidType = { error_type: 'invalid_type', success: false }

const shownLevels = async (emulator: Emulator) =>
  (await remembered(emulator, 'levels')).map(
    ({ code, revision, inventory_level }: { code: string; revision: string; inventory_level: number }) =>
      `${revision} ${code} ${inventory_level}`,
  )

describe('The reply to a batch', () => {
  it('has the keys of the batch, sorted, and one reply for each event in their order', async () => {
    const emulator = await startTestEmulator()
    const reply = await batch(emulator, {
      product: [product, { ...product, is_sku: null }, product],
      customer: [],
      cart: [{ ...cart, id: null }],
    })
    expect(reply.status).toBe(200)
    expect(reply.headers['content-type']).toBe('application/json')
    expect(reply.headers['backstock-violations']).toBe('2')
    expect(Object.keys(reply.body)).toEqual(['cart', 'customer', 'product'])
    expect(reply.body).toEqual({
      cart: [refused({ id: "None is not of type 'string'" })],
      customer: [],
      product: [ok, refused({ is_sku: "None is not of type 'boolean'" }), ok],
    })
  })

  it.each([
    ['2014-02', ', '],
    ['2013-12', ','],
  ] as const)('in the layout of %s has its commas followed by %j and the line end', async (reply_layout, comma) => {
    const emulator = await startTestEmulator({ settings: { reply_layout } })
    const { text } = await batch(emulator, { heartbeat: [{}, { version: 2 }], cart: [] })
    const lines = [
      '{',
      `  "cart": []${comma}`,
      '  "heartbeat": [',
      '    {',
      '      "success": true',
      `    }${comma}`,
      '    {',
      `      "error_type": "validation"${comma}`,
      '      "errors": {',
      `        "version": "2 is not of type 'string'"`,
      `      }${comma}`,
      '      "success": false',
      '    }',
      '  ]',
      '}',
    ]
    expect(text).toBe(lines.join('\n'))
  })

  it.each([
    ['no lists', {}, '{}'],
    ['empty lists', { order: [], 'product.inventory': [] }, '{\n  "order": [], \n  "product.inventory": []\n}'],
    ['an empty list of no type', { '': [], '\u{1f600}': [] }, '{\n  "": [], \n  "\\ud83d\\ude00": []\n}'],
  ])('with %s has no event, changes nothing and breaks no rule', async (_what, body, text) => {
    const emulator = await startTestEmulator()
    const reply = await batch(emulator, body)
    expect([reply.status, reply.text]).toEqual([200, text])
    expect(await lastRequest(emulator)).toMatchObject({
      items: { updated: 0, not_updated: 0 },
      changes_total: 0,
      violations_total: 0,
    })
    expect(await remembered(emulator, 'events')).toEqual([])
  })

  it('is 200 without a success of its own also where every event failed', async () => {
    const emulator = await startTestEmulator()
    const reply = await batch(emulator, { order: [{}, null, 5], customer: [[]] })
    expect(reply.status).toBe(200)
    expect(reply.body).toEqual({
      customer: [refused({ '': "[] is not of type 'object'" })],
      order: [
        refused({ status: "'status' is a required property" }),
        refused({ '': "None is not of type 'object'" }),
        refused({ '': "5 is not of type 'object'" }),
      ],
    })
    expect(await remembered(emulator, 'events')).toEqual([])
  })

  it('tells of each type what a single call tells', async () => {
    const emulator = await startTestEmulator()
    for (const [type, document] of minimal)
      for (const each of [document, { ...document, id: 5, status: 7, sku_code: false, version: 1 }, []]) {
        const single = await send(emulator, type, each)
        const { body } = await batch(emulator, { [type]: [each] })
        expect(body).toEqual({ [type]: [single.body] })
      }
  })
})

describe('The events of a batch', () => {
  it('are all taken, whatever their types, and remembered', async () => {
    const emulator = await startTestEmulator()
    const lists = new Map<string, unknown[]>()
    for (const [type, document] of minimal) lists.set(type, [...(lists.get(type) ?? []), document])
    const reply = await batch(emulator, Object.fromEntries(lists))
    for (const [type, documents] of lists) expect(reply.body[type]).toEqual(documents.map(() => ok))
    expect(await remembered(emulator, 'events')).toHaveLength(minimal.length)
    expect(await remembered(emulator, 'levels')).toHaveLength(2)
    expect(await remembered(emulator, 'costs')).toMatchObject([{ sku_code: 'SKU-1', year: '2015', sku_cost: 12.95 }])
    const { id, items, operation } = await lastRequest(emulator)
    expect([items, operation]).toEqual([{ updated: minimal.length, not_updated: 0 }, 'jirafe.batch'])
    const events: { request: string }[] = await remembered(emulator, 'events')
    expect(new Set(events.map(({ request }) => request))).toEqual(new Set([id]))
  })

  it('take effect in the order of the document: of one code the last counts', async () => {
    const emulator = await startTestEmulator()
    await batch(emulator, { 'product.inventory': [first('A', 1), first('B', 2), first('A', 3), first('B', 'x')] })
    expect(await shownLevels(emulator)).toEqual(['first A 3', 'first B 2'])
    const { body } = await supertest(emulator.url).get('/_backstock/jirafe/sites/shop/levels?code=A&history=true')
    expect(body.levels[0].history).toMatchObject([{ inventory_level: 3 }, { inventory_level: 1 }])
  })

  it.each([
    ['product.inventory', 'inventory', 2],
    ['inventory', 'product.inventory', 2],
  ])('under %s and %s are one row of events, each answered under its own key', async (one, other, last) => {
    const emulator = await startTestEmulator()
    const reply = await batch(emulator, { [one]: [first('A', 1), {}], [other]: [first('A', last)] })
    expect(reply.body[one]).toHaveLength(2)
    expect(reply.body[other]).toEqual([ok])
    expect(await shownLevels(emulator)).toEqual(['first A 2'])
    expect((await brokenRules(emulator)).filter((rule) => rule.includes('batch'))).toEqual([
      'jirafe.batch.inventory_alias',
    ])
    expect(await remembered(emulator, 'events')).toMatchObject([
      { type: 'inventory', event: { inventory_level: 2 } },
      { type: 'inventory', event: { inventory_level: 1 } },
    ])
  })

  it('of the second revision count by their change_date within one batch, too, and against what stood', async () => {
    const emulator = await startTestEmulator()
    await batch(emulator, { 'product.inventory': [second('A', 1, '2015-09-02T00:00:00Z')] })
    const reply = await batch(emulator, {
      'product.inventory': [
        second('A', 2, '2015-09-01T00:00:00Z'),
        second('A', 3, '2015-09-03T00:00:00Z'),
        second('A', 4, '2015-09-02T12:00:00Z'),
        second('A', 5, '2015-09-01T00:00:00Z', '2015-10-01'),
        first('A', 6),
      ],
    })
    expect(reply.body['product.inventory']).toEqual(Array(5).fill(ok))
    expect(await shownLevels(emulator)).toEqual(['first A 6', 'second A 3', 'second A 5'])
    const detail = await lastRequest(emulator)
    expect(detail.items).toEqual({ updated: 3, not_updated: 2 })
    expect(detail.violations_total).toBe(0)
    // What was stale was accepted, and so it is remembered.
    expect(await remembered(emulator, 'events')).toHaveLength(6)
  })

  it('bring costs as single calls do', async () => {
    const emulator = await startTestEmulator()
    await batch(emulator, {
      'product.cost': [
        cost,
        { ...cost, sku_cost: 13, change_date: '2015-01-01' },
        { ...cost, effective_date: '2016', sku_cost: 14 },
        { ...cost, sku_cost: '15' },
      ],
    })
    expect(await remembered(emulator, 'costs')).toMatchObject([
      { sku_code: 'SKU-1', year: '2015', sku_cost: 12.95 },
      { sku_code: 'SKU-1', year: '2016', sku_cost: 14 },
    ])
    expect((await lastRequest(emulator)).items).toEqual({ updated: 2, not_updated: 2 })
  })

  it('have an outcome each in the detail of the request', async () => {
    const emulator = await startTestEmulator()
    await batch(emulator, {
      stock: [{}],
      'product.inventory': [
        first('A', 1),
        first('B', null),
        second('C', 1, '2015-09-02'),
        second('C', 2, '2015-09-01'),
      ],
      heartbeat: [{}],
    })
    const { outcomes } = await lastRequest(emulator)
    expect(outcomes).toMatchObject([
      { index: 0, outcome: 'not_updated', rule: 'jirafe.batch.unknown_key', position: null },
      { index: 1, outcome: 'updated', reason: null, rule: null, position: { code: 'A', revision: 'first' } },
      {
        index: 2,
        outcome: 'not_updated',
        reason: "inventory_level: None is not of type 'integer'",
        rule: 'jirafe.event.schema',
        position: null,
      },
      { index: 3, outcome: 'updated', position: { code: 'C', revision: 'second', effective_date: '2015-09-01' } },
      { index: 4, outcome: 'not_updated', rule: 'jirafe.inventory.latest_change', position: { code: 'C' } },
      { index: 5, outcome: 'updated', reason: null, rule: null, position: null },
    ])
    expect(outcomes).toHaveLength(6)
  })

  it('keep their numbers exactly', async () => {
    const emulator = await startTestEmulator()
    const text = `{"product.inventory":[{"timestamp":"2015-01-23","product_code":"A","inventory_level":12345678901234567890}],"product.cost":[{"change_date":"2015-01-01","effective_date":"2015-01-01","sku_code":"A","sku_cost":12.950},{"change_date":"2015-01-01","effective_date":"2016-01-01","sku_code":"A","sku_cost":0.1234567890123456789}],"customer":[{"id":"c","create_date":"2015-01-01","change_date":"2015-01-01","cookies":{"n":9007199254740993}}]}`
    expect((await batch(emulator, text)).status).toBe(200)
    const shown = async (what: string) =>
      (await supertest(emulator.url).get(`/_backstock/jirafe/sites/shop/${what}`)).text
    expect(await shown('levels')).toContain('"inventory_level":12345678901234567890,')
    expect(await shown('costs')).toContain('"sku_cost":12.950,')
    expect(await shown('costs')).toContain('"sku_cost":0.1234567890123456789,')
    expect(await shown('events')).toContain('"n":9007199254740993}')
    expect(await shown('events')).toContain('"inventory_level":12345678901234567890}')
    expect(await brokenRules(emulator)).toEqual(['jirafe.inventory.exact'])
  })

  it('are reported at their place in the batch', async () => {
    const emulator = await startTestEmulator()
    const text = JSON.stringify({ heartbeat: [{}, { uptime: 1 }], 'product.inventory': [first('A', '5')] }, null, 1)
    await batch(emulator, text)
    const { violations } = await lastRequest(emulator)
    const lineOf = (part: string) => text.split('\n').findIndex((line) => line.includes(part)) + 1
    expect(violations.map(({ rule, at }: { rule: string; at: object }) => ({ rule, ...at }))).toEqual([
      { rule: 'jirafe.event.undeclared', pointer: '/heartbeat/1/uptime', line: lineOf('uptime'), column: 14 },
      {
        rule: 'jirafe.event.schema',
        pointer: '/product.inventory/0/inventory_level',
        line: lineOf('inventory_level'),
        column: 23,
      },
    ])
  })

  it('in a list given twice are not taken, but for the last list', async () => {
    const emulator = await startTestEmulator()
    const text = `{"product.inventory":[${JSON.stringify(first('A', 1))}],"heartbeat":[],"product.inventory":[${JSON.stringify(first('B', 2))}]}`
    const reply = await batch(emulator, text)
    expect(reply.body).toEqual({ heartbeat: [], 'product.inventory': [ok] })
    expect(await shownLevels(emulator)).toEqual(['first B 2'])
    expect(await brokenRules(emulator)).toEqual(['jirafe.batch.repeated_key'])
  })
})

describe('A key that is no event type', () => {
  it.each([
    'batch',
    'site_check',
    'tracker/visit',
    'tracker/pageview',
    'Order',
    'orders',
    '',
    '__proto__',
    'constructor',
  ])('%j answers invalid_type for each of its events, and the others count', async (key) => {
    const emulator = await startTestEmulator()
    const text = `{${JSON.stringify(key)}:[{"a":1},5],"product.inventory":[${JSON.stringify(first('A', 1))}]}`
    const reply = await batch(emulator, text)
    expect(reply.status).toBe(200)
    const answers = new Map(Object.entries(JSON.parse(reply.text)))
    expect([...answers.keys()].sort()).toEqual([key, 'product.inventory'].sort())
    expect(answers.get(key)).toEqual([invalidType, invalidType])
    expect(answers.get('product.inventory')).toEqual([ok])
    expect(await brokenRules(emulator)).toEqual(Array(2).fill('jirafe.batch.unknown_key'))
    expect((await lastRequest(emulator)).items).toEqual({ updated: 1, not_updated: 2 })
    expect(await shownLevels(emulator)).toEqual(['first A 1'])
    expect(await remembered(emulator, 'events')).toMatchObject([{ type: 'inventory' }])
    const sites = await supertest(emulator.url).get('/_backstock/jirafe/sites')
    expect(sites.body.sites).toHaveLength(1)
  })
})

describe('A batch of another shape', () => {
  it.each([
    ['a list', '[]', { '': "[] is not of type 'object'" }],
    ['a text', '"x"', { '': "'x' is not of type 'object'" }],
    ['null', 'null', { '': "None is not of type 'object'" }],
    ['a number', '1e2', { '': "100.0 is not of type 'object'" }],
    ['an object in place of a list', '{"order":{"a":1.0}}', { order: "{'a': 1.0} is not of type 'array'" }],
    ['null in place of a list', '{"cart":[],"order":null}', { order: "None is not of type 'array'" }],
    ['a text under no name', '{"":"x"}', { '': "'x' is not of type 'array'" }],
    ['a number under __proto__', '{"__proto__":5}', { ['__proto__']: "5 is not of type 'array'" }],
    [
      'two of them',
      '{"order":true,"batch":0}',
      { batch: "0 is not of type 'array'", order: "True is not of type 'array'" },
    ],
  ])('%s is refused as a whole', async (_what, text, errors) => {
    const emulator = await startTestEmulator()
    await send(emulator, 'inventory', level)
    const right = `"product.inventory":[${JSON.stringify({ ...level, inventory_level: 1 })}]`
    const body = text.startsWith('{') ? text.replace('{', `{${right},`) : text
    const reply = await batch(emulator, body)
    expect(reply.status).toBe(400)
    const told = JSON.parse(reply.text)
    expect([told.error_type, told.success]).toEqual(['validation', false])
    expect(JSON.stringify(told.errors)).toBe(JSON.stringify(errors))
    expect(await remembered(emulator, 'levels')).toMatchObject([{ inventory_level: 12 }])
    expect(await remembered(emulator, 'events')).toHaveLength(1)
    const detail = await lastRequest(emulator)
    expect(detail.changes_total).toBe(0)
    expect(detail.violations.every(({ rule }: { rule: string }) => rule === 'jirafe.batch.shape')).toBe(true)
  })

  test('is bad_json where it is no JSON', async () => {
    const emulator = await startTestEmulator()
    const reply = await batch(emulator, '{"order":[}')
    expect([reply.status, reply.body]).toEqual([400, { error_type: 'bad_json', success: false }])
  })

  it.each(['GET', 'DELETE'])('%s is answered 405', async (method) => {
    const emulator = await startTestEmulator()
    const headers = { authorization: 'Bearer a-token' }
    const reply = await fetch(`${emulator.url}/v2/shop/batch`, { method, headers })
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST, PUT'])
  })
})

describe('A contract mode', () => {
  const mixed = {
    order: [placed, { ...placed, order_date: 'soon' }],
    'product.inventory': [first('A', 1), { ...first('B', 2), colour: 'red' }, first('C', '3')],
  }
  const wrong = refused({ inventory_level: "'3' is not of type 'integer'" })

  it.each(['report', 'off'] as const)('%s lets the reported events of a batch pass', async (contract) => {
    const emulator = await startTestEmulator({ settings: { contract } })
    const reply = await batch(emulator, mixed)
    expect(reply.body).toEqual({ order: [ok, ok], 'product.inventory': [ok, ok, wrong] })
    expect(reply.headers['backstock-violations']).toBe(contract === 'off' ? undefined : '3')
    expect(await shownLevels(emulator)).toEqual(['first A 1', 'first B 2'])
  })

  it('enforce refuses each of them by itself, with the statement of its rule', async () => {
    const emulator = await startTestEmulator({ settings: { contract: 'enforce' } })
    const reply = await batch(emulator, mixed)
    expect(reply.status).toBe(200)
    expect(reply.body).toEqual({
      order: [ok, refused({ order_date: 'A date is ISO 8601; the vendor did not check it.' })],
      'product.inventory': [
        ok,
        refused({ colour: 'A document has the declared fields; others were accepted.' }),
        wrong,
      ],
    })
    expect(await shownLevels(emulator)).toEqual(['first A 1'])
    expect((await lastRequest(emulator)).items).toEqual({ updated: 2, not_updated: 3 })
    expect(await remembered(emulator, 'events')).toHaveLength(2)
  })

  it.each([
    ['inventory', 'In a batch no events stand under inventory; they are taken as those of product.inventory.'],
    ['product.inventory', undefined],
  ])('enforce refuses a batch with %s as a whole, where its name is a breach', async (key, told) => {
    const emulator = await startTestEmulator({ settings: { contract: 'enforce' } })
    const reply = await batch(emulator, { [key]: [first('A', 1)], customer: [customer] })
    expect(reply.status).toBe(told === undefined ? 200 : 400)
    if (told !== undefined) expect(reply.body).toEqual(refused({ [key]: told }))
    expect(await shownLevels(emulator)).toEqual(told === undefined ? ['first A 1'] : [])
  })
})

describe('A great batch', () => {
  const many = (count: number, event: string) => `{"heartbeat":[${Array(count).fill(event).join(',')}]}`

  it('of 100,000 events is taken, in good time; the last hundred are remembered', async () => {
    const emulator = await startTestEmulator()
    const timeOf = (count: number) =>
      processorTime(async () => {
        const reply = await batch(emulator, many(count, '{"version":"1"}'))
        expect(reply.status).toBe(200)
        expect(reply.body.heartbeat).toHaveLength(count)
      })
    await timeOf(10_000)
    const usual = await timeOf(10_000)
    // Ten times as much: by the square it would take a hundred times as long.
    expect(await timeOf(100_000)).toBeLessThan(40 * usual)
    expect((await lastRequest(emulator)).items).toEqual({ updated: 100_000, not_updated: 0 })
    expect(await remembered(emulator, 'events')).toHaveLength(100)
  }, 120_000)

  it('of one event more, in whatever lists, is answered 413 and nothing of it counts', async () => {
    const emulator = await startTestEmulator()
    const text = many(100_000, '{}').replace('{', `{"product.inventory":[${JSON.stringify(first('A', 1))}],`)
    const reply = await batch(emulator, text)
    expect(reply.status).toBe(413)
    expect(reply.body).toEqual({
      error_type: 'unknown',
      message: 'The batch has 100001 events, more than 100000. Send them in several batches.',
      success: false,
    })
    expect(await brokenRules(emulator)).toEqual(['jirafe.batch.event_limit'])
    expect(await shownLevels(emulator)).toEqual([])
    expect(await remembered(emulator, 'events')).toEqual([])
  })

  it('whose events are all wrong tells 100,000 messages beside the first of each', async () => {
    const emulator = await startTestEmulator()
    const wrong = JSON.stringify({ id: 5, code: 5, ancestors: Array(60_000).fill(5) })
    const reply = await batch(emulator, `{"product":[${wrong},${wrong},{},{}]}`)
    expect(reply.status).toBe(200)
    const counts = reply.body.product.map(({ errors }: { errors: object }) => Object.keys(errors).length)
    expect(counts).toEqual([60_006, 39_996, 1, 1])
    expect(counts.reduce((sum: number, count: number) => sum + count)).toBe(100_004)
  })

  it('whose keys all hold no list tells 100,000 messages', async () => {
    const emulator = await startTestEmulator()
    const keys = Array.from({ length: 100_001 }, (_, index) => `"k${index}":0`)
    const reply = await batch(emulator, `{${keys.join(',')}}`)
    expect(reply.status).toBe(400)
    expect(Object.keys(reply.body.errors)).toHaveLength(100_000)
  })

  it('over 10 MB is answered 413', async () => {
    const emulator = await startTestEmulator()
    const text = `{"heartbeat":[{"version":"${'x'.repeat(10 * 1024 * 1024)}"}]}`
    expect((await batch(emulator, text)).status).toBe(413)
    expect(await brokenRules(emulator)).toEqual(['jirafe.format.batch_size'])
  })
})
