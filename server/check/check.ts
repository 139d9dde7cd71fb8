import { isUtf8 } from 'node:buffer'
import { type ClientRule, isClientRule, type Rule } from '../../contracts/rules/book.js'
import { entryOf } from '../entry-of.js'
import { type Breach, Findings } from '../findings.js'
import type { Example, Judged } from '../journal/broken-rule.js'
import { keepBreach } from '../journal/kept.js'
import type { Level, Levels } from '../levels.js'
import { usualLimits } from '../limits.js'
import { type Body, Refusal } from '../operation.js'
import { noSecrets } from '../redaction.js'
import { lineAndColumnOf } from '../report/report.js'
import type { Settings } from '../settings.js'
import { Draft } from '../state/draft.js'
import type { Turn } from '../state/store.js'
import { placeOfBadByte } from '../wire/utf8.js'
import { payloadOf } from './payload.js'

/** A file of a payload; its name is for people. */
export interface PayloadFile {
  readonly file: string
  readonly bytes: Buffer
}

/** What one file broke and met. */
export interface CheckedFile {
  readonly file: string
  /** In the order of their places. */
  readonly breaches: readonly Breach[]
  /** (rule, place) pairs by the id of the rule, those too that are too many to be kept. */
  readonly broken: ReadonlyMap<string, number>
  readonly met: readonly Rule[]
}

export interface Checks {
  readonly settings: Settings
  readonly levels: Levels
  /** The instant at which the calls would come. */
  readonly now: Date
  /** What the payloads are said to be; undefined where each tells by itself. */
  readonly as: string | undefined
}

/** Bytes of the longest payload that either vendor takes, and one more. */
export const bytesRead = 20 * 1024 * 1024 + 1
/** Places of one rule that are told of one file: what is wrong more often has one cause. */
const placesKept = 10_000
/** What is met of the head that the payload is given here: the groups of head and query, and of format all but its bytes. */
const ofHead = /^\w+\.(?:auth|call|query|rate|format\.(?!utf8$|bom$|size$|batch_size$|depth$|json$))/

/** Judges a payload as the call that brings it to an account or site which has nothing; a sentence where it is none. */
export async function checkFile({ file, bytes }: PayloadFile, checks: Checks): Promise<CheckedFile | string> {
  const utf8 = isUtf8(bytes)
  const payload = payloadOf(bytes.toString(), checks.as)
  if (typeof payload === 'string') return utf8 ? payload : `is no UTF-8, and ${payload}`
  const { operation, head } = payload
  const findings = new Findings('report', checks.levels, placesKept)
  const settings: Settings = { ...checks.settings, contract: 'report' }
  const terms = { settings, takes: usualLimits, secrets: noSecrets, setup: undefined, name: undefined, opens: [] }
  const body: Body = { text: async (limit) => textOf(bytes, utf8, limit) }
  const command = await operation.read(head, body, terms, findings)
  if (!(command instanceof Refusal)) {
    const turn = turnAt(checks.now)
    operation.decide(command, turn, new Draft(turn.view), terms, findings, new Set())
  }
  return {
    file,
    breaches: findings.breaches.map((breach) => keepBreach(breach, [])).toSorted(byPlace),
    broken: findings.broken,
    met: findings.met.filter((rule) => isClientRule(rule) && !ofHead.test(rule.id)),
  }
}

function textOf(bytes: Buffer, utf8: boolean, limit: number) {
  if (bytes.length > limit) return { fault: 'too large' } as const
  return utf8 ? bytes.toString() : ({ fault: 'not UTF-8', at: placeOfBadByte(bytes) } as const)
}

const turnAt = (now: Date): Turn => ({
  ...{ id: '', now, setup: undefined },
  newId: () => '',
  view: { get: () => undefined },
})

function byPlace({ at: one }: Breach, { at: other }: Breach): number {
  const [left, right] = [lineAndColumnOf(one), lineAndColumnOf(other)]
  return left.line - right.line || left.column - right.column
}

/** What several files broke and met together. */
export function joined(files: readonly CheckedFile[]): Judged {
  const broken = new Map<Rule, { rule: ClientRule; level: Level; count: number; calls: number; examples: Example[] }>()
  for (const { file, breaches, broken: counts } of files) {
    const inFile = new Set<Rule>()
    for (const { rule, level, at, seen, right } of breaches) {
      const known = entryOf(broken, rule, () => ({ rule, level, count: 0, calls: 0, examples: [] }))
      if (!inFile.has(rule)) {
        known.count += counts.get(rule.id) ?? 0
        known.calls++
      }
      inFile.add(rule)
      known.examples.push({ source: { file }, at, seen, right })
    }
  }
  return {
    broken: [...broken.values()].map((each) => ({ ...each, requests: [] })),
    met: new Set(files.flatMap(({ met }) => met)),
  }
}
