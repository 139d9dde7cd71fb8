import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import supertest from 'supertest'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { bulk, items, lastRequest, oauth2, positions, startTestEmulator } from './emulator.js'
import { pageview } from './jirafe-events.js'

const control = (emulator: Emulator) => supertest(emulator.url)
const row = (upc: string, inventory: unknown = 1) => ({ warehouse: 'New York', upc, inventory })
const event = { timestamp: '2015-01-23T16:35:38+0000', product_code: 'a', inventory_level: 4 }
const send = (emulator: Emulator, token = 'site-token') =>
  control(emulator).post('/v2/shop/inventory').set('Authorization', `Bearer ${token}`).send(event)
const repeat = (emulator: Emulator, id: string | undefined) =>
  control(emulator).post(`/_backstock/requests/${id}/repeat`)

/** What has to be the same of a call and its repetition. */
const essence = ({ account, site, method, path, status, items: counted, request, violations, rules }: DetailLike) => ({
  ...{ account, site, method, path, status, items: counted, request },
  broken: violations.map(({ rule }) => rule),
  met: rules.map(({ rule }) => rule).sort(),
})
type DetailLike = Record<'account' | 'site' | 'method' | 'path' | 'status' | 'items' | 'request', unknown> & {
  readonly violations: readonly { readonly rule: string }[]
  readonly rules: readonly { readonly rule: string }[]
}

describe('A repeated call', () => {
  it.each([
    ['JSON', () => items(row('1', 5), row('2', 'many')), 'application/json'],
    [
      'XML',
      () => '<inventory_items><inventory_item><upc>1</upc><inventory>5</inventory></inventory_item></inventory_items>',
      'application/xml',
    ],
    ['what is no command', () => '{"inventory_items":', 'application/json'],
  ])('is judged and takes effect as the first time (%s)', async (_format, body, type) => {
    const emulator = await startTestEmulator()
    const first = await bulk(emulator, body(), { query: '?overwrite=1', type })
    const original = await lastRequest(emulator)
    const { status, body: answer } = await repeat(emulator, original.id)
    expect(status).toBe(200)
    const repeated = await lastRequest(emulator)
    expect(Object.keys(answer)).toEqual(['id', 'status', 'headers', 'body'])
    expect(answer).toMatchObject({ id: repeated.id, status: first.status, body: repeated.reply.body })
    expect(answer.headers['Backstock-Request-Id']).toBe(answer.id)
    expect(repeated.id).not.toBe(original.id)
    expect(essence(repeated)).toEqual(essence(original))
  })

  it('brings back what it set, and says what it found', async () => {
    const emulator = await startTestEmulator()
    const first = await bulk(emulator, items(row('1', 5)))
    await bulk(emulator, items(row('1', 9)))
    await repeat(emulator, first.headers['backstock-request-id']).expect(200)
    expect(await positions(emulator)).toMatchObject([{ available: 5 }])
    expect((await lastRequest(emulator)).changes).toMatchObject([{ before: { available: 9 }, after: { available: 5 } }])
  })

  it('is of the same account after a reset, although nobody declared it', async () => {
    const emulator = await startTestEmulator()
    const first = await bulk(emulator, items(row('1', 5)))
    const { account } = await lastRequest(emulator)
    await control(emulator).post('/_backstock/reset').expect(200)
    expect(await positions(emulator)).toBeUndefined()
    await repeat(emulator, first.headers['backstock-request-id']).expect(200)
    expect((await lastRequest(emulator)).account).toBe(account)
    expect(await positions(emulator)).toMatchObject([{ available: 5 }])
  })

  it('is of the account as it is now, where it was given another token', async () => {
    const emulator = await startTestEmulator({ settings: { auth: 'enforce' } })
    await control(emulator).put('/_backstock/joor/accounts/brand').send({ token: 'a-token' })
    const first = await bulk(emulator, items(row('1', 5)))
    await control(emulator).put('/_backstock/joor/accounts/brand').send({ token: 'new-token' })
    const { body } = await repeat(emulator, first.headers['backstock-request-id'])
    expect(body.status).toBe(200)
    expect((await lastRequest(emulator)).account).toBe('brand')
    expect(await positions(emulator, 'new-token')).toMatchObject([{ available: 5 }])
  })

  it('is of the same site, by settings that enforce its token as well', async () => {
    const seed = { jirafe: { sites: { shop: { token: 'site-token' } } } }
    const emulator = await startTestEmulator({ settings: { auth: 'enforce' }, seed })
    // From the second event on the state is no longer new to any rule.
    for (let n = 0; n < 2; n++) await send(emulator).expect(200)
    const original = await lastRequest(emulator)
    expect((await repeat(emulator, original.id)).body.status).toBe(200)
    expect(essence(await lastRequest(emulator))).toEqual(essence(original))
  })

  it('of a tracker is of the site that its document names', async () => {
    const emulator = await startTestEmulator()
    await control(emulator).post('/v2/tracker/pageview').send(pageview)
    const original = await lastRequest(emulator)
    expect((await repeat(emulator, original.id)).body.status).toBe(200)
    const repeated = await lastRequest(emulator)
    expect(essence(repeated)).toEqual(essence(original))
    expect(repeated).toMatchObject({ site: 'shop', items: { updated: 1 } })
  })

  it('of a body that came coded is judged by the same text', async () => {
    const emulator = await startTestEmulator()
    await control(emulator)
      .post('/v2/bulk-inventory')
      .set({ Authorization: oauth2('a-token'), 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
      .serialize((body) => body)
      .send(gzipSync(JSON.stringify(items(row('ü', 5)))))
    const original = await lastRequest(emulator)
    expect((await repeat(emulator, original.id)).body.status).toBe(200)
    const repeated = await lastRequest(emulator)
    expect(repeated.request.body).toBe(original.request.body)
    expect(repeated.items).toEqual({ updated: 1, not_updated: 0 })
  })

  it('may be one whose reply a fault lost, and meets no fault itself', async () => {
    const emulator = await startTestEmulator()
    const armed = [{ match: { operation: 'joor.bulk-inventory' }, fault: { kind: 'after_commit' } }]
    await control(emulator).put('/_backstock/faults').send(armed).expect(200)
    const answered = await bulk(emulator, items(row('1', 5))).then(
      () => true,
      () => false,
    )
    const original = await lastRequest(emulator)
    expect([answered, original.status]).toEqual([false, null])
    expect((await repeat(emulator, original.id).expect(200)).body).toMatchObject({ status: 200 })
    expect((await lastRequest(emulator)).fault).toBeNull()
    expect((await control(emulator).get('/_backstock/faults')).body.faults).toMatchObject([{ hits: 1 }])
  })

  it('can be repeated itself, and no token is shown of either', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(row('1')), { token: 'secret-token' })
    for (let n = 0; n < 2; n++) await repeat(emulator, (await lastRequest(emulator)).id).expect(200)
    const detail = await lastRequest(emulator)
    expect(detail.request.headers.authorization).toBe('OAuth2 «token»')
    expect(JSON.stringify(detail)).not.toMatch(/secret-token|fingerprint/)
  })
})

