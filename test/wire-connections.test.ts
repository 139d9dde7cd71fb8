import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import supertest from 'supertest'
import { describe, expect, it, onTestFinished, test, vi } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { MemoryStore } from '../server/state/memory.js'
import { lastRequest, oauth2, startTestEmulator } from './emulator.js'

const MB = 1024 * 1024
const event = (level = 12, code = 'SKU-1') =>
  `{"timestamp": "2015-01-23T16:35:38+0000", "product_code": "${code}", "inventory_level": ${level}}`

interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A client that writes what it is told and reads one reply after the other. */
class Client {
  readonly socket: Socket
  #received = ''
  #closed = false

  constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      this.#received += text
    })
    socket.on('error', () => {})
    socket.on('close', () => {
      this.#closed = true
    })
  }

  write(...parts: (string | Buffer)[]): void {
    for (const part of parts) this.socket.write(part)
  }

  /** The next reply, by its Content-Length; `empty` where it is the reply to a HEAD. */
  async reply({ empty = false } = {}): Promise<Reply> {
    return vi.waitUntil(() => this.#take(empty), { timeout: 5_000, interval: 2 })
  }

  async closed(): Promise<void> {
    await vi.waitUntil(() => this.#closed, { timeout: 5_000, interval: 2 })
  }

  get open(): boolean {
    return !this.#closed
  }

  get unread(): string {
    return this.#received
  }

  #take(empty: boolean): Reply | undefined {
    const end = this.#received.indexOf('\r\n\r\n')
    if (end < 0) return undefined
    const [top = '', ...lines] = this.#received.slice(0, end).split('\r\n')
    const headers = Object.fromEntries(
      lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
    )
    const length = empty ? 0 : Number(headers['content-length'] ?? 0)
    if (this.#received.length < end + 4 + length) return undefined
    const body = this.#received.slice(end + 4, end + 4 + length)
    this.#received = this.#received.slice(end + 4 + length)
    return { status: Number(top.split(' ')[1]), headers, body }
  }
}

async function connected(emulator: Emulator): Promise<Client> {
  const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1')
  onTestFinished(() => {
    socket.destroy()
  })
  await once(socket, 'connect')
  return new Client(socket)
}

/** The head of a call; a header that is undefined is left out. */
function head(changed: Readonly<Record<string, string | undefined>> = {}, line = 'POST /v2/shop/inventory HTTP/1.1') {
  const headers = { Host: 'localhost', Authorization: 'Bearer a-token', ...changed }
  const lines = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]))
  return `${[line, ...lines].join('\r\n')}\r\n\r\n`
}

const whole = (body: string | Buffer, changed: Readonly<Record<string, string | undefined>> = {}, line?: string) =>
  Buffer.concat([
    Buffer.from(head({ 'Content-Length': String(Buffer.byteLength(body)), ...changed }, line)),
    Buffer.from(body),
  ])

async function journal(emulator: Emulator) {
  const { body } = await supertest(emulator.url).get('/_backstock/requests')
  return body.requests
}

async function levels(emulator: Emulator, site = 'shop') {
  const { body } = await supertest(emulator.url).get(`/_backstock/jirafe/sites/${site}/levels`)
  return (body.levels ?? []).map((level: { inventory_level: number }) => level.inventory_level)
}

const aLittle = () => new Promise((resolve) => setTimeout(resolve, 50))

describe('the control plane', () => {
  it('asks for the body of a client that waits to send it', async () => {
    const client = await connected(await startTestEmulator())
    const site = '{"token": "site-token"}'
    const length = String(site.length)
    client.write(
      head({ Expect: '100-continue', 'Content-Length': length }, 'PUT /_backstock/jirafe/sites/shop HTTP/1.1'),
    )
    const interim = await client.reply()
    expect(interim.status).toBe(100)
    client.write(site)
    expect((await client.reply()).status).toBe(201)
  })
})

