import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { authorityOf } from '../head.js'
import { isMeant, readHost, readHostPattern } from '../host-names.js'
import { awaitReader } from '../http/reader.js'
import { send } from '../http/send.js'
import type { Limits } from '../limits.js'
import type { Reply } from '../operation.js'
import { CaFolder, type KeptAuthority } from './ca-folder.js'
import { InterceptedHosts, type Whose } from './hosts.js'
import { Leaves } from './leaves.js'
import { passCallOn } from './passing.js'
import { misdirected, notATarget, Refusals } from './refusals.js'
import { isLoopback, plainHost, readTarget, type Target } from './target.js'
import { tunnelOf } from './tunnel.js'
import { Tunnels } from './tunnels.js'

export interface InterceptParts {
  /** `joor=api.example.com` */
  readonly hosts: readonly string[]
  /** `*.example.com` */
  readonly allow: readonly string[]
  readonly caFolder: string
  /** Names beside addresses and `localhost` that lead to the emulator itself. */
  readonly ownNames: readonly string[]
  readonly takes: Limits
  readonly log: (line: string) => void
  /** The machine's time: certificates are held against no other. */
  readonly now: () => Date
}

/** What answers for the vendors' hosts, where the host has decided whose operations there are. */
export type ByHost = Readonly<Record<Whose, RequestListener>>

/** Takes calls that clients make to the vendors' own hosts, by being their proxy. */
export class Interceptor {
  readonly authority: KeptAuthority
  readonly #parts: InterceptParts
  readonly #hosts: InterceptedHosts
  readonly #refusals: Refusals
  readonly #tunnels: Tunnels

  private constructor(parts: InterceptParts, hosts: InterceptedHosts, authority: KeptAuthority) {
    const { takes, log, now } = parts
    this.authority = authority
    this.#parts = parts
    this.#hosts = hosts
    this.#refusals = new Refusals(log)
    this.#tunnels = new Tunnels({
      ...{ hosts, refusals: this.#refusals, takes },
      leaves: new Leaves(authority, now),
      isOurselves: (target, socket) => this.#isOurselves(target, socket),
    })
  }

  /** Rejected with CaError where there is no certificate authority that may speak for the hosts. */
  static async create(parts: InterceptParts): Promise<Interceptor> {
    const hosts = new InterceptedHosts(parts.hosts, parts.allow)
    const authority = await new CaFolder(parts.caFolder, parts.now).open(hosts.names)
    return new Interceptor(parts, hosts, authority)
  }

  /** The names of all hosts that are answered here. */
  get hosts(): readonly string[] {
    return this.#hosts.names
  }

  /** Serves what is for a vendor's host by `byHost`, passes on what is allowed, and leaves the rest to `ordinary`. */
  listener(ordinary: RequestListener, byHost: ByHost): RequestListener {
    return (request, response) => {
      const tunnel = tunnelOf(request.socket)?.for
      if (tunnel !== undefined) return this.#serve(request, response, tunnel.host, byHost[tunnel.whose])
      const [authority] = authorityOf(request)
      if (authority === undefined) return ordinary(request, response)
      const [, scheme = ''] = /^([a-z]+):/i.exec(request.url ?? '') ?? []
      const port = usualPorts.get(scheme.toLowerCase())
      const target = port === undefined ? undefined : readTarget(authority, port)
      if (target === undefined)
        return this.#refuse(request, response, notATarget(`${scheme}://${authority}`, rightTarget))
      if (this.#isOurselves(target, request.socket)) return ordinary(request, response)
      const whose = this.#hosts.whose(target.host)
      if (whose !== undefined) return this.#serve(request, response, target.host, byHost[whose])
      const stranger = strangerIn(request, target.host)
      if (stranger !== undefined) return this.#refuse(request, response, misdirected(stranger, target.host))
      if (!this.#hosts.allows(target.host)) return this.#refuse(request, response, this.#refusals.notAllowed(target))
      passCallOn(request, response, target, port === 443, this.#refusals, this.#parts.takes)
    }
  }

  /** A CONNECT that came to `server`. */
  open = (request: IncomingMessage, socket: Socket, head: Buffer, server: Server): void => {
    this.#tunnels.open(request, socket, head, server)
  }

  /** Ends the tunnels; calls within them that are under way are the server's. */
  close(): void {
    this.#tunnels.close()
  }

  #serve(request: IncomingMessage, response: ServerResponse, host: string, serve: RequestListener): void {
    const stranger = strangerIn(request, host)
    if (stranger === undefined) serve(request, response)
    else this.#refuse(request, response, misdirected(stranger, host))
  }

  #refuse(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
    send(request, response, reply)
    awaitReader(request, response, this.#parts.takes)
  }

  #isOurselves({ host, port }: Target, { localAddress, localPort }: Socket): boolean {
    if (port !== localPort) return false
    if (isLoopback(host) || plainHost(host) === localAddress?.replace(/^::ffff:(?=\d+\.)/, '')) return true
    // Names without a dot are those of containers and of this machine; an address is another machine's.
    if (!host.includes('.') && !host.startsWith('[')) return true
    return this.#parts.ownNames.some((name) => isMeant(host, readHostPattern(name) ?? ''))
  }
}

const usualPorts: ReadonlyMap<string, number> = new Map([
  ['http', 80],
  ['https', 443],
])
const rightTarget = 'http:// or https://, a host, and its port behind a colon where it is not the usual one'

/** A host in the call that is not the one that it came for; several headers are never one. */
function strangerIn(request: IncomingMessage, host: string): string | undefined {
  const { rawHeaders } = request
  const named = rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === 'host')
  if (named.length > 1) return named.join(', ')
  return [...named, ...authorityOf(request)].find((authority) => readHost(authority) !== host)
}
