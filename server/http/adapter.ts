import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { readHead } from '../head.js'
import type { Replied } from '../journal/entry.js'
import type { AnyOperation, Reply } from '../operation.js'
import { type Parts, serve } from '../serve.js'
import { expectsContinue, RequestBody } from './body.js'

/** What is still read of a refused body, so that the client gets to read the reply. */
const drained = 64 * 1024 * 1024

/** The reply that each connection got last: a reset after it means that nobody took it. */
const lastReplies = new WeakMap<Socket, Replied>()

/** The last call of each connection, settled or under way. */
const lastCalls = new WeakMap<Socket, Promise<void>>()

/** Serves the vendors' paths from one table of operations, the first that matches. */
export function vendorTraffic(table: readonly AnyOperation[], parts: Parts) {
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
    const operation = table.find((candidate) => candidate.matches(head))
    if (operation === undefined) throw new Error(`No operation takes ${head.method} ${head.target}.`)
    const served = await serve(operation, head, new RequestBody(request, response), parts)
    if (served === undefined) return
    const { reply, replied } = served
    lastReplies.set(request.socket, replied)
    if (request.socket.destroyed) replied.taken = false
    response.once('close', () => {
      if (!response.writableFinished) replied.taken = false
    })
    send(request, response, reply)
  }
}

/** Notes replies that were written to a connection which the client had already given up. */
export function watchConnection(socket: Socket): void {
  socket.once('close', (hadError) => {
    const last = lastReplies.get(socket)
    if (hadError && last !== undefined) last.taken = false
  })
}

/** A string body goes out in one write with its headers. */
export function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const refusedContinue =
    expectsContinue(request) && !response.writableEnded && !request.complete && request.readableFlowing === null
  // The client may or may not send the body after a refusal, so the connection cannot be used again.
  if (refusedContinue) response.shouldKeepAlive = false
  response.writeHead(reply.status, { ...reply.headers, 'Content-Length': Buffer.byteLength(reply.body) })
  response.end(reply.body)
  if (!request.complete && !refusedContinue) drain(request)
}

function drain(request: IncomingMessage): void {
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > drained) request.destroy()
  })
  request.resume()
}
