import { TLSSocket } from 'node:tls'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { lastRequest, positions, startTestEmulator } from './emulator.js'
import { arm } from './faults.js'
import {
  call,
  connectTo,
  dial,
  jirafeToken,
  joorCall,
  joorToken,
  listenElsewhere,
  problemIn,
  type RawClient,
  secureTo,
  startIntercepting,
  stock,
  tunnelTo,
} from './intercept.js'

const joorHost = 'api.jooraccess.com'
const jirafeHost = 'event.jirafe.com'
const level = '{"timestamp":"2015-01-23T16:35:38+0000","product_code":"SKU-1","inventory_level":7}'
const jirafeCall = call(jirafeHost, '/v2/shop/inventory', level, jirafeToken)

describe("A call to a vendor's own host is served", () => {
  it.each<[string, () => string, (emulator: Emulator) => Promise<RawClient>]>([
    ['over TLS', () => joorCall(), (emulator) => secureTo(emulator, `${joorHost}:443`)],
    ['over TLS, on any port', () => joorCall(), (emulator) => secureTo(emulator, `${joorHost}:8443`)],
    [
      'of the sandbox',
      () => joorCall('apisandbox.jooraccess.com'),
      (emulator) => secureTo(emulator, 'apisandbox.jooraccess.com:443'),
    ],
    ['without TLS, in a tunnel', () => joorCall(), (emulator) => tunnelTo(emulator, `${joorHost}:80`)],
    [
      'whose name has capitals and a dot at its end',
      () => joorCall('API.JoorAccess.com.'),
      (emulator) => tunnelTo(emulator, 'API.jooraccess.COM.:80'),
    ],
    ['as a whole URL', () => call(joorHost, `http://${joorHost}/v2/bulk-inventory`, stock(), joorToken), dial],
    [
      'as a whole URL of TLS, as axios sends it',
      () => call(joorHost, `https://${joorHost}/v2/bulk-inventory`, stock(), joorToken),
      dial,
    ],
  ])('%s', async (_says, written, open) => {
    const { emulator } = await startIntercepting()
    const client = (await open(emulator)).write(written())
    await client.until('items_not_updated":\\[\\]}')
    expect(client.received).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    expect(await positions(emulator)).toMatchObject([{ warehouse: 'NY', available: 1 }])
    expect(await lastRequest(emulator)).toMatchObject({ vendor: 'joor', path: '/v2/bulk-inventory', status: 200 })
  })

  it('of Jirafe', async () => {
    const { emulator } = await startIntercepting()
    const client = (await secureTo(emulator, `${jirafeHost}:443`)).write(jirafeCall)
    await client.until('"success": true')
    expect(await lastRequest(emulator)).toMatchObject({ operation: 'jirafe.inventory', site: 'shop' })
  })

  it('one after the other on one connection, those that come together, too', async () => {
    const { emulator } = await startIntercepting()
    const client = await secureTo(emulator, `${joorHost}:443`)
    client.write(joorCall(joorHost, 1))
    await client.until('items_not_updated')
    client.write(joorCall(joorHost, 2) + joorCall(joorHost, 3))
    await client.until(/(?:items_not_updated[\s\S]*){3}/)
    expect(await positions(emulator)).toMatchObject([{ available: 3 }])
    expect(emulator.counts().calls).toBe(3)
  })

  it('with a large body', async () => {
    const { emulator } = await startIntercepting()
    const many = Array.from({ length: 20_000 }, (_, at) => ({ warehouse: 'NY', upc: String(at), inventory: at }))
    const client = await secureTo(emulator, `${joorHost}:443`)
    client.write(call(joorHost, '/v2/bulk-inventory', JSON.stringify({ inventory_items: many }), joorToken))
    await client.until('items_not_updated')
    expect(emulator.counts()).toMatchObject({ updated: 20_000, notUpdated: 0 })
  })

  it('although its first bytes came right behind the CONNECT', async () => {
    const { emulator } = await startIntercepting()
    const client = (await dial(emulator)).write(connectTo(`${joorHost}:80`) + joorCall())
    await client.until('items_not_updated')
    expect(client.received).toMatch(/^HTTP\/1\.1 200 Connection established\r\n\r\nHTTP\/1\.1 200 OK\r\n/)
  })

  it('by HTTP/1.1 only, whatever else the client would like', async () => {
    const { emulator } = await startIntercepting()
    const { socket } = await secureTo(emulator, `${joorHost}:443`, { ALPNProtocols: ['h2', 'http/1.1'] })
    expect(socket).toMatchObject({ alpnProtocol: 'http/1.1' })
    await expect(secureTo(emulator, `${joorHost}:443`, { ALPNProtocols: ['h2'] })).rejects.toThrow()
  })

  it('under the certificate of that host, with and without a name in the handshake', async () => {
    const { emulator } = await startIntercepting()
    const { socket } = await secureTo(emulator, `${joorHost}:443`, {
      servername: '',
      checkServerIdentity: () => undefined,
    })
    expect(socket).toMatchObject({ authorized: true })
    if (!(socket instanceof TLSSocket)) throw new Error('It is no socket of TLS.')
    expect(socket.getPeerCertificate()).toMatchObject({ subjectaltname: `DNS:${joorHost}` })
    await expect(secureTo(emulator, `${joorHost}:443`, { servername: jirafeHost })).rejects.toThrow(/altnames/)
  })
})

