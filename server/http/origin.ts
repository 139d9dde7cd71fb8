import type { IncomingMessage, ServerResponse } from 'node:http'
import express, { type Express, type RequestHandler } from 'express'
import { targetOf } from '../head.js'
import { type Limits, tellOver } from '../limits.js'
import type { Reply } from '../operation.js'
import { writeProblem } from '../wire/problem.js'
import { hasTooManyHeaders, watchVerify } from './adapter.js'
import { expectsContinue } from './body.js'
import { lastResort } from './last-resort.js'
import { noteArriving } from './refused.js'
import { send } from './send.js'

/** Who is turned away before anything is read, noted or decided; the reply, or undefined for who may go on. */
interface Guards {
  readonly everywhere: (request: IncomingMessage) => Reply | undefined
  /** `path` is that below /_backstock, without its query. */
  readonly controlPlane: (request: IncomingMessage, path: string) => Reply | undefined
}

/** One origin for the vendors' paths and, under /_backstock/, the control plane. */
export function originOf(
  guards: Guards,
  vendors: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  controlPlane: RequestHandler,
  takes: Limits,
  log: (line: string) => void,
): Express {
  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.use((request, response, next) => {
    noteArriving(request)
    const stranger = guards.everywhere(request)
    if (stranger !== undefined) return send(request, response, stranger)
    watchVerify(request)
    watchReader(response, takes)
    const target = targetOf(request)
    if (!/^\/+_backstock(?:[/?]|$)/.test(target)) return vendors(request, response)
    if (hasTooManyHeaders(request, takes))
      return send(request, response, writeProblem(431, 'Too many headers', tellOver('headers', takes)))
    // Repeated slashes are collapsed before routing, at the start too. Mounting would not do: Express takes the origin
    // of an absolute target for a part of the path.
    const path = target.replace(/^[^?]*/, (whole) => whole.replaceAll(/\/{2,}/g, '/'))
    request.url = path.replace(/^\/_backstock\/?/, '/')
    const refused = guards.controlPlane(request, request.url.replace(/\?.*/s, ''))
    if (refused !== undefined) return send(request, response, refused)
    // Every call here reads its body, and nobody else tells a client that waits to send it.
    if (expectsContinue(request)) response.writeContinue()
    return controlPlane(request, response, next)
  })
  app.use(lastResort(log))
  return app
}

/** Gives a reader so long for a reply that is written whole: what is still to be written, a fault may hold back. */
function watchReader(response: ServerResponse, takes: Limits): void {
  response.once('prefinish', () => {
    if (response.writableFinished) return
    // By the error it is known that the client has not taken all of it.
    const late = setTimeout(
      () => response.socket?.destroy(new Error(tellOver('reply_seconds', takes))),
      takes.reply_seconds * 1_000,
    )
    response.once('finish', () => clearTimeout(late)).once('close', () => clearTimeout(late))
  })
}
