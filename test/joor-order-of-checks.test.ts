import { request } from 'node:http'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import type { Emulator, Seed } from '../server/emulator.js'
import { lastRequest, oauth2, positions, startTestEmulator } from './emulator.js'

const brand: Seed = {
  joor: { accounts: { brand: { token: 'a-token', positions: [{ warehouse: 'NY', upc: '1', inventory: 5 }] } } },
}
const limit = 20 * 1024 * 1024

interface Sent {
  readonly method?: string
  readonly path?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** One call as its bytes are, without what a client library would put right; a body goes without its size unless told. */
function call(emulator: Emulator, { method = 'POST', path = '/v2/bulk-inventory', headers = {}, body = '' }: Sent) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>((resolve, reject) => {
    const sent = request(`${emulator.url}${path}`, { method, headers, agent: false }, (reply) => {
      const chunks: Buffer[] = []
      reply.on('data', (chunk: Buffer) => chunks.push(chunk))
      reply.on('end', () => {
        sent.destroy()
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text: Buffer.concat(chunks).toString() })
      })
    })
    sent.on('error', reject)
    if (headers['Content-Length'] === undefined) sent.end(body)
    // The size that is declared is not sent: the refusal must not wait for it.
    else sent.flushHeaders()
  })
}

const authorized = { Authorization: oauth2('a-token') }
const typed = { ...authorized, 'Content-Type': 'application/json' }
const declared = { 'Content-Length': String(limit + 1) }
const chunked = { 'Transfer-Encoding': 'chunked' }
const notUtf8 = Buffer.from([0xff])

type Pair = [first: string, second: string, sent: Sent, status: number, comment: RegExp, rateLimit?: '1/1' | 'report']
const pairs: Pair[] = [
  ['path', 'method', { method: 'DELETE', path: '/v2/style', headers: typed }, 404, /not emulated/],
  ['method', 'declared size', { method: 'DELETE', headers: { ...typed, ...declared } }, 405, /DELETE is not taken/],
  ['declared size', 'token', { headers: { 'Content-Type': 'application/json', ...declared } }, 413, /more than 20 MB/],
  ['token', 'Content-Type', { headers: chunked }, 401, /no Authorization/],
  ['token', 'rate limit', { headers: { 'Content-Type': 'application/json' } }, 401, /no Authorization/, '1/1'],
  ['method', 'rate limit', { method: 'GET', headers: typed }, 405, /GET is not taken/, '1/1'],
  ['rate limit', 'Content-Type', { headers: { ...authorized, ...chunked } }, 429, /rate limit/, '1/1'],
  [
    'rate limit',
    'size while reading',
    { headers: { ...typed, ...chunked }, body: Buffer.alloc(limit + 1) },
    429,
    /rate limit/,
    '1/1',
  ],
  ['rate limit', 'syntax', { headers: { ...typed, ...chunked }, body: '[' }, 429, /rate limit/, '1/1'],
  [
    'token',
    'Content-Encoding',
    { headers: { 'Content-Type': 'application/json', 'Content-Encoding': 'x', ...chunked } },
    401,
    /no Authorization/,
  ],
  [
    'Content-Type',
    'Content-Encoding',
    { headers: { ...authorized, 'Content-Encoding': 'x', ...chunked } },
    415,
    /no Content-Type/,
  ],
  [
    'Content-Encoding',
    'size while reading',
    { headers: { ...typed, 'Content-Encoding': 'x', ...chunked }, body: Buffer.alloc(limit + 1) },
    415,
    /Content-Encoding x/,
  ],
  [
    'Content-Type',
    'size while reading',
    { headers: { ...authorized, ...chunked }, body: Buffer.alloc(limit + 1) },
    415,
    /no Content-Type/,
  ],
  [
    'size while reading',
    'UTF-8',
    { headers: { ...typed, ...chunked }, body: Buffer.alloc(limit + 1, 0xff) },
    413,
    /more than 20 MB/,
  ],
  [
    'size after inflating',
    'UTF-8',
    { headers: { ...typed, ...chunked, 'Content-Encoding': 'gzip' }, body: gzipSync(Buffer.alloc(limit + 1, 0xff)) },
    413,
    /more than 20 MB/,
  ],
  ['UTF-8', 'syntax', { headers: { ...typed, ...chunked }, body: notUtf8 }, 400, /not UTF-8/],
  ['syntax', 'root', { headers: { ...typed, ...chunked }, body: '[' }, 400, /not well-formed JSON/],
  [
    'syntax',
    'root',
    { headers: { ...typed, 'Content-Type': 'application/xml', ...chunked }, body: '<items>' },
    400,
    /not well-formed XML/,
  ],
  ['root', 'no items', { headers: { ...typed, ...chunked }, body: '[]' }, 400, /bare list/],
  [
    'root',
    'no items',
    { headers: { ...typed, 'Content-Type': 'application/xml', ...chunked }, body: '<items/>' },
    400,
    /root of the XML body is items/,
  ],
]

