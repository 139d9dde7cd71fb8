import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import supertest from 'supertest'
import { describe, expect, it, test } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { brokenRules, lastRequest, oauth2, startTestEmulator } from './emulator.js'

const MB = 1024 * 1024
const event = Buffer.from('{"timestamp": "2015-01-23T16:35:38+0000", "product_code": "SKU-1", "inventory_level": 12}')
/** The event, padded by blanks to this size. */
const padded = (bytes: number) => Buffer.concat([event, Buffer.alloc(bytes - event.length, ' ')])

/** The best quality takes seconds for bodies of this size. */
const quickBrotli = (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 2 } })

type Headers = Readonly<Record<string, string>>

async function send(emulator: Emulator, body: Uint8Array | ReadableStream<Uint8Array>, headers: Headers = {}) {
  const reply = await fetch(`${emulator.url}/v2/shop/inventory`, {
    method: 'POST',
    headers: { Authorization: 'Bearer a-token', ...headers },
    body,
    // A stream has no length, so it is sent in chunks.
    ...(body instanceof ReadableStream && { duplex: 'half' }),
  })
  return { status: reply.status, headers: reply.headers, body: JSON.parse(await reply.text()) }
}

const coded = (emulator: Emulator, body: Uint8Array, coding: string) =>
  send(emulator, body, { 'Content-Encoding': coding })

async function storedLevels(emulator: Emulator) {
  const { body } = await supertest(emulator.url).get('/_backstock/jirafe/sites/shop/levels')
  return (body.levels ?? []).map((level: { inventory_level: number }) => level.inventory_level)
}

/** Nothing of the refused call happened, and the next one is served. */
async function expectUnharmed(emulator: Emulator, rule: string) {
  expect(await brokenRules(emulator)).toEqual([rule])
  expect(await lastRequest(emulator)).toMatchObject({ items: null, changes: [], changes_total: 0 })
  expect(await storedLevels(emulator)).toEqual([])
  expect((await send(emulator, event)).status).toBe(200)
  expect(await storedLevels(emulator)).toEqual([12])
}

function inChunks(...chunks: Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift()
      if (chunk === undefined) controller.close()
      else controller.enqueue(chunk)
    },
  })
}

describe('codings that are undone', () => {
  it.each<[string, string, Buffer]>([
    ['gzip', 'gzip', gzipSync(event)],
    ['gzip in capitals', 'GZip', gzipSync(event)],
    ['x-gzip', 'x-gzip', gzipSync(event)],
    ['gzip in two members', 'gzip', Buffer.concat([gzipSync(event.subarray(0, 9)), gzipSync(event.subarray(9))])],
    ['deflate', 'deflate', deflateSync(event)],
    ['deflate without its zlib header', 'deflate', deflateRawSync(event)],
    ['br', 'br', brotliCompressSync(event)],
    ['gzip, then br', 'gzip, br', brotliCompressSync(gzipSync(event))],
    ['br, then gzip', 'br,gzip', gzipSync(brotliCompressSync(event))],
    ['gzip twice', 'gzip, gzip', gzipSync(gzipSync(event))],
    ['identity', 'identity', event],
    ['identity beside two others', 'identity, gzip, identity, deflate', deflateSync(gzipSync(event))],
    ['an empty header', '', event],
  ])('%s', async (_case, coding, body) => {
    const emulator = await startTestEmulator()
    const reply = await coded(emulator, body, coding)
    expect(reply.status).toBe(200)
    expect(await storedLevels(emulator)).toEqual([12])
    const detail = await lastRequest(emulator)
    expect(detail.violations).toEqual([])
    expect(detail.request.body).toBe(event.toString())
  })
})

