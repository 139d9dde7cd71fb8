import { jirafe } from '../../contracts/rules/jirafe.js'
import { entryOf } from '../entry-of.js'
import type { Findings } from '../findings.js'
import { type ItemOutcome, sparedReason, type Terms, type Verdict } from '../operation.js'
import { redactJson, type Secrets } from '../redaction.js'
import type { Draft } from '../state/draft.js'
import { type KeptEvent, type Key, keyPart, type LevelValue } from '../state/rows.js'
import type { Needs, Turn } from '../state/store.js'
import { compareInstants, readInstant } from '../wire/dates.js'
import { detached } from '../wire/detached.js'
import type { ReportedCost } from './cost.js'
import type { EventJudge } from './document.js'
import type { JirafeEvent } from './event.js'
import type { ReportedLevel } from './inventory.js'
import type { EventsCommand } from './read.js'
import { keptAs } from './types.js'

/** Levels of one code that are remembered. */
const historyKept = 100

/** What one event is answered: accepted where it has no errors. */
export interface EventReply {
  /** The key of a batch under which it came. */
  readonly list: string
  /** False where the vendor has no such type. */
  readonly known: boolean
  /** Messages by path. */
  readonly errors: ReadonlyMap<string, string>
  /** A fault made it fail. */
  readonly failed: boolean
}

export interface EventsResult extends Verdict {
  readonly replies: readonly EventReply[]
  /** The keys of a batch, those of empty lists too. */
  readonly lists: readonly string[]
}

/** [revision, code, effective date]: the two revisions keep their levels apart. */
export const levelKey = (level: ReportedLevel): Key => [
  level.revision,
  keyPart(level.code),
  keyPart(level.effectiveDate ?? ''),
]
const historyKey = (level: ReportedLevel): Key => [keyPart(level.code), '', '']
const costKey = (cost: ReportedCost): Key => [keyPart(cost.skuCode), keyPart(cost.year), '']
export const eventsKey = (type: string): Key => [type, '', '']

export function needsOfEvents({ events }: EventsCommand): Needs {
  const levels: Key[] = []
  const histories: Key[] = []
  const costs: Key[] = []
  const types = new Set<string>()
  for (const event of events) {
    const { level, cost } = event.reported
    if (level !== undefined) {
      levels.push(levelKey(level))
      histories.push(historyKey(level))
    }
    if (cost !== undefined) costs.push(costKey(cost))
    if (event.type !== undefined) types.add(typeName(event))
  }
  return { levels, histories, costs, events: [...types].map(eventsKey) }
}

/** Events take effect in their order; one that is refused leaves the others alone. */
export function decideEvents(
  command: EventsCommand,
  turn: Turn,
  draft: Draft,
  terms: Terms,
  findings: Findings,
  spared: ReadonlySet<number>,
): EventsResult {
  findings.applies(jirafe['reply.layout'])
  const outcomes = decideOutcomes(command.events, turn, draft, terms, findings, spared)
  keepEvents(command, terms.secrets, turn, draft, spared)
  const replies = command.events.map(({ index, list, type, judge }) => ({
    list,
    known: type !== undefined,
    errors: judge.errors,
    failed: judge.errors.size === 0 && spared.has(index),
  }))
  // A refused event's reply has several members; an accepted one's has no comma.
  const failed = replies.some((each) => each.failed)
  if (failed || replies.some(({ errors }) => errors.size > 0)) findings.applies(jirafe['reply.comma'])
  if (failed) findings.applies(jirafe['reply.unknown_message'])
  if (replies.some(({ errors }) => hasOthers(errors))) findings.applies(jirafe['reply.ascii'])
  return { outcomes, replies, lists: command.lists }
}

/** Whether a message or its path has characters beside those of ASCII. */
function hasOthers(errors: ReadonlyMap<string, string>): boolean {
  for (const [path, text] of errors) if (/[^ -~]/.test(path + text)) return true
  return false
}

/** What events do to levels and costs, and what becomes of each. */
export function decideOutcomes(
  events: readonly JirafeEvent[],
  turn: Turn,
  draft: Draft,
  terms: Terms,
  findings: Findings,
  spared: ReadonlySet<number> = new Set(),
): readonly ItemOutcome[] {
  return events.map((event) =>
    event.judge.errors.size === 0 && spared.has(event.index)
      ? { index: event.index, outcome: 'not_updated', reason: sparedReason, rule: null, position: null }
      : decideEvent(event, turn, draft, terms, findings),
  )
}

