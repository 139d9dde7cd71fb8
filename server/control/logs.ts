import { Router } from 'express'
import type { Entry } from '../journal/entry.js'
import { Problem, readParameters, sendJson } from './answers.js'
import { writeFault } from './entries.js'
import { writeOutcome } from './outcomes.js'
import type { ControlParts } from './parts.js'

/** /_backstock/joor/logs/{log_id}: what became of each item of a call, and why. */
export function logs({ journal, conduct }: ControlParts): Router {
  const router = Router()
  router.get('/:log_id', (request, response) => {
    readParameters(request, [])
    const { log_id: logId } = request.params
    const entry = journal.findLog(logId)
    if (entry === undefined) throw new Problem(404, `There is no log ${logId}, or the journal has dropped it since.`)
    conduct.asked(entry)
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
    // As the reply had it: the setting `partial_code` may have changed since.
    code: entry.code ?? null,
    comment: entry.refusal ?? '',
    ...(entry.fault !== null && { fault: writeFault(entry.fault) }),
    items: entry.outcomes.map(writeOutcome),
  }
}
