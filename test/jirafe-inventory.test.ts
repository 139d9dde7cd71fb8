import supertest from 'supertest'
import { describe, expect, it, test } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { brokenRules, lastRequest, startTestEmulator } from './emulator.js'

const event = (product_code: string, inventory_level: number, timestamp = '2015-01-23T16:35:38+0000') => ({
  timestamp,
  product_code,
  inventory_level,
})

function send(emulator: Emulator, body: object, { site = 'shop', path = '' } = {}) {
  return supertest(emulator.url)
    .post(path === '' ? `/v2/${site}/inventory` : path)
    .set('Authorization', 'Bearer a-token')
    .send(body)
}

async function levels(emulator: Emulator, site = 'shop', query = '') {
  const { body } = await supertest(emulator.url).get(`/_backstock/jirafe/sites/${site}/levels${query}`)
  return body.levels
}

/** [code, level] of every level of a site. */
async function shortLevels(emulator: Emulator, site = 'shop') {
  const all = await levels(emulator, site)
  return all.map((level: { code: string; inventory_level: number }) => [level.code, level.inventory_level])
}

const at = (iso: string) => () => new Date(iso)

describe('the first revision', () => {
  test('an event of the published schema is accepted, stored whole, and breaks no rule', async () => {
    const emulator = await startTestEmulator({ clock: at('2015-02-01T00:00:00.000Z') })
    const reply = await send(emulator, event('SKU-1', 12))
    expect(reply.status).toBe(200)
    expect(reply.body).toEqual({ success: true })
    expect(reply.headers).not.toHaveProperty('backstock-violations')
    expect(await levels(emulator)).toEqual([
      {
        code: 'SKU-1',
        revision: 'first',
        inventory_level: 12,
        timestamp: '2015-01-23T16:35:38+0000',
        effective_date: null,
        change_date: null,
        received_at: '2015-02-01T00:00:00.000Z',
        low_stock_alert: null,
        inventory_alerts: null,
      },
    ])
    const detail = await lastRequest(emulator)
    expect(detail).toMatchObject({
      vendor: 'jirafe',
      operation: 'jirafe.inventory',
      site: 'shop',
      method: 'POST',
      path: '/v2/shop/inventory',
      status: 200,
      items: { updated: 1, not_updated: 0 },
      violations: [],
      changes_total: 1,
    })
    expect(detail.changes).toMatchObject([
      {
        kind: 'level',
        key: { code: 'SKU-1', revision: 'first', effective_date: null },
        before: null,
        after: { inventory_level: 12 },
      },
    ])
  })

  test('the level is absolute: the second event replaces the first and is not added to it', async () => {
    const emulator = await startTestEmulator()
    await send(emulator, event('SKU-1', 12, '2015-01-23T16:35:38+0000'))
    await send(emulator, event('SKU-1', 5, '2015-01-24T16:35:38+0000'))
    expect(await shortLevels(emulator)).toEqual([['SKU-1', 5]])
    expect((await lastRequest(emulator)).changes).toMatchObject([
      { kind: 'level', before: { inventory_level: 12 }, after: { inventory_level: 5 } },
    ])
  })

  test('the last level received counts although its timestamp is older, which is reported', async () => {
    const emulator = await startTestEmulator()
    await send(emulator, event('SKU-1', 12, '2015-01-23T16:35:38+0000'))
    const reply = await send(emulator, event('SKU-1', 5, '2015-01-23T16:35:37+0000'))
    expect(reply.status).toBe(200)
    expect(reply.text).toBe('{\n  "success": true\n}')
    expect(reply.headers['backstock-violations']).toBe('1')
    expect(await shortLevels(emulator)).toEqual([['SKU-1', 5]])
    const detail = await lastRequest(emulator)
    expect(detail.items).toEqual({ updated: 1, not_updated: 0 })
    expect(detail.violations).toMatchObject([
      {
        rule: 'jirafe.inventory.older_timestamp',
        level: 'warn',
        at: { pointer: '/timestamp' },
        seen: '2015-01-23T16:35:37+0000',
      },
    ])
    expect(detail.violations[0].right).toContain('2015-01-23T16:35:38+0000')
  })

  it.each([
    ['of the same instant', '2015-01-23T16:35:38+0000'],
    ['of the same instant in another offset', '2015-01-23T18:35:38+02:00'],
    ['of the same instant without an offset', '2015-01-23T16:35:38'],
    ['that is later although its text sorts lower', '2015-01-23T12:00:00-05:00'],
    ['a thousandth later', '2015-01-23T16:35:38.001Z'],
  ])('a timestamp %s is not reported as older', async (_case, timestamp) => {
    const emulator = await startTestEmulator()
    await send(emulator, event('SKU-1', 12, '2015-01-23T16:35:38+0000'))
    await send(emulator, event('SKU-1', 5, timestamp))
    expect(await brokenRules(emulator)).toEqual([])
    expect(await shortLevels(emulator)).toEqual([['SKU-1', 5]])
  })

  it.each([
    ['earlier although its text sorts higher', '2015-01-23T17:00:00+02:00', ['jirafe.inventory.older_timestamp']],
    ['a thousandth earlier', '2015-01-23T16:35:37.999Z', ['jirafe.inventory.older_timestamp']],
    ['unreadable', 'yesterday', ['jirafe.event.formats', 'jirafe.inventory.older_timestamp']],
  ])('a timestamp that is %s is reported as older and counts all the same', async (_case, timestamp, rules) => {
    const emulator = await startTestEmulator()
    await send(emulator, event('SKU-1', 12, '2015-01-23T16:35:38+0000'))
    const reply = await send(emulator, event('SKU-1', 5, timestamp))
    expect(reply.status).toBe(200)
    expect(await brokenRules(emulator)).toEqual(rules)
    expect(await shortLevels(emulator)).toEqual([['SKU-1', 5]])
  })

  test('an older timestamp is measured against the stored level, and never against that of another code', async () => {
    const emulator = await startTestEmulator()
    await send(emulator, event('SKU-1', 12, '2015-01-23T16:35:38Z'))
    await send(emulator, event('SKU-2', 3, '2014-01-01T00:00:00Z'))
    expect(await brokenRules(emulator)).toEqual([])
    await send(emulator, event('SKU-1', 4, '2013-01-01T00:00:00Z'))
    expect(await brokenRules(emulator)).toEqual(['jirafe.inventory.older_timestamp'])
    await send(emulator, event('SKU-1', 6, '2013-01-02T00:00:00Z'))
    expect(await brokenRules(emulator)).toEqual([])
    expect(await shortLevels(emulator)).toEqual([
      ['SKU-1', 6],
      ['SKU-2', 3],
    ])
  })

  test('there is one level for each product code, and codes are compared letter by letter', async () => {
    const emulator = await startTestEmulator()
    for (const [index, code] of ['sku', 'SKU', ' sku', 'sku '].entries()) await send(emulator, event(code, index))
    await send(emulator, event('sku', 9))
    expect(await shortLevels(emulator)).toEqual([
      [' sku', 2],
      ['SKU', 1],
      ['sku', 9],
      ['sku ', 3],
    ])
  })

  test('sites never see the levels of each other, also with one token', async () => {
    const emulator = await startTestEmulator()
    await send(emulator, event('SKU-1', 1), { site: 'one' })
    await send(emulator, event('SKU-1', 2), { site: 'two' })
    await send(emulator, event('SKU-2', 3), { site: 'two' })
    expect(await shortLevels(emulator, 'one')).toEqual([['SKU-1', 1]])
    expect(await shortLevels(emulator, 'two')).toEqual([
      ['SKU-1', 2],
      ['SKU-2', 3],
    ])
    const { body } = await supertest(emulator.url).get('/_backstock/requests?site=one')
    expect(body.requests.map((request: { site: string }) => request.site)).toEqual(['one'])
  })

  test('zero is stored as zero', async () => {
    const emulator = await startTestEmulator()
    await send(emulator, event('SKU-1', 7))
    const reply = await send(emulator, event('SKU-1', 0))
    expect(reply.status).toBe(200)
    expect(await shortLevels(emulator)).toEqual([['SKU-1', 0]])
    expect((await lastRequest(emulator)).rules.map(({ rule }: { rule: string }) => rule)).toContain(
      'jirafe.inventory.zero',
    )
  })

  it.each([
    ['null', null, "None is not of type 'integer'"],
    ['a blank', '', "'' is not of type 'integer'"],
    ['zero as text', '0', "'0' is not of type 'integer'"],
    ['false', false, "False is not of type 'integer'"],
  ])(
    '%s is never taken for zero: it is refused and the stored level stays',
    async (_case, inventory_level, message) => {
      const emulator = await startTestEmulator()
      await send(emulator, event('SKU-1', 7))
      const reply = await send(emulator, { ...event('SKU-1', 0), inventory_level })
      expect(reply.status).toBe(400)
      expect(reply.body).toEqual({
        error_type: 'validation',
        errors: { inventory_level: message },
        success: false,
      })
      expect(await shortLevels(emulator)).toEqual([['SKU-1', 7]])
      expect(await lastRequest(emulator)).toMatchObject({
        status: 400,
        items: { updated: 0, not_updated: 1 },
        changes: [],
        changes_total: 0,
      })
      expect(await brokenRules(emulator)).toEqual(['jirafe.event.schema'])
    },
  )

  test('a missing level is refused, and no level is made of it', async () => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, { timestamp: '2015-01-23T16:35:38+0000', product_code: 'SKU-1' })
    expect(reply.status).toBe(400)
    expect(reply.body.errors).toEqual({ inventory_level: "'inventory_level' is a required property" })
    expect(await levels(emulator)).toEqual([])
  })

  test('a negative level is legal and not reported', async () => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, event('SKU-1', -1))
    expect(reply.status).toBe(200)
    expect(reply.headers).not.toHaveProperty('backstock-violations')
    expect(await shortLevels(emulator)).toEqual([['SKU-1', -1]])
  })

  test('the history of a code shows what was received, newest first', async () => {
    const emulator = await startTestEmulator()
    for (const level of [3, 1, 2]) await send(emulator, event('SKU-1', level))
    await send(emulator, event('SKU-2', 99))
    const [only, ...others] = await levels(emulator, 'shop', '?code=SKU-1&history=true')
    expect(others).toEqual([])
    expect(only.history.map((past: { inventory_level: number }) => past.inventory_level)).toEqual([2, 1, 3])
  })
})