describe('a failure inside', () => {
  it('is answered without a stack even where the reply about it fails as well', async () => {
    const lines: string[] = []
    let broken = false
    const clock = () => {
      if (broken) throw new Error('The clock stands still.')
      return new Date()
    }
    const emulator = await startTestEmulator({ clock, log: (line) => lines.push(line) })
    broken = true
    const reply = await supertest(emulator.url).get('/nowhere')
    expect(reply.status).toBe(500)
    expect(reply.headers['content-type']).toBe('application/problem+json')
    expect(reply.text).not.toContain('clock')
    expect(lines.join()).toContain('The clock stands still.')
    broken = false
    await supertest(emulator.url).get('/nowhere').expect(404)
  })
})

describe('a connection is good for the next call after', () => {
  const tooLarge = Buffer.alloc(10 * MB + 1, ' ')
  it.each<[string, Buffer, number]>([
    ['an accepted event', whole(event(1)), 200],
    ['a 403 whose body nobody read', whole(event(1), { Authorization: 'Bearer' }), 403],
    ['a 403 whose body is 8 MB', whole(Buffer.alloc(8 * MB, ' '), { Authorization: undefined }), 403],
    ['a 401 of JOOR', whole(event(1), { Authorization: undefined }, 'POST /v2/bulk-inventory HTTP/1.1'), 401],
    ['a 404', whole(event(1), {}, 'POST /nowhere HTTP/1.1'), 404],
    ['another 404', whole(event(1), {}, 'POST /v2/orders HTTP/1.1'), 404],
    ['a 405', whole(event(1), {}, 'DELETE /v2/shop/inventory HTTP/1.1'), 405],
    ['a 415', whole(event(1), { 'Content-Encoding': 'zstd' }), 415],
    ['a 413 by its length', whole(tooLarge), 413],
    ['a 413 after inflating', whole(gzipSync(tooLarge), { 'Content-Encoding': 'gzip' }), 413],
    [
      'a 413 of chunks',
      Buffer.concat([
        Buffer.from(head({ 'Transfer-Encoding': 'chunked' })),
        Buffer.from(`${tooLarge.length.toString(16)}\r\n`),
        tooLarge,
        Buffer.from('\r\n0\r\n\r\n'),
      ]),
      413,
    ],
    ['a 400 of the schema', whole('{}'), 400],
    ['a 400 of the syntax', whole('{'), 400],
    ['a 400 of the coding', whole('{}', { 'Content-Encoding': 'gzip' }), 400],
    ['a 400 of the path', whole(event(1), {}, 'POST /v2/%zz/inventory HTTP/1.1'), 400],
    ['a 400 of the type', whole(event(1), {}, 'POST /v2/shop/nonsense HTTP/1.1'), 400],
  ])('%s', async (_case, call, status) => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.write(call)
    const reply = await client.reply()
    expect(reply.status).toBe(status)
    expect(reply.headers['backstock-request-id']).toMatch(/^[\w-]+$/)
    expect(reply.headers).not.toHaveProperty('etag')
    expect(reply.headers).not.toHaveProperty('x-powered-by')
    expect(reply.headers.connection).not.toBe('close')
    expect(reply.headers['backstock-violations']).not.toBe('0')
    client.write(whole(event(2)))
    const next = await client.reply()
    expect(next.status).toBe(200)
    expect(next.headers).not.toHaveProperty('backstock-violations')
    expect(next.headers['backstock-request-id']).not.toBe(reply.headers['backstock-request-id'])
    expect(await levels(emulator)).toEqual([2])
    expect((await journal(emulator)).map((entry: { status: number }) => entry.status)).toEqual([200, status])
    expect(client.open).toBe(true)
  })

  test('a refused body without an end is given up after a while, and the reply was readable before', async () => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.write(head({ 'Transfer-Encoding': 'chunked', Authorization: undefined }))
    expect((await client.reply()).status).toBe(403)
    const chunk = Buffer.concat([Buffer.from(`${MB.toString(16)}\r\n`), Buffer.alloc(MB), Buffer.from('\r\n')])
    for (let sent = 0; sent < 200 && client.open; sent++) {
      client.write(chunk)
      await new Promise((resolve) => setImmediate(resolve))
    }
    await client.closed()
    expect(await journal(emulator)).toHaveLength(1)
    expect((await supertest(emulator.url).get('/_backstock/health')).status).toBe(200)
  })
})

