import { createHash } from 'node:crypto'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { bulk, items, oauth2, positions, startTestEmulator } from './emulator.js'

const control = (emulator: Emulator) => supertest(emulator.url)
const put = (emulator: Emulator, name: string, body: unknown) =>
  control(emulator)
    .put(`/_backstock/joor/accounts/${encodeURIComponent(name)}`)
    .set('Content-Type', 'application/json')
    .send(JSON.stringify(body))
const get = (emulator: Emulator, name: string) =>
  control(emulator).get(`/_backstock/joor/accounts/${encodeURIComponent(name)}`)
const list = async (emulator: Emulator) => (await control(emulator).get('/_backstock/joor/accounts')).body.accounts
const row = (upc: string, inventory: number) => ({ warehouse: 'New York', upc, inventory })
const anonymousName = (token: string) => `token-${createHash('sha256').update(token).digest('hex').slice(0, 8)}`
const problem = expect.stringContaining('application/problem+json')

const styles = [
  {
    style_number: 'N1',
    style_identifier: 'I1',
    style_id: 7,
    colors: [
      { color_code: 'RED', style_color_id: 8, sizes: [{ size: 'S', size_code: 'S1', upc: '0123' }, { size: 'M' }] },
    ],
  },
]

describe('PUT of an account', () => {
  it('makes it with 201 and replaces it with 200; the body is what GET shows', async () => {
    const emulator = await startTestEmulator()
    const document = {
      token: 'a-token',
      warehouses: ['New York'],
      styles,
      pending: [{ upc: '0123', warehouse: 'New York', inventory_date: '12-31-2026', quantity: 2 }],
      positions: [row('0123', 5)],
      settings: { partial_code: 1, pending_floor: 'zero' },
    }
    const made = await put(emulator, 'brand', document)
    expect(made.status).toBe(201)
    expect(made.body).toEqual({
      account: 'brand',
      declared: true,
      positions: 1,
      requests: 0,
      warehouses: ['New York'],
      styles,
      pending: [{ warehouse: 'New York', inventory_date: '2026-12-31', upc: '0123', quantity: 2 }],
      settings: { partial_code: '1', pending_floor: 'zero' },
    })
    expect((await get(emulator, 'brand')).body).toEqual(made.body)
    expect(JSON.stringify(made.body)).not.toContain('a-token')

    const replaced = await put(emulator, 'brand', { token: 'a-token' })
    expect(replaced.status).toBe(200)
    expect(replaced.body).toEqual({
      account: 'brand',
      declared: true,
      positions: 0,
      requests: 0,
      warehouses: null,
      styles: null,
      pending: [],
      settings: {},
    })
    expect((await get(emulator, 'brand')).body).toEqual(replaced.body)
    expect(await positions(emulator)).toEqual([])
  })

  it('makes a token where none is given, and shows it in that reply only', async () => {
    const emulator = await startTestEmulator({
      ids: (() => {
        let n = 0
        return () => `made-${++n}`
      })(),
    })
    const { status, body } = await put(emulator, 'brand', {})
    expect(status).toBe(201)
    expect(body.token).toBe('made-1')
    for (const path of ['joor/accounts/brand', 'joor/accounts', 'requests', 'joor/accounts/brand/positions'])
      expect((await control(emulator).get(`/_backstock/${path}`)).text).not.toContain('made-1')
    const whose = await control(emulator).get('/_backstock/joor/account').set('Authorization', oauth2('made-1'))
    expect(whose.body).toEqual({ account: 'brand', declared: true })
  })

  it('gives a new token with every PUT that names none: the old one no longer opens it', async () => {
    const emulator = await startTestEmulator()
    await put(emulator, 'brand', { token: 'a-token' })
    const { body } = await put(emulator, 'brand', {})
    expect(body.token).toEqual(expect.any(String))
    const old = await control(emulator).get('/_backstock/joor/account').set('Authorization', oauth2('a-token'))
    expect(old.status).toBe(404)
    await bulk(emulator, items(row('1', 1)), { token: body.token })
    expect((await get(emulator, 'brand')).body.positions).toBe(1)
  })

  it('tells no list (absent or null) from a list that knows nothing', async () => {
    const emulator = await startTestEmulator()
    await put(emulator, 'brand', { token: 'a-token', warehouses: null })
    expect((await bulk(emulator, items(row('1', 1)))).body.items_not_updated).toEqual([])
    await put(emulator, 'brand', { token: 'a-token', warehouses: [] })
    expect((await bulk(emulator, items(row('1', 1)))).body.items_not_updated).toHaveLength(1)
    await put(emulator, 'brand', { token: 'a-token', styles: [] })
    expect((await bulk(emulator, items(row('1', 1)))).body.items_not_updated).toHaveLength(1)
    expect(await positions(emulator)).toEqual([])
  })

  it('answers 409 where another declared account has the token, and changes neither', async () => {
    const emulator = await startTestEmulator()
    await put(emulator, 'brand', { token: 'a-token', positions: [row('1', 3)] })
    await put(emulator, 'rival', { token: 'another', warehouses: ['New York'] })
    const before = await list(emulator)
    for (const name of ['rival', 'third']) {
      const { status, headers, body } = await put(emulator, name, { token: 'a-token' })
      expect(status).toBe(409)
      expect(headers['content-type']).toEqual(problem)
      expect(body.detail).toContain('account brand')
      expect(body.detail).not.toContain('a-token')
    }
    expect(await list(emulator)).toEqual(before)
    expect((await get(emulator, 'rival')).body.warehouses).toEqual(['New York'])
    expect(await positions(emulator)).toMatchObject([{ available: 3 }])
  })

  it('gives an account first seen anonymously the new name and the state given; its journal follows', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(row('1', 1), row('2', 2)))
    const old = anonymousName('a-token')
    expect(await list(emulator)).toEqual([{ account: old, declared: false, positions: 2, requests: 1 }])
    const { status, body } = await put(emulator, 'brand', { token: 'a-token', positions: [row('9', 9)] })
    expect(status).toBe(201)
    expect(body).toMatchObject({ account: 'brand', positions: 1, requests: 1 })
    expect(await list(emulator)).toEqual([{ account: 'brand', declared: true, positions: 1, requests: 1 }])
    expect((await get(emulator, old)).status).toBe(404)
    const followed = await control(emulator).get('/_backstock/requests?account=brand')
    expect(followed.body.requests).toMatchObject([{ account: 'brand', method: 'POST' }])
    expect((await control(emulator).get(`/_backstock/requests?account=${old}`)).body.requests).toEqual([])
    expect((await positions(emulator)).map(({ sku }: { sku: object }) => sku)).toEqual([{ upc: '9' }])
  })

  it('refuses the names of accounts that nobody declared', async () => {
    const emulator = await startTestEmulator()
    const { status, headers, body } = await put(emulator, 'token-0123abcd', { token: 'a-token' })
    expect(status).toBe(400)
    expect(headers['content-type']).toEqual(problem)
    expect(body.detail).toContain('token-0123abcd')
    expect(await list(emulator)).toEqual([])
    expect((await put(emulator, 'token-brand', { token: 'a-token' })).status).toBe(201)
  })

  it.each(['__proto__', 'constructor', '10', 'a b', 'ä/ö', '\u{1f600}', '\u202eabc', 'x'.repeat(2_000)])(
    'takes the name %j as any other',
    async (name) => {
      const emulator = await startTestEmulator()
      expect((await put(emulator, name, { token: 'a-token' })).status).toBe(201)
      expect((await get(emulator, name)).body.account).toBe(name)
      await bulk(emulator, items(row('1', 1)))
      expect(await list(emulator)).toEqual([{ account: name, declared: true, positions: 1, requests: 1 }])
      const { body } = await control(emulator).get(`/_backstock/requests?account=${encodeURIComponent(name)}`)
      expect(body.requests).toHaveLength(1)
      expect((await control(emulator).delete(`/_backstock/joor/accounts/${encodeURIComponent(name)}`)).status).toBe(204)
      expect(await list(emulator)).toEqual([])
    },
  )

  it.each([
    ['an unknown field, with a hint', { warehouse: ['x'] }, ['warehouse', 'did you mean "warehouses"']],
    ['an unknown setting', { settings: { overwrite_scop: 'account' } }, ['overwrite_scop', 'overwrite_scope']],
    ['an unknown value of a setting', { settings: { auth: 'none' } }, ['settings.auth', 'open or enforce', '"none"']],
    ['a setting of the other vendor', { settings: { reply_layout: '2014-02' } }, ['reply_layout']],
    ['an unknown field deep inside', { styles: [{ ...styles[0], colour: 1 }] }, ['styles[0].colour', 'colors']],
    ['a list that is none', { warehouses: 'New York' }, ['warehouses', 'a list']],
    ['an empty token', { token: '' }, ['token']],
    ['a position that means nothing', { positions: [row('1', 1), { inventory: 3 }] }, ['positions[1]']],
    ['a position of an unknown warehouse', { warehouses: [], positions: [row('1', 1)] }, ['positions[0]']],
    ['a position without a quantity', { positions: [{ upc: '1' }] }, ['positions[0]']],
    ['a pending row that means nothing', { pending: [{ quantity: 1 }] }, ['pending[0]']],
    ['a pending row without a quantity', { pending: [{ upc: '1' }] }, ['quantity']],
    ['a negative pending quantity', { pending: [{ upc: '1', quantity: -1 }] }, ['pending[0].quantity']],
    ['a document that is none', [], ['an object']],
    ['null', null, ['an object']],
  ])('refuses %s by name, and makes nothing', async (_what, document, told) => {
    const emulator = await startTestEmulator()
    const { status, headers, body } = await put(emulator, 'brand', document)
    expect(status).toBe(400)
    expect(headers['content-type']).toEqual(problem)
    expect(body).toMatchObject({ type: 'about:blank', status: 400, title: 'Bad request' })
    for (const part of told) expect(body.detail).toContain(part)
    expect(await list(emulator)).toEqual([])
  })

  it.each([
    ['no body', undefined],
    ['no JSON', '{"token":'],
    ['invalid UTF-8 names aside, a bare word', 'token'],
  ])('refuses %s, and leaves the account as it was', async (_what, text) => {
    const emulator = await startTestEmulator()
    await put(emulator, 'brand', { token: 'a-token', positions: [row('1', 1)] })
    const request = control(emulator).put('/_backstock/joor/accounts/brand').set('Content-Type', 'application/json')
    const { status, headers } = await (text === undefined ? request : request.send(text))
    expect(status).toBe(400)
    expect(headers['content-type']).toEqual(problem)
    expect(await positions(emulator)).toHaveLength(1)
  })

  it('refuses a position nested without end as it refuses any other', async () => {
    const emulator = await startTestEmulator()
    const deep = `${'['.repeat(100)}${']'.repeat(100)}`
    const { status } = await control(emulator)
      .put('/_backstock/joor/accounts/brand')
      .set('Content-Type', 'application/json')
      .send(`{"positions":[{"upc":"1","inventory":1,"more":${deep}}]}`)
    expect(status).toBe(400)
    expect(await list(emulator)).toEqual([])
  })
})

