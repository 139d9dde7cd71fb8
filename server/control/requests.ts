import { Router } from 'express'
import type { ToldFault } from '../faults/telling.js'
import type { Breach } from '../findings.js'
import type { Entry, KeptBody } from '../journal/entry.js'
import { writeRule } from '../rule-list.js'
import type { Change, Partition } from '../state/store.js'
import { badCursor, Problem, readCursor, readLimit, readParameters, sendJson, writeCursor } from './answers.js'
import { writeCurl } from './curl.js'
import { writeOutcome } from './outcomes.js'
import type { ControlParts } from './parts.js'
import { writeChange } from './rows.js'

/** Outcomes and changes that a detail shows. */
const rowsShown = 1_000

/** /_backstock/requests: what arrived, newest first, and one call in detail. */
export function requests({ journal, url }: ControlParts): Router {
  const router = Router()

  router.get('/', (request, response) => {
    const { account, site, limit: asked, cursor } = readParameters(request, ['account', 'site', 'limit', 'cursor'])
    const limit = readLimit(asked)
    const before = readCursor(cursor)
    if (before !== undefined && typeof before !== 'number') throw badCursor(cursor)
    const page: (readonly [number, Entry])[] = []
    for (const numbered of journal.newest(scopeOf(account, site), before)) {
      if (page.push(numbered) > limit) break
    }
    const last = page.length > limit ? page[limit - 1] : undefined
    const shown = page.slice(0, limit).map(([, entry]) => writeEntry(entry))
    sendJson(response, 200, { requests: shown, next: last === undefined ? null : writeCursor(last[0]) })
  })

  router.get('/:id', (request, response) => {
    readParameters(request, [])
    const entry = journal.find(request.params.id)
    if (entry === undefined)
      throw new Problem(404, `There is no request ${request.params.id}, or the journal has dropped it since.`)
    sendJson(response, 200, writeDetail(entry, url()))
  })

  return router
}

/** The account or site that a control-plane call names; undefined for everything. */
export function scopeOf(account: string | undefined, site: string | undefined): Partition | undefined {
  if (account !== undefined && site !== undefined)
    throw new Problem(400, 'Both account and site are given. Give the one that is meant.')
  if (account !== undefined) return `joor:${account}`
  return site === undefined ? undefined : `jirafe:${site}`
}

function writeEntry(entry: Entry) {
  const { id, at, vendor, name, operation, method, path, status, items, violations, ms } = entry
  const whose = name === undefined ? {} : vendor === 'jirafe' ? { site: name } : { account: name }
  return {
    id,
    at: at.toISOString(),
    vendor,
    operation,
    ...whose,
    method,
    path,
    status,
    items: items && { updated: items.updated, not_updated: items.notUpdated },
    violations,
    ms: Math.round(ms * 1000) / 1000,
  }
}

function writeDetail(entry: Entry, url: string) {
  const { reply } = entry
  return {
    ...writeEntry(entry),
    request: { headers: entry.request.headers, ...writeBody(entry.request.body) },
    reply: reply && { headers: reply.headers, ...writeBody(reply.body), taken: reply.taken },
    rules: entry.rules.map(writeRule),
    violations: entry.breaches.map((breach) => writeViolation(breach, entry.id)),
    violations_total: entry.violations,
    fault: writeFault(entry.fault),
    outcomes: entry.outcomes.slice(0, rowsShown).map(writeOutcome),
    changes: [...firstOf(entry.changes, rowsShown)].map(writeChange),
    changes_total: entry.changesTotal,
    curl: writeCurl(entry, url),
  }
}

/** The fault as it was armed; an error says on what evidence the vendor answers so. */
function writeFault(fault: ToldFault | null) {
  if (fault === null) return null
  const { rule, ...told } = fault
  return { ...told, ...(rule && writeRule(rule)) }
}

function writeBody(body: KeptBody | null) {
  return body === null ? { body: null } : { body: body.text, bytes: body.bytes, cut: body.cut }
}

function writeViolation({ rule, at, seen, right }: Breach, request: string) {
  const level = rule.breach.startsWith('refuse') ? 'error' : 'warn'
  return { ...writeRule(rule), level, at, seen, right, request }
}

function* firstOf(changes: Iterable<Change>, most: number): Iterable<Change> {
  let count = 0
  for (const change of changes) {
    if (count++ === most) return
    yield change
  }
}
