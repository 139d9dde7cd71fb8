import type { Socket } from 'node:net'
import { type Limits, tellOver } from '../limits.js'
import { machineSoon } from '../timers.js'
import { writeProblem } from '../wire/problem.js'
import { knownConnection } from './connection.js'

/**
 * Answers what Node itself refuses: no HTTP, too much of it, or too slow. Node's own replies have neither a body nor a
 * reason. Where a reply is under way already there is nothing left to say.
 */
export function refuse(error: Error, socket: Socket, takes: Limits, told: (status: number) => void): void {
  if (!socket.writable || codeOf(error) === 'ECONNRESET') return void socket.destroy()
  const connection = knownConnection(socket)
  if (connection !== undefined && connection.callsUnderWay > 0 && !isInBody(socket)) {
    if (connection.isRefused) return
    connection.isRefused = true
    // They arrived whole and stand, so they have their replies first. What is written goes out in the turn behind it.
    connection.call.then(() => machineSoon(() => refuse(error, socket, takes, told)))
    return
  }
  if (hasReply(socket)) return void socket.destroySoon()
  const [status, title, detail] = reasonOf(error, socket, takes)
  // A call whose body does not come has an entry of its own, and of who sends nothing there is nothing to tell.
  if (!isInBody(socket) && socket.bytesRead > 0) told(status)
  const { headers, body } = writeProblem(status, title, detail, { Connection: 'close' })
  const lines = Object.entries({ ...headers, 'Content-Length': Buffer.byteLength(body) })
  const head = [`HTTP/1.1 ${status} ${title}`, ...lines.map(([name, value]) => `${name}: ${value}`)]
  // Who reads nothing does not take a refusal either.
  const late = setTimeout(() => socket.destroy(), takes.reply_seconds * 1_000)
  socket.once('close', () => clearTimeout(late))
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}

function reasonOf(error: Error, socket: Socket, takes: Limits): readonly [number, string, string] {
  switch (codeOf(error)) {
    case 'HPE_HEADER_OVERFLOW':
      return [431, 'Request Header Fields Too Large', tellOver('header_bytes', takes)]
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return [
        413,
        'Payload Too Large',
        'The chunks of the body have more than 16384 bytes of extensions. Send them without.',
      ]
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [408, 'Request Timeout', tellOver(isInBody(socket) ? 'request_seconds' : 'header_seconds', takes)]
    default:
      return [400, 'Bad Request', `The request is no HTTP/1.1: ${wrongWith(error)}.`]
  }
}

const isInBody = (socket: Socket) => knownConnection(socket)?.arriving?.complete === false

/** What the parser says in words of its own; nothing of what was sent. */
function wrongWith(error: Error): string {
  const reason = 'reason' in error && typeof error.reason === 'string' ? error.reason : error.message
  return reason.replace(/^Parse Error: /, '').replace(/\.$/, '')
}

/** Node keeps the reply that a connection writes under this name, and its documentation points to it. */
function hasReply(socket: Socket): boolean {
  const reply = '_httpMessage' in socket ? socket._httpMessage : undefined
  return typeof reply === 'object' && reply !== null && '_headerSent' in reply && reply._headerSent === true
}

const codeOf = (error: Error) => ('code' in error ? error.code : undefined)