describe('Expect: 100-continue', () => {
  it.each([['100-continue'], ['100-Continue']])('%s: 100 is sent where the body is wanted', async (expectation) => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.write(head({ 'Content-Length': String(event().length), Expect: expectation }))
    expect((await client.reply()).status).toBe(100)
    expect(await journal(emulator)).toEqual([])
    client.write(event())
    expect((await client.reply()).status).toBe(200)
    expect(client.open).toBe(true)
    expect(await levels(emulator)).toEqual([12])
  })

  it.each<[string, Readonly<Record<string, string | undefined>>, string | undefined, number]>([
    ['403', { Authorization: undefined }, undefined, 403],
    ['413', { 'Content-Length': String(10 * MB + 1) }, undefined, 413],
    ['415', { 'Content-Encoding': 'zstd' }, undefined, 415],
    ['405', {}, 'PATCH /v2/shop/inventory HTTP/1.1', 405],
    ['404', {}, 'POST /nowhere HTTP/1.1', 404],
    ['404 problem of a vendor', {}, 'POST /v2/orders HTTP/1.1', 404],
    ['400 of the type', {}, 'POST /v2/shop/nonsense HTTP/1.1', 400],
    ['401 of JOOR', { Authorization: undefined }, 'POST /v2/bulk-inventory HTTP/1.1', 401],
  ])(
    'where the headers suffice for a %s it is the answer, without 100, and the connection closes',
    async (_case, changed, line, status) => {
      const emulator = await startTestEmulator()
      const client = await connected(emulator)
      client.write(head({ 'Content-Length': String(event().length), Expect: '100-continue', ...changed }, line))
      const reply = await client.reply()
      expect(reply.status).toBe(status)
      expect(reply.headers.connection).toBe('close')
      expect(reply.headers['backstock-request-id']).toBeDefined()
      await client.closed()
      expect(client.unread).toBe('')
      expect(await levels(emulator)).toEqual([])
      expect(await journal(emulator)).toMatchObject([{ status }])
    },
  )

  test('a client that does not wait for the 100 reads its refusal all the same', async () => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.write(head({ 'Content-Length': String(8 * MB), Expect: '100-continue', Authorization: undefined }))
    client.write(Buffer.alloc(8 * MB, ' '))
    expect((await client.reply()).status).toBe(403)
    expect(await levels(emulator)).toEqual([])
  })

  test('a client that does not wait for the 100 is served', async () => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.write(whole(event(), { Expect: '100-continue' }))
    expect((await client.reply()).status).toBe(100)
    expect((await client.reply()).status).toBe(200)
    expect(await levels(emulator)).toEqual([12])
  })

  test('HTTP/1.0 knows no 100: none is sent', async () => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.write(whole(event(), { Expect: '100-continue' }, 'POST /v2/shop/inventory HTTP/1.0'))
    expect((await client.reply()).status).toBe(200)
    expect(await levels(emulator)).toEqual([12])
  })
})

describe('methods', () => {
  it.each([
    ['HEAD', '/v2/shop/inventory'],
    ['OPTIONS', '/v2/shop/inventory'],
    ['GET', '/v2/shop/inventory'],
    ['DELETE', '/v2/shop/product.inventory'],
    ['PATCH', '/v2/shop/inventory'],
    ['PROPFIND', '/v2/shop/inventory'],
    ['HEAD', '/v2/bulk-inventory'],
    ['OPTIONS', '/v2/bulk-inventory'],
    ['GET', '/v2/bulk-inventory'],
  ])('%s %s is 405 with Allow, and the connection goes on', async (method, path) => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.write(head({}, `${method} ${path} HTTP/1.1`))
    const reply = await client.reply({ empty: method === 'HEAD' })
    expect(reply.status).toBe(405)
    expect(reply.headers.allow).toBe('POST, PUT')
    expect(Number(reply.headers['content-length'])).toBeGreaterThan(0)
    expect(reply.headers['backstock-request-id']).toBeDefined()
    client.write(whole(event()))
    expect((await client.reply()).status).toBe(200)
    expect(client.unread).toBe('')
    expect(await journal(emulator)).toMatchObject([
      { method: 'POST', status: 200 },
      { method, path, status: 405, violations: 1 },
    ])
  })
})

