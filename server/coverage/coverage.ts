import { type Consequence, type Evidence, grades, type Rule } from '../../contracts/rules/book.js'
import { type FaultKind, kinds } from '../faults/fault.js'
import { type Levels, restsOn } from '../levels.js'
import { allRules, writeRule } from '../rule-list.js'
import type { Settings } from '../settings.js'
import { type Destination, writeExample } from './example.js'
import { type Exercise, exerciseUnder, isCovered, type Exercises as Table } from './exercises.js'
import type { Exercises as Run } from './run.js'

interface RuleTold {
  /** `joor.date.forms` */
  readonly rule: string
  readonly statement: string
  readonly evidence: Evidence
  readonly source: string
}

export interface RuleCounts {
  /** Rules that calls of these operations can come to. */
  readonly testable: number
  /** Rules that a call came to: kept ones and broken ones. */
  readonly exercised: number
  /** Never broken. */
  readonly kept: number
  /** Broken once at least. */
  readonly broken: number
}

export interface OperationCoverage {
  readonly operation: string
  /** Calls that were decided. */
  readonly calls: number
  readonly testable: number
  readonly exercised: number
  /** Null where none is testable. */
  readonly percentage: number | null
  /** The ids of the rules that no call of the operation came to. */
  readonly not_exercised: readonly string[]
}

export interface ExercisedRule extends RuleTold {
  readonly operations: readonly string[]
  /** Calls. */
  readonly kept: number
  readonly broken: number
}

export interface Gap extends RuleTold {
  /** What a breach of it leads to. */
  readonly breach: Consequence
  /** Only a call that breaks the rule comes to it, so that the request is such a one. */
  readonly breaks: boolean
  readonly operation: string
  /** The contract case that shows the rule. */
  readonly case: string
  /** Commands to copy; null where no shell sends what the case sends. */
  readonly request: string | null
}

/** Which rules a run came to. It is the JSON document, too. */
export interface Coverage {
  /** The vendors and operations that were asked for; empty: those that were called. */
  readonly of: readonly string[]
  /** The least evidence of the rules that count. */
  readonly evidence: Evidence
  /** Of the testable rules, to one decimal and never rounded up; null where nothing was called. */
  readonly percentage: number | null
  readonly rules: RuleCounts
  readonly operations: readonly OperationCoverage[]
  /** In the order of the books. */
  readonly exercised: readonly ExercisedRule[]
  /** Worst first. */
  readonly gaps: readonly Gap[]
  /** Every kind of fault, and how many calls met one. */
  readonly faults: readonly { readonly kind: FaultKind; readonly calls: number }[]
  readonly version: string
}

/** What is known of the emulator whose run it is. */
export interface Circumstances {
  readonly table: Table
  readonly settings: Settings
  readonly levels: Levels
  /** The least evidence that counts there. */
  readonly evidence: Evidence
  readonly to: Destination
  readonly version: string
}

export interface Asked {
  readonly of?: readonly string[]
  readonly evidence?: Evidence
  /** The origin that the requests to copy are for; the emulator's own where it is left out. */
  readonly url?: string
}

/** One operation with the rules that its calls can come to. */
interface Reach {
  readonly operation: string
  readonly calls: number
  readonly testable: ReadonlyMap<string, Exercise | undefined>
  readonly exercised: ReadonlyMap<string, { readonly kept: number; readonly broken: number }>
}

const places: ReadonlyMap<string, number> = new Map(allRules.map(({ id }, index) => [id, index]))
const rulesById: ReadonlyMap<string, Rule> = new Map(allRules.map((rule) => [rule.id, rule]))

export function coverageOf(run: Run, { of = [], evidence: least = 'assumed' }: Asked, about: Circumstances): Coverage {
  const evidence = stronger(least, about.evidence)
  const counts = (id: string) => {
    const rule = rulesById.get(id)
    return rule !== undefined && isCovered(rule) && about.levels.counts(rule) && restsOn(rule, evidence)
  }
  const operations = of.length === 0 ? [...run.operations.keys()] : operationsOf(about.table, run).filter(meantBy(of))
  const reaches = operations.sort().map((operation) => reachOf(operation, run, about, counts))
  const exercised = exercisedRules(reaches)
  const gaps = gapsOf(reaches, new Set(exercised.map(({ rule }) => rule)), about)
  return {
    of: [...new Set(of)].sort(),
    evidence,
    ...summary(run.operations.size > 0, exercised, gaps.length),
    operations: reaches.map(writeReach),
    exercised,
    gaps,
    faults: faultsOf(run),
    version: about.version,
  }
}

const stronger = (one: Evidence, other: Evidence) => (grades.indexOf(one) < grades.indexOf(other) ? one : other)

/** The vendors, and the operations that some rule can be tested by. */
export function knownCoverage({ rules }: Table): readonly string[] {
  const operations = new Set(Object.values(rules).flatMap((each) => Object.keys(each)))
  return ['joor', 'jirafe', ...[...operations].sort()]
}

const operationsOf = (table: Table, { operations }: Run) => [
  ...new Set([...knownCoverage(table).filter((name) => name.includes('.')), ...operations.keys()]),
]

