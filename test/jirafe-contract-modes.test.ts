import supertest from 'supertest'
import { describe, expect, it, test } from 'vitest'
import { jirafe } from '../contracts/rules/jirafe.js'
import type { Emulator } from '../server/emulator.js'
import { brokenRules, lastRequest, startTestEmulator } from './emulator.js'

type Contract = 'report' | 'enforce' | 'off'

const event = { timestamp: '2015-01-23T16:35:38+0000', product_code: 'SKU-1', inventory_level: 12 }
const right = JSON.stringify(event)
const secondEvent = { change_date: '2015-09-01', effective_date: '2015-09-01', sku_code: 'S', inventory_level: 1 }

interface Call {
  readonly path?: string
  readonly type?: string
  readonly body?: string
  readonly headers?: Readonly<Record<string, string>>
}

function send(emulator: Emulator, call: Call = {}) {
  return supertest(emulator.url)
    .post(call.path ?? '/v2/shop/inventory')
    .set({ Authorization: 'Bearer a-token', 'Content-Type': call.type ?? 'application/json', ...call.headers })
    .send(call.body ?? right)
}

async function levels(emulator: Emulator) {
  const { body } = await supertest(emulator.url).get('/_backstock/jirafe/sites/shop/levels')
  return body.levels ?? []
}

const start = (contract: Contract) => startTestEmulator({ settings: { contract } })

type RuleName = keyof typeof jirafe

/** A reported breach of an event: what is sent, the rule it breaks, and the path under which `enforce` tells it. */
const itemBreaches: [name: string, body: string, rule: RuleName, path: string][] = [
  ['a date that is none', right.replace('2015-01-23T16:35:38+0000', 'yesterday'), 'event.formats', 'timestamp'],
  [
    'the recorded date that is none',
    right.replace('2015-01-23T16:35:38+0000', '2013-07-30T19 =>19 =>05Z'),
    'event.formats',
    'timestamp',
  ],
  ['an empty date', right.replace('2015-01-23T16:35:38+0000', ''), 'event.formats', 'timestamp'],
  ['a day that does not exist', right.replace('2015-01-23', '2015-02-29'), 'event.formats', 'timestamp'],
  [
    'an effective date that is none',
    JSON.stringify({ ...secondEvent, effective_date: '1/9/2015' }),
    'event.formats',
    'effective_date',
  ],
  ['a change date that is none', JSON.stringify({ ...secondEvent, change_date: 'x' }), 'event.formats', 'change_date'],
  ['an undeclared field', JSON.stringify({ ...event, warehouse: 'north' }), 'event.undeclared', 'warehouse'],
  ['a field in another case', JSON.stringify({ ...event, Timestamp: 'x' }), 'event.undeclared', 'Timestamp'],
  [
    'a field of the first in the second',
    JSON.stringify({ ...secondEvent, timestamp: 'x' }),
    'event.undeclared',
    'timestamp',
  ],
  ['a name given twice', right.replace('{', '{"product_code":"old",'), 'event.repeated', 'product_code'],
  ['a level beyond 2^53', right.replace('12', '9007199254740993'), 'inventory.exact', 'inventory_level'],
]

const callBreaches: [name: string, call: Call, rule: RuleName, path: string][] = [
  ['a wrong Content-Type', { type: 'text/plain' }, 'format.content_type', 'header.content-type'],
  ['repeated slashes', { path: '//v2//shop/inventory' }, 'call.repeated_slashes', 'path'],
  ['a query', { path: '/v2/shop/inventory?debug=1' }, 'call.query', 'query.debug'],
  ['a byte order mark', { body: `\ufeff${right}` }, 'format.bom', ''],
]

