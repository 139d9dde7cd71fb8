import { request } from 'node:http'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { brokenRules, lastRequest, startTestEmulator } from './emulator.js'
import { pageview, remembered, visit } from './jirafe-events.js'

/** A browser's call: no token, and whatever type it sends. */
const track = (emulator: Emulator, type: string, body: unknown, method: 'post' | 'put' = 'post') =>
  supertest(emulator.url)
    [method](`/v2/tracker/${type}`)
    .set('Content-Type', 'application/json')
    .send(typeof body === 'string' ? body : JSON.stringify(body))

const documents = [
  ['pageview', pageview],
  ['visit', visit],
] as const
const sites = async (emulator: Emulator) =>
  (await supertest(emulator.url).get('/_backstock/jirafe/sites')).body.sites.map(({ site }: { site: string }) => site)

/** A call as it stands on the wire. */
function call(emulator: Emulator, method: string, path: string) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; bytes: Buffer }>((resolve, reject) => {
    const { hostname, port } = new URL(emulator.url)
    const sent = request({ hostname, port, method, path, agent: false }, (reply) => {
      const chunks: Buffer[] = []
      reply.on('data', (chunk: Buffer) => chunks.push(chunk))
      reply.on('end', () =>
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, bytes: Buffer.concat(chunks) }),
      )
    })
    sent.on('error', reject).end()
  })
}

describe.each(documents)('The tracker %s', (type, document) => {
  it.each(['post', 'put'] as const)('is taken by %s without a token and kept for the site it names', async (method) => {
    const emulator = await startTestEmulator()
    const reply = await track(emulator, type, document, method)
    expect([reply.status, reply.text]).toEqual([200, '{\n  "success": true\n}'])
    expect(reply.headers['content-type']).toBe('application/json')
    expect(reply.headers).not.toHaveProperty('backstock-violations')
    const { id, operation, site, items } = await lastRequest(emulator)
    expect({ operation, site, items }).toEqual({
      operation: `jirafe.tracker/${type}`,
      site: 'shop',
      items: { updated: 1, not_updated: 0 },
    })
    expect(await remembered(emulator, 'events')).toMatchObject([
      { type: `tracker/${type}`, request: id, event: document },
    ])
    expect(await sites(emulator)).toEqual(['shop'])
  })

  it('is taken with any token, right or wrong, and where tokens are enforced', async () => {
    const emulator = await startTestEmulator({ settings: { auth: 'enforce' } })
    await supertest(emulator.url).put('/_backstock/jirafe/sites/shop').send({ token: 'shop-token' }).expect(201)
    for (const value of ['Bearer shop-token', 'Bearer wrong', 'nonsense', undefined]) {
      const sent = track(emulator, type, document)
      if (value !== undefined) sent.set('Authorization', value)
      expect((await sent).status).toBe(200)
    }
    expect(await remembered(emulator, 'events')).toHaveLength(4)
  })

  it.each([
    ['report', 200, '1'],
    ['enforce', 400, '1'],
    ['off', 200, undefined],
  ])('is judged by the contract mode of the site that it names: %s', async (contract, status, violations) => {
    const emulator = await startTestEmulator({ settings: { contract: contract === 'report' ? 'off' : 'report' } })
    await supertest(emulator.url).put('/_backstock/jirafe/sites/shop').send({ settings: { contract } }).expect(201)
    const reply = await track(emulator, type, { ...document, another: 1 })
    expect([reply.status, reply.headers['backstock-violations']]).toEqual([status, violations])
    expect(await lastRequest(emulator)).toMatchObject({ site: 'shop', status })
    expect(await remembered(emulator, 'events')).toHaveLength(status === 200 ? 1 : 0)
  })

  it('is answered in the layout of the site that it names', async () => {
    const emulator = await startTestEmulator()
    const put = { settings: { reply_layout: '2013-12' } }
    await supertest(emulator.url).put('/_backstock/jirafe/sites/old').send(put).expect(201)
    const wrong = { ...document, org: 5 }
    const layoutOf = async (site: string) => (await track(emulator, type, { ...wrong, site })).text.includes(', \n')
    expect([await layoutOf('old'), await layoutOf('shop')]).toEqual([false, true])
  })

  it('that is refused is a call of the site that it names, and leaves no event', async () => {
    const emulator = await startTestEmulator()
    await track(emulator, type, { ...document, org: 5 })
    expect(await lastRequest(emulator)).toMatchObject({
      site: 'shop',
      status: 400,
      items: { updated: 0, not_updated: 1 },
      changes_total: 0,
    })
    expect(await remembered(emulator, 'events')).toEqual([])
  })

  it.each([
    ['none', { ...document, site: undefined }, "'site' is a required property"],
    ['null', { ...document, site: null }, "None is not of type 'string'"],
    ['a number', { ...document, site: 5 }, "5 is not of type 'string'"],
  ])('with %s for its site is refused, and makes no site', async (_what, body, told) => {
    const emulator = await startTestEmulator()
    const reply = await track(emulator, type, body)
    expect([reply.status, reply.body]).toEqual([
      400,
      { error_type: 'validation', errors: { site: told }, success: false },
    ])
    expect(await brokenRules(emulator)).toEqual(['jirafe.event.schema'])
    expect(await sites(emulator)).toEqual([])
  })

  it('with an empty site is accepted, as empty texts were, and kept for no site', async () => {
    const emulator = await startTestEmulator()
    expect((await track(emulator, type, { ...document, site: '' })).status).toBe(200)
    expect(await sites(emulator)).toEqual([])
  })

  it.each(['__proto__', 'a/b', '😀', 'x'.repeat(10_000), '\u0000'])('names any site: %j', async (site) => {
    const emulator = await startTestEmulator()
    expect((await track(emulator, type, { ...document, site })).status).toBe(200)
    expect(await sites(emulator)).toEqual([site])
    if (site.length < 1_000) expect(await remembered(emulator, 'events', site)).toHaveLength(1)
  })

  it('never touches another site, and writes nothing but its events', async () => {
    const emulator = await startTestEmulator()
    await track(emulator, type, { ...document, levels: [], product_code: 'A', inventory_level: 3 })
    await track(emulator, type, { ...document, site: 'outlet' })
    for (const site of ['shop', 'outlet']) {
      expect(await remembered(emulator, 'events', site)).toHaveLength(1)
      for (const what of ['levels', 'costs'] as const) expect(await remembered(emulator, what, site)).toEqual([])
    }
  })

  it.each([
    ['no JSON', '{', 'bad_json'],
    ['nothing', '', 'bad_json'],
    ['a list', '[]', 'validation'],
  ])('with %s for its body is refused', async (_what, body, errorType) => {
    const emulator = await startTestEmulator()
    const reply = await track(emulator, type, body)
    expect([reply.status, reply.body.error_type]).toEqual([400, errorType])
    expect(await sites(emulator)).toEqual([])
  })

  it('makes no site of a name that is longer than a path can be', async () => {
    const emulator = await startTestEmulator()
    for (const length of [16 * 1024, 16 * 1024 + 1])
      expect((await track(emulator, type, { ...document, site: 's'.repeat(length) })).status).toBe(200)
    expect(await sites(emulator)).toEqual(['s'.repeat(16 * 1024)])
    expect((await lastRequest(emulator)).site).toBeUndefined()
  })

  it.each(['GET', 'DELETE'])('is not taken by %s', async (method) => {
    const emulator = await startTestEmulator()
    const { status, headers } = await call(emulator, method, `/v2/tracker/${type}`)
    expect([status, headers.allow]).toEqual([405, 'POST, PUT'])
  })

  it('is the same with repeated and trailing slashes', async () => {
    const emulator = await startTestEmulator()
    for (const path of [`/v2/tracker/${type}/`, `//v2//tracker/${type}`]) {
      const reply = await supertest(emulator.url).post(path).send(document)
      expect(reply.status).toBe(200)
    }
    expect(await remembered(emulator, 'events')).toHaveLength(2)
  })
})

