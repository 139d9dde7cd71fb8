import { once } from 'node:events'
import { connect } from 'node:net'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import supertest from 'supertest'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { type LimitName, type Limits, limitNames, limits, usualLimits } from '../server/limits.js'
import { brokenRules, bulk, items, lastRequest, oauth2, positions, startTestEmulator } from './emulator.js'

const ours = 'a limit of this emulator and not of the vendor'
const start = (taken: Partial<Limits>, log = (_line: string) => {}) => startTestEmulator({ limits: taken, log })

const item = (upc: string) => ({ warehouse: 'New York', upc, inventory: 1 })
const event = (code: string) =>
  `{"timestamp": "2015-01-23T16:35:38+0000", "product_code": "${code}", "inventory_level": 1}`
const xml = (...inner: string[]) => `<inventory_items>${inner.join('')}</inventory_items>`
const xmlItem = (upc: string, more = '') =>
  `<inventory_item><warehouse>New York</warehouse><upc>${upc}</upc><inventory>1</inventory>${more}</inventory_item>`
const nestedJson = (levels: number) =>
  `{"inventory_items":[{"warehouse":"New York","upc":"1","inventory":1,"more":${'['.repeat(levels - 3)}${']'.repeat(levels - 3)}}]}`
const nestedXml = (levels: number) => xml(xmlItem('1', '<a>'.repeat(levels - 2) + '</a>'.repeat(levels - 2)))

function jirafe(emulator: Emulator, path: string, body: string | Buffer, headers: Record<string, string> = {}) {
  return supertest(emulator.url)
    .post(path)
    .set({ Authorization: 'Bearer a-token', 'Content-Type': 'application/json', ...headers })
    .serialize((sent) => sent)
    .send(body)
}

function joor(emulator: Emulator, body: string | Buffer, headers: Record<string, string> = {}) {
  return supertest(emulator.url)
    .post('/v2/bulk-inventory')
    .set({ Authorization: oauth2('a-token'), 'Content-Type': 'application/json', ...headers })
    .serialize((sent) => sent)
    .send(body)
}

/** Sends bytes as they are, and gives back all that is answered until the connection closes. */
async function raw(emulator: Emulator, ...parts: readonly (string | Buffer)[]): Promise<string> {
  const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let answered = ''
  socket.setEncoding('latin1').on('data', (text: string) => {
    answered += text
  })
  socket.on('error', () => {})
  for (const part of parts) socket.write(part)
  await new Promise((resolve) => socket.once('close', resolve))
  return answered
}

const head = (path: string, ...headers: readonly string[]) =>
  `${[`POST ${path} HTTP/1.1`, 'Host: localhost', ...headers].join('\r\n')}\r\n\r\n`

