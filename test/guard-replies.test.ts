import { request as send } from 'node:http'
import supertest from 'supertest'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { withRoutes } from './control-routes.js'
import { bulk, items, lastRequest, startTestEmulator } from './emulator.js'
import { tell } from './proof.js'

const plane = (emulator: Emulator) => supertest(emulator.url)
const instant = new Date('2026-01-31T12:00:00Z')
const timestamp = '2015-01-23T16:35:38+0000'

/** Everything that calls can change, as the control plane shows it. */
async function everything(emulator: Emulator) {
  const shown = new Map<string, unknown>()
  const get = async (path: string) => {
    const { body } = await plane(emulator).get(`/_backstock/${path}`).expect(200)
    shown.set(path, body)
    return body
  }
  const names = ['faults', 'clock', 'ids', 'snapshots', 'requests', 'violations', 'coverage']
  const { accounts } = await get('joor/accounts')
  const { sites } = await get('jirafe/sites')
  for (const { account } of accounts) {
    for (const part of ['', '/positions']) await get(`joor/accounts/${account}${part}`)
    for (const name of names) await get(`${name}?account=${account}`)
  }
  for (const { site } of sites) {
    for (const part of ['', '/levels?history=true', '/events', '/costs']) await get(`jirafe/sites/${site}${part}`)
    for (const name of names) await get(`${name}?site=${site}`)
  }
  for (const name of names) await get(name)
  return shown
}

async function withState() {
  const { emulator, routes } = await withRoutes({ clock: () => instant, seedIds: 7 })
  const put = (path: string, body: object) => plane(emulator).put(`/_backstock/${path}`).send(body)
  await put('joor/accounts/brand', { token: 'a-token', warehouses: ['NY'] }).expect(201)
  await put('jirafe/sites/shop', { token: 'site-token' }).expect(201)
  const reply = await bulk(emulator, items({ upc: '1', warehouse: 'NY', inventory: 3 }, { upc: '2', inventory: 'x' }))
  await supertest(emulator.url)
    .post('/v2/shop/inventory')
    .set('Authorization', 'Bearer site-token')
    .send({ timestamp, product_code: '1', inventory_level: 5 })
    .expect(200)
  await put('snapshots/kept', {}).expect(201)
  await put('faults?account=brand', [{ times: 1, fault: { kind: 'reset' } }] as never).expect(200)
  await put('ids?site=shop', { seed: 3 }).expect(200)
  const names: Readonly<Record<string, string>> = {
    account: 'brand',
    site: 'shop',
    name: 'kept',
    document: 'joor.json',
    log_id: reply.body.response.log_id,
    id: (await lastRequest(emulator)).id,
  }
  return {
    emulator,
    routes,
    fill: (path: string) => path.replaceAll(/:(\w+)/g, (_, name: string) => names[name] ?? name),
  }
}

/** The status of a call whose reply may never end. */
function statusOf(emulator: Emulator, method: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = send(`${emulator.url}/_backstock${path}`, { method, agent: false }, (response) => {
      resolve(response.statusCode ?? 0)
      response.on('error', () => {})
      call.destroy()
    })
    call.once('error', reject).end()
  })
}

describe('GET and HEAD', () => {
  it('of every route of the control plane leave all as it was', async () => {
    const { emulator, routes, fill } = await withState()
    const before = await everything(emulator)
    const statuses = new Map<string, number>()
    for (const { path } of routes)
      for (const method of ['GET', 'HEAD'])
        for (const query of ['', '?account=brand', '?site=shop', '?_method=DELETE'])
          statuses.set(`${method} ${path}${query}`, await statusOf(emulator, method, `${fill(path)}${query}`))
    expect(await everything(emulator)).toEqual(before)
    tell('guard', `${routes.length} routes, ${statuses.size} calls by GET and HEAD`)
    // What is read was reached, under the names that there are.
    const read = routes.filter(({ methods }) => methods.includes('get')).map(({ path }) => path)
    for (const path of read) {
      const answered = ['', '?account=brand', '?site=shop'].map((query) => statuses.get(`GET ${path}${query}`))
      if (path !== '/joor/account') expect([path, answered.includes(200)]).toEqual([path, true])
    }
    // What only changes has no reading: nobody may have mounted both under one handler.
    for (const { path, methods } of routes) expect([path, methods]).not.toEqual([path, expect.arrayContaining(['all'])])
  })

  it('are looked at on all routes: those that clients know are among them', async () => {
    const { routes } = await withState()
    const known = ['/health', '/session', '/joor/accounts/:account', '/joor/account', '/jirafe/sites', '/requests/:id']
    const more = [
      '/requests/stream',
      '/faults',
      '/clock',
      '/ids',
      '/snapshots/:name',
      '/reset',
      '/seed',
      '/verify/state',
    ]
    expect(routes.map(({ path }) => path)).toEqual(expect.arrayContaining([...known, ...more]))
    expect(routes.length).toBeGreaterThan(40)
  })

  it('would be caught: the same look sees what any other method changes', async () => {
    for (const [method, path, body] of [
      ['put', 'clock', { now: '2026-02-01T00:00:00Z' }],
      ['delete', 'faults?account=brand', undefined],
      ['put', 'ids', { seed: 1 }],
      ['delete', 'snapshots/kept', undefined],
      ['delete', 'requests', undefined],
      ['delete', 'joor/accounts/brand', undefined],
      ['post', 'reset', undefined],
    ] as const) {
      const { emulator } = await withState()
      const before = await everything(emulator)
      const reply = await plane(emulator)
        [method](`/_backstock/${path}`)
        .send(body as object | undefined)
      expect([path, reply.status < 300]).toEqual([path, true])
      expect([path, await everything(emulator)]).not.toEqual([path, before])
    }
  })
})

