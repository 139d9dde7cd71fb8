import { Agent } from 'node:http'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startTestEmulator } from './emulator.js'
import { dialects } from './fuzz/dialects.js'
import { keptRequests } from './fuzz/kept.js'
import { exchange, type Heard, repliesIn } from './fuzz/raw-fuzz.js'
import { type RawRequest, rawRequest } from './fuzz/raw-requests.js'
import { Witness } from './fuzz/witness.js'
import { isFull, seed, tell } from './proof.js'
import { seededRandom } from './strict-store.js'

const count = isFull ? 5_000 : 500
/** So many connections at once; then all is looked at. */
const together = 25

/** Names that are not built yet are answered so; everything else of 500 and above would be a failure inside. */
const documented = 501

interface Failure {
  readonly request: RawRequest
  readonly what: string
}

/** What one has to know to keep a request: a line for test/fuzz/kept.json. */
function told({ request: { kind, parts, ending, smuggles }, what }: Failure): string {
  const base64 = parts.map((part) => part.toString('base64'))
  return JSON.stringify({ kind, base64, ending, ...(smuggles && { smuggles }), found: what.slice(0, 500) })
}

function complaintOf({ bytes, closed }: Heard, { ending }: RawRequest): string | undefined {
  if (!closed) return 'The connection hangs.'
  if (ending === 'reset') return undefined
  try {
    const statuses = repliesIn(bytes)
    const wrong = statuses.find((status) => status >= 500 && status !== documented)
    return wrong === undefined ? undefined : `It is answered ${wrong}: ${bytes.toString('latin1').slice(0, 500)}`
  } catch (error) {
    return String(error)
  }
}

function* requests(most: number, from: number): Generator<RawRequest> {
  yield* keptRequests()
  const random = seededRandom(from)
  for (let made = 0; made < most; made++) yield rawRequest(random)
}

/** A call in what other servers may take for a body, or for one call more, must not take effect for anybody. */
async function complaintBehind(witness: Witness): Promise<string | undefined> {
  const smuggled = await witness.shown('smuggled')
  return /"positions":\s*\[\]/.test(smuggled) ? witness.complaint() : `A smuggled call was served: ${smuggled}`
}

/** Sends raw requests, many at once, and looks now and then whether everything else is as it was. */
async function fuzz(port: number, witness: Witness, most: number, from = seed, lingerMs?: number) {
  const failures: Failure[] = []
  const statuses = new Map<number, number>()
  let sent: RawRequest[] = []
  const settle = async () => {
    const heard = await Promise.all(sent.map((request) => exchange(port, request, lingerMs)))
    for (const [index, request] of sent.entries()) {
      const each = heard[index] ?? { bytes: Buffer.alloc(0), closed: false }
      const what = complaintOf(each, request)
      if (what !== undefined) failures.push({ request, what })
      else if (request.ending === 'end')
        for (const status of repliesIn(each.bytes)) statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    const what = await complaintBehind(witness).catch((error: unknown) => String(error))
    const last = sent.at(-1)
    if (what !== undefined && last !== undefined)
      failures.push({ request: last, what: `After ${sent.length}: ${what}` })
    sent = []
  }
  for (const request of requests(most, from)) {
    sent.push(request)
    if (sent.length === together) await settle()
    if (failures.length > 5) break
  }
  if (sent.length > 0) await settle()
  return { failures, statuses }
}

async function twins() {
  const log: string[] = []
  const known = {
    clock: () => new Date('2024-05-01T12:00:00Z'),
    settings: { rate_limit: 'off' },
    seed: {
      joor: {
        accounts: {
          fuzzed: { token: 'fuzzed' },
          bystander: { token: 'bystander' },
          smuggled: { token: 'smuggled' },
        },
      },
    },
  } as const
  const emulator = await startTestEmulator({ ...known, log: (line) => log.push(line) })
  const twin = await startTestEmulator(known)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  onTestFinished(() => agent.destroy())
  const witness = new Witness(agent, dialects['JOOR JSON'], { url: emulator.url, twin: twin.url })
  return { emulator, log, witness, port: Number(new URL(emulator.url).port) }
}

describe('A malformed request', () => {
  it('leaves everything right', { timeout: 1_200_000 }, async () => {
    const { log, witness, port } = await twins()
    const { failures, statuses } = await fuzz(port, witness, count)
    expect(failures.map(told)).toEqual([])
    expect(log.filter((line) => line.includes(' failed: '))).toEqual([])
    const all = [...statuses].sort(([one], [other]) => one - other)
    tell(
      'Fuzz of raw requests',
      `${count} requests; replies by status: ${all.map((each) => each.join(' × ')).join(', ')}`,
    )
    expect(statuses.get(400)).toBeGreaterThan(count / 5)
    expect(statuses.get(200)).toBeGreaterThan(count / 20)
  })
})

/** What a server with a fault writes and does when it is sent something; it ends the connection where that is asked for. */
type Fault = (socket: Socket, sent: string, url: string) => Promise<'end' | 'stay'>

const reply = (status: string, more = '') => `HTTP/1.1 ${status}\r\n${more}Content-Length: 0\r\n\r\n`
const good = (url: string, name: string) => {
  const { path, headers, body } = dialects['JOOR JSON'].good(name, 77)
  return fetch(url + path, { method: 'POST', headers, body })
}

const faults: readonly (readonly [string, Fault])[] = [
  ['keeps a connection that its client has ended', async () => 'stay'],
  [
    'fails at an odd byte',
    async (socket, sent) => say(socket, reply(/\0/.test(sent) ? '500 Error' : '400 Bad Request')),
  ],
  ['writes a header of two lines', async (socket) => say(socket, reply('400 Bad Request', 'X: y\nz\r\n'))],
  ['writes no HTTP', async (socket) => say(socket, 'Bad Request\r\n\r\n')],
  [
    'serves what is smuggled',
    async (socket, sent, url) => {
      if (sent.includes(Buffer.from('smuggled').toString('base64'))) await good(url, 'smuggled')
      return say(socket, reply('400 Bad Request'))
    },
  ],
  [
    'lets a malformed call into the account of another',
    async (socket, sent, url) => {
      if (/\0/.test(sent)) await good(url, 'bystander')
      return say(socket, reply('400 Bad Request'))
    },
  ],
]

async function say(socket: Socket, text: string): Promise<'end'> {
  socket.write(text)
  return 'end'
}

/** A server with a fault; calls that are right go to the emulator itself. */
async function faulty(fault: Fault, url: string): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', async (sent: Buffer) => {
      if ((await fault(socket, sent.toString('latin1'), url)) === 'end') socket.end()
    })
    // Who sends nothing is let go.
    socket.on('end', () => socket.bytesRead === 0 && socket.end())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  // A TCP server that listens has an address and a port.
  return (server.address() as AddressInfo).port
}

/** Whether a fault shows is no matter of luck. */
const plantedSeed = 1

describe('A server with a planted fault is caught', () => {
  it.each(faults)('that %s', { timeout: 60_000 }, async (_says, fault) => {
    const { emulator, witness } = await twins()
    const { failures } = await fuzz(await faulty(fault, emulator.url), witness, 200, plantedSeed, 500)
    expect(failures).not.toEqual([])
  })

  it('and none where none is planted', { timeout: 60_000 }, async () => {
    const { emulator, witness } = await twins()
    const port = await faulty(async (socket) => say(socket, reply('400 Bad Request')), emulator.url)
    expect((await fuzz(port, witness, 200, plantedSeed)).failures.map(told)).toEqual([])
  })
})