function decideEvent(event: JirafeEvent, turn: Turn, draft: Draft, terms: Terms, findings: Findings): ItemOutcome {
  const { level, cost } = event.reported
  if (event.judge.errors.size > 0) return refused(event)
  const outcome =
    level !== undefined
      ? decideInventory(event, level, turn, draft, terms, findings)
      : cost !== undefined
        ? decideCost(event, cost, turn, draft, findings)
        : ({ index: event.index, outcome: 'updated', reason: null, rule: null, position: null } as const)
  if (event.judge.errors.size === 0) findings.applies(jirafe['reply.accepted'])
  return outcome
}

function decideInventory(
  event: JirafeEvent,
  level: ReportedLevel,
  turn: Turn,
  draft: Draft,
  terms: Terms,
  findings: Findings,
): ItemOutcome {
  const { index, judge } = event
  const key = levelKey(level)
  const stored = draft.get('levels', key)
  const order = stored === undefined ? 0 : orderOf(level, stored)
  if (stored !== undefined && level.revision === 'first') judgeTimestamp(level, stored, order, judge)
  if (judge.errors.size > 0) return refused(event)
  const position = { code: level.code, revision: level.revision, effective_date: level.effectiveDate }
  const stale = stored === undefined ? undefined : staleBy(level, stored, order, terms, findings)
  if (stale !== undefined) return { index, outcome: 'not_updated', reason: stale.reason, rule: stale.rule, position }
  meet(level, findings)
  keep(standing(level, stored, turn.now), key, draft)
  return { index, outcome: 'updated', reason: null, rule: null, position }
}

/**
 * The level as it is kept, a hundred of one code: what is the same text as before is the same string, and each member is
 * named, for what a spread adds to an object takes a list of its own.
 */
function standing(level: ReportedLevel, before: LevelValue | undefined, now: Date): LevelValue {
  return {
    revision: level.revision,
    code: before?.code ?? level.code,
    inventoryLevel: level.inventoryLevel,
    timestamp: before?.timestamp === level.timestamp ? before.timestamp : level.timestamp,
    effectiveDate: before?.effectiveDate ?? level.effectiveDate,
    changeDate: before?.changeDate === level.changeDate ? before.changeDate : level.changeDate,
    receivedAt: now.toISOString(),
    lowStockAlert: level.lowStockAlert,
    inventoryAlerts: level.inventoryAlerts,
  }
}

function judgeTimestamp(level: ReportedLevel, stored: LevelValue, order: number, judge: EventJudge): void {
  judge.applies(jirafe['inventory.older_timestamp'])
  if (order >= 0) return
  const right = `a timestamp from ${stored.timestamp} on`
  judge.breach(jirafe['inventory.older_timestamp'], ['timestamp'], undefined, level.timestamp ?? '', right)
}

function meet(level: ReportedLevel, findings: Findings): void {
  findings.applies(jirafe['inventory.absolute'])
  findings.applies(jirafe['inventory.apart'])
  findings.applies(jirafe['inventory.sites'])
  if (level.revision === 'first') findings.applies(jirafe['inventory.one_level'])
  else findings.applies(jirafe['inventory.effective_date'])
  if (level.inventoryLevel === '0') findings.applies(jirafe['inventory.zero'])
  if (level.inventoryLevel.startsWith('-')) findings.applies(jirafe['inventory.negative'])
}

/** Negative where the level is dated before the stored one; by `timestamp` or `change_date`, as its revision has it. */
const orderOf = (level: ReportedLevel, stored: LevelValue): number =>
  level.revision === 'first'
    ? compareDates(level.timestamp, stored.timestamp)
    : compareDates(level.changeDate, stored.changeDate)

const compareDates = (one: string | null, other: string | null): number =>
  one === other ? 0 : compareInstants(readInstant(one ?? ''), readInstant(other ?? ''))

/** Why an event changes nothing although it is answered as accepted; undefined where it counts. */
function staleBy(level: ReportedLevel, stored: LevelValue, order: number, terms: Terms, findings: Findings) {
  if (level.revision === 'first') {
    const byTimestamp = terms.settings.latest_by === 'timestamp'
    const rule = byTimestamp ? jirafe['inventory.latest_timestamp'] : jirafe['inventory.latest_received']
    findings.applies(rule)
    if (!byTimestamp) return undefined
    findings.applies(jirafe['inventory.instants'])
    if (order === 0) findings.applies(jirafe['inventory.tie'])
    if (order >= 0) return undefined
    return { rule, reason: `timestamp ${level.timestamp} is older than the stored ${stored.timestamp}. ${rule.says}` }
  }
  const rule = jirafe['inventory.latest_change']
  findings.applies(rule)
  findings.applies(jirafe['inventory.instants'])
  if (order < 0)
    return {
      rule,
      reason: `change_date ${level.changeDate} is older than the stored ${stored.changeDate}. ${rule.says}`,
    }
  if (order === 0) findings.applies(jirafe['inventory.tie'])
  return undefined
}

