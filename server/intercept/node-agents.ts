import http, { type Agent, type AgentOptions } from 'node:http'
import https from 'node:https'
import { connect, isIPv6, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { getProxyForUrl } from 'proxy-from-env'

/** What an agent says of the connection that it wants; Node has no type for all of it. */
interface Wanted {
  readonly host?: string | null
  readonly port?: number | string | null
  readonly socketPath?: string | null
  readonly socket?: Socket
}
type Done = (error: Error | null, socket?: Duplex) => void
type CreateConnection = (this: Agent, wanted: Wanted, done: Done) => Duplex | null | undefined

/**
 * Makes the connections of `http` and `https` go by the environment's proxy, those of a program's own agents, too: with
 * those Node itself would call the real vendor.
 */
export function proxyAgents(): void {
  for (const [{ Agent }, scheme] of [[https, 'https'] as const, [http, 'http'] as const]) {
    // An https agent is an http agent, so each gets its own way of connecting before the other one is changed.
    const direct: CreateConnection = Agent.prototype.createConnection as never // Its types leave out `this` and `done`.
    const proxied: CreateConnection = function (wanted, done) {
      const proxy = proxyFor(scheme, wanted, this)
      if (proxy === undefined) return direct.call(this, wanted, done)
      tunnel(proxy, wanted, scheme, (error, socket) => {
        if (socket === undefined) done(error)
        else done(null, scheme === 'http' ? socket : (direct.call(this, { ...wanted, socket }, done) ?? undefined))
      })
      return undefined
    }
    Object.defineProperty(Agent.prototype, 'createConnection', { value: proxied, writable: true, configurable: true })
  }
}

function proxyFor(scheme: string, { host, port, socketPath, socket }: Wanted, agent: Agent): URL | undefined {
  // An agent that was given the environment goes by it already.
  const { proxyEnv }: AgentOptions & { proxyEnv?: object } = 'options' in agent ? (agent.options as AgentOptions) : {}
  if (socketPath || socket !== undefined || proxyEnv !== undefined) return undefined
  const uri = getProxyForUrl(`${scheme}://${inUrl(host || 'localhost')}${port ? `:${port}` : ''}`)
  return uri === '' ? undefined : new URL(uri)
}

const inUrl = (host: string) => (isIPv6(host) ? `[${host}]` : host)

function tunnel(
  proxy: URL,
  { host, port }: Wanted,
  scheme: string,
  done: (error: Error | null, socket?: Socket) => void,
): void {
  const target = `${inUrl(host || 'localhost')}:${port || (scheme === 'https' ? 443 : 80)}`
  const request = http.request({
    ...{ method: 'CONNECT', path: target, headers: { Host: target } },
    createConnection: () => connect(Number(proxy.port) || 80, proxy.hostname.replace(/^\[(.*)\]$/, '$1')),
  })
  request.once('connect', ({ statusCode, statusMessage }, socket: Socket, head: Buffer) => {
    if (statusCode === 200) {
      if (head.length > 0) socket.unshift(head)
      done(null, socket)
      return
    }
    socket.destroy()
    done(
      new Error(`The proxy ${proxy.host} refused ${target}: ${statusCode} ${statusMessage}. Its own output says why.`),
    )
  })
  request.once('error', (error) => done(error))
  request.end()
}
