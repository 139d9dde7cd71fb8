import { gzipSync } from 'node:zlib'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { brokenRules, lastRequest, startTestEmulator } from './emulator.js'
import { level, remembered } from './jirafe-events.js'

type Method = 'get' | 'post' | 'put' | 'delete' | 'patch'

function check(
  emulator: Emulator,
  {
    method = 'post',
    query = '',
    body,
    token = 'a-token',
  }: { method?: Method; query?: string; body?: string; token?: string } = {},
) {
  const call = supertest(emulator.url)[method](`/v2/shop/site_check${query}`)
  if (token !== '') call.set('Authorization', `Bearer ${token}`)
  return body === undefined ? call : call.set('Content-Type', 'application/json').send(body)
}

const accepted = '{\n  "success": true\n}'

describe('A credential check', () => {
  it.each<[what: string, method: Method, query: string, body: string | undefined]>([
    ['POST without a body', 'post', '', undefined],
    ['POST with an empty body', 'post', '', ''],
    ['POST with {}', 'post', '', ' {}\n'],
    ['PUT with {}', 'put', '', '{}'],
    ['GET', 'get', '', undefined],
    ['GET with a query', 'get', '?a=1&a=2&%F0%9F%98%80=&site=other', undefined],
  ])('by %s is answered as an accepted event is, and breaks no rule', async (_what, method, query, body) => {
    const emulator = await startTestEmulator()
    const reply = await check(emulator, { method, query, ...(body !== undefined && { body }) })
    expect([reply.status, reply.text]).toEqual([200, accepted])
    expect(reply.headers['content-type']).toBe('application/json')
    expect(reply.headers).not.toHaveProperty('backstock-violations')
    expect(await lastRequest(emulator)).toMatchObject({
      operation: 'jirafe.site_check',
      site: 'shop',
      items: { updated: 0, not_updated: 0 },
      changes_total: 0,
    })
    expect(await remembered(emulator, 'events')).toEqual([])
  })

  it.each([
    ['an event', JSON.stringify(level)],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '""'],
  ])('with %s as its body is answered all the same, reported, and changes nothing', async (_what, body) => {
    const emulator = await startTestEmulator()
    const reply = await check(emulator, { body })
    expect([reply.status, reply.text, reply.headers['backstock-violations']]).toEqual([200, accepted, '1'])
    expect(await brokenRules(emulator)).toEqual(['jirafe.site_check.body'])
    for (const what of ['levels', 'events'] as const) expect(await remembered(emulator, what)).toEqual([])
  })

  it('with another body is refused under enforce, and not judged under off', async () => {
    const enforcing = await startTestEmulator({ settings: { contract: 'enforce' } })
    const reply = await check(enforcing, { body: '{"a":1}' })
    expect([reply.status, reply.body.error_type]).toEqual([400, 'validation'])
    expect((await check(enforcing, { body: '{}' })).status).toBe(200)
    const off = await startTestEmulator({ settings: { contract: 'off' } })
    expect((await check(off, { body: '{"a":1}' })).headers).not.toHaveProperty('backstock-violations')
  })

  it.each(['get', 'post'] as const)('by %s is the same with repeated slashes, which are reported', async (method) => {
    const emulator = await startTestEmulator()
    const call = supertest(emulator.url)[method]('/v2//shop/site_check').set('Authorization', 'Bearer a-token')
    expect((await call).text).toBe(accepted)
    expect(await brokenRules(emulator)).toEqual(['jirafe.call.repeated_slashes'])
  })

  it.each(['{', '{"a":}', 'x'])('with %j, which is no JSON, is bad_json', async (body) => {
    const emulator = await startTestEmulator()
    const reply = await check(emulator, { body })
    expect([reply.status, reply.body]).toEqual([400, { error_type: 'bad_json', success: false }])
  })

  it('with a body over 10 MB is answered 413', async () => {
    const emulator = await startTestEmulator()
    const headers = { Authorization: 'Bearer a-token', 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' }
    const body = gzipSync(Buffer.alloc(10 * 1024 * 1024 + 1, ' '))
    const reply = await fetch(`${emulator.url}/v2/shop/site_check`, { method: 'POST', headers, body })
    expect([reply.status, await reply.json()]).toMatchObject([413, { error_type: 'unknown' }])
    expect(await brokenRules(emulator)).toEqual(['jirafe.format.size'])
  })

  it.each(['delete', 'patch'] as const)('by %s is answered 405 with Allow', async (method) => {
    const emulator = await startTestEmulator()
    const reply = await check(emulator, { method })
    expect([reply.status, reply.headers.allow, reply.body.error_type]).toEqual([405, 'POST, PUT, GET', 'unknown'])
  })

  it.each(['get', 'post'] as const)('by %s tells whether a token is right for the site', async (method) => {
    const emulator = await startTestEmulator({ settings: { auth: 'enforce' } })
    const sites = supertest(emulator.url)
    await sites.put('/_backstock/jirafe/sites/shop').send({ token: 'shop-token' }).expect(201)
    await sites.put('/_backstock/jirafe/sites/outlet').send({ token: 'outlet-token' }).expect(201)
    const told = async (token: string) => {
      const { status, body } = await check(emulator, { method, token })
      return [status, body.error_type]
    }
    expect(await told('shop-token')).toEqual([200, undefined])
    expect(await told('outlet-token')).toEqual([403, 'authorization'])
    expect(await told('another')).toEqual([403, 'invalid_token'])
    expect(await told('')).toEqual([403, 'invalid_token'])
  })

  it('without a token is refused also where tokens are open, and makes no site', async () => {
    const emulator = await startTestEmulator()
    expect((await check(emulator, { token: '' })).status).toBe(403)
    const { body } = await supertest(emulator.url).get('/_backstock/jirafe/sites')
    expect(body.sites).toEqual([])
  })
})