describe('codings that are not', () => {
  it.each([
    ['zstd'],
    ['compress'],
    ['gzip, zstd'],
    ['gzip;q=1'],
    ['*'],
    ['gzip gzip'],
    ['gzip, gzip, gzip'],
    ['br, deflate, gzip'],
  ])('%s is 415, and the body is not looked at', async (coding) => {
    const emulator = await startTestEmulator()
    const reply = await coded(emulator, gzipSync(event), coding)
    expect(reply.status).toBe(415)
    expect(reply.body).toMatchObject({ error_type: 'unknown', success: false })
    expect(reply.body.message).toContain('gzip, deflate or br')
    expect((await lastRequest(emulator)).request.body).toBeNull()
    await expectUnharmed(emulator, 'jirafe.format.codings')
  })

  it.each<[string, string, Buffer]>([
    ['plain text as gzip', 'gzip', event],
    ['plain text as deflate', 'deflate', event],
    ['plain text as br', 'br', event],
    ['gzip as br', 'br', gzipSync(event)],
    ['br as gzip', 'gzip', brotliCompressSync(event)],
    ['gzip cut short', 'gzip', gzipSync(event).subarray(0, -9)],
    ['gzip cut behind its header', 'gzip', gzipSync(event).subarray(0, 10)],
    ['deflate cut short', 'deflate', deflateSync(event).subarray(0, -5)],
    ['raw deflate cut short', 'deflate', deflateRawSync(event).subarray(0, -5)],
    ['br cut short', 'br', brotliCompressSync(event).subarray(0, -5)],
    ['gzip with a wrong checksum', 'gzip', Buffer.concat([gzipSync(event).subarray(0, -8), Buffer.alloc(8, 1)])],
    ['nothing as gzip', 'gzip', Buffer.alloc(0)],
    ['gzip once that is announced twice', 'gzip, gzip', gzipSync(event)],
  ])('%s is 400 bad_json', async (_case, coding, body) => {
    const emulator = await startTestEmulator()
    const reply = await coded(emulator, body, coding)
    expect(reply.status).toBe(400)
    expect(reply.body).toEqual({ error_type: 'bad_json', success: false })
    await expectUnharmed(emulator, 'jirafe.format.coded_body')
  })

  test('gzip that nobody announced is no UTF-8, and so bad_json', async () => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, gzipSync(event))
    expect(reply.body).toEqual({ error_type: 'bad_json', success: false })
    await expectUnharmed(emulator, 'jirafe.format.utf8')
  })

  test('JOOR refuses in its own words', async () => {
    const emulator = await startTestEmulator()
    const joor = (coding: string) =>
      fetch(`${emulator.url}/v2/bulk-inventory`, {
        method: 'POST',
        headers: { Authorization: oauth2('t'), 'Content-Type': 'application/json', 'Content-Encoding': coding },
        body: Buffer.from('{}'),
      })
    const unknown = await joor('zstd')
    expect(unknown.status).toBe(415)
    expect(await unknown.text()).toContain('"items_updated":[]')
    expect(await brokenRules(emulator)).toEqual(['joor.format.codings'])
    const damaged = await joor('gzip')
    expect(damaged.status).toBe(400)
    expect(await brokenRules(emulator)).toEqual(['joor.format.coded_body'])
  })
})

describe('the limit of 10 MB, 10,485,760 bytes', () => {
  it.each<[string, () => Uint8Array | ReadableStream<Uint8Array>, Headers]>([
    ['with a length', () => padded(10 * MB), {}],
    ['in chunks', () => inChunks(padded(6 * MB), Buffer.alloc(4 * MB, ' ')), {}],
    ['after inflating gzip', () => gzipSync(padded(10 * MB)), { 'Content-Encoding': 'gzip' }],
    ['after inflating br', () => quickBrotli(padded(10 * MB)), { 'Content-Encoding': 'br' }],
    ['after inflating twice', () => gzipSync(gzipSync(padded(10 * MB))), { 'Content-Encoding': 'gzip, gzip' }],
  ])('exactly the limit is taken, %s', async (_case, body, headers) => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, body(), headers)
    expect(reply.status).toBe(200)
    expect(await storedLevels(emulator)).toEqual([12])
    expect(await brokenRules(emulator)).toEqual([])
  })

  it.each<[string, () => Uint8Array | ReadableStream<Uint8Array>, Headers]>([
    ['with a length', () => padded(10 * MB + 1), {}],
    ['in chunks', () => inChunks(padded(10 * MB), Buffer.from(' ')), {}],
    ['in chunks, far beyond', () => inChunks(...Array.from({ length: 30 }, () => Buffer.alloc(MB, ' '))), {}],
    ['after inflating gzip', () => gzipSync(padded(10 * MB + 1)), { 'Content-Encoding': 'gzip' }],
    ['after inflating deflate', () => deflateSync(padded(10 * MB + 1)), { 'Content-Encoding': 'deflate' }],
    ['after inflating raw deflate', () => deflateRawSync(padded(10 * MB + 1)), { 'Content-Encoding': 'deflate' }],
    ['after inflating br', () => quickBrotli(padded(10 * MB + 1)), { 'Content-Encoding': 'br' }],
    ['after inflating twice', () => gzipSync(gzipSync(padded(10 * MB + 1))), { 'Content-Encoding': 'gzip, gzip' }],
  ])('one byte more is 413, %s, and the client reads the reply', async (_case, body, headers) => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, body(), headers)
    expect(reply.status).toBe(413)
    expect(reply.headers.get('content-type')).toBe('application/json')
    expect(reply.body).toMatchObject({ error_type: 'unknown', success: false })
    expect(reply.body.message).toContain('10,485,760 bytes')
    await expectUnharmed(emulator, 'jirafe.format.size')
  })

  test('JOOR’s is 20 MB', async () => {
    const emulator = await startTestEmulator()
    const item = '{"inventory_items":[{"upc":"1","warehouse":"w","inventory":1}]}'
    const joor = (bytes: number) =>
      fetch(`${emulator.url}/v2/bulk-inventory`, {
        method: 'POST',
        headers: { Authorization: oauth2('t'), 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
        body: gzipSync(Buffer.concat([Buffer.from(item), Buffer.alloc(bytes - item.length, ' ')])),
      })
    expect((await joor(20 * MB)).status).toBe(200)
    const reply = await joor(20 * MB + 1)
    expect(reply.status).toBe(413)
    expect(await reply.text()).toContain('"items_updated":[]')
    expect(await brokenRules(emulator)).toEqual(['joor.format.size'])
  })
})