describe('The host decides whose operations there are', () => {
  it.each([
    ["JOOR's host", joorHost, '/v2/shop/inventory', level, jirafeToken, 404, 'Not emulated'],
    ["JOOR's host", joorHost, '/no/such/path', '', joorToken, 404, 'Not emulated'],
    ["Jirafe's host", jirafeHost, '/v2/bulk-inventory', stock(), joorToken, 404, 'Not found'],
    [
      "v4's host",
      'atlas-sandbox.jooraccess.com',
      '/v2/bulk-inventory',
      stock(),
      joorToken,
      404,
      'v4 login is not emulated',
    ],
    ["v4's host", 'atlas.jooraccess.com', '/auth/login', '{}', joorToken, 404, 'v4 login is not emulated'],
  ])('at %s %s %s is not there', async (_says, host, path, body, token, status, title) => {
    const { emulator } = await startIntercepting()
    const client = (await secureTo(emulator, `${host}:443`)).write(call(host, path, body, token))
    await client.until('"detail"')
    expect(problemIn(client)).toMatchObject({ status, title })
    expect(await lastRequest(emulator)).toMatchObject({ path, status, changes_total: 0 })
  })

  it("where Jirafe's site has the name of a path of JOOR", async () => {
    const { emulator } = await startIntercepting()
    const client = await secureTo(emulator, `${jirafeHost}:443`)
    client.write(call(jirafeHost, '/v2/orders/bogus', '{}', jirafeToken))
    await client.until('invalid_type')
    expect(await lastRequest(emulator)).toMatchObject({ vendor: 'jirafe' })
  })

  it('of those that are given: one vendor, or both by path', async () => {
    const { emulator } = await startIntercepting({ hosts: ['joor=Shop.jooraccess.com', 'both.jirafe.com'] })
    for (const [host, path, body, token, status] of [
      ['shop.jooraccess.com', '/v2/bulk-inventory', stock(), joorToken, 200],
      ['shop.jooraccess.com', '/v2/shop/inventory', level, jirafeToken, 404],
      ['both.jirafe.com', '/v2/bulk-inventory', stock(), joorToken, 200],
      ['both.jirafe.com', '/v2/shop/inventory', level, jirafeToken, 200],
    ] as const) {
      const client = (await secureTo(emulator, `${host}:443`)).write(call(host, path, body, token))
      await client.until(/^HTTP\/1\.1 \d/)
      expect([host, path, client.received.slice(9, 12)]).toEqual([host, path, String(status)])
    }
  })

  it.each([joorHost, jirafeHost, 'both.jirafe.com', 'atlas.jooraccess.com'])(
    'and under none of them, such as %s, there is a control plane',
    async (host) => {
      const { emulator } = await startIntercepting({ hosts: ['both.jirafe.com'] })
      const tunnelled = (await secureTo(emulator, `${host}:443`)).write(call(host, '/_backstock/health'))
      const absolute = (await dial(emulator)).write(call(host, `http://${host}//_backstock/health`))
      for (const client of [tunnelled, absolute]) {
        await client.until('"detail"')
        expect(problemIn(client).status).toBe(404)
        expect(client.received).not.toContain('"ok"')
      }
    },
  )
})

