import { connect } from 'node:net'
import supertest from 'supertest'
import { onTestFinished } from 'vitest'
import type { Emulator } from '../server/emulator.js'

/** Arms a list of faults under a scope, for everyone by default; it must be taken. */
export async function arm(emulator: Emulator, specs: readonly object[], query = ''): Promise<void> {
  const reply = await supertest(emulator.url).put(`/_backstock/faults${query}`).send(specs)
  if (reply.status !== 200) throw new Error(reply.text)
}

/** What is armed, as the control plane shows it. */
export async function armed(emulator: Emulator, query = '') {
  const { body } = await supertest(emulator.url).get(`/_backstock/faults${query}`)
  return body.faults
}

/** How often each armed fault was met, in their order. */
export async function hits(emulator: Emulator, query = ''): Promise<number[]> {
  return (await armed(emulator, query)).map((fault: { hits: number }) => fault.hits)
}

export const level = (inventoryLevel: number, code = 'SKU-1') => ({
  timestamp: '2015-01-23T16:35:38+0000',
  product_code: code,
  inventory_level: inventoryLevel,
})

/** Sends one event; resolved to null where the connection is lost. */
export async function sendEvent(emulator: Emulator, body: object, path = 'shop/inventory') {
  try {
    return await supertest(emulator.url).post(`/v2/${path}`).set('Authorization', 'Bearer a-token').send(body)
  } catch (error) {
    if (isLost(error)) return null
    throw error
  }
}

/** Whether a call came to no reply, as Node's clients tell it. */
export function isLost(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET'
}

export async function levelsOf(emulator: Emulator, site = 'shop'): Promise<number[]> {
  const { body } = await supertest(emulator.url).get(`/_backstock/jirafe/sites/${site}/levels`)
  return (body.levels ?? []).map((each: { inventory_level: number }) => each.inventory_level)
}

/** Everything that came over a connection, and how it ended; `open` where it did not end within the patience. */
export interface Ending {
  readonly received: string
  readonly ended: 'fin' | 'reset' | 'open'
}

/** What has to come about, on a slow machine too. */
export const eventually = { timeout: 10_000, interval: 10 }

/** Whether a text holds one whole reply: headers, and as much body as they announce. */
export function isWhole(received: string): boolean {
  const [head = '', ...rest] = received.split('\r\n\r\n')
  return Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? -1) === rest.join('\r\n\r\n').length
}

/** A client that writes bytes and only listens, until it has what it waits for or the connection ends. */
export function exchange(
  emulator: Emulator,
  bytes: string | Buffer,
  until: (received: string) => boolean = () => false,
  patienceMs = 10_000,
): Promise<Ending> {
  const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1')
  onTestFinished(() => {
    socket.destroy()
  })
  return new Promise((resolve) => {
    let received = ''
    const finish = (ended: Ending['ended']) => {
      clearTimeout(timer)
      resolve({ received, ended })
    }
    const timer = setTimeout(() => finish('open'), patienceMs)
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      received += text
      if (until(received)) finish('open')
    })
    socket.on('end', () => finish('fin'))
    socket.on('error', () => finish('reset'))
    socket.write(bytes)
  })
}

/** A call as its bytes. */
export function rawCall(
  body: string,
  { line = 'POST /v2/shop/inventory HTTP/1.1', headers = [] as readonly string[] } = {},
): string {
  const own = ['Host: localhost', 'Authorization: Bearer a-token', `Content-Length: ${Buffer.byteLength(body)}`]
  return `${[line, ...own, ...headers].join('\r\n')}\r\n\r\n${body}`
}
