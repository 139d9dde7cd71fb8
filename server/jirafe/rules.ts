import { jirafe } from '../../contracts/rules/jirafe.js'
import type { Findings } from '../findings.js'
import type { ItemOutcome, Terms, Verdict } from '../operation.js'
import type { Draft } from '../state/draft.js'
import { type Key, keyPart, type LevelValue } from '../state/rows.js'
import type { Needs, Turn } from '../state/store.js'
import { compareInstants, readInstant } from '../wire/dates.js'
import type { InventoryEvent, ReportedLevel } from './inventory.js'
import type { EventsCommand } from './read.js'

/** Levels of one code that are remembered. */
const historyKept = 100

export interface EventsResult extends Verdict {
  /** The errors of each event by path; an event without any was accepted. */
  readonly errors: readonly ReadonlyMap<string, string>[]
}

/** [revision, code, effective date]: the two revisions keep their levels apart. */
export const levelKey = (level: ReportedLevel): Key => [
  level.revision,
  keyPart(level.code),
  keyPart(level.effectiveDate ?? ''),
]
const historyKey = (level: ReportedLevel): Key => [keyPart(level.code), '', '']

export function needsOfEvents({ events }: EventsCommand): Needs {
  const levels = events.flatMap(({ level }) => (level === undefined ? [] : [level]))
  return { levels: levels.map(levelKey), histories: levels.map(historyKey) }
}

/** Events take effect in their order; one that is refused leaves the others alone. */
export function decideEvents(
  command: EventsCommand,
  turn: Turn,
  draft: Draft,
  terms: Terms,
  findings: Findings,
): EventsResult {
  findings.applies(jirafe['reply.layout'])
  const outcomes = command.events.map((event) => decideInventory(event, turn, draft, terms, findings))
  const errors = command.events.map(({ judge }) => judge.errors)
  // A refused event's reply has several members; an accepted one's has no comma.
  if (errors.some(({ size }) => size > 0)) findings.applies(jirafe['reply.comma'])
  const texts = errors.flatMap((each) => [...each].flat())
  if (texts.some((text) => /[^ -~]/.test(text))) findings.applies(jirafe['reply.ascii'])
  return { outcomes, errors }
}

function decideInventory(
  event: InventoryEvent,
  turn: Turn,
  draft: Draft,
  terms: Terms,
  findings: Findings,
): ItemOutcome {
  const { index, level, judge } = event
  if (level === undefined) return refused(event)
  const key = levelKey(level)
  const stored = draft.get('levels', key)
  if (stored !== undefined && level.revision === 'first' && isOlder(level.timestamp, stored.timestamp)) {
    const right = `a timestamp from ${stored.timestamp} on`
    judge.breach(jirafe['inventory.older_timestamp'], ['timestamp'], undefined, level.timestamp ?? '', right)
    if (judge.errors.size > 0) return refused(event)
  }
  const position = { code: level.code, revision: level.revision, effective_date: level.effectiveDate }
  const stale = stored === undefined ? undefined : staleBy(level, stored, terms, findings)
  if (stale !== undefined) return { index, outcome: 'not_updated', reason: stale.reason, rule: stale.rule, position }
  meet(level, findings)
  keep({ ...level, receivedAt: turn.now.toISOString() }, key, draft)
  return { index, outcome: 'updated', reason: null, rule: null, position }
}

function meet(level: ReportedLevel, findings: Findings): void {
  findings.applies(jirafe['reply.accepted'])
  findings.applies(jirafe['inventory.absolute'])
  findings.applies(jirafe['inventory.apart'])
  findings.applies(jirafe['inventory.sites'])
  if (level.revision === 'first') findings.applies(jirafe['inventory.one_level'])
  else findings.applies(jirafe['inventory.effective_date'])
  if (level.inventoryLevel === '0') findings.applies(jirafe['inventory.zero'])
  if (level.inventoryLevel.startsWith('-')) findings.applies(jirafe['inventory.negative'])
}

function isOlder(one: string | null, other: string | null): boolean {
  return compareInstants(readInstant(one ?? ''), readInstant(other ?? '')) < 0
}

/** Why an event changes nothing although it is answered as accepted; undefined where it counts. */
function staleBy(level: ReportedLevel, stored: LevelValue, terms: Terms, findings: Findings) {
  if (level.revision === 'first') {
    const byTimestamp = terms.settings.latest_by === 'timestamp'
    const rule = byTimestamp ? jirafe['inventory.latest_timestamp'] : jirafe['inventory.latest_received']
    findings.applies(rule)
    if (!byTimestamp) return undefined
    findings.applies(jirafe['inventory.instants'])
    if (!isOlder(level.timestamp, stored.timestamp)) {
      if (!isOlder(stored.timestamp, level.timestamp)) findings.applies(jirafe['inventory.tie'])
      return undefined
    }
    return { rule, reason: `timestamp ${level.timestamp} is older than the stored ${stored.timestamp}. ${rule.says}` }
  }
  const rule = jirafe['inventory.latest_change']
  findings.applies(rule)
  findings.applies(jirafe['inventory.instants'])
  if (isOlder(level.changeDate, stored.changeDate))
    return {
      rule,
      reason: `change_date ${level.changeDate} is older than the stored ${stored.changeDate}. ${rule.says}`,
    }
  if (!isOlder(stored.changeDate, level.changeDate)) findings.applies(jirafe['inventory.tie'])
  return undefined
}

function keep(level: LevelValue, key: Key, draft: Draft): void {
  draft.put('levels', key, level)
  const past = draft.get('histories', historyKey(level))?.levels ?? []
  draft.put('histories', historyKey(level), { levels: [...past.slice(1 - historyKept), level] })
}

function refused({ index, judge }: InventoryEvent): ItemOutcome {
  const reason = [...judge.errors].map(([path, message]) => (path === '' ? message : `${path}: ${message}`)).join('; ')
  return { index, outcome: 'not_updated', reason, rule: judge.rule ?? null, position: null }
}
