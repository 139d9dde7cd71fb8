import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import { jirafe } from '../contracts/rules/jirafe.js'
import { joor } from '../contracts/rules/joor.js'
import type { Emulator } from '../server/emulator.js'
import { bulk, items, positions, startTestEmulator } from './emulator.js'

const control = (emulator: Emulator) => supertest(emulator.url)
const row = (upc: string, inventory: unknown) => ({ warehouse: 'New York', upc, inventory })
const seedOf = (inventory: number) => ({
  joor: { accounts: { brand: { token: 'a-token', positions: [row('1', inventory)] } } },
  jirafe: { sites: { shop: { token: 'site-token' } } },
})
const names = async (emulator: Emulator) =>
  (await control(emulator).get('/_backstock/joor/accounts')).body.accounts.map(
    ({ account }: { account: string }) => account,
  )
const isProblem = ({ headers, body, status }: { headers: Record<string, string>; body: object; status: number }) => {
  expect(headers['content-type']).toContain('application/problem+json')
  expect(body).toMatchObject({ type: 'about:blank', status, title: expect.any(String), detail: expect.any(String) })
}

describe('One token', () => {
  const seedWith = (name: string) => ({ joor: { accounts: { [name]: { token: 'a-token' } } } })

  it('is refused in a seed where an earlier seed gave it to another account', async () => {
    const emulator = await startTestEmulator()
    await control(emulator).put('/_backstock/seed').send(seedWith('one')).expect(200)
    await control(emulator).put('/_backstock/joor/accounts/one').send({ token: 'another' }).expect(200)
    const { body } = await control(emulator).put('/_backstock/seed').send(seedWith('two')).expect(409)
    expect(body.detail).toContain('one')
    await control(emulator).post('/_backstock/reset').expect(200)
    const { body: listed } = await control(emulator).get('/_backstock/joor/accounts')
    expect(listed.accounts.map(({ account }: { account: string }) => account)).toEqual(['one'])
    await control(emulator).put('/_backstock/seed').send(seedWith('one')).expect(200)
  })

  it('shares no account with another whose fingerprint starts alike', async () => {
    const emulator = await startTestEmulator()
    // The SHA-256 of both starts with 76bed803.
    const [one, other] = ['token-6170', 'token-44637']
    await bulk(emulator, items(row('1', 3)), { token: one })
    await bulk(emulator, items(row('2', 4)), { token: other })
    await bulk(emulator, items(row('3', 5)), { token: other })
    expect(await positions(emulator, one)).toHaveLength(1)
    expect(await positions(emulator, other)).toHaveLength(2)
    await control(emulator).put('/_backstock/joor/accounts/brand').send({ token: one }).expect(201)
    expect(await positions(emulator, other)).toHaveLength(2)
  })
})

describe('A body of the control plane', () => {
  it('is refused where it is no UTF-8, and not read as something else', async () => {
    const emulator = await startTestEmulator()
    const body = Buffer.from('{"token": "caf\xe9"}', 'latin1')
    const headers = { 'Content-Type': 'application/json' }
    const reply = await fetch(`${emulator.url}/_backstock/jirafe/sites/shop`, { method: 'PUT', headers, body })
    expect(reply.status).toBe(400)
    expect(await reply.text()).toContain('no UTF-8')
  })
})

