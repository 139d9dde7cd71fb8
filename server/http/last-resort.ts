import type { ErrorRequestHandler } from 'express'
import { writeProblem } from '../wire/problem.js'
import { send } from './send.js'

/** Answers where even the reply about a failure failed: Express's own answer would show the stack to the client. */
export function lastResort(log: (line: string) => void): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    log(`${request.method} ${request.originalUrl} failed: ${error instanceof Error ? error.stack : String(error)}`)
    if (response.headersSent) {
      response.destroy()
      return
    }
    send(request, response, writeProblem(500, 'Internal error', 'The emulator failed; its own output says why.'))
  }
}