describe('of two faults in one call the earlier is told', () => {
  test.each<Pair>(pairs)('%s before %s', async (_first, _second, sent, status, comment, rateLimit = 'report') => {
    const emulator = await startTestEmulator({ seed: brand, settings: { rate_limit: rateLimit } })
    const before = await positions(emulator)
    const reply = await call(emulator, sent)
    expect(reply.status).toBe(status)
    expect(reply.text).toMatch(comment)
    const entry = await lastRequest(emulator)
    expect(entry).toMatchObject({ status, items: null, changes: [] })
    expect(entry.violations).toHaveLength(1)
    expect(await positions(emulator)).toEqual(before)
  })

  test('an unknown token, where tokens are enforced, before the Content-Type', async () => {
    const emulator = await startTestEmulator({ seed: brand, settings: { auth: 'enforce' } })
    const reply = await call(emulator, { headers: { Authorization: oauth2('unknown'), ...chunked } })
    expect(reply.status).toBe(401)
    expect(reply.headers['www-authenticate']).toBe('OAuth2')
    expect(reply.text).toContain('auth=enforce')
  })
})

describe('a method other than POST and PUT', () => {
  test.each(['GET', 'HEAD', 'OPTIONS', 'DELETE', 'PATCH', 'TRACE', 'PROPFIND'])(
    'is answered 405: %s',
    async (method) => {
      const emulator = await startTestEmulator({ seed: brand })
      const before = await positions(emulator)
      const reply = await call(emulator, { method, headers: typed })
      expect(reply.status).toBe(405)
      expect(reply.headers.allow).toBe('POST, PUT')
      expect(reply.headers).not.toHaveProperty('www-authenticate')
      if (method === 'HEAD') expect(reply.text).toBe('')
      else
        expect(JSON.parse(reply.text)).toMatchObject({
          response: { code: '1' },
          items_updated: [],
          items_not_updated: [],
        })
      expect((await lastRequest(emulator)).violations).toMatchObject([{ rule: 'joor.call.method', seen: method }])
      expect(await positions(emulator)).toEqual(before)
    },
  )
})

describe('a path', () => {
  const body = '{"inventory_items":[{"warehouse":"NY","upc":"1","inventory":9}]}'
  test.each([
    ['/v2/bulk-inventory', []],
    ['/v2/bulk-inventory/', []],
    ['/v2/bulk%2Dinventory', []],
    ['//v2/bulk-inventory', ['joor.call.repeated_slashes']],
    ['/v2//bulk-inventory', ['joor.call.repeated_slashes']],
    ['/v2/bulk-inventory//', ['joor.call.repeated_slashes']],
  ])('is the bulk call: %s', async (path, broken) => {
    for (const method of ['POST', 'PUT']) {
      const emulator = await startTestEmulator({ seed: brand })
      const reply = await call(emulator, { method, path, headers: { ...typed, ...chunked }, body })
      expect(reply.status).toBe(200)
      const { violations } = await lastRequest(emulator)
      expect(violations.map(({ rule }: { rule: string }) => rule)).toEqual(broken)
      expect(await positions(emulator)).toMatchObject([{ available: 9 }])
    }
  })

  test.each([
    '/v2/style',
    '/v2/bulk-style',
    '/v2/order',
    '/v2/orders',
    '/v2/connection',
    '/v4/inventory',
    '/v2/bulk-inventory/more',
    '/v2/Bulk-Inventory',
    '/v1/bulk-inventory',
    '/bulk-inventory',
    '/v2/style-number/A/inventory/more',
    '/v2/style-number/A/B/prices?upc=1&inventory=3',
  ])('is not emulated, and says what is: %s', async (path) => {
    const emulator = await startTestEmulator({ seed: brand })
    const before = await positions(emulator)
    const reply = await call(emulator, { method: 'PUT', path, headers: { ...typed, ...chunked }, body })
    expect(reply.status).toBe(404)
    expect(reply.headers['content-type']).toBe('application/problem+json')
    const problem = JSON.parse(reply.text)
    expect(problem).toMatchObject({ status: 404, title: 'Not emulated' })
    expect(problem.detail).toContain('/v2/bulk-inventory')
    expect(problem.detail).toContain('/v2/style-number/{style_number}/{style_identifier}/inventory')
    expect(problem).not.toHaveProperty('response')
    const { violations } = await lastRequest(emulator)
    expect(violations.map(({ rule }: { rule: string }) => rule)).toEqual(['joor.call.emulated'])
    expect(await positions(emulator)).toEqual(before)
  })
})
