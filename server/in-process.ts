import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { InnerSocket } from './http/inner-socket.js'
import { readReply } from './http/reply-reader.js'
import { grace, type Listening, type Served, serverFor } from './listen.js'
import type { Vendor } from './state/store.js'

/** Below `localhost` no name leads to another machine, so a call that nobody took over stays here. */
const url = 'http://backstock.localhost'

/** Set by whoever carries a message, for the next one on the way. */
const ofTheWay = /^(?:host|connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|content-length|expect)$/

/**
 * The way in for callers of the same process: each call is a connection of its own to an HTTP server that listens
 * nowhere, so that all of HTTP is as it is on the port, and no socket is opened.
 */
export class InProcess implements Listening {
  readonly url = url
  readonly beyondLoopback = false
  readonly #servers: ReadonlyMap<Vendor | undefined, Server>
  readonly #open = new Set<InnerSocket>()
  #closed = false

  constructor(served: Served) {
    const { joor, jirafe } = served.byHost
    this.#servers = new Map([
      [undefined, serverFor(served)],
      ['joor', serverFor({ ...served, handler: joor })],
      ['jirafe', serverFor({ ...served, handler: jirafe })],
    ])
  }

  async fetch(request: Request, vendor?: Vendor): Promise<Response> {
    if (this.#closed) throw new TypeError('The emulator is closed. Start another one, or close it later.')
    const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer())
    const socket = new InnerSocket()
    this.#open.add(socket)
    // Nothing listens that would keep the process alive until a slow reply is there.
    const awake = setInterval(() => {}, 60_000)
    socket.once('close', () => {
      clearInterval(awake)
      this.#open.delete(socket)
    })
    const reply = readReply(socket, request)
    this.#servers.get(vendor)?.emit('connection', standsFor(socket))
    socket.send(headOf(request, body?.length, vendor), body)
    return reply
  }

  /** Lets calls under way finish, and ends what is left after some seconds. */
  async close(): Promise<void> {
    this.#closed = true
    const ended = [...this.#open].map((socket) => new Promise<void>((resolve) => socket.once('close', () => resolve())))
    const force = setTimeout(() => {
      for (const socket of this.#open) socket.destroy()
    }, grace)
    await Promise.all(ended)
    clearTimeout(force)
  }
}

/** What Node's server asks of a socket every stream has; what we ask beyond that ours has, too. */
const standsFor = (socket: InnerSocket) => socket as unknown as Socket

/** The request's head as it stands on the wire. Of our own host HTTP/1.0 is asked, whose bodies have no chunks. */
function headOf({ method, url, headers }: Request, bytes: number | undefined, vendor: Vendor | undefined): Buffer {
  const { host, pathname, search } = new URL(url)
  const length = bytes ?? (/^(?:POST|PUT|PATCH)$/.test(method) ? 0 : undefined)
  const lines = [
    `${method} ${pathname}${search} HTTP/1.${vendor === undefined ? 0 : 1}`,
    `Host: ${host}`,
    ...[...headers].filter(([name]) => !ofTheWay.test(name)).map(([name, value]) => `${name}: ${value}`),
    ...(length === undefined ? [] : [`Content-Length: ${length}`]),
  ]
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
}
