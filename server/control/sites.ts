import { Router } from 'express'
import { checkSite } from '../documents/seed.js'
import { declareSite } from '../jirafe/declare.js'
import { eventsKey } from '../jirafe/rules.js'
import { keptAs, keptTypes } from '../jirafe/types.js'
import { compareBytes, isKey, type KeptEvent, type Key, keyPart, type LevelValue } from '../state/rows.js'
import type { Partition, Summary } from '../state/store.js'
import { compareInstants, readInstant } from '../wire/dates.js'
import { rowProblem } from './accounts.js'
import { badCursor, bodyOf, Problem, readCursor, readLimit, readParameters, sendJson, writeCursor } from './answers.js'
import { readFork } from './forks.js'
import type { ControlParts } from './parts.js'
import { writeCost, writeEvent, writeLevel } from './rows.js'

/** /_backstock/jirafe/…: sites and their levels. */
export function sites({ store, ids, clocks, replicas, forget }: ControlParts): Router {
  const router = Router()

  router.get('/sites', async (request, response) => {
    readParameters(request, [])
    const summaries = await store.list('jirafe')
    sendJson(response, 200, { sites: summaries.map(writeSummary) })
  })

  router.put('/sites/:site', async (request, response) => {
    readParameters(request, [])
    const { site: name } = request.params
    const document = checkSite(bodyOf(request))
    const made = ids.ofToken(of(name))
    const token = document.token ?? made.take()
    const declared = declareSite(name, { ...document, token }, clocks.now(of(name)))
    if ('faults' in declared) throw rowProblem(declared.faults)
    const created = await store.declare(declared)
    await replicas.changeControls(() => made.keep())
    const site = await shown(name)
    sendJson(response, created ? 201 : 200, { ...site, ...(document.token === undefined && { token }) })
  })

  router.get('/sites/:site', async (request, response) => {
    readParameters(request, [])
    sendJson(response, 200, await shown(request.params.site))
  })

  router.delete('/sites/:site', async (request, response) => {
    readParameters(request, [])
    const partition = of(request.params.site)
    if (!(await store.remove(partition))) throw noSite(request.params.site)
    await forget(partition)
    response.status(204).end()
  })

  router.post('/sites/:site/fork', async (request, response) => {
    const { site } = request.params
    const fork = await replicas.changeControls(() => readFork(request, site, ids.ofToken(of(site))))
    const { name } = fork.setup((await found(site)).setup)
    if (!(await store.fork(of(site), fork.setup))) throw noSite(site)
    sendJson(response, 201, { ...(await shown(name)), ...(fork.made && { token: fork.token }) })
  })

  router.get('/sites/:site/levels', async (request, response) => {
    await found(request.params.site)
    const { code, history, limit: asked, cursor } = readParameters(request, ['code', 'history', 'limit', 'cursor'])
    if (history !== undefined && history !== 'true' && history !== 'false')
      throw new Problem(400, `history is ${history}. Right is true or false.`)
    const limit = readLimit(asked)
    const partition = of(request.params.site)
    // The key has the code behind the revision.
    const query = { table: 'levels', after: readKey(cursor), second: code && keyPart(code) } as const
    const rows = await store.page(partition, [query], limit + 1)
    const page = rows.slice(0, limit)
    const levels = await Promise.all(
      page.map(async ({ row: { value } }) => {
        const level = writeLevel(value)
        return history === 'true' ? { ...level, history: await historyOf(partition, value) } : level
      }),
    )
    sendJson(response, 200, { levels, next: nextOf(rows, limit) })
  })

  router.get('/sites/:site/costs', async (request, response) => {
    await found(request.params.site)
    const { sku_code, limit: asked, cursor } = readParameters(request, ['sku_code', 'limit', 'cursor'])
    const limit = readLimit(asked)
    const query = { table: 'costs', after: readKey(cursor), first: sku_code && keyPart(sku_code) } as const
    const rows = await store.page(of(request.params.site), [query], limit + 1)
    const costs = rows.slice(0, limit).map(({ row }) => writeCost(row.value))
    sendJson(response, 200, { costs, next: nextOf(rows, limit) })
  })

  router.get('/sites/:site/events', async (request, response) => {
    await found(request.params.site)
    const { type, since, limit } = readParameters(request, ['type', 'since', 'limit'])
    const from = since === undefined ? undefined : readInstant(since)
    if (since !== undefined && from === undefined)
      throw new Problem(400, `since is ${since}. Right is an ISO 8601 date or date-time.`)
    const types = type === undefined ? keptTypes : keptTypes.filter((each) => each === keptAs(type))
    if (types.length === 0) throw new Problem(400, `type is ${type}. Right is one of ${keptTypes.join(', ')}.`)
    const events = await eventsOf(of(request.params.site), types)
    const asked = events.filter(
      ({ receivedAt }) => from === undefined || compareInstants(readInstant(receivedAt), from) >= 0,
    )
    sendJson(response, 200, { events: asked.slice(0, readLimit(limit)).map(writeEvent) })
  })

  /** What is remembered of these types, newest first. */
  async function eventsOf(partition: Partition, types: readonly string[]): Promise<readonly KeptEvent[]> {
    const rows = await Promise.all(types.map((type) => store.row(partition, 'events', eventsKey(type))))
    const events = rows.flatMap((row) => [...(row?.value.events ?? [])])
    // Of one instant and type, the order in which they came: sorting keeps it, and the newest is the last of them.
    return events.sort((one, other) => compareBytes(one.receivedAt, other.receivedAt)).reverse()
  }

  /** The past states of a level, newest first. */
  async function historyOf(partition: Partition, { code, revision, effectiveDate }: LevelValue) {
    const history = await store.row(partition, 'histories', [keyPart(code), '', ''])
    return [...(history?.value.levels ?? [])]
      .filter((level) => level.revision === revision && level.effectiveDate === effectiveDate)
      .map(writeLevel)
      .reverse()
  }

  /** A site with its settings and the last sign of life that its plug-in gave. */
  async function shown(site: string) {
    const summary = await found(site)
    const [heartbeat] = await eventsOf(of(site), ['heartbeat'])
    const last = heartbeat === undefined ? null : writeEvent(heartbeat)
    return { ...writeSummary(summary), settings: summary.setup.settings, heartbeat: last }
  }

  async function found(site: string): Promise<Summary> {
    const summary = await store.find(of(site))
    if (summary === undefined) throw noSite(site)
    return summary
  }

  return router
}

const of = (site: string): Partition => `jirafe:${site}`

const noSite = (site: string) =>
  new Problem(404, `There is no site ${site}. GET /_backstock/jirafe/sites lists those there are.`)

function writeSummary({ setup, rows, requests }: Summary) {
  return { site: setup.name, declared: setup.declared, levels: rows.levels, requests }
}

/** Where the next page takes up; one row more than the limit was asked for. */
function nextOf(rows: readonly { readonly key: Key }[], limit: number): string | null {
  const last = rows.length > limit ? rows[limit - 1] : undefined
  return last === undefined ? null : writeCursor(last.key)
}

function readKey(cursor: string | undefined): Key | undefined {
  const key = readCursor(cursor)
  if (key === undefined) return undefined
  if (!isKey(key)) throw badCursor(cursor)
  return key
}