describe('A call at a limit that was set is taken, and one beyond it is refused for what it is', () => {
  const body = JSON.stringify(items(item('1')))
  const plain = event('SKU-1')
  const rows: readonly {
    readonly limit: LimitName
    readonly most: number
    readonly what: string
    readonly status: number
    readonly within: (emulator: Emulator) => PromiseLike<{ status: number; text: string }>
    readonly beyond: (emulator: Emulator) => PromiseLike<{ status: number; text: string }>
  }[] = [
    {
      ...{ limit: 'body_bytes', most: body.length, what: 'JOOR', status: 413 },
      within: (emulator) => joor(emulator, body),
      beyond: (emulator) => joor(emulator, `${body} `),
    },
    {
      ...{ limit: 'body_bytes', most: plain.length, what: 'Jirafe', status: 413 },
      within: (emulator) => jirafe(emulator, '/v2/shop/inventory', plain),
      beyond: (emulator) => jirafe(emulator, '/v2/shop/inventory', `${plain} `),
    },
    {
      ...{ limit: 'inflated_bytes', most: body.length, what: 'JOOR, gzip', status: 413 },
      within: (emulator) => joor(emulator, gzipSync(body), { 'Content-Encoding': 'gzip' }),
      beyond: (emulator) => joor(emulator, gzipSync(`${body} `), { 'Content-Encoding': 'gzip' }),
    },
    {
      ...{ limit: 'inflated_bytes', most: plain.length, what: 'Jirafe, br', status: 413 },
      within: (emulator) =>
        jirafe(emulator, '/v2/shop/inventory', brotliCompressSync(plain), { 'Content-Encoding': 'br' }),
      beyond: (emulator) =>
        jirafe(emulator, '/v2/shop/inventory', brotliCompressSync(`${plain} `), { 'Content-Encoding': 'br' }),
    },
    {
      ...{ limit: 'depth', most: 8, what: 'JOOR, JSON', status: 400 },
      within: (emulator) => joor(emulator, nestedJson(8)),
      beyond: (emulator) => joor(emulator, nestedJson(9)),
    },
    {
      ...{ limit: 'depth', most: 8, what: 'JOOR, XML', status: 400 },
      within: (emulator) => joor(emulator, nestedXml(8), { 'Content-Type': 'application/xml' }),
      beyond: (emulator) => joor(emulator, nestedXml(9), { 'Content-Type': 'application/xml' }),
    },
    {
      ...{ limit: 'depth', most: 4, what: 'Jirafe', status: 400 },
      within: (emulator) => jirafe(emulator, '/v2/shop/inventory', plain.replace('}', ', "more": [[[]]]}')),
      beyond: (emulator) => jirafe(emulator, '/v2/shop/inventory', plain.replace('}', ', "more": [[[[]]]]}')),
    },
    {
      ...{ limit: 'items', most: 2, what: 'JOOR, JSON', status: 413 },
      within: (emulator) => bulk(emulator, items(item('1'), item('2'))),
      beyond: (emulator) => bulk(emulator, items(item('1'), item('2'), item('3'))),
    },
    {
      ...{ limit: 'items', most: 2, what: 'JOOR, XML', status: 413 },
      within: (emulator) => bulk(emulator, xml(xmlItem('1'), xmlItem('2')), { type: 'application/xml' }),
      beyond: (emulator) => bulk(emulator, xml(xmlItem('1'), xmlItem('2'), xmlItem('3')), { type: 'application/xml' }),
    },
    {
      ...{ limit: 'items', most: 2, what: 'Jirafe', status: 413 },
      within: (emulator) => jirafe(emulator, '/v2/shop/batch', `{"product.inventory":[${event('1')},${event('2')}]}`),
      beyond: (emulator) =>
        jirafe(emulator, '/v2/shop/batch', `{"product.inventory":[${event('1')},${event('2')},${event('3')}]}`),
    },
  ]

  test.each(rows)('$limit: $what', async ({ limit, most, status, within, beyond }) => {
    const emulator = await start({ [limit]: most })
    expect((await within(emulator)).status).toBe(200)
    const before = await standing(emulator)
    const refused = await beyond(emulator)
    expect(refused).toMatchObject({ status, text: expect.stringContaining(ours) })
    expect(refused.text).toContain(`more than ${most}`)
    expect(refused.text).toContain(`--limit ${limit}=${most}`)
    expect(await brokenRules(emulator)).toEqual([])
    expect(await standing(emulator)).toEqual(before)
  })

  const standing = async (emulator: Emulator) => {
    const levels = await supertest(emulator.url).get('/_backstock/jirafe/sites/shop/levels')
    return [await positions(emulator), levels.body.levels]
  }

  test("a rule of the book stays the vendor's where no lower limit was set", async () => {
    const emulator = await start({})
    const refused = await joor(emulator, nestedJson(65))
    expect(refused.status).toBe(400)
    expect(refused.text).not.toContain(ours)
    expect(await brokenRules(emulator)).toEqual(['joor.body.depth'])
  })

  test('a body that is announced too large is refused before it is sent', async () => {
    const emulator = await start({ body_bytes: 10, request_seconds: 60 })
    const answered = await raw(
      emulator,
      head(
        '/v2/bulk-inventory',
        `Authorization: ${oauth2('a-token')}`,
        'Content-Type: application/json',
        'Expect: 100-continue',
        'Content-Length: 11',
      ),
    )
    expect(answered).toMatch(/^HTTP\/1\.1 413 /)
    expect(answered).not.toContain('100 Continue')
  })

  test('a body that inflates without end is cut at the limit', async () => {
    const emulator = await start({ inflated_bytes: 1_000_000 })
    const bomb = gzipSync(Buffer.alloc(200_000_000, ' '))
    expect(await joor(emulator, bomb, { 'Content-Encoding': 'gzip' })).toMatchObject({ status: 413 })
    expect(await jirafe(emulator, '/v2/shop/order', bomb, { 'Content-Encoding': 'gzip' })).toMatchObject({
      status: 413,
    })
  })

  test.each([
    ['body_bytes', (text: string) => text, {}],
    ['inflated_bytes', (text: string) => gzipSync(text), { 'Content-Encoding': 'gzip' }],
  ] as const)('the control plane keeps to %s', async (limit, coded, headers) => {
    const emulator = await start({ [limit]: 20 })
    const put = (text: string) =>
      supertest(emulator.url)
        .put('/_backstock/joor/accounts/brand')
        .set(headers)
        .serialize((sent) => sent)
        .send(coded(text))
    expect((await put('{"token":  "brand" }')).status).toBe(201)
    const refused = await put('{"token":   "brand" }')
    expect(refused).toMatchObject({ status: 413, body: { detail: expect.stringContaining(`--limit ${limit}=20`) } })
  })
})

