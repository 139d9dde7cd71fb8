import express, { type ErrorRequestHandler, type Request, type RequestHandler, Router } from 'express'
import { DocumentError } from '../documents/documents.js'
import { checkSeed } from '../documents/seed.js'
import { readHead } from '../head.js'
import { tellOver } from '../limits.js'
import { printableLines } from '../printable.js'
import { shownTarget } from '../redaction.js'
import { allRules, writeListed } from '../rule-list.js'
import { TooManyScopes } from '../scoped.js'
import { ChangeInDoubt, NameTaken, StorageFailure, TokenTaken } from '../state/store.js'
import { accounts } from './accounts.js'
import { bodyOf, Problem, readParameters, sendJson, sendProblem } from './answers.js'
import { clock } from './clock.js'
import { coverage } from './coverage.js'
import { faults } from './faults.js'
import { guardHeaders } from './guard.js'
import { ids } from './ids.js'
import { logs } from './logs.js'
import { metrics } from './metrics.js'
import { openapi } from './openapi.js'
import { pages } from './pages.js'
import type { ControlParts } from './parts.js'
import { queries } from './queries.js'
import { requests, scopeIn } from './requests.js'
import { session } from './session.js'
import { sites } from './sites.js'
import { snapshots } from './snapshots.js'
import { stateCheck } from './state-check.js'
import { stream } from './stream.js'
import { violations } from './violations.js'

const later = ['events']

/** Everything under /_backstock/. Errors are problems (RFC 9457) that say what would have been right. */
export function control(parts: ControlParts): RequestHandler {
  const router = Router()
  router.use((_request, response, next) => {
    response.set(guardHeaders)
    next()
  })
  const mostBytes = Math.min(parts.takes.body_bytes, parts.takes.inflated_bytes)
  router.use(express.raw({ limit: mostBytes, type: () => true }))
  router.use(about(parts))
  router.use(pages())
  router.use(upToDate(parts))
  router.use('/session', session(parts))
  router.use('/joor', logsAndAccounts(parts))
  router.use('/jirafe', sites(parts))
  router.use('/clock', clock(parts))
  router.use('/ids', ids(parts))
  router.use('/requests', queries(parts), stream(parts), requests(parts))
  router.use('/verify', stateCheck(parts))
  router.use('/faults', faults(parts))
  router.use('/snapshots', snapshots(parts))
  router.use('/violations', violations(parts))
  router.use('/coverage', coverage(parts))
  router.use('/openapi', openapi())
  router.use('/metrics', metrics(parts))
  router.use(state(parts))
  for (const name of later) router.use(`/${name}`, notYet)
  router.use((request) => {
    throw new Problem(404, `The control plane has no ${request.method} ${shownUrl(request)}.`)
  })
  router.use(problems(parts))
  return router
}

function logsAndAccounts(parts: ControlParts): Router {
  return Router().use('/logs', logs(parts)).use(accounts(parts))
}

const shownUrl = ({ method, originalUrl: url, headers }: Request) => shownTarget(readHead({ method, url, headers }))

const notYet: RequestHandler = (request) => {
  throw new Problem(501, `${request.originalUrl.split('?', 1)[0]} is not built yet.`)
}

/** Whoever asks is told of what other replicas have done, too. */
function upToDate({ replicas }: ControlParts): RequestHandler {
  return async (_request, _response, next) => {
    await replicas.refresh()
    next()
  }
}

/** What needs no state: whether the emulator is there, which one it is, and the rules that it goes by. */
function about({ version, replicas }: ControlParts): Router {
  const router = Router()
  const told = { health: { status: 'ok' }, version: { version } }
  router.get('/ready', async (request, response) => {
    readParameters(request, [])
    await replicas.refresh()
    sendJson(response, 200, { status: 'ready' })
  })
  for (const [name, value] of Object.entries(told))
    router.get(`/${name}`, (request, response) => {
      readParameters(request, [])
      sendJson(response, 200, value)
    })
  router.get('/rules', (request, response) => {
    readParameters(request, [])
    sendJson(response, 200, { rules: allRules.map(writeListed) })
  })
  return router
}

function state({ store, loadSeed }: ControlParts): Router {
  const router = Router()
  router.post('/reset', async (request, response) => {
    sendJson(response, 200, await store.reset(scopeIn(request)))
  })
  router.put('/seed', async (request, response) => {
    readParameters(request, [])
    const seed = checkSeed(bodyOf(request))
    sendJson(response, 200, await loadSeed(seed))
  })
  return router
}

function problems({ log, takes }: ControlParts): ErrorRequestHandler {
  return (error: unknown, request, response, _next) => {
    if (error instanceof Problem) return sendProblem(response, error.status, error.message)
    if (error instanceof DocumentError) return sendProblem(response, 400, error.message)
    if (error instanceof NameTaken)
      return sendProblem(response, 409, `There is a ${error.message} already. Choose another name, or delete it first.`)
    if (error instanceof TooManyScopes) return sendProblem(response, 409, `${error.message} DELETE takes some away.`)
    if (error instanceof TokenTaken) return sendProblem(response, 409, writeTaken(error))
    if (error instanceof ChangeInDoubt) return sendProblem(response, 503, error.message)
    if (error instanceof StorageFailure) return sendProblem(response, 503, `${error.message} Nothing was changed.`)
    const status = statusOf(error)
    const message = error instanceof Error ? error.message : String(error)
    if (status === 413) {
      const lower = takes.inflated_bytes < takes.body_bytes ? 'inflated_bytes' : 'body_bytes'
      return sendProblem(response, 413, tellOver(lower, takes))
    }
    if (status !== undefined) return sendProblem(response, status, `The request cannot be read: ${message}`)
    const cause = error instanceof Error ? error.stack : message
    log(printableLines(`${request.method} ${shownUrl(request)} failed: ${cause}`))
    return sendProblem(response, 500, 'The emulator failed; its own output says why.')
  }
}

const writeTaken = ({ message }: TokenTaken) =>
  `The token is that of the account ${message}. Give each account its own.`

/** Express marks what the client did wrong by a status from 400 to 499. */
function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('status' in error)) return undefined
  return typeof error.status === 'number' && error.status >= 400 && error.status < 500 ? error.status : undefined
}
