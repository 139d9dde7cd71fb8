import type { IncomingMessage, ServerResponse } from 'node:http'
import { readHead } from '../head.js'
import { printableLines } from '../printable.js'
import { shownTarget } from '../redaction.js'
import { writeProblem } from '../wire/problem.js'
import { send } from './send.js'

export type LastResort = (error: unknown, request: IncomingMessage, response: ServerResponse) => void

/** Answers where even the reply about a failure failed: a stack is nothing for a client. */
export function lastResort(log: (line: string) => void): LastResort {
  return (error, request, response) => {
    const cause = error instanceof Error ? error.stack : String(error)
    log(printableLines(`${request.method} ${shownTarget(readHead(request))} failed: ${cause}`))
    if (response.headersSent) {
      response.destroy()
      return
    }
    send(request, response, writeProblem(500, 'Internal error', 'The emulator failed; its own output says why.'))
  }
}