describe('A call that cannot be repeated', () => {
  const refused = async (emulator: Emulator, told: string) => {
    const { id } = await lastRequest(emulator)
    const { status, headers, body } = await repeat(emulator, id)
    expect(status).toBe(409)
    expect(headers['content-type']).toContain('application/problem+json')
    expect(body.detail).toContain(told)
    // Nothing was sent.
    expect((await lastRequest(emulator)).id).toBe(id)
  }

  it('has a body of which only the start is kept', async () => {
    const emulator = await startTestEmulator({ journal: { bodyBytes: 20 } })
    await bulk(emulator, items(row('1')))
    await refused(emulator, 'Only the start of the body is kept')
  })

  it.each<[string, object, string]>([
    ['the body', items(row('secret-token')), ''],
    ['the path', items(row('1')), '?t=secret-token'],
  ])('has the token in %s', async (_where, body, query) => {
    const emulator = await startTestEmulator()
    await bulk(emulator, body, { token: 'secret-token', query })
    await refused(emulator, 'The token stood in the call')
  })

  it('came from nobody who is known', async () => {
    const emulator = await startTestEmulator()
    await control(emulator).get('/nowhere')
    await refused(emulator, 'no known account or site')
    await control(emulator)
      .post('/v2/bulk-inventory')
      .send(items(row('1')))
    await refused(emulator, 'no known account or site')
  })

  it('is no UTF-8', async () => {
    const emulator = await startTestEmulator()
    const { port } = new URL(emulator.url)
    await new Promise<void>((resolve) => {
      const headers = { Authorization: oauth2('a-token'), 'Content-Type': 'application/json' }
      const call = httpRequest({ port, path: '/v2/bulk-inventory', method: 'POST', headers }, (response) => {
        response.resume().on('end', resolve)
      })
      call.end(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))
    })
    expect((await lastRequest(emulator)).status).toBe(400)
    await refused(emulator, 'no text in UTF-8')
  })

  it('was refused before its body was read', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, 'a,b', { type: 'text/csv' })
    expect((await lastRequest(emulator)).status).toBe(415)
    await refused(emulator, 'refused before it was read')
  })

  it('was not sent to its end', async () => {
    const emulator = await startTestEmulator()
    const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    const head = [
      'POST /v2/bulk-inventory HTTP/1.1',
      'Host: localhost',
      `Authorization: ${oauth2('a-token')}`,
      'Content-Type: application/json',
      'Content-Length: 100',
    ]
    await bulk(emulator, items(row('1')))
    socket.write(`${head.join('\r\n')}\r\n\r\n{"inventory`)
    await new Promise((resolve) => setTimeout(resolve, 50))
    socket.destroy()
    const { body } = await control(emulator)
      .post('/_backstock/requests/wait')
      .send({ match: { outcome: 'lost' } })
    expect(body.verdict).toBe('pass')
    await refused(emulator, 'gone before the call ended')
  })

  it('is not in the journal, or is asked for by more than its id', async () => {
    const emulator = await startTestEmulator()
    expect((await repeat(emulator, 'nothing')).status).toBe(404)
    await bulk(emulator, items(row('1')))
    const { id } = await lastRequest(emulator)
    expect((await control(emulator).post(`/_backstock/requests/${id}/repeat?as=other`)).status).toBe(400)
  })
})
