import type { IncomingMessage, RequestListener, Server, ServerOptions } from 'node:http'
import { type AddressInfo, BlockList, type Socket } from 'node:net'
import { refuse } from './http/refused.js'
import { type Limits, tellOver } from './limits.js'
import { ListenError } from './options.js'
import type { Vendor } from './state/store.js'

// Imported, it would bring along Node's client for fetch and WebSocket, which is more than half of a bare server's start.
const { createServer } = process.getBuiltinModule('node:http')

const loopbacks = ['127.0.0.1', '::1']
/** How long calls under way may take when the emulator stops; it promises to be gone within five seconds. */
export const grace = 3_000
/** Port 0 is free on one loopback and may be taken on the other: so often is another one tried. */
const tries = 20

/** Who answers requests, and is told of each connection. */
export interface Served {
  readonly handler: RequestListener
  /** Those of the vendors' own hosts, where the host has decided whose the call is. */
  readonly byHost: Readonly<Record<Vendor, RequestListener>>
  readonly watch: (socket: Socket) => void
  /** Takes a CONNECT, and hands back to the server what comes of it; without it such a connection is closed. */
  readonly connect?: ((request: IncomingMessage, socket: Socket, head: Buffer, server: Server) => void) | undefined
  /** What is taken of anybody. */
  readonly takes: Limits
  /** Told of what was answered although no call came of it. */
  readonly refused: (status: number) => void
  readonly log: (line: string) => void
}

export interface Listening {
  readonly url: string
  /** Whether other machines may reach it. */
  readonly beyondLoopback: boolean
  close(): Promise<void>
}

/** Listens on one host, or on both loopbacks on the same port; rejected with ListenError. */
export async function listen(served: Served, port: number, host: string | undefined): Promise<Listening> {
  for (let attempt = 1; ; attempt++) {
    const servers: Server[] = []
    try {
      let bound = port
      let beyondLoopback = false
      for (const address of host === undefined ? loopbacks : [host]) {
        const server = await bind(served, bound, address)
        if (server === undefined) continue
        servers.push(server)
        // A TCP server that listens has an address and a port.
        const at = server.address() as AddressInfo
        bound = at.port
        beyondLoopback ||= !isLoopback(at)
      }
      const url = `http://${inUrl(host ?? '127.0.0.1')}:${bound}`
      return { url, beyondLoopback, close: () => closeAll(servers) }
    } catch (error) {
      await closeAll(servers)
      const other = port === 0 && codeOf(error) === 'EADDRINUSE' && attempt < tries
      if (!other) throw new ListenError(sentence(error, port, host))
    }
  }
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** An IPv4 address that is written as IPv6 counts as what it is. */
function isLoopback({ address, family }: AddressInfo): boolean {
  return loopback.check(address, family === 'IPv6' ? 'ipv6' : 'ipv4')
}

/** Undefined for an IPv6 loopback that the machine does not have. */
function bind(served: Served, port: number, host: string): Promise<Server | undefined> {
  const { takes, log } = served
  return new Promise((resolve, reject) => {
    const server = serverFor(served)
    server.maxConnections = takes.connections
    server.on(
      'drop',
      onceInAWhile(() => log(tellOver('connections', takes))),
    )
    const { connect } = served
    if (connect !== undefined)
      server.on('connect', (request, socket, head) => connect(request, socket as Socket, head, server))
    server.once('error', (error) => {
      const absent = host === '::1' && ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(codeOf(error) ?? '')
      if (absent) resolve(undefined)
      else reject(error)
    })
    server.listen(port, host, () => resolve(server))
  })
}

/** A server that does not listen yet: it takes whatever connections it is given. */
export function serverFor({ handler, watch, takes, refused }: Served): Server {
  const server = createServer(timesOf(takes), handler)
  // Headers beyond Node's own bound would be left out without a word; ours are counted where a call begins.
  server.maxHeadersCount = 0
  // Else Node ends our side at the end of the client's, before the replies to its last calls; see `watchConnection`. The
  // types do not know the member.
  Object.assign(server, { httpAllowHalfOpen: true })
  // The sockets of an HTTP server of this kind are those of TCP, or stand for them.
  server.on('clientError', (error, socket) => refuse(error, socket as Socket, takes, refused))
  // Answered by the handler itself: where the headers suffice to refuse, no byte of the body is asked for.
  server.on('checkContinue', handler)
  server.on('connection', watch)
  return server
}

/** Time-outs are looked for so often that they are kept by a quarter of the shortest. */
function timesOf(takes: Limits): ServerOptions {
  const request = takes.request_seconds * 1_000
  const headers = Math.min(takes.header_seconds * 1_000, request)
  return {
    maxHeaderSize: takes.header_bytes,
    headersTimeout: headers,
    requestTimeout: request,
    keepAliveTimeout: takes.keep_alive_seconds * 1_000,
    connectionsCheckingInterval: Math.min(headers / 4, 1_000),
  }
}

const whileMs = 1_000

/** Who is turned away comes in numbers, and is told of once a second. */
function onceInAWhile(tell: () => void): () => void {
  let next = 0
  return () => {
    const now = performance.now()
    if (now < next) return
    next = now + whileMs
    tell()
  }
}

async function closeAll(servers: readonly Server[]): Promise<void> {
  await Promise.all(servers.map(closeOne))
}

function closeOne(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const force = setTimeout(() => server.closeAllConnections(), grace)
    server.close(() => {
      clearTimeout(force)
      resolve()
    })
    server.closeIdleConnections()
  })
}

function sentence(error: unknown, port: number, host: string | undefined): string {
  const where = host === undefined ? `port ${port}` : `${host}, port ${port}`
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return `Cannot listen on ${where}: it is taken. Stop what listens there, or choose another by --port (0 takes a free one).`
    case 'EACCES':
      return `Cannot listen on ${where}: it is not allowed. Choose a port from 1024 on by --port.`
    case 'ENOTFOUND':
    case 'EADDRNOTAVAIL':
    case 'EAI_AGAIN':
      return `Cannot listen on ${where}: this machine has no such address. Choose another by --host, or leave it out.`
    default:
      return `Cannot listen on ${where}: ${error instanceof Error ? error.message : String(error)}.`
  }
}

const codeOf = (error: unknown) =>
  (error instanceof Error && 'code' in error ? error.code : undefined) as string | undefined
const inUrl = (host: string) => (host.includes(':') ? `[${host}]` : host)