describe('The image of a tracker', () => {
  const pixel = Buffer.from(
    '47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b',
    'hex',
  )

  it.each([
    '/v2/tracker/pageview.gif',
    '/v2/tracker/visit.gif',
    '/v2/tracker/pageview.gif?',
    '/v2/tracker/pageview.gif?site=shop&site=&pageview%5Bpage_type%5D=none&x=%F0%9F%98%80',
    '/v2/tracker/pageview.gif?%zz=%&&&=',
    '/v2/tracker/visit.gif/',
  ])('is a transparent pixel of 43 bytes: %s', async (path) => {
    const emulator = await startTestEmulator()
    const { status, headers, bytes } = await call(emulator, 'GET', path)
    expect(status).toBe(200)
    expect(bytes).toEqual(pixel)
    expect(bytes).toHaveLength(43)
    expect(headers).toMatchObject({ 'content-type': 'image/gif', 'content-length': '43' })
    expect(headers).not.toHaveProperty('backstock-violations')
    expect(await sites(emulator)).toEqual([])
    expect(await lastRequest(emulator)).toMatchObject({
      vendor: 'jirafe',
      operation: 'jirafe.tracker.gif',
      status: 200,
    })
  })

  it.each(['POST', 'PUT', 'HEAD', 'DELETE'])('is not taken by %s', async (method) => {
    const emulator = await startTestEmulator()
    for (const path of ['/v2/tracker/pageview.gif', '//v2/tracker/pageview.gif']) {
      const { status, headers } = await call(emulator, method, path)
      expect([status, headers.allow]).toEqual([405, 'GET'])
      expect(await brokenRules(emulator)).toEqual(['jirafe.call.method'])
    }
  })

  it('is the same with repeated slashes, which are reported', async () => {
    const emulator = await startTestEmulator()
    const { status, bytes } = await call(emulator, 'GET', '//v2//tracker/pageview.gif')
    expect([status, bytes]).toEqual([200, pixel])
    expect(await brokenRules(emulator)).toEqual(['jirafe.call.repeated_slashes'])
  })

  it('of another name is none', async () => {
    const emulator = await startTestEmulator()
    const replies = ['order.gif', 'pageview.png', 'pageview.gif.gif', 'PAGEVIEW.gif'].map((name) =>
      call(emulator, 'GET', `/v2/tracker/${name}`),
    )
    for (const { status, headers } of await Promise.all(replies)) {
      expect(status).toBeGreaterThanOrEqual(400)
      expect(headers['content-type']).toBe('application/json')
    }
  })
})
