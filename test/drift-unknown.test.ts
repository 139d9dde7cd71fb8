import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { EmulatorOptions } from '../server/emulator.js'
import { type Reply, startPlanted, startProxy, startServer } from './drift.js'
import { items, lastRequest, oauth2, positions } from './emulator.js'

const one = items({ warehouse: 'New York', upc: '1', inventory: 5 }, { warehouse: 'New York', upc: '2', inventory: 6 })

/** One call through a proxy before the real API: the reply, and what was told of it. */
async function call(
  joor: string,
  { body = one as unknown, options = {} as EmulatorOptions, headers = {}, path = '/v2/bulk-inventory' } = {},
) {
  const { emulator, exchanges, refused } = await startProxy({ joor }, options)
  const reply = await fetch(emulator.url + path, {
    method: 'POST',
    headers: { Authorization: oauth2('a-token'), 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
  return { reply, text: await reply.text(), comparison: exchanges[0]?.comparison, emulator, exchanges, refused }
}

const answering = (status: number, headers: Readonly<Record<string, string>> = {}) =>
  startServer((request, response) => {
    request.resume().once('end', () => response.writeHead(status, headers).end('{"error":"x"}'))
  })

const ofText = (change: (text: string) => string) => (reply: Reply) => ({ ...reply, body: change(String(reply.body)) })
const second = '{"warehouse":"New York","upc":"2","inventory":6}'
const secondRefused = ofText((body) =>
  body.replace(`,${second}`, '').replace('"items_not_updated":[]', `"items_not_updated":[[${second}]]`),
)

describe('It could not be told', () => {
  it.each([
    [401, 'token'],
    [403, 'token'],
    [429, 'rate limit'],
    [502, 'out of order'],
    [503, 'out of order'],
    [504, 'out of order'],
  ])('of a reply %i, which says nothing of the rules', async (status, why) => {
    const { reply, text, comparison } = await call(await answering(status))
    expect([reply.status, text]).toEqual([status, '{"error":"x"}'])
    expect(reply.headers.get('backstock-drift')).toBe('unknown')
    expect(comparison).toMatchObject({ verdict: 'unknown', why: expect.stringContaining(why), differences: [] })
  })

  it('of an item that the emulator cannot know, and can be where it knows the lists', async () => {
    const joor = await startPlanted(secondRefused)
    const { comparison } = await call(joor)
    expect(comparison).toMatchObject({
      verdict: 'unknown',
      why: expect.stringMatching(/not told all warehouses and styles.* \(\/items_not_updated\/0\/0\)$/),
    })
    const style = {
      style_number: 'A',
      style_identifier: 'A1',
      colors: [
        {
          color_code: 'C',
          sizes: [
            { size: 'S', upc: '1' },
            { size: 'M', upc: '2' },
          ],
        },
      ],
    }
    const account = { token: 'a-token', warehouses: ['New York'], styles: [style] }
    const knowing = await call(joor, { options: { seed: { joor: { accounts: { acme: account } } } } })
    expect(knowing.comparison).toMatchObject({
      verdict: 'different',
      differences: [{ place: '/items_not_updated/0/0', real: '"item 1 is not updated"' }],
    })
    expect(knowing.comparison?.differences[0]?.rules.map(({ id }) => id)).toContain('joor.sku.known')
  })

  it('of an item that the vendor has and the given lists do not', async () => {
    const account = { token: 'a-token', warehouses: ['Boston'] }
    const { comparison } = await call(await startPlanted((reply) => reply), {
      options: { seed: { joor: { accounts: { acme: account } } } },
    })
    expect(comparison).toMatchObject({
      verdict: 'unknown',
      why: expect.stringContaining('lists that Backstock was given'),
    })
  })

  it('can be of an item that breaks what only we take', async () => {
    const odd = ofText((body) => {
      const [, item = ''] = /"items_updated":\[\[(.*)\]\],/.exec(body) ?? []
      return body
        .replace(`"items_updated":[[${item}]]`, '"items_updated":[]')
        .replace('"items_not_updated":[]', `"items_not_updated":[[${item}]]`)
    })
    const body = items({ warehouse: 'New York', upc: '2', inventory: -6 })
    const { comparison } = await call(await startPlanted(odd), { body })
    expect(comparison).toMatchObject({ verdict: 'different', differences: [{ place: '/items_not_updated/0/0' }] })
    expect(comparison?.differences[0]?.rules[0]?.id).toBe('joor.inventory.negative')
  })

  it('of a call that is not emulated, and it is passed on', async () => {
    const { text, comparison } = await call(await answering(200), { path: '/v2/orders' })
    expect(text).toBe('{"error":"x"}')
    expect(comparison).toMatchObject({ verdict: 'unknown', why: 'Backstock does not emulate this call' })
  })

  it('of a call that meets a fault', async () => {
    const { emulator, exchanges } = await startProxy({ joor: await answering(200) })
    const faults = [{ match: { operation: 'joor.bulk-inventory' }, fault: { kind: 'before_commit' } }]
    await fetch(`${emulator.url}/_backstock/faults`, { method: 'PUT', body: JSON.stringify(faults) })
    const headers = { Authorization: oauth2('a-token'), 'Content-Type': 'application/json' }
    const reply = await fetch(`${emulator.url}/v2/bulk-inventory`, {
      method: 'POST',
      headers,
      body: JSON.stringify(one),
    })
    expect(await reply.text()).toBe('{"error":"x"}')
    expect(exchanges[0]?.comparison).toMatchObject({ verdict: 'unknown', why: expect.stringContaining('fault') })
  })
})

describe('Where the real API gives no reply, Backstock says so in its own words', () => {
  const limits = { request_seconds: 1 }

  it.each([
    ['is slow', 504, 'did not end within 1 s', () => startServer((request) => void request.resume())],
    [
      'breaks off',
      502,
      'failed: ',
      () =>
        startServer(
          (request, response) =>
            void response.writeHead(200, { 'Content-Length': 9 }).write('x', () => request.socket.destroy()),
        ),
    ],
    ['loses the connection', 502, 'failed: ', () => startServer((request) => void request.socket.destroy())],
    ['is not there', 502, 'ECONNREFUSED', async () => `http://127.0.0.1:${await freePort()}`],
    [
      'sends more than is taken',
      502,
      'more than 1000 bytes',
      () => startServer((request, response) => void request.resume().once('end', () => response.end('x'.repeat(2000)))),
    ],
  ])('that %s: %i', async (_says, status, told, start) => {
    const { reply, text, comparison, emulator } = await call(await start(), {
      options: { limits: { ...limits, body_bytes: 1000 } },
    })
    expect(reply.status).toBe(status)
    expect(reply.headers.get('content-type')).toBe('application/problem+json')
    expect(text).toContain(told)
    expect(text).toContain('the words of Backstock and not of the vendor')
    expect(comparison).toMatchObject({ verdict: 'unknown', differences: [] })
    // It was carried out here all the same, and judged.
    expect(await positions(emulator)).toHaveLength(2)
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const { port } = server.address() as AddressInfo
  await new Promise((closed) => server.close(closed))
  return port
}

describe('A compressed reply', () => {
  const gzipped = (change: (text: string) => string) => (reply: Reply) => ({
    ...reply,
    headers: { ...reply.headers, 'Content-Encoding': 'gzip' },
    body: gzipSync(change(String(reply.body))),
  })

  it('is read, and passed on as it came', async () => {
    const { reply, text, comparison } = await call(await startPlanted(gzipped((body) => body)))
    expect(reply.headers.get('content-encoding')).toBe('gzip')
    expect(text).toContain('"code":"0"')
    expect(comparison?.verdict).toBe('same')
  })

  it('with a difference in it is told at its place', async () => {
    const planted = gzipped((body) => body.replace('"code":"0"', '"code":"3"'))
    const { comparison } = await call(await startPlanted(planted))
    expect(comparison?.differences.map(({ place, real }) => [place, real])).toEqual([['/response/code', '"3"']])
  })

  it.each(['identity', 'gzip;q=0'])('that nobody asked for is told: Accept-Encoding: %s', async (accepted) => {
    const joor = await startPlanted(gzipped((body) => body))
    const { comparison } = await call(joor, { headers: { 'Accept-Encoding': accepted } })
    expect(comparison?.differences.map(({ place }) => place)).toEqual(['header.content-encoding'])
  })

  it('of a coding that nobody knows cannot be told', async () => {
    const joor = await startPlanted((reply) => ({ ...reply, headers: { ...reply.headers, 'Content-Encoding': 'zz' } }))
    expect((await call(joor)).comparison).toMatchObject({ verdict: 'unknown', why: expect.stringContaining('codings') })
  })
})

describe('Nothing is passed on', () => {
  const counting = async () => {
    const seen: string[] = []
    const url = await startServer((request, response) => {
      seen.push(`${request.method} ${request.url}`)
      request.resume().once('end', () => response.end('{}'))
    })
    return { url, seen }
  }

  it('of the control plane, of paths of no vendor, for unknown hosts, and of a vendor without a real API', async () => {
    const { url, seen } = await counting()
    const { emulator, refused } = await startProxy({ joor: url })
    const statuses: number[] = []
    for (const [path, headers] of [
      ['/_backstock/requests', {}],
      ['//_backstock/reset', {}],
      ['/somewhere', {}],
      ['/v2/shop/inventory', { Authorization: 'Bearer abcdef' }],
    ] as const)
      statuses.push((await fetch(emulator.url + path, { headers })).status)
    expect(statuses).toEqual([200, 404, 404, 502])
    expect(await rawStatus(emulator.url, 'evil.example', '/v2/bulk-inventory')).toBe(421)
    expect(await rawStatus(emulator.url, 'localhost', 'http://evil.example/v2/bulk-inventory')).toBe(421)
    expect(refused).toEqual(['jirafe /v2/shop/inventory'])
    expect(seen).toEqual([])
    // The control: what is for JOOR goes there.
    await fetch(`${emulator.url}/v2/bulk-inventory`)
    expect(seen).toEqual(['GET /v2/bulk-inventory'])
  })

  it('of a body that is more than is taken', async () => {
    const { url, seen } = await counting()
    const { reply, text, exchanges } = await call(url, { options: { limits: { body_bytes: 10 } } })
    expect(reply.status).toBe(413)
    expect(text).toContain('a limit of this emulator')
    expect([seen, exchanges]).toEqual([[], []])
  })
})

async function rawStatus(url: string, host: string, target: string): Promise<number> {
  const { connect } = await import('node:net')
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
  let text = ''
  for await (const chunk of socket) text += String(chunk)
  return Number(text.slice(9, 12))
}

describe('What is passed on', () => {
  it('is what arrived, but for the host and the connection, and comes back as it was', async () => {
    let seen: unknown
    const url = await startServer((request, response) => {
      const chunks: Buffer[] = []
      request
        .on('data', (chunk: Buffer) => chunks.push(chunk))
        .once('end', () => {
          const { method, url: target, rawHeaders } = request
          seen = { method, target, rawHeaders, body: Buffer.concat(chunks).toString() }
          response.writeHead(200, 'Fine', ['Set-Cookie', 'a=1', 'set-cookie', 'b=2', 'X-Odd', 'y']).end('\u0000\u00ff')
        })
    })
    const { emulator } = await startProxy({ joor: `${url}/base/` })
    const { request } = await import('node:http')
    const reply = await new Promise<{ status: unknown; raw: readonly string[]; body: string }>((resolve, reject) => {
      const sending = request(`${emulator.url}/v2/bulk-inventory?overwrite=%31`, {
        method: 'PUT',
        headers: [
          'Host',
          'localhost',
          'X-b',
          '1',
          'x-A',
          '2',
          'x-a',
          '3',
          'Keep-Alive',
          'x',
          'Content-Length',
          '3',
          'Backstock-Verify',
          '1',
        ],
      })
      sending.once('error', reject).once('response', (response) => {
        let body = ''
        response.setEncoding('utf8').on('data', (text) => {
          body += text
        })
        response.once('end', () =>
          resolve({ status: [response.statusCode, response.statusMessage], raw: response.rawHeaders, body }),
        )
      })
      sending.end('a b')
    })
    expect(seen).toEqual({
      method: 'PUT',
      target: '/base/v2/bulk-inventory?overwrite=%31',
      rawHeaders: [
        'Host',
        new URL(url).host,
        'X-b',
        '1',
        'x-A',
        '2',
        'x-a',
        '3',
        'Content-Length',
        '3',
        'Connection',
        'close',
      ],
      body: 'a b',
    })
    expect(reply.status).toEqual([200, 'Fine'])
    expect(reply.body).toBe('\u0000\u00ff')
    expect(reply.raw.slice(0, 6)).toEqual(['Set-Cookie', 'a=1', 'set-cookie', 'b=2', 'X-Odd', 'y'])
    const detail = await lastRequest(emulator)
    expect(reply.raw).toContain(detail.id)
  })
})