describe('Headers', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => `X-${index}: ${index}`)
  const close = 'Connection: close'

  test.each([
    ['/v2/bulk-inventory', '"response":{"comment":"The call has more than 20 headers'],
    ['/v2/shop/inventory', '"error_type": "unknown"'],
    ['/_backstock/health', '"title":"Too many headers"'],
    ['/nowhere', '"title":"Not found"'],
  ])('are as many as the limit at %s, or the call is refused in its own dialect', async (path, dialect) => {
    const emulator = await start({ headers: 20 })
    // Host, Connection and Content-Length are headers as well.
    const within = await raw(emulator, head(path, ...many(17), close, 'Content-Length: 0'))
    expect(within).not.toMatch(/^HTTP\/1\.1 431 /)
    const beyond = await raw(emulator, head(path, ...many(18), close, 'Content-Length: 0'))
    expect(beyond).toMatch(/^HTTP\/1\.1 431 /)
    expect(beyond).toContain(dialect)
  })

  it('count beyond the number that Node would pass on', async () => {
    const emulator = await start({ headers: 2_000, header_bytes: 100_000 })
    const authorization = `Authorization: ${oauth2('a-token')}`
    const body = JSON.stringify(items(item('1')))
    const own = [authorization, 'Content-Type: application/json', `Content-Length: ${body.length}`, close]
    const reply = await raw(emulator, head('/v2/bulk-inventory', ...many(1_500), ...own), body)
    expect(reply).toMatch(/^HTTP\/1\.1 200 /)
    expect(await positions(emulator)).toHaveLength(1)
  })

  it('make no account where they are too many', async () => {
    const emulator = await start({ headers: 20 })
    await raw(emulator, head('/v2/bulk-inventory', `Authorization: ${oauth2('new')}`, close, ...many(20)))
    const { body } = await supertest(emulator.url).get('/_backstock/joor/accounts')
    expect(body.accounts).toEqual([])
  })

  it('have at most so many bytes', async () => {
    const emulator = await start({ header_bytes: 2_000 })
    const long = (bytes: number) => head('/_backstock/health', close, `X-Long: ${'x'.repeat(bytes)}`)
    expect(await raw(emulator, long(1_000))).not.toMatch(/^HTTP\/1\.1 431 /)
    const refused = await raw(emulator, long(2_000))
    expect(refused).toMatch(/^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/)
    expect(refused).toContain('application/problem+json')
    expect(refused).toContain('--limit header_bytes=2000')
  })
})

describe('What is no HTTP', () => {
  it('is answered 400 with what is wrong, and without what was sent', async () => {
    const emulator = await start({})
    const answered = await raw(emulator, 'secret-of-mine\r\n\r\n')
    expect(answered).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(answered).toContain('"detail":"The request is no HTTP/1.1: ')
    expect(answered).not.toContain('secret-of-mine')
  })

  it('is not answered into a reply that was sent already', async () => {
    const emulator = await start({})
    const answered = await raw(
      emulator,
      'GET /_backstock/health HTTP/1.1\r\nHost: localhost\r\n\r\n',
      'nonsense\r\n\r\n',
    )
    expect(answered.match(/HTTP\/1\.1 \d+/g)?.slice(0, 1)).not.toEqual(['HTTP/1.1 500'])
    await supertest(emulator.url).get('/_backstock/health').expect(200)
  })
})

