import { type Answer, call } from './call.js'
import type { Evidence, RuleTold } from './evidence.js'
import type { Place, Violation } from './requests.js'

export type Level = 'error' | 'warn'

/** What a breach leads to; "decides" is a rule that no client can break. */
export type Consequence = 'refuse item' | 'report item' | 'refuse call' | 'report call' | 'conduct' | 'decides'

/** A rule as the book lists it. */
export interface ListedRule extends RuleTold {
  readonly breach: Consequence
}

/** One rule with all that broke it; it outlives the calls that the journal has dropped. */
export interface BrokenRule extends RuleTold {
  readonly level: Level
  /** Places. */
  readonly count: number
  readonly calls: number
  /** Some of the calls. */
  readonly requests: readonly string[]
  readonly seen: string | null
  readonly right: string | null
  readonly at: Place | null
}

export interface Violations {
  readonly violations: readonly Violation[]
  readonly next: string | null
  readonly rules: readonly BrokenRule[]
}

export interface OperationCoverage {
  readonly operation: string
  readonly calls: number
  readonly testable: number
  readonly exercised: number
  readonly percentage: number | null
  readonly not_exercised: readonly string[]
}

export interface ExercisedRule extends RuleTold {
  readonly operations: readonly string[]
  /** Calls. */
  readonly kept: number
  readonly broken: number
}

export interface Gap extends RuleTold {
  readonly breach: Consequence
  /** Only a call that breaks the rule comes to it. */
  readonly breaks: boolean
  readonly operation: string
  readonly case: string
  /** Commands to copy; null where no shell can send it. */
  readonly request: string | null
}

export interface Coverage {
  readonly evidence: Evidence
  readonly percentage: number | null
  readonly rules: {
    readonly testable: number
    readonly exercised: number
    readonly kept: number
    readonly broken: number
  }
  readonly operations: readonly OperationCoverage[]
  readonly exercised: readonly ExercisedRule[]
  readonly gaps: readonly Gap[]
}

export const listRules = (): Promise<Answer<{ readonly rules: readonly ListedRule[] }>> => call('GET', 'rules')

export const listViolations = (query: URLSearchParams, stop: AbortSignal): Promise<Answer<Violations>> =>
  call('GET', 'violations', { query, signal: stop })

export const readCoverage = (query: URLSearchParams, stop: AbortSignal): Promise<Answer<Coverage>> =>
  call('GET', 'coverage', { query, signal: stop })
