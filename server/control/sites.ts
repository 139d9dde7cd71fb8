import { Router } from 'express'
import { checkSite } from '../documents/seed.js'
import { declareSite } from '../jirafe/declare.js'
import { isKey, type Key, keyPart, type LevelValue } from '../state/rows.js'
import type { Partition, Summary } from '../state/store.js'
import { rowProblem } from './accounts.js'
import { badCursor, bodyOf, Problem, readCursor, readLimit, readParameters, sendJson, writeCursor } from './answers.js'
import type { ControlParts } from './parts.js'
import { writeLevel } from './rows.js'

/** /_backstock/jirafe/…: sites and their levels. */
export function sites({ store, ids, clock }: ControlParts): Router {
  const router = Router()

  router.get('/sites', async (request, response) => {
    readParameters(request, [])
    const summaries = await store.list('jirafe')
    sendJson(response, 200, { sites: summaries.map(writeSummary) })
  })

  router.put('/sites/:site', async (request, response) => {
    readParameters(request, [])
    const document = checkSite(bodyOf(request))
    const token = document.token ?? ids()
    const declared = declareSite(request.params.site, { ...document, token }, clock())
    if ('faults' in declared) throw rowProblem(declared.faults)
    const created = await store.declare(declared)
    const summary = await found(request.params.site)
    sendJson(response, created ? 201 : 200, { ...writeSite(summary), ...(document.token === undefined && { token }) })
  })

  router.get('/sites/:site', async (request, response) => {
    readParameters(request, [])
    sendJson(response, 200, writeSite(await found(request.params.site)))
  })

  router.delete('/sites/:site', async (request, response) => {
    readParameters(request, [])
    if (!(await store.remove(of(request.params.site)))) throw noSite(request.params.site)
    response.status(204).end()
  })

  router.get('/sites/:site/levels', async (request, response) => {
    await found(request.params.site)
    const { code, history, limit: asked, cursor } = readParameters(request, ['code', 'history', 'limit', 'cursor'])
    if (history !== undefined && history !== 'true' && history !== 'false')
      throw new Problem(400, `history is ${history}. Right is true or false.`)
    const limit = readLimit(asked)
    const partition = of(request.params.site)
    const where = (level: LevelValue) => code === undefined || level.code === code
    const rows = await store.page(partition, { table: 'levels', after: readKey(cursor), limit: limit + 1, where })
    const page = rows.slice(0, limit)
    const levels = await Promise.all(
      page.map(async ({ row: { value } }) => {
        const level = writeLevel(value)
        return history === 'true' ? { ...level, history: await historyOf(partition, value) } : level
      }),
    )
    const last = rows.length > limit ? rows[limit - 1] : undefined
    sendJson(response, 200, { levels, next: last === undefined ? null : writeCursor(last.key) })
  })

  /** The past states of a level, newest first. */
  async function historyOf(partition: Partition, { code, revision, effectiveDate }: LevelValue) {
    const history = await store.row(partition, 'histories', [keyPart(code), '', ''])
    return (history?.value.levels ?? [])
      .filter((level) => level.revision === revision && level.effectiveDate === effectiveDate)
      .map(writeLevel)
      .reverse()
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

function writeSite(summary: Summary) {
  return { ...writeSummary(summary), settings: summary.setup.settings }
}

function readKey(cursor: string | undefined): Key | undefined {
  const key = readCursor(cursor)
  if (key === undefined) return undefined
  if (!isKey(key)) throw badCursor(cursor)
  return key
}
