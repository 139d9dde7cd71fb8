import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { onTestFinished, vi } from 'vitest'
import type { Emulator, EmulatorOptions, Intercept, InterceptOptions } from '../server/emulator.js'
import { oauth2, startTestEmulator } from './emulator.js'

/** One for all tests of a run: making it takes a moment. */
const caDir = mkdtempSync(join(tmpdir(), 'backstock-ca-'))
process.once('exit', () => rmSync(caDir, { recursive: true, force: true }))

/** An emulator that intercepts, what it says, and the sockets that clients of it have opened. */
export async function startIntercepting(asked: Partial<InterceptOptions> = {}, options: EmulatorOptions = {}) {
  const told: string[] = []
  const emulator = await startTestEmulator({
    log: (line) => told.push(line),
    ...options,
    intercept: { caDir, ...asked },
  })
  return { emulator, told, proxy: interceptOf(emulator) }
}

export function interceptOf({ intercept }: Emulator): Intercept {
  if (intercept === undefined) throw new Error('The emulator does not intercept.')
  return intercept
}

/** A client that writes what it is told, and what it has received. */
export class RawClient {
  readonly socket: Socket
  received = ''
  ended: 'open' | 'fin' | 'reset' = 'open'

  constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('latin1').on('data', (text) => {
      this.received += String(text)
    })
    socket.on('end', () => {
      if (this.ended === 'open') this.ended = 'fin'
    })
    socket.on('error', () => {
      this.ended = 'reset'
    })
    onTestFinished(() => void socket.destroy())
  }

  write(...parts: readonly string[]): this {
    for (const part of parts) this.socket.write(part)
    return this
  }

  /** Resolved when what it received has all of it. */
  until(part: string | RegExp): Promise<void> {
    return vi.waitUntil(() => this.received.search(part) >= 0, { timeout: 10_000, interval: 2 }).then(() => {})
  }

  /** Resolved when the other side has ended the connection, or broken it off. */
  async over(): Promise<void> {
    await vi.waitUntil(() => this.ended !== 'open' || this.socket.destroyed, { timeout: 10_000, interval: 2 })
  }
}

export const portOf = ({ url }: Emulator) => Number(new URL(url).port)

/** A connection to the emulator's port. */
export async function dial(emulator: Emulator): Promise<RawClient> {
  const socket = connect({ port: portOf(emulator), host: '127.0.0.1' })
  await once(socket, 'connect')
  return new RawClient(socket)
}

const established = /^HTTP\/1\.1 200 [^\r]*\r\n\r\n/

/** What a tunnel to a host is opened with. */
export const connectTo = (target: string, ...headers: readonly string[]) =>
  [`CONNECT ${target} HTTP/1.1`, `Host: ${target}`, ...headers, '', ''].join('\r\n')

/** A tunnel that was opened, in which nothing was said yet. */
export async function tunnelTo(emulator: Emulator, target: string): Promise<RawClient> {
  const client = (await dial(emulator)).write(connectTo(target))
  await client.until(established)
  client.received = ''
  return client
}

/** A TLS connection in a tunnel; rejected where the handshake fails. */
export async function secureTo(emulator: Emulator, target: string, options: object = {}): Promise<RawClient> {
  const { socket } = await tunnelTo(emulator, target)
  socket.removeAllListeners('data')
  const [servername = ''] = target.split(':')
  const ca = interceptOf(emulator).certificate
  const secure: TLSSocket = connectTls({ socket, servername, ca, ALPNProtocols: ['http/1.1'], ...options })
  await once(secure, 'secureConnect')
  return new RawClient(secure)
}

/** A call as it goes over the wire; `target` may be a whole URL. */
export function call(host: string, target: string, body = '', ...headers: readonly string[]): string {
  const lines = [
    `${body === '' ? 'GET' : 'POST'} ${target} HTTP/1.1`,
    `Host: ${host}`,
    ...headers,
    ...(body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`]),
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

export const stock = (inventory: unknown = 1) =>
  JSON.stringify({ inventory_items: [{ warehouse: 'NY', upc: '1', inventory }] })
export const joorToken = `Authorization: ${oauth2('a-token')}`
export const jirafeToken = 'Authorization: Bearer a-token'
export const joorCall = (host = 'api.jooraccess.com', inventory: unknown = 1) =>
  call(host, '/v2/bulk-inventory', stock(inventory), joorToken)

/** The JSON behind the last head. */
export function problemIn({ received }: RawClient) {
  return JSON.parse(received.slice(received.lastIndexOf('\r\n\r\n') + 4))
}

/** A server elsewhere on this machine, and what it received. */
export async function listenElsewhere(answer: (socket: Socket, text: string) => void) {
  const received: string[] = []
  const sockets: Socket[] = []
  const server: Server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.setEncoding('latin1').on('data', (text) => {
      received.push(String(text))
      answer(socket, String(text))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('It has no port.')
  return { port: address.port, received, sockets }
}