describe('pipelined calls', () => {
  test('are answered in their order', async () => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.write(
      Buffer.concat([whole(event(1)), whole('{'), whole(event(2), {}, 'POST /nowhere HTTP/1.1'), whole(event(3))]),
    )
    const statuses: number[] = []
    for (let count = 0; count < 4; count++) statuses.push((await client.reply()).status)
    expect(statuses).toEqual([200, 400, 404, 200])
    expect(await levels(emulator)).toEqual([3])
  })

  test('take effect in their order, although the first takes longer to read', async () => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    const slow = gzipSync(Buffer.concat([Buffer.from(event(1)), Buffer.alloc(9 * MB, ' ')]))
    client.write(Buffer.concat([whole(slow, { 'Content-Encoding': 'gzip' }), whole(event(2))]))
    expect((await client.reply()).status).toBe(200)
    expect((await client.reply()).status).toBe(200)
    expect(await levels(emulator)).toEqual([2])
    const { body } = await supertest(emulator.url).get('/_backstock/jirafe/sites/shop/levels?history=true')
    expect(body.levels[0].history.map((level: { inventory_level: number }) => level.inventory_level)).toEqual([2, 1])
  })

  test('ten at once leave the last', async () => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.write(Buffer.concat(Array.from({ length: 10 }, (_, level) => whole(event(level)))))
    for (let count = 0; count < 10; count++) expect((await client.reply()).status).toBe(200)
    expect(await levels(emulator)).toEqual([9])
    expect(await journal(emulator)).toHaveLength(10)
  })
})

describe('a client that ends its side behind its calls', () => {
  test('gets the reply to each, also of forty connections at once and of a store that takes its time', async () => {
    const emulator = await startTestEmulator({
      store: (parts) => {
        const store = new MemoryStore(parts)
        const call: typeof store.call = store.call.bind(store)
        const late: typeof store.call = async (...given) => {
          await aLittle()
          return call(...given)
        }
        return Object.assign(store, { call: late })
      },
    })
    const clients = await Promise.all(Array.from({ length: 40 }, () => connected(emulator)))
    for (const client of clients) client.socket.end(whole(event()))
    for (const client of clients) {
      expect((await client.reply()).status).toBe(200)
      await client.closed()
    }
    expect(await journal(emulator)).toHaveLength(40)
  })

  test('gets the replies to those that it pipelined', async () => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.socket.end(Buffer.concat([whole(event(1)), whole('{'), whole(event(3))]))
    for (const status of [200, 400, 200]) expect((await client.reply()).status).toBe(status)
    await client.closed()
    expect(await levels(emulator)).toEqual([3])
  })

  test('behind half of a call has sent none', async () => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.socket.end(whole(event()).subarray(0, -1))
    await client.closed()
    await vi.waitFor(async () => expect(await journal(emulator)).toMatchObject([{ status: null }]))
    expect(await levels(emulator)).toEqual([])
  })
})

describe('what is no HTTP', () => {
  const garbage = Buffer.from('GAR BAGE\r\n\r\n')

  test.each([1, 2])('behind %i calls that are takes no reply from them, and is refused once', async (calls) => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.write(Buffer.concat([...Array.from({ length: calls }, () => whole(event())), garbage, garbage]))
    for (let count = 0; count < calls; count++) expect((await client.reply()).status).toBe(200)
    expect((await client.reply()).status).toBe(400)
    await client.closed()
    expect(client.unread).toBe('')
    expect(await journal(emulator)).toHaveLength(calls)
  })
})

