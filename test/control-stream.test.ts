import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { connect } from 'node:net'
import express from 'express'
import supertest from 'supertest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { stream } from '../server/control/stream.js'
import { type Emulator, startEmulator } from '../server/emulator.js'
import { Journal } from '../server/journal/journal.js'
import { bulk, items, startTestEmulator } from './emulator.js'
import { entry } from './journal-entries.js'

interface Event {
  readonly event: string
  readonly id: string | undefined
  readonly data: Record<string, unknown>
}

/** A reader of server-sent events, with those that came so far. */
class Reader {
  readonly response: IncomingMessage
  #text = ''
  #wake = () => {}

  constructor(response: IncomingMessage) {
    this.response = response
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => {
      this.#text += chunk
      this.#wake()
    })
    response.on('error', () => {})
  }

  get comments(): number {
    return this.#text.split('\n\n').filter((block) => block.startsWith(':')).length
  }

  get events(): readonly Event[] {
    const blocks = this.#text.split('\n\n').slice(0, -1)
    return blocks.filter((block) => block.includes('event:')).map(readEvent)
  }

  /** Resolved when so many events have come. */
  async first(count: number): Promise<readonly Event[]> {
    while (this.events.length < count)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    return this.events
  }

  ended(): Promise<void> {
    return new Promise((resolve) => {
      if (this.response.closed) resolve()
      else this.response.once('close', () => resolve())
    })
  }
}

function readEvent(block: string): Event {
  const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
  return { event: field('event') ?? '', id: field('id'), data: JSON.parse(field('data') ?? '{}') }
}

function open(url: string, headers: Record<string, string> = {}): Promise<Reader> {
  return new Promise((resolve, reject) => {
    const request = get(url, { headers }, (response) => resolve(new Reader(response))).on('error', reject)
    onTestFinished(() => void request.destroy())
  })
}
const openStream = (emulator: Emulator, query = '', headers: Record<string, string> = {}) =>
  open(`${emulator.url}/_backstock/requests/stream${query}`, headers)
const item = (upc: string) => items({ warehouse: 'New York', upc, inventory: 1 })
const pathsOf = (events: readonly Event[]) => events.map(({ data }) => data.path)

describe('The stream of requests', () => {
  it('tells each call as the list shows it, by a number that only grows', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, item('before'))
    const reader = await openStream(emulator)
    expect(reader.response.headers['content-type']).toContain('text/event-stream')
    for (const each of ['1', '2']) await bulk(emulator, item(each))
    const events = await reader.first(2)
    const { body } = await supertest(emulator.url).get('/_backstock/requests?limit=2')
    expect(events.map(({ data }) => data)).toEqual(body.requests.toReversed())
    expect(events.map(({ event }) => event)).toEqual(['request', 'request'])
    expect(Number(events[1]?.id)).toBeGreaterThan(Number(events[0]?.id))
  })

  it('is scoped and filtered as the list is', async () => {
    const emulator = await startTestEmulator({ seed: { joor: { accounts: { brand: { token: 'a-token' } } } } })
    const readers = await Promise.all(
      ['?account=brand', '?status=404', '?vendor=joor&outcome=not_updated', '?site=brand'].map((query) =>
        openStream(emulator, query),
      ),
    )
    await bulk(emulator, item('1'))
    await fetch(`${emulator.url}/nowhere`)
    await bulk(emulator, items({ upc: '1', inventory: 'many' }), { token: 'another' })
    await Promise.all(readers.slice(0, 3).map((reader) => reader.first(1)))
    expect(readers.map(({ events }) => pathsOf(events))).toEqual([
      ['/v2/bulk-inventory'],
      ['/nowhere'],
      ['/v2/bulk-inventory'],
      [],
    ])
  })

  it('goes on behind the event that was read last, and repeats nothing', async () => {
    const emulator = await startTestEmulator()
    const reader = await openStream(emulator)
    for (const each of ['a', 'b']) await fetch(`${emulator.url}/${each}`)
    const [, last] = await reader.first(2)
    reader.response.destroy()
    for (const each of ['c', 'd']) await fetch(`${emulator.url}/${each}`)
    const again = await openStream(emulator, '', { 'Last-Event-ID': last?.id ?? '' })
    await fetch(`${emulator.url}/e`)
    expect(pathsOf(await again.first(3))).toEqual(['/c', '/d', '/e'])
  })

  it('says where calls were dropped in between, and not where there were none', async () => {
    const emulator = await startTestEmulator({ journal: { entries: 2 } })
    const reader = await openStream(emulator)
    await fetch(`${emulator.url}/a`)
    const [first] = await reader.first(1)
    for (const each of ['b', 'c', 'd', 'e']) await fetch(`${emulator.url}/${each}`)
    expect((await reader.first(5)).map(({ event }) => event)).not.toContain('evicted')
    const again = await openStream(emulator, '', { 'Last-Event-ID': first?.id ?? '' })
    const events = await again.first(3)
    expect(events[0]).toEqual({ event: 'evicted', id: undefined, data: { evicted: 2 } })
    expect(pathsOf(events.slice(1))).toEqual(['/d', '/e'])
    // Nothing of that vendor was dropped.
    const other = await openStream(emulator, '?vendor=joor', { 'Last-Event-ID': first?.id ?? '' })
    await bulk(emulator, item('1'))
    expect((await other.first(1)).map(({ event }) => event)).toEqual(['request'])
  })

  it('starts over where the number is of an emulator that ran before', async () => {
    const emulator = await startTestEmulator()
    await fetch(`${emulator.url}/a`)
    const events = await (await openStream(emulator, '', { 'Last-Event-ID': '4711' })).first(2)
    expect(events[0]).toMatchObject({ event: 'evicted', data: { evicted: null } })
    expect(pathsOf(events.slice(1))).toEqual(['/a'])
  })

  it('never shows a token', async () => {
    const emulator = await startTestEmulator()
    const reader = await openStream(emulator)
    await bulk(emulator, item('1'), { token: 'secret-token', query: '?t=secret-token' })
    expect(JSON.stringify(await reader.first(1))).not.toContain('secret-token')
  })

  it('ends when the emulator closes, and does not hold it up', async () => {
    const emulator = await startEmulator({ port: 0 })
    const reader = await openStream(emulator)
    await Promise.all([emulator.close(), reader.ended()])
    // It came to its end; the emulator cuts what is left of others only after some seconds.
    expect(reader.response.complete).toBe(true)
  })

  it.each([
    ['?acount=brand', {}, 'acount'],
    ['?account=a&site=b', {}, 'site'],
    ['?status=ok', {}, 'status'],
    ['?limit=3', {}, 'limit'],
    ['', { 'Last-Event-ID': 'none' }, 'Last-Event-ID is none'],
  ])('refuses %s %j', async (query, headers, told) => {
    const emulator = await startTestEmulator()
    const { status, body } = await supertest(emulator.url).get(`/_backstock/requests/stream${query}`).set(headers)
    expect(status).toBe(400)
    expect(body.detail).toContain(told)
  })
})