/** Every kind of reply that there is, from either side. */
const calls = [
  ['get', '/_backstock/health', 200],
  ['get', '/_backstock/rules', 200],
  ['head', '/_backstock/rules', 200],
  ['options', '/_backstock/rules', 200],
  ['options', '/_backstock/reset', 200],
  ['options', '/_backstock/nowhere', 404],
  ['post', '/_backstock/reset', 200],
  ['put', '/_backstock/seed', 400],
  ['delete', '/_backstock/faults', 204],
  ['get', '/_backstock/coverage?format=html', 200],
  ['get', '/_backstock/joor/accounts/nobody', 404],
  ['get', '/_backstock/metrics', 200],
  ['get', '/_backstock/events', 501],
  ['get', '/_backstock/joor/accounts/%zz', 400],
  ['get', '/v2/shop/inventory', 405],
  ['options', '/v2/shop/inventory', 405],
  ['head', '/v2/shop/inventory', 405],
  ['post', '/v2/shop/inventory', 200],
  ['post', '/v2/bulk-inventory', 401],
  ['options', '/v2/bulk-inventory', 405],
  ['get', '/', 404],
  ['options', '/', 404],
  ['get', '/v1/orders', 404],
] as const

const refusing = [
  ['the host', { Host: 'evil.test' }, 421],
  ['the origin', { Origin: 'http://evil.test' }, 403],
  ['the site', { 'Sec-Fetch-Site': 'cross-site' }, 403],
  ['the token', {}, 401],
] as const

const isCors = (name: string) => /^access-control-/i.test(name)
const preflight = {
  'Access-Control-Request-Method': 'PUT',
  'Access-Control-Request-Headers': 'content-type',
  'Access-Control-Request-Private-Network': 'true',
}

describe('A reply', () => {
  it.each(calls)('to %s %s lets no other origin read it', async (method, path, status) => {
    const emulator = await startTestEmulator()
    const isControl = path.startsWith('/_backstock')
    const event = { timestamp, product_code: '1', inventory_level: 5 }
    // A page of another origin would ask so; on the control plane it is refused before.
    for (const origin of isControl ? [emulator.url] : ['http://evil.test', 'null', emulator.url]) {
      const reply = await plane(emulator)
        [method](path)
        .set({ Origin: origin, Authorization: 'Bearer site-token', ...preflight })
        .send(method === 'post' ? event : undefined)
      expect([origin, reply.status]).toEqual([origin, status])
      expect(Object.keys(reply.headers).filter(isCors)).toEqual([])
      const guarding = ['cross-origin-resource-policy', 'x-content-type-options'].map((name) => reply.headers[name])
      expect(guarding).toEqual(isControl ? ['same-origin', 'nosniff'] : [undefined, undefined])
    }
  })

  it.each(refusing)('that refuses a call by %s lets no other origin read it', async (_what, headers, status) => {
    const emulator = await startTestEmulator({ controlToken: 'secret' })
    for (const method of ['get', 'options', 'put'] as const) {
      const reply = await plane(emulator)
        [method]('/_backstock/clock')
        .set({ ...preflight, ...headers })
      expect(reply.status).toBe(status)
      expect(Object.keys(reply.headers).filter(isCors)).toEqual([])
      expect(reply.headers['content-type']).toBe('application/problem+json')
    }
  })

  it('that streams lets no other origin read it', async () => {
    const emulator = await startTestEmulator()
    const headers = await new Promise<Record<string, unknown>>((resolve, reject) => {
      const call = send(`${emulator.url}/_backstock/requests/stream`, { agent: false }, (response) => {
        resolve(response.headers)
        response.on('error', () => {})
        call.destroy()
      })
      call.once('error', reject).end()
      onTestFinished(() => void call.destroy())
    })
    expect(headers).toMatchObject({
      'cross-origin-resource-policy': 'same-origin',
      'content-type': 'text/event-stream; charset=utf-8',
    })
    expect(Object.keys(headers).filter(isCors)).toEqual([])
  })
})
