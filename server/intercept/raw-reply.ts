import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { Reply } from '../operation.js'

/** How long who was refused may take to close the connection, in milliseconds. */
const lingerMs = 1_000

/** Answers a CONNECT that opens no tunnel, for which Node gives no response, and ends the connection. */
export function refuseTunnel(socket: Socket, { status, headers, body }: Reply): void {
  const lines = Object.entries({ ...headers, 'Content-Length': Buffer.byteLength(body), Connection: 'close' })
  const head = [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines.map(([name, value]) => `${name}: ${value}`)]
  // Closing over bytes that nobody read would be a reset, and the client might not get to read the reply.
  socket.resume()
  const late = setTimeout(() => socket.destroy(), lingerMs)
  socket.once('close', () => clearTimeout(late))
  socket.end(`${head.join('\r\n')}\r\n\r\n${body.toString()}`)
}