/** A stream over a journal of its own, whose heartbeats come when the test says so. */
async function streamOf(most: number, entries = 1_000) {
  let listeners = 0
  class Watched extends Journal {
    override listen(listener: Parameters<Journal['listen']>[0]) {
      listeners++
      const leave = super.listen(listener)
      return () => {
        listeners--
        leave()
      }
    }
  }
  const journal = new Watched({ entries, bytes: 1e9, bodyBytes: 100 })
  const beats = new Set<() => void>()
  const timers = {
    after: () => () => {},
    every(_ms: number, run: () => void) {
      beats.add(run)
      return () => beats.delete(run)
    },
  }
  const closing = new AbortController()
  const server = createServer(
    express().use(stream({ journal, operations: new Map(), timers, closing: closing.signal }, most)),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  // A TCP server that listens has an address and a port.
  const { port } = server.address() as AddressInfo
  const beat = () => {
    for (const run of [...beats]) run()
  }
  const held = () => ({ listeners, beats: beats.size })
  return { journal, beat, closing, port, held, url: `http://127.0.0.1:${port}/stream` }
}

const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

describe('A reader of the stream', () => {
  it('gets a comment now and then, and leaves nothing behind when it goes', async () => {
    const { beat, held, url } = await streamOf(10)
    const reader = await open(url)
    expect(held()).toEqual({ listeners: 1, beats: 1 })
    beat()
    await until(() => reader.comments === 1)
    reader.response.destroy()
    await until(() => held().listeners === 0)
    expect(held()).toEqual({ listeners: 0, beats: 0 })
  })

  it('is one of a bounded number, and another may come when one has gone', async () => {
    const { held, url } = await streamOf(2)
    const [first] = [await open(url), await open(url)]
    const refused = await fetch(url)
    expect(refused.status).toBe(503)
    expect(held().listeners).toBe(2)
    first?.response.destroy()
    await until(() => held().listeners === 1)
    await open(url)
    expect(held().listeners).toBe(2)
  })

  it('that does not read holds nothing but what is under way, and is let go', async () => {
    const { journal, beat, held, port } = await streamOf(10)
    const socket = connect(port, '127.0.0.1')
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => {})
    socket.pause()
    socket.write('GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await until(() => held().listeners === 1)
    const append = () => journal.append(null, entry({ path: `/${'x'.repeat(50_000)}`, bytes: 1 }))
    // More than the buffers of any loopback take.
    for (let n = 0; n < 400; n++) {
      append()
      if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    beat()
    expect(held().listeners).toBe(1)
    beat()
    await until(() => held().listeners === 0)
  })

  it('that reads slowly gets everything that is kept, and is told of the rest', { timeout: 60_000 }, async () => {
    const { journal, url } = await streamOf(10, 100)
    const reader = await open(url)
    reader.response.pause()
    for (let n = 0; n < 1_000; n++) {
      journal.append(null, entry({ path: `/${n}/${'x'.repeat(20_000)}`, bytes: 1 }))
      if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    reader.response.resume()
    const number = ({ data }: Event) => Number(String(data.path).split('/')[1])
    await until(() => reader.events.some((each) => each.event === 'request' && number(each) === 999))
    const seen = reader.events.filter(({ event }) => event === 'request').map(number)
    expect(seen).toEqual(seen.toSorted((one, other) => one - other))
    expect(new Set(seen).size).toBe(seen.length)
    expect(seen.slice(-100)).toEqual(Array.from({ length: 100 }, (_, n) => 900 + n))
    const missed = reader.events.filter(({ event }) => event === 'evicted').map(({ data }) => Number(data.evicted))
    expect(missed.reduce((sum, each) => sum + each, 0)).toBe(1_000 - seen.length)
    expect(seen.length).toBeLessThan(1_000)
  })
})
