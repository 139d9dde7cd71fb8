import { Router } from 'express'
import type { Entry } from '../journal/entry.js'
import { badCursor, Problem, readCursor, readLimit, readParameters, sendJson, writeCursor } from './answers.js'
import { writeViolation } from './entries.js'
import type { ControlParts } from './parts.js'
import { scopeOf } from './requests.js'

/** The number of a call in the journal, and which of its violations. */
type Place = readonly [call: number, index: number]

interface Found {
  readonly place: Place
  readonly violation: ReturnType<typeof writeViolation>
}

/** /_backstock/violations: what clients broke in the calls that the journal has, in the order in which they came. */
export function violations({ journal }: ControlParts): Router {
  const router = Router()
  router.get('/', (request, response) => {
    const parameters = ['account', 'site', 'limit', 'cursor', 'format'] as const
    const { account, site, limit: asked, cursor, format = 'json' } = readParameters(request, parameters)
    if (format !== 'json') throw new Problem(400, `format is ${format}. Right is json.`)
    const scope = scopeOf(account, site)
    const limit = readLimit(asked)
    const after = readPlace(cursor)
    const page: Found[] = []
    for (const found of foundIn(journal.oldest(scope, after === undefined ? undefined : after[0] - 1), after))
      if (page.push(found) > limit) break
    const last = page.length > limit ? page[limit - 1] : undefined
    sendJson(response, 200, {
      violations: page.slice(0, limit).map(({ violation }) => violation),
      next: last === undefined ? null : writeCursor(last.place),
    })
  })
  return router
}

function* foundIn(calls: Iterable<readonly [number, Entry]>, after: Place | undefined): Iterable<Found> {
  for (const [number, { id, breaches }] of calls)
    for (const [index, breach] of breaches.entries())
      if (after === undefined || number > after[0] || index > after[1])
        yield { place: [number, index], violation: writeViolation(breach, id) }
}

function readPlace(cursor: string | undefined): Place | undefined {
  const place = readCursor(cursor)
  if (place === undefined) return undefined
  if (!Array.isArray(place)) throw badCursor(cursor)
  const [call, index, ...rest]: unknown[] = place
  if (typeof call !== 'number' || typeof index !== 'number' || rest.length > 0) throw badCursor(cursor)
  return [call, index]
}
