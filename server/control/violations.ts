import { type Response, Router } from 'express'
import type { Rule } from '../../contracts/rules/book.js'
import type { BreachOfCall } from '../journal/broken-rule.js'
import type { Entry } from '../journal/entry.js'
import { restsOn } from '../levels.js'
import { type FormatName, formatNames, formats, isFormat } from '../report/formats.js'
import { writeBroken } from '../report/json.js'
import { type Report, reportOf } from '../report/report.js'
import { allRules } from '../rule-list.js'
import { didYouMean, writeChoice } from '../suggestion.js'
import {
  badCursor,
  Problem,
  readCursor,
  readEvidence,
  readLimit,
  readParameters,
  sendJson,
  writeCursor,
} from './answers.js'
import { breachesOf, writeViolation } from './entries.js'
import type { ControlParts } from './parts.js'
import { scopeOf } from './requests.js'

/** The number of a call in the journal, and which of its violations. */
type Place = readonly [call: number, index: number]

interface Found {
  readonly place: Place
  readonly violation: ReturnType<typeof writeViolation>
}

const ruleIds = allRules.map(({ id }) => id)
const parameters = ['account', 'site', 'limit', 'cursor', 'format', 'evidence', 'run', 'rule'] as const

/**
 * /_backstock/violations: what clients broke in the calls that the journal has, in the order in which they came, and the
 * sum by rule, which outlives their entries; or that sum as a report of another format.
 */
export function violations({ journal, broken, conduct, levels, version }: ControlParts): Router {
  const router = Router()
  router.get('/', (request, response) => {
    const { account, site, limit: perPage, cursor, ...given } = readParameters(request, parameters)
    const scope = scopeOf(account, site)
    const format = readFormat(given.format)
    const least = readEvidence(given.evidence)
    const open = [...conduct.open(scope, readEnded(given.run))]
    const asked = readRule(given.rule)
    const meant = (rule: Rule) => restsOn(rule, least) && (asked === undefined || rule.id === asked)
    const counts = (rule: Rule) => levels.counts(rule) && meant(rule)
    const report = reportOf(broken.of(scope, open), counts, version)
    if (format !== 'json') {
      if ((perPage ?? cursor) !== undefined)
        throw new Problem(400, onlyJson(perPage === undefined ? 'cursor' : 'limit'))
      return sendReport(response, format, report)
    }
    const limit = readLimit(perPage)
    const after = readPlace(cursor)
    const page: Found[] = []
    const calls = journal.oldest(scope, after === undefined ? undefined : after[0] - 1)
    for (const found of behind(after, foundIn(calls, open))) {
      if (!meant(found.breach.rule)) continue
      page.push({ place: found.place, violation: writeViolation(found.breach, found.request) })
      if (page.length > limit) break
    }
    const last = page.length > limit ? page[limit - 1] : undefined
    sendJson(response, 200, {
      violations: page.slice(0, limit).map(({ violation }) => violation),
      next: last === undefined ? null : writeCursor(last.place),
      rules: report.broken.map(writeBroken),
    })
  })
  return router
}

function sendReport(response: Response, format: FormatName, report: Report): void {
  const { type, write } = formats[format]
  response.status(200).set('Content-Type', type).send(write(report))
}

const onlyJson = (name: string) => `${name} is for pages of JSON: a report is one document. Leave it out.`

function readFormat(format = 'json'): FormatName {
  if (isFormat(format)) return format
  throw new Problem(400, `format is ${format}. Right is ${writeChoice(formatNames)}.`)
}

function readEnded(run: string | undefined): boolean {
  if (run === undefined || run === 'ended') return run === 'ended'
  throw new Problem(400, `run is ${run}. Right is ended, or no run.`)
}

function readRule(rule: string | undefined): string | undefined {
  if (rule === undefined || ruleIds.includes(rule)) return rule
  throw new Problem(
    400,
    `rule is ${rule}, which is no rule${didYouMean(rule, ruleIds) || '. GET /_backstock/rules lists them.'}`,
  )
}

type FoundBreach = BreachOfCall & { readonly place: Place }

/** What is wrong only because nothing came stands behind every call. */
function* foundIn(calls: Iterable<readonly [number, Entry]>, open: readonly BreachOfCall[]): Iterable<FoundBreach> {
  for (const [number, entry] of calls) {
    if (entry.repeated) continue
    for (const [index, breach] of breachesOf(entry).entries())
      yield { place: [number, index], breach, request: entry.id }
  }
  for (const [index, { breach, request }] of open.entries())
    yield { place: [Number.MAX_SAFE_INTEGER, index], breach, request }
}

function* behind(after: Place | undefined, found: Iterable<FoundBreach>): Iterable<FoundBreach> {
  for (const each of found) {
    const [call, index] = each.place
    if (after === undefined || call > after[0] || (call === after[0] && index > after[1])) yield each
  }
}

function readPlace(cursor: string | undefined): Place | undefined {
  const place = readCursor(cursor)
  if (place === undefined) return undefined
  if (!Array.isArray(place)) throw badCursor(cursor)
  const [call, index, ...rest]: unknown[] = place
  if (typeof call !== 'number' || typeof index !== 'number' || rest.length > 0) throw badCursor(cursor)
  return [call, index]
}