describe('Connections', () => {
  it('are as many as the limit, and further ones are closed and told of once', async () => {
    const lines: string[] = []
    const emulator = await start({ connections: 2 }, (line) => lines.push(line))
    const port = Number(new URL(emulator.url).port)
    const held = await Promise.all(
      [1, 2].map(async () => {
        const socket = connect(port, '127.0.0.1')
        onTestFinished(() => void socket.destroy())
        await once(socket, 'connect')
        return socket
      }),
    )
    const call = 'GET /_backstock/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'
    expect([await raw(emulator, call), await raw(emulator, call)]).toEqual(['', ''])
    expect(lines).toEqual([expect.stringContaining('There are 2 connections already.')])
    for (const socket of held) socket.destroy()
    await expect.poll(() => raw(emulator, call)).toMatch(/^HTTP\/1\.1 200 /)
  })
})

describe('Time-outs', () => {
  const post = (length: number) =>
    head(
      '/v2/bulk-inventory',
      `Authorization: ${oauth2('a-token')}`,
      'Content-Type: application/json',
      `Content-Length: ${length}`,
    )

  test.each([
    ['nothing', '', 'header_seconds'],
    ['half a header', 'POST /v2/bulk-inventory HTTP/1.1\r\nHost: loc', 'header_seconds'],
    ['half a body', `${post(100)}{"inventory`, 'request_seconds'],
  ])('end a connection that sends %s', async (_, sent, limit) => {
    const emulator = await start({ header_seconds: 1, request_seconds: 1 })
    const answered = await raw(emulator, sent)
    expect(answered).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/)
    expect(answered).toContain(`--limit ${limit}=1`)
  })

  it('leave a call whose body never came without effect, and in the journal', async () => {
    const emulator = await start({ header_seconds: 1, request_seconds: 1 })
    await raw(emulator, post(100), '{"inventory')
    expect(await lastRequest(emulator)).toMatchObject({ status: null, request: { body: '{"inventory' }, changes: [] })
  })

  it('end a connection that is kept and idle', async () => {
    const emulator = await start({ keep_alive_seconds: 1 })
    const answered = await raw(emulator, 'GET /_backstock/health HTTP/1.1\r\nHost: localhost\r\n\r\n')
    expect(answered).toMatch(/^HTTP\/1\.1 200 /)
    expect(answered).toContain('Keep-Alive: timeout=1')
    expect(answered).not.toContain('408')
  })

  it('leave a reply alone that a fault holds back for longer', async () => {
    const emulator = await start({ header_seconds: 1, request_seconds: 1, reply_seconds: 1, keep_alive_seconds: 1 })
    await supertest(emulator.url)
      .put('/_backstock/faults')
      .send([{ fault: { kind: 'latency', ms: 2_500 } }])
      .expect(200)
    expect((await bulk(emulator, items(item('1')))).status).toBe(200)
  })

  it('end a reply that nobody reads', async () => {
    const emulator = await start({ reply_seconds: 1 })
    const long = 'x'.repeat(8_000)
    const many = Array.from({ length: 2_000 }, (_, index) => ({ ...item(String(index)), style_number: long }))
    const body = JSON.stringify(items(...many))
    const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => {})
    socket.pause()
    socket.write(post(body.length))
    socket.write(body)
    await expect
      .poll(async () => (await lastRequest(emulator).catch(() => undefined))?.reply?.taken, { timeout: 15_000 })
      .toBe(false)
  })
})

describe('The table of limits', () => {
  test.each(limitNames)('%s has a default within its bounds, and refuses what is outside', async (name) => {
    const { least, most } = limits[name]
    expect(usualLimits[name]).toBeGreaterThanOrEqual(least)
    expect(usualLimits[name]).toBeLessThanOrEqual(most)
    // Not what the types allow.
    for (const wrong of [least - 1, most + 1, 1.5, Number.NaN, '5'])
      await expect(startTestEmulator({ limits: { [name]: wrong } as Partial<Limits> })).rejects.toThrow(
        `limits: ${name} must be an integer from ${least} to ${most}`,
      )
  })

  it('knows no other name', async () => {
    const taken = { body_byte: 5 } as Partial<Limits> // Not what the types allow.
    await expect(startTestEmulator({ limits: taken })).rejects.toThrow(
      'unknown limit "body_byte"; did you mean "body_bytes"?',
    )
  })
})
