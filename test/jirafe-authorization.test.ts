import supertest from 'supertest'
import { describe, expect, it, test } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { brokenRules, lastRequest, startTestEmulator } from './emulator.js'

const event = { timestamp: '2015-01-23T16:35:38+0000', product_code: 'SKU-1', inventory_level: 12 }
const text = JSON.stringify(event)

interface Call {
  readonly method?: string
  readonly path?: string
  readonly authorization?: string | null
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

async function send(emulator: Emulator, call: Call = {}) {
  const { method = 'POST', path = '/v2/shop/inventory', authorization = 'Bearer a-token', headers = {} } = call
  const body = method === 'GET' ? null : (call.body ?? text)
  const reply = await fetch(emulator.url + path, {
    method,
    headers: {
      'Content-Type': 'application/json',
      ...(authorization !== null && { Authorization: authorization }),
      ...headers,
    },
    body,
  })
  const content = await reply.text()
  return { status: reply.status, headers: reply.headers, body: JSON.parse(content) }
}

async function sites(emulator: Emulator): Promise<string[]> {
  const { body } = await supertest(emulator.url).get('/_backstock/jirafe/sites')
  return body.sites.map(({ site, levels }: { site: string; levels: number }) => `${site} ${levels}`)
}

const declared = {
  jirafe: {
    sites: { shop: { token: 'a-token' }, twin: { token: 'a-token' }, other: { token: 'b-token' }, closed: {} },
  },
}

describe('the form of the header', () => {
  it.each([
    ['Bearer a-token'],
    ['bearer a-token'],
    ['BEARER a-token'],
    ['bEaReR a-token'],
    ['Bearer   a-token'],
    ['Bearer !"#$%&\'()*+,-./:;<=>?@[]^_`{|}~'],
    ['Bearer eyJhbGciOiJIUzI1NiJ9.e30.x-_'],
  ])('%s is taken, and not reported', async (authorization) => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, { authorization })
    expect(reply.status).toBe(200)
    expect(await brokenRules(emulator)).toEqual([])
    expect(await sites(emulator)).toEqual(['shop 1'])
  })

  it.each([
    ['no header', null],
    ['an empty one', ''],
    ['the scheme alone', 'Bearer'],
    ['the scheme and blanks', 'Bearer  '],
    ['a token alone', 'a-token'],
    ['no blank', 'Bearera-token'],
    ['a colon', 'Bearer: a-token'],
    ['a tab', 'Bearer\ta-token'],
    ['a blank inside', 'Bearer a token'],
    ['two credentials', 'Bearer a-token, Bearer a-token'],
    ['a letter beyond ASCII', 'Bearer clé'],
    ['another scheme', 'Basic YTpi'],
    ["JOOR's scheme", 'OAuth2 YS10b2tlbg=='],
    ['Token', 'Token a-token'],
  ])('%s is 403 invalid_token, never 401, and makes no site', async (_case, authorization) => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, { authorization })
    expect(reply.status).toBe(403)
    expect(reply.body).toEqual({ error_type: 'invalid_token', success: false })
    expect(reply.headers.get('backstock-violations')).toBe('1')
    expect(await sites(emulator)).toEqual([])
    const detail = await lastRequest(emulator)
    expect(detail).toMatchObject({ vendor: 'jirafe', status: 403, items: null, changes_total: 0 })
    expect(detail).not.toHaveProperty('site')
    const rule = authorization === null ? 'jirafe.auth.missing' : 'jirafe.auth.token'
    expect(detail.violations).toMatchObject([{ rule, at: { path: 'header.authorization' } }])
    const scoped = await supertest(emulator.url).get('/_backstock/requests?site=shop')
    expect(scoped.body.requests).toEqual([])
  })
})

describe('auth=open, the default', () => {
  it.each([
    ['a declared site with its own token', 'shop', 'a-token'],
    ['a declared site with the token of another', 'shop', 'b-token'],
    ['a declared site with a token that nobody declared', 'shop', 'whatever'],
    ['a declared site without a token', 'closed', 'whatever'],
    ['a site that nobody declared', 'new', 'a-token'],
  ])('%s is taken', async (_case, site, token) => {
    const emulator = await startTestEmulator({ seed: declared })
    const reply = await send(emulator, { path: `/v2/${site}/inventory`, authorization: `Bearer ${token}` })
    expect(reply.status).toBe(200)
    expect(await brokenRules(emulator)).toEqual([])
    expect(await sites(emulator)).toContain(`${site} 1`)
    expect((await sites(emulator)).filter((shown) => shown.endsWith(' 1'))).toHaveLength(1)
  })
})

