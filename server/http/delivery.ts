import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Delivery } from '../faults/delivery.js'
import type { Reply } from '../operation.js'
import type { Timers } from '../timers.js'
import { drain, send, setHead } from './send.js'

type After = Timers['after']

/** How long a client may take to close its side of a connection that was closed on it. */
const lingerMs = 1_000
/** A trickling body is written so often, or a byte at a time where that is slower. */
const tickMs = 100

/**
 * Carries out what a fault does to a reply, of which none is given where it is lost. Resolved when the reply is out or
 * the connection gone, whichever comes first.
 */
export async function deliver(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply | undefined,
  { delayMs, lost, cutAt, bytesPerSecond }: Delivery,
  after: After,
): Promise<void> {
  const { socket } = request
  // Of pipelined calls the reply before this one may still be on its way, and is nobody's to lose.
  if (response.socket === null) await attached(response, socket)
  if (delayMs > 0) await pause(socket, delayMs, after)
  if (socket.destroyed) return
  if (reply === undefined) return lost === 'close' ? close(request, after) : reset(socket)
  if (cutAt !== undefined) return truncate(request, response, reply, cutAt, after)
  if (bytesPerSecond !== undefined) return trickle(request, response, reply, bytesPerSecond, after)
  send(request, response, reply)
}

async function reset(socket: Socket): Promise<void> {
  const gone = closed(socket)
  socket.resetAndDestroy()
  await gone
}

/** Ends our side behind what was written, and the connection once the client has ended its own. */
async function close(request: IncomingMessage, after: After): Promise<void> {
  const { socket } = request
  const gone = closed(socket)
  socket.end()
  // Closing over bytes that nobody read would be a reset.
  if (!request.complete) drain(request)
  const callOff = after(lingerMs, () => socket.destroy())
  await gone
  callOff()
}

async function truncate(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  cutAt: number,
  after: After,
): Promise<void> {
  setHead(request, response, reply)
  // A reply to HEAD has no body, and its headers would wait for one.
  response.flushHeaders()
  response.write(Buffer.from(reply.body).subarray(0, cutAt))
  await close(request, after)
}

async function trickle(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  bytesPerSecond: number,
  after: After,
): Promise<void> {
  // There is no body that could be slow.
  if (request.method === 'HEAD') return send(request, response, reply)
  if (setHead(request, response, reply)) drain(request)
  response.flushHeaders()
  const body = Buffer.from(reply.body)
  const step = Math.max(1, Math.floor((bytesPerSecond * tickMs) / 1_000))
  for (let at = 0; at < body.length; at += step) {
    await pause(request.socket, (step * 1_000) / bytesPerSecond, after)
    if (request.socket.destroyed) return
    response.write(body.subarray(at, at + step))
  }
  response.end()
}

/** Who ends its side during a pause has given up: it does so at a time-out of its own, too. */
async function pause(socket: Socket, ms: number, after: After): Promise<void> {
  const leave = () => socket.destroy()
  if (socket.readableEnded) leave()
  socket.once('end', leave)
  await unlessGone(socket, (done) => after(ms, done))
  socket.off('end', leave)
}

/** Waits until all replies before it have gone out. */
function attached(response: ServerResponse, socket: Socket): Promise<void> {
  return unlessGone(socket, (done) => {
    response.once('socket', done)
    return () => response.off('socket', done)
  })
}

/** Waits for something, but not for a client that has gone; `begin` gives back how to call it off. */
async function unlessGone(socket: Socket, begin: (done: () => void) => () => void): Promise<void> {
  if (socket.destroyed) return
  await new Promise<void>((resolve) => {
    const finish = () => {
      callOff()
      socket.off('close', finish)
      resolve()
    }
    const callOff = begin(finish)
    socket.once('close', finish)
  })
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve()
    else socket.once('close', () => resolve())
  })
}