const meantBy = (of: readonly string[]) => (operation: string) =>
  of.some((each) => each === operation || (!each.includes('.') && operation.startsWith(`${each}.`)))

/** Calls show by themselves what they can come to, also where no contract case does. */
function reachOf(operation: string, run: Run, about: Circumstances, counts: (id: string) => boolean): Reach {
  const { calls = 0, rules = new Map() } = run.operations.get(operation) ?? {}
  const { rules: table } = about.table
  const testable = new Map<string, Exercise | undefined>()
  for (const [id, operations] of Object.entries(table)) {
    const exercise = exerciseUnder(operations[operation] ?? [], about.settings)
    if (counts(id) && (exercise !== undefined || rules.has(id))) testable.set(id, exercise)
  }
  return { operation, calls, testable, exercised: new Map([...rules].filter(([id]) => testable.has(id))) }
}

function exercisedRules(reaches: readonly Reach[]): readonly ExercisedRule[] {
  const found = new Map<string, { operations: string[]; kept: number; broken: number }>()
  for (const { operation, exercised } of reaches)
    for (const [id, { kept, broken }] of exercised) {
      const before = found.get(id) ?? { operations: [], kept: 0, broken: 0 }
      const operations = [...before.operations, operation]
      found.set(id, { operations, kept: before.kept + kept, broken: before.broken + broken })
    }
  return inBookOrder([...found].map(([id, counts]) => ({ ...told(id), ...counts })))
}

function gapsOf(reaches: readonly Reach[], exercised: ReadonlySet<string>, about: Circumstances): readonly Gap[] {
  const gaps = new Map<string, Gap>()
  for (const { operation, testable } of reaches)
    for (const [id, exercise] of testable) {
      if (exercise === undefined || exercised.has(id)) continue
      const request = writeExample(id, exercise, about.table.examples[exercise.case], about.to) ?? null
      const { case: name, breaks = false } = exercise
      const gap = { ...told(id), breach: ruleOf(id).breach, breaks, operation, case: name, request }
      gaps.set(id, betterGap(gaps.get(id), gap))
    }
  return worstFirst([...gaps.values()])
}

/** Of two examples of a rule the one that can be copied; else the one that is called first, whichever came first. */
export function betterGap(one: Gap | undefined, other: Gap): Gap {
  if (one === undefined) return other
  const order = (gap: Gap) => JSON.stringify([gap.request === null, gap.operation, gap.case, gap.request])
  return order(other) < order(one) ? other : one
}

const costs: readonly Consequence[] = ['refuse call', 'refuse item', 'report call', 'report item', 'decides']

/** The better a rule is known the worse it is not to know what a client makes of it; then by what a breach costs. */
export function worstFirst(gaps: readonly Gap[]): readonly Gap[] {
  const rank = ({ evidence, breach }: Gap) => grades.indexOf(evidence) * costs.length + costs.indexOf(breach)
  return [...gaps].sort((one, other) => rank(one) - rank(other) || placeOf(one) - placeOf(other))
}

export function inBookOrder<Told extends { readonly rule: string }>(rules: readonly Told[]): readonly Told[] {
  return [...rules].sort((one, other) => placeOf(one) - placeOf(other))
}

const placeOf = ({ rule }: { readonly rule: string }) => places.get(rule) ?? places.size

/** What a run comes to; of nothing there is no percentage, and of a run without calls neither. */
export function summary(called: boolean, exercised: readonly ExercisedRule[], gaps: number) {
  const broken = exercised.filter((rule) => rule.broken > 0).length
  const testable = exercised.length + gaps
  return {
    percentage: called ? percentageOf(exercised.length, testable) : null,
    rules: { testable, exercised: exercised.length, kept: exercised.length - broken, broken },
  }
}

/** A hundred only where nothing is left. */
export function percentageOf(exercised: number, testable: number): number | null {
  return testable === 0 ? null : Math.floor((exercised * 1000) / testable) / 10
}

function writeReach({ operation, calls, testable, exercised }: Reach): OperationCoverage {
  const open = inBookOrder([...testable.keys()].filter((id) => !exercised.has(id)).map((rule) => ({ rule })))
  return operationCoverage(
    operation,
    calls,
    testable.size,
    open.map(({ rule }) => rule),
  )
}

export function operationCoverage(
  operation: string,
  calls: number,
  testable: number,
  open: readonly string[],
): OperationCoverage {
  const exercised = testable - open.length
  return { operation, calls, testable, exercised, percentage: percentageOf(exercised, testable), not_exercised: open }
}

function faultsOf({ faults }: Run): Coverage['faults'] {
  // The names of the table are those of the kinds.
  return (Object.keys(kinds) as FaultKind[]).map((kind) => ({ kind, calls: faults.get(kind) ?? 0 }))
}

function told(id: string): RuleTold {
  return writeRule(ruleOf(id))
}

function ruleOf(id: string): Rule {
  const rule = rulesById.get(id)
  if (rule === undefined) throw new Error(`There is no rule ${id}.`)
  return rule
}