describe('What a call meets in a tunnel is what it meets elsewhere:', () => {
  it.each([
    ['reset', 'reset'],
    ['close', 'fin'],
    ['truncate', 'fin'],
  ])('the fault %s', async (kind, ended) => {
    const { emulator } = await startIntercepting()
    // With a first reply all of the handshake has come: a reset that arrives together with data Node tells as an end.
    const client = (await secureTo(emulator, `${joorHost}:443`)).write(joorCall())
    await client.until(/items_not_updated/)
    client.received = ''
    await arm(emulator, [{ times: 1, fault: { kind } }])
    client.write(joorCall())
    await client.over()
    expect(client.ended).toBe(ended)
    expect(client.received).not.toContain('items_not_updated":[]}')
    expect(await lastRequest(emulator)).toMatchObject({ fault: { kind } })
  })

  it('the same limits of headers and time', async () => {
    const { emulator } = await startIntercepting({}, { limits: { headers: 10, header_seconds: 1 } })
    const many = Array.from({ length: 20 }, (_, at) => `X-${at}: 1`)
    const client = (await secureTo(emulator, `${joorHost}:443`)).write(
      call(joorHost, '/v2/bulk-inventory', stock(), joorToken, ...many),
    )
    await client.until(/ 431 /)
    const slow = (await secureTo(emulator, `${joorHost}:443`)).write('POST /v2/bulk')
    await slow.until(/ 408 /)
  })
})

describe('Credentials for a proxy', () => {
  it.each(['journal', 'stderr'])('are not in the %s', async () => {
    const { emulator, told } = await startIntercepting()
    const secret = 'Basic c2VjcmV0OnBhc3N3b3Jk'
    const client = await dial(emulator)
    client.write(
      call(joorHost, `http://${joorHost}/v2/bulk-inventory`, stock(), joorToken, `Proxy-Authorization: ${secret}`),
    )
    await client.until('items_not_updated')
    const refused = (await dial(emulator)).write(connectTo('example.com:443', `Proxy-Authorization: ${secret}`))
    await refused.until('"detail"')
    const within = (await dial(emulator)).write(call('example.com', 'http://user:passw0rd@example.com/x'))
    await within.until('"detail"')
    const shown = JSON.stringify([await lastRequest(emulator), told, refused.received, within.received])
    expect(shown).toContain('«token»')
    for (const part of ['c2VjcmV0', 'passw0rd', 'user:']) expect(shown).not.toContain(part)
  })
})