describe('An account', () => {
  it('that is not there answers 404 to every method', async () => {
    const emulator = await startTestEmulator()
    const path = '/_backstock/joor/accounts/nobody'
    for (const reply of [
      await control(emulator).get(path),
      await control(emulator).delete(path),
      await control(emulator).get(`${path}/positions`),
      await control(emulator).put(`${path}/pending`).send([]),
    ]) {
      expect(reply.status).toBe(404)
      expect(reply.headers['content-type']).toEqual(problem)
      expect(reply.body.detail).toContain('nobody')
    }
    expect(await list(emulator)).toEqual([])
  })

  it('is deleted with 204 and no body, once', async () => {
    const emulator = await startTestEmulator()
    await put(emulator, 'brand', { token: 'a-token', positions: [row('1', 1)] })
    const { status, text } = await control(emulator).delete('/_backstock/joor/accounts/brand')
    expect([status, text]).toEqual([204, ''])
    expect((await control(emulator).delete('/_backstock/joor/accounts/brand')).status).toBe(404)
    await bulk(emulator, items(row('2', 2)))
    expect(await list(emulator)).toMatchObject([{ account: anonymousName('a-token'), positions: 1 }])
  })

  it('leaves nothing armed or set for the next one of its name', async () => {
    const emulator = await startTestEmulator()
    await put(emulator, 'brand', { token: 'a-token' })
    await control(emulator)
      .put('/_backstock/faults?account=brand')
      .send([{ fault: { kind: 'reset' } }])
    await control(emulator).put('/_backstock/clock?account=brand').send({ freeze: '2031-01-01T00:00:00Z' })
    await control(emulator).put('/_backstock/ids?account=brand').send({ seed: 7 })
    await control(emulator)
      .put('/_backstock/faults?account=other')
      .send([{ fault: { kind: 'reset' } }])
    await control(emulator).delete('/_backstock/joor/accounts/brand')
    await put(emulator, 'brand', { token: 'a-token' })
    for (const [path, told] of [
      ['faults', { faults: [] }],
      ['clock', { frozen: false, set_for: null }],
      ['ids', { seed: null, set_for: null }],
    ] as const)
      expect((await control(emulator).get(`/_backstock/${path}?account=brand`)).body).toMatchObject(told)
    expect((await control(emulator).get('/_backstock/faults?account=other')).body.faults).toHaveLength(1)
  })

  it('of a token that nobody declared is made by its first call, and not by asking', async () => {
    const emulator = await startTestEmulator()
    const ask = () => control(emulator).get('/_backstock/joor/account').set('Authorization', oauth2('a-token'))
    const before = await ask()
    expect(before.status).toBe(404)
    expect(before.headers['content-type']).toEqual(problem)
    expect(before.body.detail).toContain(anonymousName('a-token'))
    expect(await list(emulator)).toEqual([])
    await bulk(emulator, items(row('1', 1)))
    expect((await ask()).body).toEqual({ account: anonymousName('a-token'), declared: false })
  })

  it.each([
    ['no Authorization', undefined],
    ['another scheme', 'Basic YTpi'],
    ['no Base64', 'OAuth2 ***'],
  ])('is not told to who sends %s', async (_what, authorization) => {
    const emulator = await startTestEmulator()
    const request = control(emulator).get('/_backstock/joor/account')
    const { status, headers } = await (authorization ? request.set('Authorization', authorization) : request)
    expect(status).toBe(400)
    expect(headers['content-type']).toEqual(problem)
  })

  it('takes its pending list by itself, and leaves the rest', async () => {
    const emulator = await startTestEmulator()
    await put(emulator, 'brand', { token: 'a-token', positions: [row('1', 3)], warehouses: ['New York'] })
    const pending = [
      { ...row('1', 0), quantity: 4, inventory: undefined },
      { ...row('1', 0), quantity: 2, inventory: undefined },
    ]
    const { status, body } = await control(emulator).put('/_backstock/joor/accounts/brand/pending').send(pending)
    expect(status).toBe(200)
    expect(body.pending).toEqual([
      { warehouse: 'New York', inventory_date: 'IMMEDIATE', upc: '1', quantity: 4 },
      { warehouse: 'New York', inventory_date: 'IMMEDIATE', upc: '1', quantity: 2 },
    ])
    expect((await get(emulator, 'brand')).body).toMatchObject({
      pending: body.pending,
      warehouses: ['New York'],
      positions: 1,
    })
    await bulk(emulator, items(row('1', 10)), { query: '?dec_pending=1' })
    expect(await positions(emulator)).toMatchObject([{ available: 4, incoming: 10, pending_deducted: 6 }])
    await bulk(emulator, items(row('1', 10)), { query: '?dec_pending=1' })
    expect(await positions(emulator)).toMatchObject([{ available: 4 }])
  })

  it.each([
    ['no list', {}],
    ['null', null],
    ['an unknown field', [{ upc: '1', quantity: 1, qty: 1 }]],
    ['an unknown warehouse', [{ upc: '1', warehouse: 'Nowhere', quantity: 1 }]],
    ['no SKU', [{ warehouse: 'New York', quantity: 1 }]],
    ['no body', undefined],
  ])('keeps its pending list where %s is sent', async (_what, document) => {
    const emulator = await startTestEmulator()
    await put(emulator, 'brand', {
      token: 'a-token',
      warehouses: ['New York'],
      pending: [{ upc: '1', warehouse: 'New York', quantity: 4 }],
    })
    const request = control(emulator)
      .put('/_backstock/joor/accounts/brand/pending')
      .set('Content-Type', 'application/json')
    const { status, headers } = await (document === undefined ? request : request.send(JSON.stringify(document)))
    expect(status).toBe(400)
    expect(headers['content-type']).toEqual(problem)
    expect((await get(emulator, 'brand')).body.pending).toMatchObject([{ quantity: 4 }])
  })
})

