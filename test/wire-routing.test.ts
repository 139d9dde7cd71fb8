import { once } from 'node:events'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { lastRequest, oauth2, startTestEmulator } from './emulator.js'

const event = '{"timestamp": "2015-01-23T16:35:38+0000", "product_code": "SKU-1", "inventory_level": 12}'
const bearer = 'Bearer a-token'
const oauth = oauth2('a-token')
/** By a proxy clients may call it by the vendors' own names. */
const allowedHosts = ['*.jirafe.com', '*.jooraccess.com']

/** One request with exactly this target, which URL parsers would tidy up; the connection is closed after it. */
async function raw(emulator: Emulator, target: string, { method = 'POST', authorization = bearer, body = event } = {}) {
  const { port, host } = new URL(emulator.url)
  const socket = connect(Number(port), '127.0.0.1')
  await once(socket, 'connect')
  const head = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${host}`,
    `Authorization: ${authorization}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`)
  const reply = await text(socket)
  const [top = '', content = ''] = reply.split('\r\n\r\n')
  return { status: Number(top.split(' ')[1]), head: top, body: content }
}

async function journal(emulator: Emulator) {
  const { body } = await supertest(emulator.url).get('/_backstock/requests')
  return body.requests
}

async function nothingStored(emulator: Emulator) {
  const sites = await supertest(emulator.url).get('/_backstock/jirafe/sites')
  expect(sites.body.sites.filter(({ levels }: { levels: number }) => levels > 0)).toEqual([])
  const accounts = await supertest(emulator.url).get('/_backstock/joor/accounts')
  expect(accounts.body.accounts.filter(({ positions }: { positions: number }) => positions > 0)).toEqual([])
}

describe('one origin, two vendors', () => {
  it.each([
    ['/v2/bulk-inventory', oauth, 'joor.bulk-inventory', 400],
    ['/v2/bulk-inventory/', oauth, 'joor.bulk-inventory', 400],
    ['/v2//bulk-inventory', oauth, 'joor.bulk-inventory', 400],
    ['//v2/bulk-inventory', oauth, 'joor.bulk-inventory', 400],
    ['/v2/bulk-inventory?overwrite=1', oauth, 'joor.bulk-inventory', 400],
    ['/v2/bulk-inventory', bearer, 'joor.bulk-inventory', 401],
    ['/v2/style-number/SN/SI/inventory', oauth, 'joor.style-inventory', 405],
    ['/v2/style-number/SN/SI/inventory', bearer, 'joor.style-inventory', 405],
    ['/v2/style-number/SN/SI/inventory/', oauth, 'joor.style-inventory', 405],
    ['//v2//style-number/SN/SI//inventory', oauth, 'joor.style-inventory', 405],
    ['/v2/style%2Dnumber/S%2FN/SI/inventory?upc=1', oauth, 'joor.style-inventory', 405],
    ['/v2/style-number/cart/order/inventory', oauth, 'joor.style-inventory', 405],
    ['/v2/style-number//SI/inventory', oauth, 'joor.unknown', 404],

    ['/v2/tracker/pageview', bearer, 'jirafe.tracker/pageview', 400],
    ['/v2/tracker/visit', bearer, 'jirafe.tracker/visit', 400],
    ['/v2/tracker/pageview.gif?page=1', bearer, 'jirafe.tracker.gif', 405],
    ['/v2/tracker/visit', oauth, 'jirafe.tracker/visit', 400],
    ['/v2/tracker/inventory', bearer, 'jirafe.inventory', 200],

    ['/v2/shop/inventory', bearer, 'jirafe.inventory', 200],
    ['/v2/shop/product.inventory', bearer, 'jirafe.inventory', 200],
    ['/v2/shop/inv%65ntory', bearer, 'jirafe.inventory', 200],
    ['/v2/shop/inventory', oauth, 'jirafe.inventory', 403],

    ['/v2/bulk-inventory/inventory', bearer, 'jirafe.inventory', 200],
    ['/v2/style-number/inventory', bearer, 'jirafe.inventory', 200],
    ['/v2/style/inventory', bearer, 'jirafe.inventory', 200],
    ['/v2/bulk-style/inventory', bearer, 'jirafe.inventory', 200],
    ['/v2/order/inventory', bearer, 'jirafe.inventory', 200],
    ['/v2/orders/inventory', bearer, 'jirafe.inventory', 200],
    ['/v2/connection/inventory', bearer, 'jirafe.inventory', 200],
    ['/v2/order/order', bearer, 'jirafe.order', 400],
    ['/v2/order/inventory', oauth, 'jirafe.inventory', 403],

    ['/v2/shop/cart', bearer, 'jirafe.cart', 400],
    ['/v2/shop/category', bearer, 'jirafe.category', 400],
    ['/v2/shop/customer', bearer, 'jirafe.customer', 400],
    ['/v2/shop/employee', bearer, 'jirafe.employee', 400],
    ['/v2/shop/order', bearer, 'jirafe.order', 400],
    ['/v2/shop/product', bearer, 'jirafe.product', 400],
    ['/v2/shop/product.cost', bearer, 'jirafe.product.cost', 400],
    ['/v2/shop/heartbeat', bearer, 'jirafe.heartbeat', 200],
    ['/v2/shop/batch', bearer, 'jirafe.batch', 400],
    ['/v2/shop/site_check', bearer, 'jirafe.site_check', 200],
    ['/v2/shop/batch', 'Basic eA==', 'jirafe.batch', 403],

    ['/v2/style', oauth, 'joor.unknown', 404],
    ['/v2/style', bearer, 'joor.unknown', 404],
    ['/v2/bulk-style', bearer, 'joor.unknown', 404],
    ['/v2/orders', bearer, 'joor.unknown', 404],
    ['/v2/order/123', bearer, 'joor.unknown', 404],
    ['/v2/connection/5', bearer, 'joor.unknown', 404],
    ['/v2/bulk-inventory/123', bearer, 'joor.unknown', 404],
    ['/v2/style-number/SN/SI', bearer, 'joor.unknown', 404],
    ['/v2/style-number/SN/SI/prices', bearer, 'joor.unknown', 404],
    ['/v4/styles', bearer, 'joor.unknown', 404],
    ['/v4/shop/inventory', bearer, 'joor.unknown', 404],
    ['/v2/shop/nonsense', oauth, 'joor.unknown', 404],
    ['/v2/prices', oauth, 'joor.unknown', 404],
    ['/v2/prices', 'oauth2 eA==', 'joor.unknown', 404],
    ['/elsewhere', oauth, 'joor.unknown', 404],

    ['/v2/shop/nonsense', bearer, 'jirafe.unknown', 400],
    ['/v2/shop/Inventory', bearer, 'jirafe.unknown', 400],
    ['/v2/shop/bulk-inventory', bearer, 'jirafe.unknown', 400],
    ['/v2/shop/nonsense', 'Basic eA==', 'jirafe.unknown', 403],
    ['/v2/tracker/nonsense', bearer, 'jirafe.unknown', 400],
    ['/v2/Style/1', bearer, 'jirafe.unknown', 400],

    ['/', bearer, 'unknown', 404],
    ['/v2', bearer, 'unknown', 404],
    ['/v2/shop', bearer, 'unknown', 404],
    ['/v2/inventory', bearer, 'unknown', 404],
    ['/v1/shop/inventory', bearer, 'unknown', 404],
    ['/V2/shop/inventory', bearer, 'unknown', 404],
    ['/v2/shop/inventory/more', bearer, 'unknown', 404],
    ['/inventory', bearer, 'unknown', 404],
  ])('%s with %s is %s: %i', async (target, authorization, operation, status) => {
    const emulator = await startTestEmulator()
    const reply = await raw(emulator, target, { authorization })
    expect(reply.status).toBe(status)
    expect(reply.head).toMatch(/^backstock-request-id: [\w-]+\r?$/im)
    const detail = await lastRequest(emulator)
    expect(detail).toMatchObject({ operation, status, path: target, method: 'POST' })
    if (operation !== 'jirafe.inventory' || status !== 200) await nothingStored(emulator)
    else expect(detail.changes_total).toBe(1)
  })

  it.each([
    [
      "JOOR's other paths",
      '/v2/orders',
      bearer,
      404,
      'Not emulated',
      /JOOR's \/v2\/orders is not emulated\..*bulk-inventory.*\/v2\/style-number\//,
    ],
    [
      "JOOR's other paths with a query",
      '/v2/style?a=1',
      oauth,
      404,
      'Not emulated',
      /JOOR's \/v2\/style is not emulated\./,
    ],
    [
      'no path of either',
      '/nowhere',
      bearer,
      404,
      'Not found',
      /\/v2\/bulk-inventory.*\/v2\/style-number.*\/v2\/\{site-id\}\/\{type\}.*\/v2\/tracker\/pageview/,
    ],
  ])(
    '%s are told by a problem, never in a vendor’s words',
    async (_case, target, authorization, status, title, says) => {
      const emulator = await startTestEmulator()
      const reply = await raw(emulator, target, { authorization })
      expect(reply.head).toMatch(/^content-type: application\/problem\+json\r?$/im)
      const problem = JSON.parse(reply.body)
      expect(problem).toMatchObject({ type: 'about:blank', title, status })
      expect(problem.detail).toMatch(says)
      expect(reply.body).not.toContain('invalid_type')
      expect(reply.body).not.toContain('log_id')
    },
  )
})

describe('how a path is read', () => {
  it.each([
    ['/v2/shop/inventory', 'shop'],
    ['/v2/shop/inventory/', 'shop'],
    ['//v2///shop//inventory//', 'shop'],
    ['/v2/sh%6Fp/inventory', 'shop'],
    ['/%76%32/shop/inventory', 'shop'],
    ['/v2/%2e%2e/inventory', '..'],
    ['/v2/../inventory', '..'],
    ['/v2/a%2Fb/inventory', 'a/b'],
    ['/v2/%252F/inventory', '%2F'],
    ['/v2/a;b=c/inventory', 'a;b=c'],
    ['/v2/shop/inventory?', 'shop'],
    ['http://event.jirafe.com/v2/shop/inventory', 'shop'],
    ['https://event.jirafe.com:443/v2/shop/inventory/', 'shop'],
    ['HTTP://EVENT.JIRAFE.COM//v2/shop/inventory', 'shop'],
  ])('%s is the inventory of site %s', async (target, site) => {
    const emulator = await startTestEmulator({ allowedHosts })
    expect((await raw(emulator, target)).status).toBe(200)
    expect(await lastRequest(emulator)).toMatchObject({ operation: 'jirafe.inventory', site, changes_total: 1 })
  })

  it.each([
    ['/v2/%zz/inventory'],
    ['/v2/%/inventory'],
    ['/v2/%e/inventory'],
    ['/v2/%ff/inventory'],
    ['/v2/%c0%af/inventory'],
    ['/v2/%ed%a0%80/inventory'],
    ['/v2/shop/%zz'],
  ])('%s holds an escape that is none: 400 with a message, and no site is made', async (target) => {
    const emulator = await startTestEmulator()
    const reply = await raw(emulator, target)
    expect(reply.status).toBe(400)
    expect(JSON.parse(reply.body)).toEqual({
      error_type: 'unknown',
      message: 'The path holds a malformed percent escape.',
      success: false,
    })
    const { body } = await supertest(emulator.url).get('/_backstock/jirafe/sites')
    expect(body.sites).toEqual([])
    const detail = await lastRequest(emulator)
    expect(detail).not.toHaveProperty('site')
    expect(detail.violations).toMatchObject([{ rule: 'jirafe.call.escapes', at: { path: 'path' } }])
  })

  it.each([
    ['http://event.jirafe.com', 'unknown', 404],
    ['http://event.jirafe.com?a=1', 'unknown', 404],
    ['http://api.jooraccess.com/v2/bulk-inventory', 'joor.bulk-inventory', 401],
    ['*', 'unknown', 404],
  ])('the target %s is %s', async (target, operation, status) => {
    const emulator = await startTestEmulator({ allowedHosts })
    const reply = await raw(emulator, target, { method: target === '*' ? 'OPTIONS' : 'POST' })
    expect(reply.status).toBe(status)
    expect(await lastRequest(emulator)).toMatchObject({ operation, status })
  })
})

describe('the control plane is never journalled as vendor traffic', () => {
  it.each([
    ['/_backstock/health', 200],
    ['/_backstock//health', 200],
    ['//_backstock/health', 200],
    ['/_backstock', 200],
    ['/_backstock/', 200],
    ['/_backstock?a=1', 200],
    ['/_backstock/nonsense', 404],
    ['/_backstock/v2/shop/inventory', 404],
    ['http://127.0.0.1/_backstock/health', 200],
  ])('%s: %i', async (target, status) => {
    const emulator = await startTestEmulator()
    const reply = await raw(emulator, target, { method: 'GET', body: '' })
    expect(reply.status).toBe(status)
    expect(reply.head).not.toMatch(/^backstock-request-id:/im)
    expect(await journal(emulator)).toEqual([])
  })

  it.each([['/_backstock2/health'], ['/_BACKSTOCK/health'], ['/v2/_backstock']])(
    '%s is no path of it, and is journalled',
    async (target) => {
      const emulator = await startTestEmulator()
      expect((await raw(emulator, target)).status).toBe(404)
      expect(await journal(emulator)).toMatchObject([{ path: target, status: 404 }])
    },
  )
})