describe('auth=enforce', () => {
  it.each([
    ['its own token', 'shop', 'a-token'],
    ['a token that two sites have', 'twin', 'a-token'],
    ['the token of the other site', 'other', 'b-token'],
  ])('%s is taken', async (_case, site, token) => {
    const emulator = await startTestEmulator({ seed: declared, settings: { auth: 'enforce' } })
    const reply = await send(emulator, { path: `/v2/${site}/inventory`, authorization: `Bearer ${token}` })
    expect(reply.status).toBe(200)
    expect(await sites(emulator)).toContain(`${site} 1`)
  })

  it.each([
    ['a token that nobody declared', 'shop', 'whatever', 'invalid_token'],
    ['the right token in another case', 'shop', 'A-TOKEN', 'invalid_token'],
    ['the right token and more', 'shop', 'a-token1', 'invalid_token'],
    ['a token that nobody declared, for a site without one', 'closed', 'whatever', 'invalid_token'],
    ['a token that nobody declared, for a site that nobody declared', 'new', 'whatever', 'invalid_token'],
    ['the token of another site', 'other', 'a-token', 'authorization'],
    ['the token of another site, the other way round', 'shop', 'b-token', 'authorization'],
    ['a known token for a site without one', 'closed', 'a-token', 'authorization'],
    ['a known token for a site that nobody declared', 'new', 'a-token', 'authorization'],
  ])('%s is 403', async (_case, site, token, type) => {
    const emulator = await startTestEmulator({ seed: declared, settings: { auth: 'enforce' } })
    const before = await sites(emulator)
    const reply = await send(emulator, { path: `/v2/${site}/inventory`, authorization: `Bearer ${token}` })
    expect(reply.status).toBe(403)
    expect(reply.body).toEqual({ error_type: type, success: false })
    expect(await sites(emulator)).toEqual(before)
    expect(await brokenRules(emulator)).toEqual([type === 'authorization' ? 'jirafe.auth.site' : 'jirafe.auth.token'])
    const detail = await lastRequest(emulator)
    expect(detail).not.toHaveProperty('site')
    expect(JSON.stringify(detail.request)).not.toContain(token)
  })

  test('one site may enforce its tokens while the others stay open', async () => {
    const emulator = await startTestEmulator({
      seed: {
        jirafe: {
          sites: { strict: { token: 's-token', settings: { auth: 'enforce' } }, lax: { token: 'l-token' } },
        },
      },
    })
    const call = (site: string, token: string) =>
      send(emulator, { path: `/v2/${site}/inventory`, authorization: `Bearer ${token}` })
    expect((await call('strict', 's-token')).status).toBe(200)
    expect((await call('strict', 'whatever')).body.error_type).toBe('invalid_token')
    expect((await call('strict', 'l-token')).body.error_type).toBe('authorization')
    expect((await call('lax', 's-token')).status).toBe(200)
    expect((await call('lax', 'whatever')).status).toBe(200)
    expect((await call('new', 'whatever')).status).toBe(200)
  })

  test('one site may stay open while tokens are enforced', async () => {
    const emulator = await startTestEmulator({
      settings: { auth: 'enforce' },
      seed: { jirafe: { sites: { lax: { settings: { auth: 'open' } } } } },
    })
    expect((await send(emulator, { path: '/v2/lax/inventory' })).status).toBe(200)
    expect((await send(emulator, { path: '/v2/shop/inventory' })).status).toBe(403)
    expect(await sites(emulator)).toEqual(['lax 1'])
  })

  test('a token made by the emulator opens its site', async () => {
    const emulator = await startTestEmulator({ settings: { auth: 'enforce' } })
    const { body } = await supertest(emulator.url).put('/_backstock/jirafe/sites/shop').send({})
    expect((await send(emulator, { authorization: `Bearer ${body.token}` })).status).toBe(200)
    expect((await send(emulator)).body.error_type).toBe('invalid_token')
  })
})

describe('the order of the checks', () => {
  // Each row breaks what its line names and everything after it in the order.
  const tooLarge = Buffer.alloc(10 * 1024 * 1024 + 1, ' ')
  it.each<[string, Call, number, string, string]>([
    [
      'path',
      { method: 'DELETE', path: '/v2/%zz/nonsense', authorization: null },
      400,
      'unknown',
      'jirafe.call.escapes',
    ],
    [
      'token before site and type',
      { method: 'DELETE', path: '/v2/other/nonsense', authorization: 'Bearer whatever' },
      403,
      'invalid_token',
      'jirafe.auth.token',
    ],
    [
      'site before type and method',
      { method: 'DELETE', path: '/v2/other/nonsense' },
      403,
      'authorization',
      'jirafe.auth.site',
    ],
    ['type before method', { method: 'DELETE', path: '/v2/shop/nonsense' }, 400, 'invalid_type', 'jirafe.call.type'],
    ['method before size', { method: 'DELETE', body: tooLarge }, 405, 'unknown', 'jirafe.call.method'],
    [
      'size before coding',
      { body: tooLarge, headers: { 'Content-Encoding': 'zstd' } },
      413,
      'unknown',
      'jirafe.format.size',
    ],
    [
      'coding before JSON',
      { body: '{', headers: { 'Content-Encoding': 'zstd' } },
      415,
      'unknown',
      'jirafe.format.codings',
    ],
    ['JSON before schema', { body: '{"inventory_level": "x"' }, 400, 'bad_json', 'jirafe.format.json'],
    ['schema last', { body: '[]' }, 400, 'validation', 'jirafe.event.schema'],
  ])('%s', async (_case, call, status, type, rule) => {
    const emulator = await startTestEmulator({ seed: declared, settings: { auth: 'enforce' } })
    const reply = await send(emulator, call)
    expect(reply.status).toBe(status)
    expect(reply.body).toMatchObject({ error_type: type, success: false })
    expect(await brokenRules(emulator)).toEqual([rule])
    expect((await sites(emulator)).filter((shown) => !shown.endsWith(' 0'))).toEqual([])
  })
})