describe('The control plane', () => {
  it.each([
    ['health', { status: 'ok' }],
    ['ready', { status: 'ready' }],
  ])('answers %s without a token, and says nothing else', async (name, told) => {
    const emulator = await startTestEmulator({ settings: { auth: 'enforce' } })
    const { status, headers, body } = await control(emulator).get(`/_backstock/${name}`)
    expect(status).toBe(200)
    expect(body).toEqual(told)
    expect(headers).not.toHaveProperty('x-powered-by')
    expect(headers).not.toHaveProperty('etag')
    isProblem(await control(emulator).get(`/_backstock/${name}?verbose=1`))
  })

  it('tells its version', async () => {
    const emulator = await startTestEmulator()
    const { body } = await control(emulator).get('/_backstock/version')
    expect(body).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) })
  })

  it('lists every rule with its statement, evidence and source', async () => {
    const emulator = await startTestEmulator()
    const { body } = await control(emulator).get('/_backstock/rules')
    const rules = [...Object.values(joor), ...Object.values(jirafe)]
    expect(body.rules).toEqual(
      rules.map(({ id, says, evidence, source, breach }) => ({ rule: id, statement: says, evidence, source, breach })),
    )
    isProblem(await control(emulator).get('/_backstock/rules?vendor=joor'))
  })

  it.each([['get', 'events']] as const)('answers 501 where it is not built yet: %s %s', async (method, path) => {
    const emulator = await startTestEmulator({ seed: seedOf(1) })
    const reply = await control(emulator)[method](`/_backstock/${path}`)
    expect(reply.status).toBe(501)
    expect(reply.body.title).toBe('Not emulated yet')
    isProblem(reply)
  })

  it.each([
    ['post', ''],
    ['get', 'nothing'],
    ['get', 'joor'],
    ['delete', 'joor/accounts'],
    ['post', 'joor/accounts/brand'],
    ['get', 'jirafe/shop'],
    ['get', 'reset'],
    ['get', 'seed'],
  ] as const)('answers a 404 problem where it has nothing: %s /%s', async (method, path) => {
    const emulator = await startTestEmulator({ seed: seedOf(1) })
    const reply = await control(emulator)[method](`/_backstock/${path}`)
    expect(reply.status).toBe(404)
    isProblem(reply)
    expect(await positions(emulator)).toMatchObject([{ available: 1 }])
  })

  it('answers a problem to a name that is badly escaped, and to a body in a coding it does not know', async () => {
    const emulator = await startTestEmulator()
    const escaped = await control(emulator).get('/_backstock/joor/accounts/%zz')
    expect(escaped.status).toBe(400)
    isProblem(escaped)
    const coded = await control(emulator).put('/_backstock/seed').set('Content-Encoding', 'zip').send('{}')
    expect(coded.status).toBe(415)
    isProblem(coded)
    expect(coded.body.title).toBe('Unsupported media type')
  })
})

describe('Reset', () => {
  it('goes back to the seed: what no seed names is gone', async () => {
    const emulator = await startTestEmulator({ seed: seedOf(3) })
    await bulk(emulator, items(row('1', 9), row('2', 9)))
    await bulk(emulator, items(row('1', 9)), { token: 'another' })
    await control(emulator).put('/_backstock/joor/accounts/declared').send({})
    const { status, body } = await control(emulator).post('/_backstock/reset')
    expect([status, body]).toEqual([200, { accounts: 1, sites: 1 }])
    expect(await names(emulator)).toEqual(['brand'])
    expect(await positions(emulator)).toMatchObject([{ sku: { upc: '1' }, available: 3 }])
  })

  it('touches one account or site where it is scoped', async () => {
    const emulator = await startTestEmulator({ seed: seedOf(3) })
    await bulk(emulator, items(row('1', 9)))
    await bulk(emulator, items(row('1', 9)), { token: 'another' })
    const other = (await names(emulator)).find((name: string) => name !== 'brand')
    expect((await control(emulator).post(`/_backstock/reset?account=${other}`)).body).toEqual({ accounts: 0, sites: 0 })
    expect(await names(emulator)).toEqual(['brand'])
    expect(await positions(emulator)).toMatchObject([{ available: 9 }])
    expect((await control(emulator).post('/_backstock/reset?site=shop')).body).toEqual({ accounts: 0, sites: 1 })
    expect(await positions(emulator)).toMatchObject([{ available: 9 }])
    expect((await control(emulator).post('/_backstock/reset?account=brand')).body).toEqual({ accounts: 1, sites: 0 })
    expect(await positions(emulator)).toMatchObject([{ available: 3 }])
  })

  it.each(['?acount=brand', '?account=brand&site=shop', '?account=brand&account=other'])(
    'refuses %s, and resets nothing',
    async (query) => {
      const emulator = await startTestEmulator({ seed: seedOf(3) })
      await bulk(emulator, items(row('1', 9)))
      const reply = await control(emulator).post(`/_backstock/reset${query}`)
      expect(reply.status).toBe(400)
      isProblem(reply)
      expect(await positions(emulator)).toMatchObject([{ available: 9 }])
    },
  )
})

