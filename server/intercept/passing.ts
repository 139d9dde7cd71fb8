import { type IncomingMessage, request as requestOf, type ServerResponse } from 'node:http'
import { request as requestSecurely } from 'node:https'
import { pipeline } from 'node:stream'
import { targetOf } from '../head.js'
import { expectsContinue } from '../http/body.js'
import { send } from '../http/send.js'
import type { Limits } from '../limits.js'
import type { Refusals } from './refusals.js'
import { type Target, writeTarget } from './target.js'
import { addressOf } from './upstream.js'

/** Headers that are about one connection, and not about the call. */
const ofConnection: ReadonlySet<string> = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'proxy-authorization', 'proxy-authenticate'],
  ...['te', 'trailer', 'transfer-encoding', 'upgrade', 'host', 'expect'],
])

/** Passes a call on that came as one to a proxy, and its reply back. */
export function passCallOn(
  request: IncomingMessage,
  response: ServerResponse,
  target: Target,
  secure: boolean,
  refusals: Refusals,
  takes: Limits,
): void {
  const named = writeTarget(target).replace(secure ? /:443$/ : /:80$/, '')
  const upstream = (secure ? requestSecurely : requestOf)({
    ...addressOf(target),
    method: request.method,
    path: targetOf(request) || '/',
    headers: ['Host', named, ...passedOn(request), 'Via', '1.1 backstock'],
    // No connection outlives the call that it was made for.
    agent: false,
    timeout: takes.request_seconds * 1_000,
  })
  upstream.once('timeout', () => upstream.destroy(new Error(`nothing came for ${takes.request_seconds} s`)))
  upstream.once('error', (error) => {
    if (response.headersSent) response.destroy()
    else if (!response.destroyed) send(request, response, refusals.notReached(target, error.message))
  })
  upstream.once('response', (reply) => {
    response.sendDate = false
    response.writeHead(reply.statusCode ?? 502, reply.statusMessage, [...passedOn(reply), 'Via', '1.1 backstock'])
    pipeline(reply, response, () => {})
  })
  response.once('close', () => upstream.destroy())
  if (expectsContinue(request)) response.writeContinue()
  request.pipe(upstream)
}

/** Names and values in turn, as they came, without those of the connection. */
export function passedOn({ rawHeaders, headers }: IncomingMessage): readonly string[] {
  const named = (headers.connection ?? '').split(',').map((name) => name.trim().toLowerCase())
  const left = new Set([...ofConnection, ...named])
  const kept: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    if (!left.has(name.toLowerCase())) kept.push(name, value)
  }
  return kept
}
