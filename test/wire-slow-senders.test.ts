import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { bulk, items, oauth2, startTestEmulator } from './emulator.js'
import { isFull, tell } from './proof.js'

const count = isFull ? 1_000 : 100
/** Time-outs by which they are dropped. */
const seconds = 2
/** Time-outs by which nobody is dropped while calls are measured. */
const patient = 600
/** Calls of which the median counts. */
const measured = 30
/** How much slower normal calls may be beside them; what the machine does else is in both numbers. */
const bound = 10

const authorization = `Authorization: ${oauth2('slow-token')}`
const post = (length: number) =>
  `POST /v2/bulk-inventory HTTP/1.1\r\nHost: localhost\r\n${authorization}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`
/** Their replies are longer than what stands between keeps of them. */
const replies = 400
const questions = 'GET /_backstock/rules HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(replies)

/** What each begins with, and what it goes on with, a byte at a time. */
const kinds = {
  'says nothing': ['', ''],
  'drips its headers': ['POST /v2/bulk-inventory HTTP/1.1\r\nHost: localhost\r\nX-Drip: ', 'x'],
  'drips its body': [`${post(1_000_000)}{"inventory_items":[`, ' '],
  'does not read its replies': [questions, ''],
} as const
type Kind = keyof typeof kinds
const reader = 'does not read its replies' satisfies Kind

const all = Object.keys(kinds) as Kind[] // It has no others.

/** The kinds of the next hundred; five of all have long replies: not how much can be computed for them is asked here. */
const next = (begun: number) =>
  Array.from({ length: 100 }, (_, index) => {
    const reads = begun > 0 || index % 20 !== 3
    return all[index % (reads ? 3 : 4)] ?? 'says nothing'
  })

/** As many as are asked for, and their drips until the test ends. */
async function beginAll(emulator: Emulator): Promise<readonly Slow[]> {
  const slow: Slow[] = []
  // The kernel queues some hundred that are not accepted yet, and may forget one beyond them that never says a word.
  while (slow.length < count) slow.push(...(await Promise.all(next(slow.length).map((kind) => begin(emulator, kind)))))
  const drip = setInterval(() => {
    for (const { socket, more } of slow) if (more !== '' && socket.writable) socket.write(more)
  }, 100)
  onTestFinished(() => clearInterval(drip))
  return slow
}

describe(`Slow senders, ${count} of them`, () => {
  it('leave normal calls quick beside them', async () => {
    const emulator = await startTestEmulator({
      limits: { header_seconds: patient, request_seconds: patient, reply_seconds: patient },
    })
    await pace(emulator)
    const alone = await pace(emulator)
    const slow = await beginAll(emulator)
    const beside = await pace(emulator)
    // Otherwise nothing was measured.
    expect(slow.filter(({ socket }) => socket.destroyed)).toEqual([])
    expect(beside / alone).toBeLessThan(bound)
    tell('slow senders', `a call took ${(beside / alone).toFixed(1)} times as long beside ${count} of them`)
  }, 120_000)

  it('are dropped by the time-outs', async () => {
    const emulator = await startTestEmulator({
      limits: { header_seconds: seconds, request_seconds: seconds, reply_seconds: seconds },
    })
    const slow = await beginAll(emulator)
    const [readers, senders] = [true, false].map((reads) => slow.filter(({ kind }) => (kind === reader) === reads))
    await Promise.all((senders ?? []).map(({ gone }) => gone))
    for (const { answered } of senders ?? []) expect(answered()).toMatch(/^HTTP\/1\.1 408 /)
    // What they are sent once they read is what was on its way when they were given up.
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    for (const { socket } of readers ?? []) socket.resume()
    await Promise.all((readers ?? []).map(({ gone }) => gone))
    for (const { answered } of readers ?? []) expect(answered().match(/HTTP\/1\.1 200 /g)?.length).toBeLessThan(replies)
    expect(readers?.length).toBeGreaterThan(0)
    expect((await bulk(emulator, items({ upc: '1', inventory: 1 }))).status).toBe(200)
    tell('slow senders', `${slow.length} dropped`)
  }, 120_000)

  it('stay where no time-out is due, so that the test would show it', async () => {
    const emulator = await startTestEmulator({ limits: { header_seconds: 60 } })
    const { socket } = await begin(emulator, 'drips its headers')
    await new Promise((resolve) => setTimeout(resolve, 3_500))
    expect(socket.destroyed).toBe(false)
  })
})

type Slow = Awaited<ReturnType<typeof begin>>

async function begin(emulator: Emulator, kind: Kind) {
  const [first, more] = kinds[kind]
  const socket: Socket = connect(Number(new URL(emulator.url).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let answer = ''
  socket.setEncoding('latin1').on('data', (text: string) => {
    answer += text
  })
  if (kind === reader) socket.pause()
  socket.on('error', () => {})
  const gone = new Promise((resolve) => socket.once('close', resolve))
  await once(socket, 'connect')
  if (first !== '') socket.write(first)
  return { kind, socket, more, gone, answered: () => answer }
}

/** The median of some calls, in milliseconds. */
async function pace(emulator: Emulator): Promise<number> {
  const times: number[] = []
  for (let call = 0; call < measured; call++) {
    const began = performance.now()
    const reply = await bulk(emulator, items({ warehouse: 'New York', upc: String(call), inventory: 1 }))
    times.push(performance.now() - began)
    expect(reply.status).toBe(200)
  }
  return times.sort((one, other) => one - other)[measured / 2] ?? 0
}