describe('A seed that is put while running', () => {
  it('is loaded at once and is what reset goes back to', async () => {
    const emulator = await startTestEmulator()
    const { status, body } = await control(emulator).put('/_backstock/seed').send(seedOf(5))
    expect([status, body]).toEqual([200, { accounts: 1, sites: 1 }])
    expect(await positions(emulator)).toMatchObject([{ available: 5 }])
    await bulk(emulator, items(row('1', 9)))
    await control(emulator).post('/_backstock/reset')
    expect(await positions(emulator)).toMatchObject([{ available: 5 }])
  })

  it.each([
    ['an unknown field', { joor: { acounts: {} } }, ['joor.acounts', 'accounts']],
    [
      'a position that means nothing',
      { joor: { accounts: { x: { positions: [{}] } } } },
      ['joor.accounts.x.positions[0]'],
    ],
    ['a reserved name', { joor: { accounts: { 'token-01234567': {} } } }, ['token-01234567']],
    ['one token for two accounts', { joor: { accounts: { x: { token: 't' }, y: { token: 't' } } } }, ['token']],
    ['a list', [], ['an object']],
  ])('is refused for %s, and nothing of it is loaded', async (_what, seed, told) => {
    const emulator = await startTestEmulator({ seed: seedOf(3) })
    const reply = await control(emulator).put('/_backstock/seed').send(seed)
    expect(reply.status).toBe(400)
    isProblem(reply)
    for (const part of told) expect(reply.body.detail).toContain(part)
    expect(await names(emulator)).toEqual(['brand'])
    await control(emulator).post('/_backstock/reset')
    expect(await names(emulator)).toEqual(['brand'])
  })

  it('is refused with 409 where a declared account has one of its tokens, and nothing of it is loaded', async () => {
    const emulator = await startTestEmulator({ seed: seedOf(3) })
    const seed = { joor: { accounts: { first: {}, rival: { token: 'a-token' } } } }
    const reply = await control(emulator).put('/_backstock/seed').send(seed)
    expect(reply.status).toBe(409)
    isProblem(reply)
    expect(reply.body.detail).toContain('brand')
    expect(await names(emulator)).toEqual(['brand'])
    await control(emulator).post('/_backstock/reset')
    expect(await names(emulator)).toEqual(['brand'])
  })

  it.each(['', '{"joor":'])('is refused where the body is %j', async (text) => {
    const emulator = await startTestEmulator({ seed: seedOf(3) })
    const reply = await control(emulator).put('/_backstock/seed').set('Content-Type', 'application/json').send(text)
    expect(reply.status).toBe(400)
    isProblem(reply)
    expect(await names(emulator)).toEqual(['brand'])
  })
})

describe('The log of a JOOR call', () => {
  const log = (emulator: Emulator, id: string) => control(emulator).get(`/_backstock/joor/logs/${id}`)

  it('tells of each item what became of it, why, and which position it means', async () => {
    const emulator = await startTestEmulator({
      seed: { joor: { accounts: { brand: { token: 'a-token', warehouses: ['New York'] } } } },
    })
    const reply = await bulk(emulator, items(row('1', 2), row('2', 'many'), { ...row('3', 1), warehouse: 'Nowhere' }))
    const id = reply.body.response.log_id
    expect(reply.headers['backstock-not-updated']).toBe(`2; see /_backstock/joor/logs/${id}`)
    const { status, body } = await log(emulator, id)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      log_id: id,
      request: reply.headers['backstock-request-id'],
      account: 'brand',
      status: 200,
      code: '0',
      comment: '',
      items: [
        {
          index: 0,
          outcome: 'updated',
          reason: null,
          rule: null,
          position: { warehouse: 'New York', inventory_date: 'IMMEDIATE', sku: { upc: '1' } },
        },
        {
          index: 1,
          outcome: 'not_updated',
          reason: expect.any(String),
          rule: expect.stringMatching(/^joor\.inventory\./),
        },
        { index: 2, outcome: 'not_updated', reason: expect.stringContaining('Nowhere'), rule: 'joor.warehouse.known' },
      ],
    })
  })

  it('is there for a refused call too', async () => {
    const emulator = await startTestEmulator()
    const reply = await bulk(emulator, '{')
    const { body } = await log(emulator, reply.body.response.log_id)
    expect(body).toMatchObject({ status: 400, code: '1', comment: reply.body.response.comment, items: [] })
  })

  it('has the code that the reply had', async () => {
    const emulator = await startTestEmulator({ settings: { partial_code: '1' } })
    const reply = await bulk(emulator, items(row('1', 1), row('2', 'many')))
    expect(reply.body.response.code).toBe('1')
    expect((await log(emulator, reply.body.response.log_id)).body.code).toBe('1')
  })

  it('is a 404 problem where nobody knows it', async () => {
    const emulator = await startTestEmulator()
    const reply = await log(emulator, '1d4cb115-cb2c-4ee5-9f96-440a48e3ef04')
    expect(reply.status).toBe(404)
    isProblem(reply)
  })
})
