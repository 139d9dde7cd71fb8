import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Fate } from '../journal/entry.js'
import { type Limits, tellOver } from '../limits.js'
import { connectionOf } from './connection.js'

/**
 * Gives a reader so long for a reply that is written whole, and notes where it does not take all of it. What the
 * machine has taken at once needs nobody to wait for it.
 */
export function awaitReader(request: IncomingMessage, response: ServerResponse, takes: Limits, fate?: Fate): void {
  // A reply behind others of its connection: nothing but that tells it of the end, and those before it have their own time.
  if (response.socket === null && !response.writableFinished) {
    const { queued } = connectionOf(request)
    if (fate !== undefined) queued.add(fate)
    response.once('socket', () => {
      if (fate !== undefined) queued.delete(fate)
      awaitReader(request, response, takes, fate)
    })
    return
  }
  if (response.writableEnded && response.writableLength === 0) return
  if (request.socket.destroyed) {
    if (fate !== undefined) fate.taken = false
    return
  }
  // By the error it is known that the client has not taken all of it.
  const late = setTimeout(
    () => request.socket.destroy(new Error(tellOver('reply_seconds', takes))),
    takes.reply_seconds * 1_000,
  )
  let isOut = false
  // Node tells of a connection that is reset as of one that has taken all, and no longer counts what it has not.
  response.once('finish', () => {
    isOut = !request.socket.destroyed
    clearTimeout(late)
  })
  response.once('close', () => {
    clearTimeout(late)
    if (fate !== undefined && !isOut) fate.taken = false
  })
}