describe('a client that hangs up', () => {
  it.each<[string, string | Buffer, (socket: Socket) => void]>([
    ['half-way through a body, closing', head({ 'Content-Length': '1000' }) + event(), (socket) => socket.destroy()],
    [
      'half-way through a body, resetting',
      head({ 'Content-Length': '1000' }) + event(),
      (socket) => socket.resetAndDestroy(),
    ],
    [
      'half-way through a body, ending its side',
      head({ 'Content-Length': '1000' }) + event(),
      (socket) => socket.end(),
    ],
    ['before the first byte of a body', head({ 'Content-Length': '1000' }), (socket) => socket.destroy()],
    [
      'before the last chunk',
      `${head({ 'Transfer-Encoding': 'chunked' })}${event().length.toString(16)}\r\n${event()}\r\n`,
      (socket) => socket.destroy(),
    ],
    [
      'after it was told to go on',
      head({ 'Content-Length': String(event().length), Expect: '100-continue' }),
      (socket) => socket.destroy(),
    ],
  ])('%s: nothing is applied, and the journal says so', async (_case, bytes, hangUp) => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.write(bytes)
    await aLittle()
    hangUp(client.socket)
    await vi.waitFor(async () => expect(await journal(emulator)).toHaveLength(1))
    expect(await levels(emulator)).toEqual([])
    const detail = await lastRequest(emulator)
    expect(detail).toMatchObject({
      status: null,
      reply: null,
      items: null,
      violations: [],
      changes: [],
      changes_total: 0,
    })
    expect(detail.operation).toBe('jirafe.inventory')
    expect((await supertest(emulator.url).get('/_backstock/health')).status).toBe(200)
  })

  test('in the middle of its headers leaves no trace', async () => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.write('POST /v2/shop/inventory HTTP/1.1\r\nHost: localhost\r\nAuthor')
    await aLittle()
    client.socket.destroy()
    await aLittle()
    expect(await journal(emulator)).toEqual([])
  })

  // A reset says for certain that the reply was not taken. A client that merely closes may have read it or not: no
  // server can tell, and the reply counts as taken once the system took it over.
  test('by a reset after its whole body arrived: applied, and journalled as reply not taken', async () => {
    let arrived = () => {}
    let decide = () => {}
    const whenArrived = new Promise<void>((resolve) => {
      arrived = resolve
    })
    const mayDecide = new Promise<void>((resolve) => {
      decide = resolve
    })
    const emulator = await startTestEmulator({
      store: (parts) => {
        const store = new MemoryStore(parts)
        const call: typeof store.call = store.call.bind(store)
        const held: typeof store.call = async (...given) => {
          arrived()
          await mayDecide
          return call(...given)
        }
        return Object.assign(store, { call: held })
      },
    })
    const client = await connected(emulator)
    client.write(whole(event()))
    await whenArrived
    client.socket.resetAndDestroy()
    await aLittle()
    expect(await levels(emulator)).toEqual([])
    decide()
    await vi.waitFor(async () => expect(await journal(emulator)).toMatchObject([{ status: 200 }]))
    expect(await levels(emulator)).toEqual([12])
    expect((await lastRequest(emulator)).reply).toMatchObject({ taken: false })
  })

  test('by a reset while its reply lies unread: applied, and journalled as reply not taken', async () => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.socket.pause()
    client.write(whole(event()))
    await vi.waitFor(async () => expect(await journal(emulator)).toMatchObject([{ status: 200 }]))
    client.socket.resetAndDestroy()
    await vi.waitFor(async () => expect((await lastRequest(emulator)).reply).toMatchObject({ taken: false }))
    expect(await levels(emulator)).toEqual([12])
  })

  test('by a reset while a reply lies unread: those that wait behind it are not taken either', async () => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.socket.pause()
    // More than the machine takes for somebody who does not read.
    const item = { warehouse: 'New York', upc: '1', inventory: 1, note: 'n'.repeat(1_000_000) }
    const large = JSON.stringify({ inventory_items: Array.from({ length: 15 }, () => item) })
    const changed = { Authorization: oauth2('a-token'), 'Content-Type': 'application/json' }
    client.write(whole(large, changed, 'POST /v2/bulk-inventory HTTP/1.1'), whole(event()), whole(event()))
    await vi.waitFor(async () => expect(await journal(emulator)).toHaveLength(3))
    const taken = async () => {
      const calls: { id: string }[] = await journal(emulator)
      const all = calls.map(({ id }) => supertest(emulator.url).get(`/_backstock/requests/${id}`))
      return (await Promise.all(all)).map(({ body }) => body.reply.taken)
    }
    expect(await taken()).toEqual([true, true, true])
    client.socket.resetAndDestroy()
    await vi.waitFor(async () => expect(await taken()).toEqual([false, false, false]))
    expect(await levels(emulator)).toEqual([12])
  })

  test('a reply that was read counts as taken', async () => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.write(whole(event()))
    await client.reply()
    client.socket.end()
    await client.closed()
    expect((await lastRequest(emulator)).reply).toMatchObject({ taken: true })
  })

  test('with a second call half sent behind a whole one: the first is applied, the second is not', async () => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.write(whole(event(1)), head({ 'Content-Length': '1000' }), event(2))
    expect((await client.reply()).status).toBe(200)
    client.socket.destroy()
    await vi.waitFor(async () => expect(await journal(emulator)).toHaveLength(2))
    expect((await journal(emulator)).map((entry: { status: number | null }) => entry.status)).toEqual([null, 200])
    expect(await levels(emulator)).toEqual([1])
  })
})

