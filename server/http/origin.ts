import type { IncomingMessage, ServerResponse } from 'node:http'
import express, { type Express, type RequestHandler } from 'express'
import { targetOf } from '../head.js'
import { watchVerify } from './adapter.js'
import { expectsContinue } from './body.js'
import { lastResort } from './last-resort.js'

/** One origin for the vendors' paths and, under /_backstock/, the control plane. */
export function originOf(
  vendors: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  controlPlane: RequestHandler,
  log: (line: string) => void,
): Express {
  const app = express()
  app.disable('x-powered-by').disable('etag')
  app.use((request, response, next) => {
    watchVerify(request)
    const target = targetOf(request)
    if (!/^\/+_backstock(?:[/?]|$)/.test(target)) return vendors(request, response)
    // Repeated slashes are collapsed before routing, at the start too. Mounting would not do: Express takes the origin
    // of an absolute target for a part of the path.
    const path = target.replace(/^[^?]*/, (whole) => whole.replaceAll(/\/{2,}/g, '/'))
    request.url = path.replace(/^\/_backstock\/?/, '/')
    // Every call here reads its body, and nobody else tells a client that waits to send it.
    if (expectsContinue(request)) response.writeContinue()
    return controlPlane(request, response, next)
  })
  app.use(lastResort(log))
  return app
}
