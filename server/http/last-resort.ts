import type { ErrorRequestHandler } from 'express'
import { readHead } from '../head.js'
import { printableLines } from '../printable.js'
import { shownTarget } from '../redaction.js'
import { writeProblem } from '../wire/problem.js'
import { send } from './send.js'

/** Answers where even the reply about a failure failed: Express's own answer would show the stack to the client. */
export function lastResort(log: (line: string) => void): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    const cause = error instanceof Error ? error.stack : String(error)
    log(printableLines(`${request.method} ${shownTarget(readHead(request))} failed: ${cause}`))
    if (response.headersSent) {
      response.destroy()
      return
    }
    send(request, response, writeProblem(500, 'Internal error', 'The emulator failed; its own output says why.'))
  }
}
