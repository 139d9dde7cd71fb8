import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Reply } from '../operation.js'
import { expectsContinue } from './body.js'

/** What is still read of a refused body, so that the client gets to read the reply. */
const drained = 64 * 1024 * 1024

/** Characters from which on a copy costs more than a second write. */
const large = 64 * 1024

/** A string body goes out in one write with its headers, for which Node joins the two. */
export function send(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const toDrain = setHead(request, response, reply)
  response.end(reply.body.length > large ? Buffer.from(reply.body) : reply.body)
  if (toDrain) drain(request)
}

/** Status and headers, to go out with the first bytes of the body; whether the request is to be drained then. */
export function setHead(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Reply): boolean {
  const refusedContinue =
    expectsContinue(request) && !response.writableEnded && !request.complete && request.readableFlowing === null
  // The client may or may not send the body after a refusal, so the connection cannot be used again.
  if (refusedContinue) response.shouldKeepAlive = false
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) })
  return !request.complete && !refusedContinue
}

export function drain(request: IncomingMessage): void {
  let bytes = 0
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > drained) request.destroy()
  })
  request.resume()
}
