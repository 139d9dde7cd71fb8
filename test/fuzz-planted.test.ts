import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { BodyFuzz } from './fuzz/body-fuzz.js'
import { formats, samplesOf, told, twins } from './fuzz/body-twins.js'
import type { FormatName } from './fuzz/corpus.js'
import { dialects } from './fuzz/dialects.js'
import { isFull } from './proof.js'

/** What an emulator with a fault does with a call; undefined where it does what is right. */
type Fault = (body: Buffer, status: number, sendOn: SendOn) => Promise<{ status: number; text?: string } | undefined>
type SendOn = (path: string, headers: Readonly<Record<string, string>>, body: string) => Promise<unknown>

async function bodyOf(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  // A stream of bytes, which nobody has told to decode them.
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** An emulator with a fault: what it does wrong is done in front of one that does it right. */
async function faulty({ url }: Emulator, fault: Fault): Promise<string> {
  const server = createServer(async (call, reply) => {
    const body = await bodyOf(call)
    const method = call.method ?? 'GET'
    // Node has them by name; those that come more than once are none of ours.
    const { host: _host, connection: _connection, ...headers } = call.headers as Readonly<Record<string, string>>
    const right = await fetch(url + call.url, {
      method,
      headers,
      ...(method === 'POST' && { body: new Uint8Array(body) }),
    })
    const text = await right.text()
    const sendOn: SendOn = (path, own, sent) => fetch(url + path, { method: 'POST', headers: own, body: sent })
    const wrong = method === 'POST' ? await fault(body, right.status, sendOn) : undefined
    reply.writeHead(wrong?.status ?? right.status, { 'Content-Type': right.headers.get('content-type') ?? '' })
    reply.end(wrong?.text ?? text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  // A TCP server that listens has an address and a port.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const half = (format: FormatName, name: string) => {
  const { path, headers, body } = dialects[format].good(name, 77)
  return [path, headers, body] as const
}

/** Whether a fault shows is no matter of luck. */
const plantedSeed = 1

describe('An emulator with a planted fault is caught', () => {
  const faults: readonly (readonly [string, (format: FormatName) => Fault])[] = [
    [
      'that throws on one odd input',
      () => async (body) => (body.includes('\0') ? { status: 500, text: '{}' } : undefined),
    ],
    [
      'that lets half of a refused call in',
      (format) => async (body, status, sendOn) => {
        if (status !== 400 || !body.includes('\0')) return undefined
        await sendOn(...half(format, 'fuzzed'))
        return undefined
      },
    ],
    [
      'that lets a call of one account into another',
      (format) => async (body, _status, sendOn) => {
        if (body.includes('\0')) await sendOn(...half(format, 'bystander'))
        return undefined
      },
    ],
    [
      'that tells of nothing where it took something',
      () => async (body, status) => (status === 200 && body.length % 7 === 0 ? { status: 400, text: '{}' } : undefined),
    ],
    [
      'whose reply is cut',
      () => async (body, status) =>
        status === 400 && body.includes('\0') ? { status, text: '{"success"' } : undefined,
    ],
    ['that refuses right calls after an odd one', () => refusesAfterwards()],
  ]
  // In the short form each in one of the formats, by turns.
  const rows = faults.flatMap(([says, fault], turn) =>
    formats.filter((_, at) => isFull || at === turn % formats.length).map((format) => [says, format, fault] as const),
  )
  it.each(rows)('%s: %s', { timeout: 60_000 }, async (_says, format, fault) => {
    const { emulator, twin } = await twins()
    const url = await faulty(emulator, fault(format))
    const fuzz = new BodyFuzz(format, url, twin.url)
    await fuzz.run(await samplesOf(format, 200, plantedSeed))
    expect(fuzz.failures).not.toEqual([])
  })

  it.each(formats)('and none where none is planted: %s', { timeout: 60_000 }, async (format) => {
    const { emulator, twin } = await twins()
    const fuzz = new BodyFuzz(format, await faulty(emulator, async () => undefined), twin.url)
    await fuzz.run(await samplesOf(format, 200, plantedSeed))
    expect(fuzz.failures.map(told(format))).toEqual([])
  })
})

function refusesAfterwards(): Fault {
  let odd = false
  return async (body) => {
    odd ||= body.includes('\0')
    return odd && body.includes('good') ? { status: 400, text: '{}' } : undefined
  }
}