describe('Who is not answered here', () => {
  it.each([
    'example.com',
    'www.jooraccess.com',
    'jooraccess.com',
    'api.jooraccess.com.evil.test',
    'xatlas.jooraccess.com',
    'atlas.evil.jooraccess.com',
    '192.0.2.1',
  ])('is refused by name: %s', async (host) => {
    const { emulator, told } = await startIntercepting()
    const tunnel = (await dial(emulator)).write(connectTo(`${host}:443`))
    await tunnel.over()
    const absolute = (await dial(emulator)).write(call(host, `http://${host}/x`))
    await absolute.until('"detail"')
    for (const client of [tunnel, absolute]) {
      expect(client.received).toMatch(/^HTTP\/1\.1 403 /)
      expect(problemIn(client).detail).toMatch(`--allow-host ${host}`)
    }
    expect(told.join('\n')).toContain(`--allow-host ${host}`)
    expect(emulator.counts().calls).toBe(0)
  })

  it('is told of once a host, and no more of than a person reads', async () => {
    const { emulator, told } = await startIntercepting()
    const before = told.length
    for (let at = 0; at < 60; at++) {
      const client = (await dial(emulator)).write(connectTo(`h${at % 30}.test:443`))
      await client.over()
    }
    expect(told.slice(before)).toHaveLength(21)
  })

  it('is passed on untouched where it is allowed', async () => {
    const there = await listenElsewhere((socket, text) => void socket.write(`echo ${text}`))
    const { emulator } = await startIntercepting({ allow: ['127.0.0.1'] })
    const client = await tunnelTo(emulator, `127.0.0.1:${there.port}`)
    client.write('\u0000no HTTP at all')
    await client.until('echo \u0000no HTTP at all')
    client.socket.end()
    await client.over()
    expect(emulator.counts().calls).toBe(0)
  })

  it('is passed on as a call without a tunnel, without what is about the connection', async () => {
    const there = await listenElsewhere(
      (socket) =>
        void socket.write(
          'HTTP/1.1 201 Made\r\nX-Twice: a\r\nX-Twice: b\r\nConnection: x-hop\r\nX-Hop: 1\r\nContent-Length: 2\r\n\r\nok',
        ),
    )
    const { emulator } = await startIntercepting({ allow: ['localhost', '127.0.0.1'] })
    const host = `127.0.0.1:${there.port}`
    const client = (await dial(emulator)).write(
      call(
        host,
        `http://${host}/a?b=c`,
        '{}',
        'Proxy-Authorization: Basic eA==',
        'Proxy-Connection: keep-alive',
        'Connection: X-Mine',
        'X-Mine: 1',
        'X-Kept: Yes',
      ),
    )
    await client.until('\r\n\r\nok')
    expect(client.received).toMatch(/^HTTP\/1\.1 201 Made\r\nX-Twice: a\r\nX-Twice: b\r\n/)
    expect(client.received).not.toMatch(/x-hop: 1/i)
    const sent = there.received.join('')
    expect(sent).toMatch(/^POST \/a\?b=c HTTP\/1\.1\r\n/)
    expect(sent).toMatch(/X-Kept: Yes\r\n[\s\S]*Via: 1\.1 backstock\r\n/)
    expect(sent).not.toMatch(/proxy-|x-mine/i)
    expect(sent.match(/^host:/gim)).toHaveLength(1)
  })

  it.each(['tunnel', 'call'])('and cannot be reached gives a 502 for its %s, which says why', async (kind) => {
    const { emulator } = await startIntercepting({ allow: ['127.0.0.1'] })
    const client = await dial(emulator)
    client.write(kind === 'tunnel' ? connectTo('127.0.0.1:1') : call('127.0.0.1:1', 'http://127.0.0.1:1/'))
    await client.until('"detail"')
    expect(problemIn(client)).toMatchObject({
      status: 502,
      detail: expect.stringMatching(/127\.0\.0\.1:1 failed: .*ECONNREFUSED/),
    })
  })

  it.each(['127.0.0.1', 'localhost', '127.1', '[::1]', '0.0.0.0', '[::ffff:127.0.0.1]', 'x.localhost'])(
    'is not %s because all others are',
    async (host) => {
      const there = await listenElsewhere((socket) => void socket.end('HTTP/1.1 200 OK\r\n\r\n'))
      const { emulator } = await startIntercepting({ allow: ['*'] })
      const client = (await dial(emulator)).write(connectTo(`${host}:${there.port}`))
      await client.over()
      expect(client.received).toMatch(/^HTTP\/1\.1 (?:403|502) /)
      expect(there.received).toEqual([])
      expect(there.sockets).toEqual([])
    },
  )
})

describe('The emulator itself', () => {
  it.each([
    ['in a tunnel', (port: string) => connectTo(`127.0.0.1:${port}`) + call(`127.0.0.1:${port}`, '/_backstock/health')],
    ['as a whole URL', (port: string) => call(`localhost:${port}`, `http://localhost:${port}/_backstock/health`)],
    ['as ever', (port: string) => call(`localhost:${port}`, '/_backstock/health')],
  ])('is there under its own address %s', async (_says, written) => {
    const { emulator } = await startIntercepting()
    const client = (await dial(emulator)).write(written(new URL(emulator.url).port))
    await client.until('{"status":"ok"}')
  })

  it.each(['/', '/v2/bulk-inventory', '/_backstock/health'])("is not there as a stranger's host: %s", async (path) => {
    const { emulator } = await startIntercepting()
    const { status } = await supertest(emulator.url).get(path).set('Host', joorHost)
    expect(status).toBe(421)
  })

  it('is no proxy where nobody asked for one', async () => {
    const emulator = await startTestEmulator()
    expect(emulator.intercept).toBeUndefined()
    const client = (await dial(emulator)).write(connectTo(`${joorHost}:443`))
    await client.over()
    expect(client.received).toBe('')
    expect((await supertest(emulator.url).get('/_backstock/health')).status).toBe(200)
  })
})