describe('the paths and methods of an inventory event', () => {
  it.each([
    ['/v2/shop/inventory', []],
    ['/v2/shop/product.inventory', []],
    ['/v2/shop/inventory/', []],
    ['/v2/shop/product.inventory/', []],
    ['/v2/shop//inventory', ['jirafe.call.repeated_slashes']],
    ['//v2/shop/inventory', ['jirafe.call.repeated_slashes']],
    ['/v2/shop/inventory//', ['jirafe.call.repeated_slashes']],
    ['/v2/shop/inventory?a=1', ['jirafe.call.query']],
    ['/v2/shop/inventory?a=1&b=2', ['jirafe.call.query', 'jirafe.call.query']],
  ])('%s takes the event of site shop', async (path, rules) => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, event('SKU-1', 12), { path })
    expect(reply.status).toBe(200)
    expect(reply.headers['backstock-violations']).toBe(rules.length === 0 ? undefined : String(rules.length))
    expect(await brokenRules(emulator)).toEqual(rules)
    expect(await shortLevels(emulator)).toEqual([['SKU-1', 12]])
  })

  test('inventory and product.inventory are one event: they share their levels', async () => {
    const emulator = await startTestEmulator()
    await send(emulator, event('SKU-1', 1), { path: '/v2/shop/inventory' })
    await send(emulator, event('SKU-1', 2), { path: '/v2/shop/product.inventory' })
    expect(await shortLevels(emulator)).toEqual([['SKU-1', 2]])
  })

  test('PUT is taken as POST, without a report', async () => {
    const emulator = await startTestEmulator()
    const reply = await supertest(emulator.url)
      .put('/v2/shop/inventory')
      .set('Authorization', 'Bearer a-token')
      .send(event('SKU-1', 12))
    expect(reply.status).toBe(200)
    expect(reply.text).toBe('{\n  "success": true\n}')
    expect(await brokenRules(emulator)).toEqual([])
    expect(await shortLevels(emulator)).toEqual([['SKU-1', 12]])
  })

  it.each([
    ['a%20b', 'a b'],
    ['a%2Fb', 'a/b'],
    ['100%25', '100%'],
    ['a%2520b', 'a%20b'],
    ['a+b', 'a+b'],
    ['%D7%A9%D7%9C', 'של'],
    ['constructor', 'constructor'],
    ['__proto__', '__proto__'],
    ['10', '10'],
  ])('the site %s is read as %s: decoded once', async (segment, site) => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, event('SKU-1', 12), { path: `/v2/${segment}/inventory` })
    expect(reply.status).toBe(200)
    expect(await brokenRules(emulator)).toEqual([])
    const { body } = await supertest(emulator.url).get('/_backstock/jirafe/sites')
    expect(body.sites).toEqual([{ site, declared: false, levels: 1, requests: 1 }])
  })
})

