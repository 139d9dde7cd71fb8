import type { IncomingMessage, Server } from 'node:http'
import { connect, type Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { hasTooManyHeaders } from '../http/adapter.js'
import { type Limits, tellOver } from '../limits.js'
import type { Reply } from '../operation.js'
import { writeProblem } from '../wire/problem.js'
import type { InterceptedHosts, Whose } from './hosts.js'
import type { Leaves } from './leaves.js'
import { refuseTunnel } from './raw-reply.js'
import { badConnect, misdirected, notATarget, type Refusals } from './refusals.js'
import { readTarget, type Target } from './target.js'
import { markTunnel, tunnelOf } from './tunnel.js'
import { addressOf } from './upstream.js'

/** What tunnels need of the emulator. */
export interface TunnelParts {
  readonly hosts: InterceptedHosts
  readonly leaves: Leaves
  readonly refusals: Refusals
  readonly takes: Limits
  /** Whether a target that was reached by a socket is the emulator itself. */
  isOurselves(target: Target, socket: Socket): boolean
}

const established = 'HTTP/1.1 200 Connection established\r\n\r\n'
/** The first byte of a TLS record that begins a handshake. */
const handshake = 0x16
/** Dead peers of a tunnel are found so, for nobody knows how long a living one may be silent; in milliseconds. */
const keepAliveMs = 60_000
const rightTarget = 'HOST:PORT, such as api.jooraccess.com:443'

/** What becomes of a CONNECT: a connection to a vendor that we are, one to us, one that is passed on, or a refusal. */
export class Tunnels {
  readonly #parts: TunnelParts
  /** Those that no HTTP server knows, or not yet. */
  readonly #open = new Set<Socket>()

  constructor(parts: TunnelParts) {
    this.#parts = parts
  }

  /** `server` takes over what turns out to be HTTP, as if the connection had been made to it. */
  open(request: IncomingMessage, socket: Socket, head: Buffer, server: Server) {
    // Node has let go of it, and an error that nobody takes would end the process.
    socket.on('error', () => socket.destroy())
    const target = this.#targetOf(request, socket)
    if ('status' in target) return refuseTunnel(socket, target)
    const { hosts, refusals } = this.#parts
    if (head.length > 0) socket.unshift(head)
    if (this.#parts.isOurselves(target, socket)) return this.#toOurselves(socket, server)
    const whose = hosts.whose(target.host)
    if (whose !== undefined) return this.#intercept(socket, target.host, whose, server)
    if (hosts.allows(target.host)) return this.#passOn(socket, target)
    refuseTunnel(socket, refusals.notAllowed(target))
  }

  /** Ends what no HTTP server would end. */
  close(): void {
    for (const socket of this.#open) socket.destroy()
  }

  #targetOf(request: IncomingMessage, socket: Socket): Target | Reply {
    const { takes } = this.#parts
    if (hasTooManyHeaders(request, takes)) return writeProblem(431, 'Too many headers', tellOver('headers', takes))
    if (tunnelOf(socket) !== undefined)
      return badConnect('The call is a CONNECT within a tunnel. Right is one on a connection of its own.')
    const { url = '', headers } = request
    const target = readTarget(url)
    if (target === undefined) return notATarget(url, rightTarget)
    // What it would mean is defined nowhere, so others may take the bytes for something else.
    if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined)
      return badConnect('The CONNECT has a Content-Length or Transfer-Encoding header. Right is none: it has no body.')
    const named = headers.host
    if (named !== undefined && readTarget(named, target.port)?.host !== target.host)
      return misdirected(named, target.host)
    return target
  }

  #toOurselves(socket: Socket, server: Server): void {
    socket.write(established)
    markTunnel(socket, { for: undefined })
    server.emit('connection', socket)
  }

  #intercept(socket: Socket, host: string, whose: Whose, server: Server): void {
    socket.write(established)
    this.#watch(socket)
    const late = setTimeout(() => socket.destroy(), this.#parts.takes.header_seconds * 1_000)
    socket.once('close', () => clearTimeout(late))
    const begin = () => {
      const first: Buffer | null = socket.read()
      if (first === null) return void (socket.readableEnded ? socket.destroy() : socket.once('readable', begin))
      clearTimeout(late)
      socket.unshift(first)
      if (first[0] === handshake) return this.#encrypt(socket, host, whose, server)
      this.#open.delete(socket)
      markTunnel(socket, { for: { host, whose } })
      server.emit('connection', socket)
    }
    begin()
  }

  async #encrypt(socket: Socket, host: string, whose: Whose, server: Server): Promise<void> {
    const { leaves, refusals, takes } = this.#parts
    try {
      const { certificate, key } = await leaves.of(host)
      const encrypted = createTlsServer({
        ...{ cert: certificate, key, ALPNProtocols: ['http/1.1'], minVersion: 'TLSv1.2' },
        handshakeTimeout: takes.header_seconds * 1_000,
      })
      encrypted.on('tlsClientError', ({ message }) => {
        refusals.tell(
          host,
          `A client broke off the TLS handshake for ${host}: ${message}. Does it trust our certificate authority? backstock ca says how.`,
        )
        socket.destroy()
      })
      encrypted.on('secureConnection', (plain) => {
        this.#open.delete(socket)
        // A reset goes over the wire as it is; Node knows it for sockets of TCP only.
        plain.resetAndDestroy = () => {
          socket.resetAndDestroy()
          return plain.destroy()
        }
        markTunnel(plain, { for: { host, whose } })
        server.emit('connection', plain)
      })
      encrypted.emit('connection', socket)
    } catch (error) {
      refusals.tell(host, `Making a certificate for ${host} failed: ${error instanceof Error ? error.message : error}.`)
      socket.destroy()
    }
  }

  /** Nothing of it is read, and nothing changed. */
  #passOn(socket: Socket, target: Target): void {
    const { refusals, takes } = this.#parts
    this.#watch(socket)
    const upstream = connect({ ...addressOf(target), allowHalfOpen: true })
    this.#watch(upstream)
    const late = setTimeout(
      () => upstream.destroy(new Error(`it took longer than ${takes.header_seconds} s`)),
      takes.header_seconds * 1_000,
    )
    const failed = (error: Error) => refuseTunnel(socket, refusals.notReached(target, error.message))
    upstream.once('error', failed)
    upstream.once('connect', () => {
      clearTimeout(late)
      // Who is broken off learns it as it was.
      upstream.off('error', failed).on('error', () => socket.resetAndDestroy())
      for (const end of [socket, upstream]) end.setKeepAlive(true, keepAliveMs)
      socket.write(established)
      socket.pipe(upstream).pipe(socket)
    })
    upstream.once('close', () => clearTimeout(late))
    socket.once('close', () => upstream.destroy())
  }

  #watch(socket: Socket): void {
    this.#open.add(socket)
    socket.once('close', () => this.#open.delete(socket))
  }
}