/** Dates and codes are texts of any length. */
const sizeOfLevel = ({ code, inventoryLevel, timestamp, effectiveDate, changeDate }: LevelValue) =>
  code.length + inventoryLevel.length + lengthOf(timestamp) + lengthOf(effectiveDate) + lengthOf(changeDate)

const lengthOf = (text: string | null) => (text === null ? 0 : text.length)

function keep(level: LevelValue, key: Key, draft: Draft): void {
  draft.put('levels', key, level)
  const history = historyKey(level)
  const past = draft.get('histories', history)?.levels ?? []
  draft.put('histories', history, { levels: lastOf(past, [level], historyKept, sizeOfLevel) })
}

/** One cost for each SKU and year; as with levels of the second revision, the latest change counts. */
function decideCost(
  { index }: JirafeEvent,
  cost: ReportedCost,
  turn: Turn,
  draft: Draft,
  findings: Findings,
): ItemOutcome {
  const key = costKey(cost)
  const stored = draft.get('costs', key)
  const position = { sku_code: cost.skuCode, year: cost.year }
  findings.applies(jirafe['cost.year'])
  if (stored !== undefined) {
    const rule = jirafe['cost.latest_change']
    findings.applies(rule)
    const order = compareDates(cost.changeDate, stored.changeDate)
    if (order < 0) {
      const reason = `change_date ${cost.changeDate} is older than the stored ${stored.changeDate}. ${rule.says}`
      return { index, outcome: 'not_updated', reason, rule, position }
    }
    if (order === 0) findings.applies(jirafe['cost.tie'])
  }
  draft.put('costs', key, { ...cost, receivedAt: turn.now.toISOString() })
  return { index, outcome: 'updated', reason: null, rule: null, position }
}

/** Events of one type that are remembered. */
const eventsKept = 100
/** What is remembered in one row: characters of its texts, all together. */
const sizeKept = 256 * 1024

/** Remembers the accepted events, the last of each type. */
function keepEvents(
  { events }: EventsCommand,
  secrets: Secrets,
  turn: Turn,
  draft: Draft,
  spared: ReadonlySet<number>,
): void {
  const byType = new Map<string, JirafeEvent[]>()
  for (const event of events)
    if (event.judge.errors.size === 0 && !spared.has(event.index))
      entryOf(byType, typeName(event), () => []).push(event)
  for (const [type, accepted] of byType) {
    const key = eventsKey(type)
    // What would fall out again at once is not even written.
    const kept = accepted.slice(-eventsKept).map((event) => keptEvent(event, type, turn, secrets))
    const past = draft.get('events', key)?.events ?? []
    draft.put('events', key, { events: lastOf(past, kept, eventsKept, sizeOfEvent) })
  }
}

function keptEvent({ judge }: JirafeEvent, type: string, turn: Turn, secrets: Secrets): KeptEvent {
  const { text } = judge.document
  const bytes = Buffer.byteLength(text)
  const kept = bytes > sizeKept ? null : detached(redactJson(text, secrets.with(text)))
  return { type, receivedAt: turn.now.toISOString(), request: turn.id, text: kept, bytes }
}

const sizeOfEvent = ({ text, bytes }: KeptEvent) => (text === null ? 0 : bytes)

/** What is in lists that are remembered, so that a further one needs no look at the hundred before it. */
const sizes = new WeakMap<readonly unknown[], number>()

/** The last of those that were there and those that come, at most so many, and as many as are within the size that is remembered. */
function lastOf<Value>(
  past: readonly Value[],
  more: readonly Value[],
  most: number,
  sizeOf: (value: Value) => number,
): readonly Value[] {
  const sumOf = (values: readonly Value[]) => values.reduce((sum, value) => sum + sizeOf(value), 0)
  const all = past.concat(more)
  let size = entryOf(sizes, past, () => sumOf(past)) + sumOf(more)
  let first = 0
  for (const value of all) {
    if (all.length - first <= most && size <= sizeKept) break
    size -= sizeOf(value)
    first++
  }
  const last = all.slice(first)
  sizes.set(last, size)
  return last
}

const typeName = ({ list }: JirafeEvent) => keptAs(list)

function refused({ index, judge }: JirafeEvent): ItemOutcome {
  const reason = [...judge.errors].map(([path, message]) => (path === '' ? message : `${path}: ${message}`)).join('; ')
  return { index, outcome: 'not_updated', reason, rule: judge.rule ?? null, position: null }
}
