import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import supertest from 'supertest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { BadStream, readEvents } from '../server/commands/event-stream.js'
import type { Emulator } from '../server/emulator.js'
import { commandIn } from './command.js'
import { startTestEmulator } from './emulator.js'

/** Follows until it is stopped; `printed` and `told` grow meanwhile. */
function following(url: string, ...words: string[]) {
  const printed: string[] = []
  const told: string[] = []
  let stop = () => {}
  let leave = () => {}
  const ended = commandIn(
    {
      stopped: new Promise<void>((resolve) => {
        stop = resolve
      }),
      unread: new Promise<void>((resolve) => {
        leave = resolve
      }),
      print: (line) => printed.push(line),
      complain: (line) => told.push(line),
      later: (_ms, act) => {
        const timer = setTimeout(act, 20)
        return () => clearTimeout(timer)
      },
    },
    'requests',
    '--follow',
    '--url',
    url,
    ...words,
  )
  onTestFinished(() => stop())
  const ready = () => expect.poll(() => told.at(-1), { timeout: 10_000 }).toContain('following the calls at ')
  return { printed, told, ended, ready, stop: () => stop(), leave: () => leave() }
}

const send = (emulator: Emulator, site: string) =>
  supertest(emulator.url)
    .post(`/v2/${site}/inventory`)
    .set('Authorization', 'Bearer a-token')
    .send({ timestamp: '2015-01-23T16:35:38+0000', product_code: 'A', inventory_level: 4 })

const sitesIn = (lines: readonly string[]) => lines.map((line) => JSON.parse(line).site)
const until = (look: () => unknown) => expect.poll(look, { timeout: 10_000 })

describe('backstock requests --follow', () => {
  it('shows calls as they come, and none that came before; it ends by the signal with 0', async () => {
    const emulator = await startTestEmulator()
    await send(emulator, 'before')
    const { printed, told, ended, ready, stop } = following(emulator.url, '--json')
    await ready()
    await send(emulator, 'one')
    await send(emulator, 'two')
    await until(() => printed).toHaveLength(2)
    expect(sitesIn(printed)).toEqual(['one', 'two'])
    const { body } = await supertest(emulator.url).get('/_backstock/requests?limit=1')
    expect(JSON.parse(printed[1] ?? '')).toEqual(body.requests[0])
    stop()
    expect((await ended).code).toBe(0)
    expect(told).toEqual([`following the calls at ${emulator.url}; Ctrl-C ends it`])
  })

  it('shows the last of those that came before where it is told how many, and each once', async () => {
    const emulator = await startTestEmulator()
    for (const site of ['a', 'b', 'c']) await send(emulator, site)
    const { printed, ready } = following(emulator.url, '--json', '--limit', '2')
    await ready()
    await send(emulator, 'd')
    await until(() => printed).toHaveLength(3)
    expect(sitesIn(printed)).toEqual(['b', 'c', 'd'])
  })

  it('keeps to its filters', async () => {
    const emulator = await startTestEmulator()
    await send(emulator, 'mine')
    const { printed, ready } = following(emulator.url, '--json', '--site', 'mine', '--since', '2000-01-01T00:00:00Z')
    await ready()
    await send(emulator, 'other')
    await send(emulator, 'mine')
    await until(() => printed).toHaveLength(2)
    expect(sitesIn(printed)).toEqual(['mine', 'mine'])
  })

  it('has a table whose head stands once, and CSV with its records', async () => {
    const emulator = await startTestEmulator()
    const [table, csv] = [following(emulator.url), following(emulator.url, '--csv')]
    await Promise.all([table.ready(), csv.ready()])
    await send(emulator, 'one')
    await until(() => [table.printed.length, csv.printed.length]).toEqual([2, 2])
    expect(table.printed[0]).toMatch(/^at \(UTC\) +of +operation /)
    expect(table.printed[1]).toMatch(/ {2}one +jirafe\.inventory +POST +\/v2\/one\/inventory +200 +1 of 1 /)
    expect(csv.printed[0]).toMatch(/^id,at,vendor,.*,ms\r$/)
    expect(csv.printed[1]).toMatch(/,jirafe,jirafe\.inventory,,one,POST,\/v2\/one\/inventory,200,1,0,0,[\d.]+\r$/)
  })

  it('goes on when the emulator comes back, and says so', async () => {
    const first = await startTestEmulator()
    const { port } = new URL(first.url)
    const { printed, told, ready } = following(first.url, '--json')
    await ready()
    for (const site of ['a', 'b']) await send(first, site)
    await until(() => printed).toHaveLength(2)
    await first.close()
    await until(() => told.at(-1)).toBe(`the emulator at ${first.url} has gone; waiting for it`)
    const second = await startTestEmulator({ port: Number(port), host: '127.0.0.1' })
    await until(() => told).toContain(`the emulator at ${first.url} is back`)
    await until(() => told.at(-1)).toBe('it was started anew; calls may be missing here')
    await send(second, 'c')
    await until(() => printed).toHaveLength(3)
    expect(sitesIn(printed)).toEqual(['a', 'b', 'c'])
  })

  it('misses none of a new emulator though it had seen none of the old', async () => {
    const first = await startTestEmulator()
    await send(first, 'long ago')
    const { port } = new URL(first.url)
    const { printed, told, ready } = following(first.url, '--json')
    await ready()
    await first.close()
    await until(() => told.length).toBe(2)
    const second = await startTestEmulator({ port: Number(port), host: '127.0.0.1' })
    await send(second, 'c')
    await until(() => printed).toHaveLength(1)
    expect(sitesIn(printed)).toEqual(['c'])
  })

  it('ends quietly with 0 when nobody reads any more', async () => {
    const emulator = await startTestEmulator()
    const { ended, ready, leave, told } = following(emulator.url)
    await ready()
    leave()
    expect((await ended).code).toBe(0)
    expect(told).toHaveLength(1)
  })

  it.each([
    [['--operation', 'none'], 2, 'operation: "none" is no operation'],
    [['--account', 'a', '--site', 'b'], 2, 'Both account and site are given.'],
  ])('with %j ends before it begins', async (words, code, sentence) => {
    const { ended, told } = following((await startTestEmulator()).url, ...words)
    expect((await ended).code).toBe(code)
    expect(told.join('\n')).toContain(sentence)
  })

  it('ends where nobody listens', async () => {
    const emulator = await startTestEmulator()
    await emulator.close()
    const { ended, told } = following(emulator.url)
    expect((await ended).code).toBe(1)
    expect(told.join('\n')).toMatch(/^no emulator answers at .* \(ECONNREFUSED\)/)
  })
})