describe('Anonymous accounts and sites', () => {
  it('are bounded: a clear 503 beyond, in the vendor’s words, and those there are go on', async () => {
    const emulator = await startTestEmulator({ anonymousLimit: 1 })
    await bulk(emulator, items(row('1', 1)))
    const joor = await bulk(emulator, items(row('1', 1)), { token: 'another' })
    expect(joor.status).toBe(503)
    expect(joor.body).toMatchObject({
      response: { code: '1', comment: expect.stringContaining('anonymous_limit') },
      items_updated: [],
      items_not_updated: [],
    })
    const jirafe = await control(emulator)
      .post('/v2/shop/inventory')
      .set('Authorization', 'Bearer t')
      .send({ timestamp: '2015-01-23T16:35:38+0000', product_code: 'a', inventory_level: 1 })
    expect(jirafe.status).toBe(503)
    expect(jirafe.body).toMatchObject({ error_type: 'unknown', message: expect.stringContaining('anonymous_limit') })
    expect(await list(emulator)).toHaveLength(1)
    expect((await control(emulator).get('/_backstock/jirafe/sites')).body.sites).toEqual([])
    const { body } = await control(emulator).get('/_backstock/requests')
    expect(body.requests.map(({ account, site }: { account?: string; site?: string }) => account ?? site)).toEqual([
      undefined,
      undefined,
      anonymousName('a-token'),
    ])
    expect((await bulk(emulator, items(row('1', 2)))).status).toBe(200)
    expect((await put(emulator, 'brand', { token: 'another' })).status).toBe(201)
    expect((await bulk(emulator, items(row('1', 2)), { token: 'another' })).status).toBe(200)
  })
})
