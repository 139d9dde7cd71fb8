import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express'
import { targetOf } from '../head.js'
import { type Limits, tellOver } from '../limits.js'
import type { Reply } from '../operation.js'
import { writeProblem } from '../wire/problem.js'
import { hasTooManyHeaders } from './adapter.js'
import { expectsContinue } from './body.js'
import { type Connection, connectionOf } from './connection.js'
import type { LastResort } from './last-resort.js'
import { awaitReader } from './reader.js'
import { send } from './send.js'

/** Who is turned away before anything is read, noted or decided; the reply, or undefined for who may go on. */
interface Guards {
  readonly everywhere: (request: IncomingMessage) => Reply | undefined
  /** `path` is that below /_backstock, without its query. */
  readonly controlPlane: (request: IncomingMessage, path: string) => Reply | undefined
}

/**
 * One origin for the vendors' paths and, under /_backstock/, the control plane. Express serves the latter alone: it
 * gives each request and response other prototypes, which on Node 20 makes a call take four times as long.
 */
export function originOf(
  guards: Guards,
  vendors: (request: IncomingMessage, response: ServerResponse, connection: Connection) => void,
  controlPlane: RequestHandler,
  takes: Limits,
  failed: LastResort,
): RequestListener {
  const app = controlApp(guards, controlPlane, takes, failed)

  return (request, response) => {
    try {
      answer(request, response)
    } catch (error) {
      failed(error, request, response)
    }
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const connection = connectionOf(request)
    connection.arriving = request
    const stranger = guards.everywhere(request)
    if (stranger !== undefined) {
      send(request, response, stranger)
      awaitReader(request, response, takes)
      return
    }
    heedVerify(request, connection)
    if (isOfControlPlane(targetOf(request))) app(request, response)
    else vendors(request, response, connection)
  }
}

/** An origin of vendors' paths alone, such as a vendor's own host: no name of theirs leads to the control plane. */
export function vendorOrigin(
  vendors: (request: IncomingMessage, response: ServerResponse, connection: Connection) => void,
  failed: LastResort,
): RequestListener {
  return (request, response) => {
    try {
      const connection = connectionOf(request)
      connection.arriving = request
      heedVerify(request, connection)
      vendors(request, response, connection)
    } catch (error) {
      failed(error, request, response)
    }
  }
}

/** By a header of any call: those of a contract case go byte for byte. */
function heedVerify({ headers }: IncomingMessage, connection: Connection): void {
  if (headers['backstock-verify'] !== undefined) connection.verifies = true
}

const isOfControlPlane = (target: string) => /^\/+_backstock(?:[/?]|$)/.test(target)

function controlApp(guards: Guards, controlPlane: RequestHandler, takes: Limits, failed: LastResort): Express {
  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.use((request, response, next) => {
    response.once('prefinish', () => awaitReader(request, response, takes))
    if (hasTooManyHeaders(request, takes))
      return send(request, response, writeProblem(431, 'Too many headers', tellOver('headers', takes)))
    // Repeated slashes are collapsed before routing, at the start too. Mounting would not do: Express takes the origin
    // of an absolute target for a part of the path.
    const path = targetOf(request).replace(/^[^?]*/, (whole) => whole.replaceAll(/\/{2,}/g, '/'))
    request.url = path.replace(/^\/_backstock\/?/, '/')
    const refused = guards.controlPlane(request, request.url.replace(/\?.*/s, ''))
    if (refused !== undefined) return send(request, response, refused)
    // Every call here reads its body, and nobody else tells a client that waits to send it.
    if (expectsContinue(request)) response.writeContinue()
    return controlPlane(request, response, next)
  })
  app.use(((error: unknown, request, response, _next) =>
    failed(error, request, response)) satisfies ErrorRequestHandler)
  return app
}
