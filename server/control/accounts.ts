import { type Request, type Response, Router } from 'express'
import { checkAccount } from '../documents/seed.js'
import { writePath } from '../documents/source.js'
import { readAuthorization } from '../joor/authorization.js'
import { declareAccount, type RowFault, readPending } from '../joor/declare.js'
import type { Partition, PendingRow, Setup, Style, Summary } from '../state/store.js'
import { bodyOf, Problem, readParameters, sendJson } from './answers.js'
import { readFork } from './forks.js'
import type { ControlParts } from './parts.js'
import { positionsOf } from './positions.js'
import { exact, writeIdentifiers } from './rows.js'
import { warehousesOf } from './warehouses.js'

const reserved = /^token-[0-9a-f]{8}$/

/** /_backstock/joor/…: accounts, what they were given, and where their stock stands. */
export function accounts({ store, ids, replicas, forget }: ControlParts): Router {
  const router = Router()

  router.get('/accounts', async (request, response) => {
    readParameters(request, [])
    const summaries = await store.list('joor')
    sendJson(response, 200, { accounts: summaries.map(writeSummary) })
  })

  router.get('/account', async (request, response) => {
    readParameters(request, [])
    const authorization = readAuthorization(request.headers.authorization)
    if ('fault' in authorization)
      throw new Problem(400, `${authorization.fault} Send the client's own Authorization header.`)
    const access = await store.access({ vendor: 'joor', token: authorization.fingerprint })
    if (access.setup === undefined)
      throw new Problem(404, `No call has used this token yet; its account would be called ${access.name}.`)
    sendJson(response, 200, { account: access.setup.name, declared: access.setup.declared })
  })

  router.put('/accounts/:account', async (request, response) => {
    readParameters(request, [])
    const { account } = request.params
    refuseReserved(account)
    const document = checkAccount(bodyOf(request))
    const made = ids.ofToken(of(account))
    const token = document.token ?? made.take()
    const declared = declareAccount(account, { ...document, token })
    if ('faults' in declared) throw rowProblem(declared.faults)
    const created = await store.declare(declared)
    await replicas.changeControls(() => made.keep())
    const summary = await found(of(account))
    sendJson(response, created ? 201 : 200, {
      ...writeAccount(summary),
      ...(document.token === undefined && { token }),
    })
  })

  router.get('/accounts/:account', async (request, response) => {
    readParameters(request, [])
    sendJson(response, 200, writeAccount(await found(of(request.params.account))))
  })

  router.delete('/accounts/:account', async (request, response) => {
    readParameters(request, [])
    const partition = of(request.params.account)
    if (!(await store.remove(partition))) throw noAccount(request.params.account)
    await forget(partition)
    response.status(204).end()
  })

  router.put('/accounts/:account/pending', async (request, response) => {
    readParameters(request, [])
    const { setup } = await found(of(request.params.account))
    const { pending: documents = [] } = checkAccount({ pending: bodyOf(request) })
    const pending = readPending(documents, setup)
    if ('faults' in pending) throw rowProblem(pending.faults)
    const changed = await store.change(of(setup.name), (before) => ({ ...before, pending: pending.rows }))
    if (!changed) throw noAccount(setup.name)
    sendJson(response, 200, { pending: pending.rows.map(writePending) })
  })

  router.post('/accounts/:account/fork', async (request, response) => {
    const { account } = request.params
    const fork = await replicas.changeControls(() => readFork(request, account, ids.ofToken(of(account))))
    const { name } = fork.setup((await found(of(account))).setup)
    refuseReserved(name)
    if (!(await store.fork(of(account), fork.setup))) throw noAccount(account)
    const written = writeAccount(await found(of(name)))
    sendJson(response, 201, { ...written, ...(fork.made && { token: fork.token }) })
  })

  router.get('/accounts/:account/positions', async (request: Request<{ account: string }>, response: Response) => {
    const { setup } = await found(of(request.params.account))
    await positionsOf(store, of(setup.name), request, response)
  })

  router.get('/accounts/:account/warehouses', async (request: Request<{ account: string }>, response: Response) => {
    const { setup } = await found(of(request.params.account))
    await warehousesOf(store, of(setup.name), request, response)
  })

  async function found(partition: Partition): Promise<Summary> {
    const summary = await store.find(partition)
    if (summary === undefined) throw noAccount(partition.slice('joor:'.length))
    return summary
  }

  return router
}

const of = (account: string): Partition => `joor:${account}`

function refuseReserved(account: string): void {
  if (reserved.test(account))
    throw new Problem(400, `The name ${account} is that of an account nobody declared. Choose another.`)
}

const noAccount = (account: string) =>
  new Problem(404, `There is no account ${account}. GET /_backstock/joor/accounts lists those there are.`)

export function rowProblem(faults: readonly RowFault[]): Problem {
  const told = faults.slice(0, 20).map(({ steps, message }) => `${writePath(steps)}: ${message}`)
  return new Problem(400, told.join('\n'))
}

function writeSummary({ setup, rows, requests }: Summary) {
  return { account: setup.name, declared: setup.declared, positions: rows.positions, requests }
}

function writeAccount(summary: Summary) {
  const { warehouses, styles, pending, settings }: Setup = summary.setup
  const written = styles?.map(writeStyle) ?? null
  return { ...writeSummary(summary), warehouses, styles: written, pending: pending.map(writePending), settings }
}

function writeStyle({ style_number, style_identifier, style_id, colors }: Style) {
  return {
    style_number,
    style_identifier,
    style_id: style_id === undefined ? undefined : exact(style_id),
    colors: colors.map(({ style_color_id, ...color }) => ({
      color_code: color.color_code,
      style_color_id: style_color_id === undefined ? undefined : exact(style_color_id),
      sizes: color.sizes,
    })),
  }
}

function writePending({ warehouse, date, identifiers, quantity }: PendingRow) {
  return { warehouse, inventory_date: date, ...writeIdentifiers(identifiers), quantity }
}