describe('a reported breach inside an event', () => {
  it.each(itemBreaches)('report: %s is accepted, counted and shown', async (_case, body, rule, path) => {
    const emulator = await start('report')
    const reply = await send(emulator, { body })
    expect(reply.status).toBe(200)
    expect(reply.text).toBe('{\n  "success": true\n}')
    expect(reply.headers['backstock-violations']).toBe('1')
    expect(await levels(emulator)).toHaveLength(1)
    const detail = await lastRequest(emulator)
    expect(detail).toMatchObject({ items: { updated: 1, not_updated: 0 }, changes_total: 1 })
    expect(detail.violations).toMatchObject([
      { rule: `jirafe.${rule}`, statement: jirafe[rule].says, level: 'warn', at: { pointer: `/${path}` } },
    ])
  })

  it.each(itemBreaches)(
    'enforce: %s refuses it, with the statement under its path',
    async (_case, body, rule, path) => {
      const emulator = await start('enforce')
      const reply = await send(emulator, { body })
      expect(reply.status).toBe(400)
      expect(reply.body).toEqual({
        error_type: 'validation',
        errors: { [path]: jirafe[rule].says },
        success: false,
      })
      expect(reply.headers['backstock-violations']).toBe('1')
      expect(await levels(emulator)).toEqual([])
      expect(await lastRequest(emulator)).toMatchObject({
        items: { updated: 0, not_updated: 1 },
        changes: [],
        changes_total: 0,
      })
      expect(await brokenRules(emulator)).toEqual([`jirafe.${rule}`])
    },
  )

  it.each(itemBreaches)('off: %s is accepted and not judged', async (_case, body) => {
    const [off, report] = [await start('off'), await start('report')]
    const reply = await send(off, { body })
    const reported = await send(report, { body })
    expect(reply.status).toBe(200)
    expect(reply.text).toBe(reported.text)
    expect(reply.headers).not.toHaveProperty('backstock-violations')
    expect(await lastRequest(off)).toMatchObject({ violations: [], rules: [] })
    const withoutInstant = (all: object[]) => all.map((level) => ({ ...level, received_at: '' }))
    expect(withoutInstant(await levels(off))).toEqual(withoutInstant(await levels(report)))
  })

  test('an older timestamp is refused under enforce, and the stored level stays', async () => {
    const emulator = await start('enforce')
    await send(emulator)
    const body = JSON.stringify({ ...event, inventory_level: 5, timestamp: '2015-01-22T00:00:00Z' })
    const reply = await send(emulator, { body })
    expect(reply.status).toBe(400)
    expect(reply.body.errors).toEqual({ timestamp: jirafe['inventory.older_timestamp'].says })
    expect(await levels(emulator)).toMatchObject([{ inventory_level: 12 }])
  })

  test('a stale event of the second revision is no breach: enforce answers it 200', async () => {
    const emulator = await start('enforce')
    await send(emulator, { body: JSON.stringify(secondEvent) })
    const reply = await send(emulator, { body: JSON.stringify({ ...secondEvent, change_date: '2015-08-01' }) })
    expect(reply.status).toBe(200)
    expect(reply.headers).not.toHaveProperty('backstock-violations')
    expect(await brokenRules(emulator)).toEqual([])
  })

  test('under enforce a message of the schema is told before a statement about the same field', async () => {
    const emulator = await start('enforce')
    const body = '{"timestamp": "yesterday", "product_code": 1, "inventory_level": 1, "more": true}'
    const reply = await send(emulator, { body })
    expect(reply.body.errors).toEqual({
      more: jirafe['event.undeclared'].says,
      product_code: "1 is not of type 'string'",
      timestamp: jirafe['event.formats'].says,
    })
    expect(reply.headers['backstock-violations']).toBe('3')
  })
})

describe('a reported breach of the call', () => {
  it.each(callBreaches)('report: %s is taken, counted and shown', async (_case, call, rule) => {
    const emulator = await start('report')
    const reply = await send(emulator, call)
    expect(reply.status).toBe(200)
    expect(reply.headers['backstock-violations']).toBe('1')
    expect(await brokenRules(emulator)).toEqual([`jirafe.${rule}`])
    expect(await levels(emulator)).toMatchObject([{ inventory_level: 12 }])
  })

  it.each(callBreaches)('enforce: %s refuses the call and nothing is applied', async (_case, call, rule, path) => {
    const emulator = await start('enforce')
    const reply = await send(emulator, call)
    expect(reply.status).toBe(400)
    expect(reply.body).toEqual({
      error_type: 'validation',
      errors: { [path]: jirafe[rule].says },
      success: false,
    })
    expect(reply.headers['backstock-violations']).toBe('1')
    expect(await levels(emulator)).toEqual([])
    expect(await lastRequest(emulator)).toMatchObject({ status: 400, changes: [], changes_total: 0 })
  })

  it.each(callBreaches)('off: %s is taken and not judged', async (_case, call) => {
    const emulator = await start('off')
    const reply = await send(emulator, call)
    expect(reply.status).toBe(200)
    expect(reply.text).toBe('{\n  "success": true\n}')
    expect(reply.headers).not.toHaveProperty('backstock-violations')
    expect(await lastRequest(emulator)).toMatchObject({ violations: [], rules: [] })
    expect(await levels(emulator)).toMatchObject([{ inventory_level: 12 }])
  })

  test('several breaches of one call are told together', async () => {
    const emulator = await start('enforce')
    const reply = await send(emulator, { path: '/v2//shop/inventory?a=1&b=2', type: 'text/plain' })
    expect(Object.keys(reply.body.errors)).toEqual(['header.content-type', 'path', 'query.a', 'query.b'])
    expect(reply.headers['backstock-violations']).toBe('4')
  })
})