describe('headers', () => {
  test('their names are read in any case', async () => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    const lines = [
      'POST /v2/shop/inventory HTTP/1.1',
      'HOST: x',
      'aUTHORIZATION: bEARER t',
      `CONTENT-length: ${event().length}`,
    ]
    client.write(`${lines.join('\r\n')}\r\n\r\n${event()}`)
    expect((await client.reply()).status).toBe(200)
    expect((await lastRequest(emulator)).violations).toEqual([])
  })

  test('HTTP/1.0 without Host is served, and the connection is closed', async () => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.write(whole(event(), { Host: undefined }, 'POST /v2/shop/inventory HTTP/1.0'))
    expect((await client.reply()).status).toBe(200)
    await client.closed()
    expect(await levels(emulator)).toEqual([12])
  })

  test('of two Authorization headers the first counts', async () => {
    const emulator = await startTestEmulator({
      settings: { auth: 'enforce' },
      seed: { jirafe: { sites: { shop: { token: 'right' } } } },
    })
    for (const [first, second, status] of [
      ['right', 'wrong', 200],
      ['wrong', 'right', 403],
    ] as const) {
      const client = await connected(emulator)
      client.write(whole(event(), { Authorization: `Bearer ${first}\r\nAuthorization: Bearer ${second}` }))
      expect((await client.reply()).status).toBe(status)
    }
  })

  test('two Content-Encoding headers are one list', async () => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.write(whole(gzipSync(gzipSync(event())), { 'Content-Encoding': 'gzip\r\nContent-Encoding: gzip' }))
    expect((await client.reply()).status).toBe(200)
    expect(await levels(emulator)).toEqual([12])
  })

  it.each([
    ['no Host in HTTP/1.1', head({ Host: undefined, 'Content-Length': '2' })],
    ['two lengths', head({ 'Content-Length': '2\r\nContent-Length: 3' })],
    ['a length and chunks', head({ 'Content-Length': '2', 'Transfer-Encoding': 'chunked' })],
    ['a length that is none', head({ 'Content-Length': 'x' })],
    ['no HTTP at all', 'hello\r\n\r\n'],
  ])('%s is no HTTP request: 400, nothing applied or journalled, the emulator unharmed', async (_case, bytes) => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.write(bytes, '{}')
    expect((await client.reply()).status).toBe(400)
    await client.closed()
    expect(await journal(emulator)).toEqual([])
    expect((await supertest(emulator.url).get('/_backstock/health')).status).toBe(200)
  })

  test('a header named __proto__ is a header', async () => {
    const emulator = await startTestEmulator()
    const client = await connected(emulator)
    client.write(whole(event(), { ['__proto__']: 'x', constructor: 'y' }))
    expect((await client.reply()).status).toBe(200)
    expect((await lastRequest(emulator)).request.headers).toMatchObject({ constructor: 'y' })
  })
})