describe('bombs', () => {
  /** Members of gzip follow each other: 1 MB that inflates to 1 GB. */
  const gzipBomb = Buffer.concat(Array(100).fill(gzipSync(Buffer.alloc(10 * MB))))

  it.each<[string, string, () => Buffer]>([
    ['gzip', 'gzip', () => gzipBomb],
    ['gzip in gzip', 'gzip, gzip', () => gzipSync(gzipBomb)],
    ['br', 'br', () => quickBrotli(Buffer.alloc(200 * MB))],
    ['deflate', 'deflate', () => deflateSync(Buffer.alloc(200 * MB))],
  ])('%s is stopped at the limit: 413, and memory stays bounded', async (_case, coding, make) => {
    const emulator = await startTestEmulator()
    const body = make()
    expect(body.length).toBeLessThan(2 * MB)
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    const watch = setInterval(() => {
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }, 1)
    const reply = await coded(emulator, body, coding).finally(() => clearInterval(watch))
    expect(reply.status).toBe(413)
    expect(reply.body).toMatchObject({ error_type: 'unknown', success: false })
    expect(most).toBeLessThan(48 * MB)
    await expectUnharmed(emulator, 'jirafe.format.size')
  })
})

describe('bodies without a length', () => {
  test('an event in chunks of one byte is the same event', async () => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, inChunks(...Array.from(event, (byte) => Uint8Array.of(byte))))
    expect(reply.status).toBe(200)
    const detail = await lastRequest(emulator)
    expect(detail.request.headers['transfer-encoding']).toBe('chunked')
    expect(detail.request.headers).not.toHaveProperty('content-length')
    expect(detail.request.body).toBe(event.toString())
    expect(await storedLevels(emulator)).toEqual([12])
  })

  test('a character may be split between two chunks', async () => {
    const emulator = await startTestEmulator()
    const text = Buffer.from(event.toString().replace('SKU-1', '日本😀'))
    const half = text.indexOf('本') + 1
    expect((await send(emulator, inChunks(text.subarray(0, half), text.subarray(half)))).status).toBe(200)
    const { body } = await supertest(emulator.url).get('/_backstock/jirafe/sites/shop/levels')
    expect(body.levels).toMatchObject([{ code: '日本😀' }])
  })

  test('coded chunks are undone as a whole', async () => {
    const emulator = await startTestEmulator()
    const bytes = gzipSync(event)
    const reply = await send(emulator, inChunks(bytes.subarray(0, 7), bytes.subarray(7)), {
      'Content-Encoding': 'gzip',
    })
    expect(reply.status).toBe(200)
    expect(await storedLevels(emulator)).toEqual([12])
  })

  test('no chunk at all is an empty body, and bad_json', async () => {
    const emulator = await startTestEmulator()
    const reply = await send(emulator, inChunks())
    expect(reply.body).toEqual({ error_type: 'bad_json', success: false })
    await expectUnharmed(emulator, 'jirafe.format.json')
  })
})