describe('what is refused in every mode', () => {
  it.each<[string, Call & { site?: string }, number, string]>([
    ['a broken schema', { body: '{}' }, 400, 'validation'],
    ['no JSON', { body: '{' }, 400, 'bad_json'],
    ['an unknown type', { path: '/v2/shop/nonsense' }, 400, 'invalid_type'],
    ['a malformed token', { headers: { Authorization: 'Bearer' } }, 403, 'invalid_token'],
    ['an unknown coding', { headers: { 'Content-Encoding': 'zstd' } }, 415, 'unknown'],
    ['a float for the level', { body: right.replace('12', '12.0') }, 400, 'validation'],
  ])('%s', async (_case, call, status, type) => {
    const texts = new Set<string>()
    for (const contract of ['report', 'enforce', 'off'] as const) {
      const emulator = await start(contract)
      const reply = await send(emulator, call)
      expect(reply.status).toBe(status)
      expect(reply.body).toMatchObject({ error_type: type, success: false })
      expect(reply.headers['backstock-violations'] === undefined).toBe(contract === 'off')
      expect(await levels(emulator)).toEqual([])
      texts.add(reply.text)
    }
    expect(texts.size).toBe(1)
  })

  test('the vendor’s own examples break nothing in any mode', async () => {
    for (const contract of ['report', 'enforce', 'off'] as const) {
      const emulator = await start(contract)
      for (const body of [event, { ...secondEvent, inventory_level: -1, change_date: '2015-01-23T16:35:38+0000' }]) {
        const reply = await send(emulator, { body: JSON.stringify(body) })
        expect(reply.status).toBe(200)
        expect(reply.headers).not.toHaveProperty('backstock-violations')
      }
      expect(await levels(emulator)).toHaveLength(2)
    }
  })
})

describe('what is accepted as a date', () => {
  it.each([
    '2015-01-23T16:35:38+0000',
    '2015-01-23T16:35:38Z',
    '2015-01-23T16:35:38+00:00',
    '2015-01-23T16:35:38-05',
    '2015-01-23T16:35:38',
    '2015-01-23T16:35:38.123456789Z',
    '2015-01-23T16:35:38,5Z',
    '2015-01-23T16:35Z',
    '20150123T163538Z',
    '2015-01-23',
    '20150123',
    '2016-02-29T00:00:00Z',
    '2016-12-31T23:59:60Z',
  ])('%s is ISO 8601 and not reported', async (timestamp) => {
    const emulator = await start('report')
    await send(emulator, { body: JSON.stringify({ ...event, timestamp }) })
    expect(await brokenRules(emulator)).toEqual([])
    expect(await levels(emulator)).toMatchObject([{ timestamp }])
  })

  it.each([
    '2015-01-23 16:35:38Z',
    '2015-01-23T16:35:38 Z',
    '2015-01-23T25:00:00Z',
    '2015-01-23T16:60:00Z',
    '2015-13-01T00:00:00Z',
    '2015-00-10',
    '2015-1-23',
    '2015-01-2316:35:38Z',
    '2015-01-23T1635:38Z',
    '201501-23',
    '01/23/2015',
    '1422030938',
    'Fri, 23 Jan 2015 16:35:38 GMT',
    '2015-01-23T16:35:38Z ',
    ' 2015-01-23T16:35:38Z',
    '2015-01-23T16:35:38Z\n',
    '٢٠١٥-٠١-٢٣',
    'IMMEDIATE',
  ])('%j is none: accepted, reported, stored as sent', async (timestamp) => {
    const emulator = await start('report')
    const reply = await send(emulator, { body: JSON.stringify({ ...event, timestamp }) })
    expect(reply.status).toBe(200)
    expect(await brokenRules(emulator)).toEqual(['jirafe.event.formats'])
    expect(await levels(emulator)).toMatchObject([{ timestamp, inventory_level: 12 }])
  })
})
