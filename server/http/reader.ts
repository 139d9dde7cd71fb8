import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Fate } from '../journal/entry.js'
import { type Limits, tellOver } from '../limits.js'

/**
 * Gives a reader so long for a reply that is written whole, and notes where it does not take all of it. What the
 * machine has taken at once needs nobody to wait for it.
 */
export function awaitReader(request: IncomingMessage, response: ServerResponse, takes: Limits, fate?: Fate): void {
  if (response.writableEnded && response.writableLength === 0) return
  // By the error it is known that the client has not taken all of it.
  const late = setTimeout(
    () => request.socket.destroy(new Error(tellOver('reply_seconds', takes))),
    takes.reply_seconds * 1_000,
  )
  response.once('finish', () => clearTimeout(late))
  response.once('close', () => {
    clearTimeout(late)
    if (fate !== undefined && !response.writableFinished) fate.taken = false
  })
}
