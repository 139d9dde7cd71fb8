import type { ToldFault } from '../faults/telling.js'
import type { Breach } from '../findings.js'
import { firstOf } from '../first-of.js'
import type { Entry, KeptBody, Summary } from '../journal/entry.js'
import { writeRule } from '../rule-list.js'
import { writeCurl } from './curl.js'
import { writeOutcome } from './outcomes.js'
import { writeChange } from './rows.js'

/** Outcomes and changes that a detail shows. */
const rowsShown = 1_000

/** One call in a line. */
export function writeEntry(entry: Summary) {
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

/** One call in detail. */
export function writeDetail(entry: Entry, url: string) {
  const { reply } = entry
  return {
    ...writeEntry(entry),
    request: { headers: entry.request.headers, ...writeBody(entry.request.body) },
    reply: reply && { headers: reply.headers, ...writeBody(reply.body), taken: reply.fate.taken },
    rules: entry.rules.map(writeRule),
    violations: breachesOf(entry).map((breach) => writeViolation(breach, entry.id)),
    violations_total: entry.violations + entry.conduct.length,
    fault: writeFault(entry.fault),
    outcomes: entry.outcomes.slice(0, rowsShown).map(writeOutcome),
    changes: [...firstOf(entry.changes, rowsShown)].map(writeChange),
    changes_total: entry.changesTotal,
    curl: writeCurl(entry, url),
  }
}

/** What the call broke, and what it shows together with earlier ones. */
export const breachesOf = ({ breaches, conduct }: Entry): readonly Breach[] => [...breaches, ...conduct]

/** The fault as it was armed; an error says on what evidence the vendor answers so. */
export function writeFault(fault: ToldFault | null) {
  if (fault === null) return null
  const { rule, ...told } = fault
  return { ...told, ...(rule && writeRule(rule)) }
}

function writeBody(body: KeptBody | null) {
  return body === null ? { body: null } : { body: body.text, bytes: body.bytes, cut: body.cut }
}

/** One rule that a call broke, and where. */
export function writeViolation({ rule, level, at, seen, right }: Breach, request: string) {
  return { ...writeRule(rule), level, at, seen, right, request }
}
