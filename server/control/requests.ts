import { type Request, type Response, Router } from 'express'
import type { Entry } from '../journal/entry.js'
import { journalled } from '../matching/journalled.js'
import { verdictOf } from '../matching/match.js'
import type { Partition } from '../state/store.js'
import { badCursor, Problem, readCursor, readLimit, readParameters, sendJson, writeCursor } from './answers.js'
import { writeDetail, writeEntry } from './entries.js'
import { matchParameters, readFilter } from './matches.js'
import type { ControlParts } from './parts.js'

/** /_backstock/requests: what arrived, newest first, one call in detail, and the same call once more. */
export function requests({ conduct, journal, replicas, operations, url, repeat }: ControlParts): Router {
  const router = Router()

  router.get('/', (request, response) => {
    const { limit: asked, cursor, ...parameters } = readParameters(request, [...matchParameters, 'limit', 'cursor'])
    const { match, scope } = readFilter(parameters, operations)
    const limit = readLimit(asked)
    const before = readCursor(cursor)
    if (before !== undefined && typeof before !== 'number') throw badCursor(cursor)
    const page: (readonly [number, Entry])[] = []
    for (const [number, entry] of journal.newest(scope, before)) {
      if (verdictOf(match, journalled(entry, operations)) !== 'yes') continue
      if (page.push([number, entry]) > limit) break
    }
    const last = page.length > limit ? page[limit - 1] : undefined
    const shown = page.slice(0, limit).map(([, entry]) => writeEntry(entry))
    sendJson(response, 200, { requests: shown, next: last === undefined ? null : writeCursor(last[0]) })
  })

  router.delete('/', async (request, response: Response) => {
    const { account, site } = readParameters(request, ['account', 'site'])
    await replicas.clearJournal(scopeOf(account, site))
    response.status(204).end()
  })

  router.get('/:id', (request, response) => {
    readParameters(request, [])
    const entry = found(request.params.id)
    conduct.asked(entry)
    sendJson(response, 200, writeDetail(entry, url()))
  })

  router.post('/:id/repeat', async (request, response) => {
    readParameters(request, [])
    const repeated = await repeat(found(request.params.id))
    if ('obstacle' in repeated) throw new Problem(409, repeated.obstacle)
    sendJson(response, 200, repeated)
  })

  function found(id: string): Entry {
    const entry = journal.find(id)
    if (entry === undefined) throw new Problem(404, `There is no request ${id}, or the journal has dropped it since.`)
    return entry
  }

  return router
}

/** The account or site that a call's parameters name, where they name nothing else; undefined for everything. */
export function scopeIn(request: Request): Partition | undefined {
  const { account, site } = readParameters(request, ['account', 'site'])
  return scopeOf(account, site)
}

/** The account or site that a control-plane call names; undefined for everything. */
export function scopeOf(account: string | undefined, site: string | undefined): Partition | undefined {
  if (account !== undefined && site !== undefined)
    throw new Problem(400, 'Both account and site are given. Give the one that is meant.')
  if (account !== undefined) return `joor:${account}`
  return site === undefined ? undefined : `jirafe:${site}`
}