describe('the Content-Type of an event is never a reason to refuse it', () => {
  it.each([
    ['application/json', []],
    ['application/json; charset=utf-8', []],
    ['Application/JSON', []],
    ['application/x-www-form-urlencoded', ['jirafe.format.content_type']],
    ['text/plain', ['jirafe.format.content_type']],
    ['application/xml', ['jirafe.format.content_type']],
    ['nonsense', ['jirafe.format.content_type']],
  ])('%s: the body is read as JSON', async (type, rules) => {
    const emulator = await startTestEmulator()
    const reply = await supertest(emulator.url)
      .post('/v2/shop/inventory')
      .set('Authorization', 'Bearer a-token')
      .set('Content-Type', type)
      .send(JSON.stringify(event('SKU-1', 12)))
    expect(reply.status).toBe(200)
    expect(reply.headers['content-type']).toBe('application/json')
    expect(await brokenRules(emulator)).toEqual(rules)
    expect(await shortLevels(emulator)).toEqual([['SKU-1', 12]])
  })

  test('without one the body is read as JSON and nothing is reported', async () => {
    const emulator = await startTestEmulator()
    const reply = await fetch(`${emulator.url}/v2/shop/inventory`, {
      method: 'POST',
      headers: { Authorization: 'Bearer a-token' },
      body: Buffer.from(JSON.stringify(event('SKU-1', 12))),
    })
    expect(reply.status).toBe(200)
    const detail = await lastRequest(emulator)
    expect(detail.request.headers).not.toHaveProperty('content-type')
    expect(detail.violations).toEqual([])
    expect(await shortLevels(emulator)).toEqual([['SKU-1', 12]])
  })
})