/**
 * A server with one call in its list. It answers those who ask for the stream in turn and ends each answer; after the
 * last it keeps them waiting. `asked` has the ids that they go on from.
 */
async function standIn(...streams: readonly string[]) {
  const asked: (string | undefined)[] = []
  const server: Server = createServer((request, response) => {
    if (!request.url?.startsWith('/_backstock/requests/stream'))
      return response
        .setHeader('Content-Type', 'application/json')
        .end('{"requests":[{"id":"listed","site":"listed"}],"next":null}')
    asked.push(request.headers['last-event-id']?.toString())
    response.setHeader('Content-Type', 'text/event-stream')
    response.write(streams[asked.length - 1] ?? ': nothing more\n\n')
    if (asked.length <= streams.length) response.end()
    return undefined
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo // A server on a port has this kind of address.
  return { asked, url: `http://127.0.0.1:${port}` }
}

describe('A stream that breaks off', () => {
  it('is asked for again from its last event on, and tells what the journal dropped', async () => {
    const { asked, url } = await standIn(
      'event: request\nid: 7\ndata: {"id":"a","site":"a"}\n\n',
      'event: evicted\ndata: {"evicted":3}\n\nevent: request\nid: 12\ndata: {"id":"b","site":"b"}\n\n',
      'event: evicted\ndata: {"evicted":1}\n\n',
    )
    const { printed, told } = following(url, '--json')
    await until(() => asked).toHaveLength(4)
    expect(asked).toEqual([undefined, '7', '12', '12'])
    expect(sitesIn(printed)).toEqual(['a', 'b'])
    expect(told).toContain('3 calls are missing here: the journal had dropped them')
    expect(told).toContain('1 call is missing here: the journal had dropped them')
  })

  it('shows a call that is in the list and in the stream once', async () => {
    const { url } = await standIn(
      'event: request\nid: 1\ndata: {"id":"listed","site":"listed"}\n\nevent: request\nid: 2\ndata: {"id":"b","site":"b"}\n\n',
    )
    const { printed } = following(url, '--json', '--limit', '5')
    await until(() => printed).toHaveLength(2)
    expect(sitesIn(printed)).toEqual(['listed', 'b'])
  })

  it.each([
    ['event: request\ndata: no JSON\n\n', 'sent an event that is no JSON object'],
    [`data: ${'x'.repeat(1024 * 1024 + 1)}`, 'sent a line of more than 1048576 characters'],
  ])('or is none of ours ends it: %.40j', async (text, sentence) => {
    const { url } = await standIn(text)
    const { ended, told, printed } = following(url, '--json')
    expect((await ended).code).toBe(1)
    expect(told.at(-1)).toContain(sentence)
    expect(printed).toEqual([])
  })
})

describe('Where something else answers', () => {
  async function serving(body: string | undefined, status = 200) {
    const server = createServer((_request, response) => {
      if (body !== undefined) response.writeHead(status, { 'Content-Type': 'application/json' }).end(body)
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const { port } = server.address() as AddressInfo // A server on a port has this kind of address.
    return `http://127.0.0.1:${port}`
  }

  it.each([
    ['<html>', 200, 'what answers at URL is not Backstock'],
    ['{}', 200, 'what answers at URL does not answer as Backstock does: status 200'],
    ['{"requests":[7]}', 200, 'what answers at URL does not answer as Backstock does: status 200'],
    ['{"detail":"no"}', 404, 'what answers at URL does not answer as Backstock does: status 404'],
  ])('%s with %i is told in a sentence', async (body, status, sentence) => {
    const url = await serving(body, status)
    for (const words of [['requests'], ['requests', '--follow']]) {
      const { code, printed, complained } = await commandIn({}, ...words, '--url', url)
      expect({ code, printed }).toEqual({ code: 1, printed: [] })
      expect(complained).toBe(sentence.replace('URL', url))
    }
  })

  it('a page that says there is more but has no rows does not hold anybody up', async () => {
    const url = await serving('{"positions":[],"next":"on"}')
    expect(await commandIn({}, 'state', '--account', 'a', '--url', url)).toMatchObject({
      code: 0,
      complained: 'no positions',
    })
  })

  it('nothing answers, and the process is told to end', async () => {
    const url = await serving(undefined)
    const stopped = new Promise<void>((resolve) => setTimeout(resolve, 50))
    expect(await commandIn({ stopped }, 'requests', '--url', url)).toEqual({
      code: 1,
      printed: [],
      complained: `stopped before the emulator at ${url} had answered`,
    })
  })
})

describe('Server-sent events', () => {
  async function* inChunks(bytes: Uint8Array, size: number) {
    for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
  }
  async function read(text: string, size: number) {
    const events = []
    for await (const event of readEvents(inChunks(new TextEncoder().encode(text), size))) events.push(event)
    return events
  }

  it.each([
    ['event: request\nid: 1\ndata: {"a":1}\n\n', [{ event: 'request', data: '{"a":1}', id: '1' }]],
    [': a comment\n\ndata: é東京\n\n', [{ event: 'message', data: 'é東京', id: undefined }]],
    ['data:one\ndata: two\ndata\n\n', [{ event: 'message', data: 'one\ntwo\n', id: undefined }]],
    [
      'id: 3\n\ndata: x\r\n\r\ndata: y\r\r: more\n',
      [
        { event: 'message', data: 'x', id: '3' },
        { event: 'message', data: 'y', id: '3' },
      ],
    ],
    ['event: request\n\ndata: x\n\n', [{ event: 'message', data: 'x', id: undefined }]],
    ['data: a: b\nunknown: c\n\n', [{ event: 'message', data: 'a: b', id: undefined }]],
    ['data: not ended', []],
  ])('of %j are read the same in chunks of any size', async (text, events) => {
    for (const size of [1, 2, 3, 5, 1_000]) expect(await read(`${text}`, size)).toEqual(events)
  })

  it('that never end are not kept', async () => {
    await expect(read('x'.repeat(3 * 1024 * 1024), 64 * 1024)).rejects.toThrow(BadStream)
  })
})
