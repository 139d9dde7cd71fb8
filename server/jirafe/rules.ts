import { jirafe } from '../../contracts/rules/jirafe.js'
import type { Findings } from '../findings.js'
import { type ItemOutcome, sparedReason, type Terms, type Verdict } from '../operation.js'
import { redactJson, type Secrets } from '../redaction.js'
import type { Draft } from '../state/draft.js'
import { type Bounds, RecentList } from '../state/recent-list.js'
import { type KeptEvent, type Key, keyPart, type LevelValue } from '../state/rows.js'
import { SlimMap } from '../state/slim-map.js'
import type { Needs, Turn } from '../state/store.js'
import { compareInstants, readInstant, writeInstant } from '../wire/dates.js'
import { withOneMore } from '../with-one-more.js'
import type { ReportedCost } from './cost.js'
import type { EventJudge } from './document.js'
import type { JirafeEvent } from './event.js'
import type { ReportedLevel } from './inventory.js'
import type { EventsCommand } from './read.js'
import { keptAs } from './types.js'

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
  let levels: Key[] | undefined
  let histories: Key[] | undefined
  let costs: Key[] | undefined
  let types: string[] | undefined
  for (const event of events) {
    const { level, cost } = event.reported
    if (level !== undefined) {
      levels = withOneMore(levels, levelKey(level))
      histories = withOneMore(histories, historyKey(level))
    }
    if (cost !== undefined) costs = withOneMore(costs, costKey(cost))
    const type = typeName(event)
    // There are few types.
    if (event.type !== undefined && !types?.includes(type)) types = withOneMore(types, type)
  }
  return {
    levels: levels ?? none,
    histories: histories ?? none,
    costs: costs ?? none,
    events: (types ?? []).map(eventsKey),
  }
}

const none: readonly Key[] = []

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
    receivedAt: writeInstant(now),
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

/** What is remembered in one row: characters of its texts, all together. */
const sizeKept = 256 * 1024
/** Of the levels of one code. */
const levelsKept: Bounds<LevelValue> = { most: 100, size: sizeKept, sizeOf: sizeOfLevel }

function keep(level: LevelValue, key: Key, draft: Draft): void {
  draft.put('levels', key, level)
  const history = historyKey(level)
  const past = draft.get('histories', history)?.levels ?? []
  draft.put('histories', history, { levels: RecentList.from(past, levelsKept).with(level, levelsKept) })
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
  draft.put('costs', key, { ...cost, receivedAt: writeInstant(turn.now) })
  return { index, outcome: 'updated', reason: null, rule: null, position }
}

/** Of the events of one type. */
const eventsKept: Bounds<KeptEvent> = {
  most: 100,
  size: sizeKept,
  sizeOf: ({ text, bytes }) => (text === null ? 0 : bytes),
}

/** Remembers the accepted events, the last of each type. */
function keepEvents(
  { events }: EventsCommand,
  secrets: Secrets,
  turn: Turn,
  draft: Draft,
  spared: ReadonlySet<number>,
): void {
  const byType = new SlimMap<JirafeEvent[]>()
  for (const event of events)
    if (event.judge.errors.size === 0 && !spared.has(event.index)) {
      const type = typeName(event)
      byType.set(type, withOneMore(byType.get(type), event))
    }
  byType.forEach((accepted, type) => {
    const key = eventsKey(type)
    let kept = RecentList.from(draft.get('events', key)?.events ?? [], eventsKept)
    // What would fall out again at once is not even written.
    for (const event of accepted.slice(-eventsKept.most))
      kept = kept.with(keptEvent(event, type, turn, secrets), eventsKept)
    draft.put('events', key, { events: kept })
  })
}

function keptEvent({ judge }: JirafeEvent, type: string, turn: Turn, secrets: Secrets): KeptEvent {
  const { text } = judge.document
  const bytes = Buffer.byteLength(text)
  const kept = bytes > sizeKept ? null : redactJson(text, secrets.with(text))
  return { type, receivedAt: writeInstant(turn.now), request: turn.id, text: kept, bytes }
}

const typeName = ({ list }: JirafeEvent) => keptAs(list)

function refused({ index, judge }: JirafeEvent): ItemOutcome {
  const reason = [...judge.errors].map(([path, message]) => (path === '' ? message : `${path}: ${message}`)).join('; ')
  return { index, outcome: 'not_updated', reason, rule: judge.rule ?? null, position: null }
}
