import { Router } from 'express'
import type { Entry } from '../journal/entry.js'
import type { SkuIdentifiers } from '../state/rows.js'
import { Problem, readParameters, sendJson } from './answers.js'
import type { ControlParts } from './parts.js'
import { writeRule } from './requests.js'
import { writeIdentifiers } from './rows.js'

/** /_backstock/joor/logs/{log_id}: what became of each item of a call, and why. */
export function logs({ journal }: ControlParts): Router {
  const router = Router()
  router.get('/:log_id', (request, response) => {
    readParameters(request, [])
    const { log_id: logId } = request.params
    const entry = journal.findLog(logId)
    if (entry === undefined) throw new Problem(404, `There is no log ${logId}, or the journal has dropped it since.`)
    sendJson(response, 200, writeLog(logId, entry))
  })
  return router
}

function writeLog(logId: string, entry: Entry) {
  return {
    log_id: logId,
    request: entry.id,
    at: entry.at.toISOString(),
    account: entry.name ?? null,
    status: entry.status,
    code: codeOf(entry),
    comment: entry.refusal ?? '',
    items: entry.outcomes.map(({ index, outcome, reason, rule, position }) => ({
      index,
      outcome,
      reason,
      ...(rule === null ? noRule : writeRule(rule)),
      position: position && writePlace(position),
    })),
  }
}

/** As the reply had it, which is said at its start: the setting `partial_code` may have changed since. */
function codeOf({ refusal, reply }: Entry): string {
  if (refusal !== null) return '1'
  const [, inJson, inXml] = /"code":"(\d)"|<code>(\d)<\/code>/.exec(reply?.body.text ?? '') ?? []
  return inJson ?? inXml ?? '0'
}

const noRule = { rule: null, statement: null, evidence: null, source: null }

/** A position with its identifiers as an item has them. */
function writePlace(position: Readonly<Record<string, unknown>>) {
  // The bulk call's outcomes name their SKU by its identifiers.
  return { ...position, sku: writeIdentifiers(position.sku as SkuIdentifiers) }
}
