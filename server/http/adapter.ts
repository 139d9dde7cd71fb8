import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Line } from '../conduct/heard.js'
import { readHead } from '../head.js'
import type { Fate } from '../journal/entry.js'
import { type Limits, tellOver } from '../limits.js'
import { type AnyOperation, Refusal } from '../operation.js'
import { type Parts, serve } from '../serve.js'
import type { Timers } from '../timers.js'
import { RequestBody } from './body.js'
import { deliver } from './delivery.js'
import { send } from './send.js'

/** The reply that each connection got last: a reset after it means that nobody took it. */
const lastReplies = new WeakMap<Socket, Fate>()

/** What conduct knows each connection by. */
const lines = new WeakMap<Socket, Line>()

/** The last call of each connection, settled or under way. */
const lastCalls = new WeakMap<Socket, Promise<void>>()

/** Connections of `backstock verify`, whose calls are no client's. */
const verifying = new WeakSet<Socket>()

/** Notes a connection that says so, by a header of any call: those of a contract case go byte for byte. */
export function watchVerify({ headers, socket }: IncomingMessage): void {
  if (headers['backstock-verify'] !== undefined) verifying.add(socket)
}

/** Serves the vendors' paths from one table of operations, the first that matches. */
export function vendorTraffic(table: readonly AnyOperation[], parts: Parts, { after }: Timers) {
  return (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // Pipelined calls take effect one after the other, as if the client had waited for each reply.
    const before = lastCalls.get(request.socket)
    const call = before === undefined ? answer(request, response) : before.then(() => answer(request, response))
    lastCalls.set(
      request.socket,
      call.catch(() => {}),
    )
    return call
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const head = readHead(request)
    const found = table.find((candidate) => candidate.matches(head))
    if (found === undefined) throw new Error(`No operation takes ${head.method} ${head.target}.`)
    const operation = hasTooManyHeaders(request, parts.takes) ? turnedAway(found, parts.takes) : found
    const asked = verifying.has(request.socket) ? { ...parts, repeated: true } : parts
    const served = await serve(
      operation,
      head,
      new RequestBody(request, response, parts.takes),
      asked,
      lineOf(request.socket),
    )
    if (served === undefined) return
    const { sent, delivery } = served
    if (sent !== undefined) watchReply(request, response, sent.replied.fate)
    if (delivery === undefined) {
      if (sent !== undefined) send(request, response, sent.reply)
      return
    }
    await deliver(request, response, sent?.reply, delivery, after)
    if (sent !== undefined && !response.writableEnded) sent.replied.fate.taken = false
  }
}

export const hasTooManyHeaders = ({ rawHeaders }: IncomingMessage, takes: Limits) =>
  rawHeaders.length / 2 > takes.headers

/** Refused before anybody looks at the headers: a vendor's server would not have seen them either. */
function turnedAway(operation: AnyOperation, takes: Limits): AnyOperation {
  return { ...operation, admit: () => new Refusal(431, tellOver('headers', takes)) }
}

/** Notes a reply that the client does not take whole. */
function watchReply(request: IncomingMessage, response: ServerResponse, fate: Fate): void {
  lastReplies.set(request.socket, fate)
  if (request.socket.destroyed) fate.taken = false
  response.once('close', () => {
    if (!response.writableFinished) fate.taken = false
  })
}

/** Notes what was known when a connection was opened, and replies that were written to it when the client had given it up. */
export function watchConnections({ conduct }: Pick<Parts, 'conduct'>): (socket: Socket) => void {
  return (socket) => {
    lines.set(socket, { opened: conduct.knowable })
    socket.once('close', (hadError) => {
      const last = lastReplies.get(socket)
      if (hadError && last !== undefined) last.taken = false
    })
  }
}

function lineOf(socket: Socket): Line {
  const line = lines.get(socket)
  if (line === undefined) throw new Error('A call came by a connection that nobody has seen open.')
  return line
}
