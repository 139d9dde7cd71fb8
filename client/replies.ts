/** What the control plane answers, in its own words. Numbers are JavaScript's: beyond 2^53 they are rounded. */

import type { ArrivalMatch, FaultDocument } from './documents.js'

type Vendor = 'joor' | 'jirafe'

export type Evidence = 'documented' | 'recorded' | 'observed' | 'assumed'

/** A rule as it stands beside what it decided. */
export interface RuleTold {
  /** Its id: `joor.date.forms`. */
  readonly rule: string
  readonly statement: string
  readonly evidence: Evidence
  readonly source: string
}

/** A rule as the book lists it. */
export interface Rule extends RuleTold {
  /** What a breach of it leads to. */
  readonly breach: 'refuse item' | 'report item' | 'refuse call' | 'report call' | 'conduct' | 'decides'
}

/** One rule that one call broke, at one place. */
export interface Violation extends RuleTold {
  /** `error` where it was refused. */
  readonly level: 'error' | 'warn'
  readonly at:
    | { readonly pointer: string; readonly line?: number; readonly column?: number }
    /** `header.content-type`, `query.overwrite`, `path`. */
    | { readonly path: string }
  readonly seen: string
  readonly right: string
  /** The id of the call. */
  readonly request: string
}

/** One call in a line. */
export interface RequestLine {
  readonly id: string
  readonly at: string
  readonly vendor: Vendor | null
  readonly operation: string
  /** Absent where the call is of no known account. */
  readonly account?: string
  readonly site?: string
  readonly method: string
  /** As sent, with its query. */
  readonly path: string
  /** Null where no reply was sent. */
  readonly status: number | null
  /** Null where the call was refused as a whole. */
  readonly items: { readonly updated: number; readonly not_updated: number } | null
  readonly violations: number
  /** Milliseconds until the reply was ready. */
  readonly ms: number
}

/** One call in detail. */
export interface RequestDetail extends Omit<RequestLine, 'violations'> {
  readonly request: Headed & (KeptBody | { readonly body: null })
  readonly reply: (Headed & KeptBody & { readonly taken: boolean }) | null
  readonly rules: readonly RuleTold[]
  /** At most twenty of a rule. */
  readonly violations: readonly Violation[]
  readonly violations_total: number
  readonly fault: FaultTold | null
  /** The first thousand. */
  readonly outcomes: readonly Outcome[]
  /** The first thousand. */
  readonly changes: readonly Change[]
  readonly changes_total: number
  /** Null where no command would send the same. */
  readonly curl: string | null
}

interface Headed {
  readonly headers: Readonly<Record<string, string>>
}

interface KeptBody {
  readonly body: string
  /** The size of the whole. */
  readonly bytes: number
  /** Only its start is kept. */
  readonly cut: boolean
}

/** What went wrong with a call on purpose. */
export type FaultTold = FaultDocument & {
  readonly by:
    | { readonly account?: string; readonly site?: string; readonly index: number }
    | { readonly magic: string }
  /** Milliseconds that a delay held the reply up. */
  readonly delay_ms?: number
  /** The delay beside a fault of another kind. */
  readonly latency?: FaultTold
} & Partial<RuleTold>

/** What became of one item or event. */
export type Outcome = {
  readonly index: number
  readonly outcome: 'updated' | 'not_updated'
  /** Null where it was updated. */
  readonly reason: string | null
  readonly position: Readonly<Record<string, unknown>> | null
} & (RuleTold | { readonly [Name in keyof RuleTold]: null })

/** JOOR's log of a call. */
export interface Log {
  readonly log_id: string
  /** The id of the call. */
  readonly request: string
  readonly at: string
  readonly account: string | null
  readonly status: number | null
  readonly code: string | null
  readonly comment: string
  readonly items: readonly Outcome[]
}

interface Changed<Kind extends string, Key, Value> {
  readonly kind: Kind
  readonly key: Key
  readonly before: Value | null
  readonly after: Value | null
}

/** One row that a call changed. */
export type Change =
  | Changed<'set' | 'clear', Pick<StockPosition, 'warehouse' | 'inventory_date' | 'sku'>, StockPosition>
  | Changed<'mark' | 'unmark', Pick<MadeToOrder, 'sku'>, MadeToOrder>
  | Changed<'level', Pick<Level, 'code' | 'revision' | 'effective_date'>, Level>
  | Changed<'cost', Pick<Cost, 'sku_code' | 'year'>, Cost>

/** Every identifier that is known of a SKU. */
export interface Sku {
  readonly upc?: string
  readonly style_number?: string
  readonly style_identifier?: string
  readonly style_id?: number
  readonly color_code?: string
  readonly style_color_id?: number
  readonly size?: string
  readonly size_code?: string
}

export interface StockPosition {
  readonly warehouse: string
  /** `2015-01-23`, or `IMMEDIATE`. */
  readonly inventory_date: string
  readonly sku: Sku
  readonly available: number
  /** As sent. */
  readonly incoming: number
  /** What `dec_pending` took. */
  readonly pending_deducted: number
  readonly made_to_order: false
}

export interface MadeToOrder {
  readonly warehouse: null
  readonly inventory_date: null
  readonly sku: Sku
  readonly available: null
  readonly incoming: null
  readonly pending_deducted: null
  readonly made_to_order: true
}

export type Position = StockPosition | MadeToOrder

export interface PendingRow extends Sku {
  readonly warehouse: string
  readonly inventory_date: string
  readonly quantity: number
}

export interface AccountLine {
  readonly account: string
  readonly declared: boolean
  /** How many there are. */
  readonly positions: number
  readonly requests: number
}

export interface SiteLine {
  readonly site: string
  readonly declared: boolean
  readonly levels: number
  readonly requests: number
}

/** Null where the revision has no such field. */
export interface Level {
  readonly code: string
  readonly revision: 'first' | 'second'
  readonly inventory_level: number
  readonly timestamp: string | null
  readonly effective_date: string | null
  readonly change_date: string | null
  readonly received_at: string
  readonly low_stock_alert: number | null
  readonly inventory_alerts: boolean | null
  /** Newest first, where it was asked for. */
  readonly history?: readonly Level[]
}

export interface Cost {
  readonly sku_code: string
  /** As the date begins; where none can be read in it, the whole text. */
  readonly year: string
  readonly sku_cost: number
  readonly effective_date: string
  readonly change_date: string
  readonly received_at: string
}

/** One accepted event. */
export interface SiteEvent {
  readonly type: string
  readonly received_at: string
  /** The id of the call. */
  readonly request: string
  readonly bytes: number
  /** Null where it was too long to be kept. */
  readonly event: unknown
}

/** What the journal answers to a question. */
export interface Answer {
  /** `unknown` where what the journal dropped or cut leaves it open. */
  readonly verdict: 'pass' | 'fail' | 'unknown'
  readonly count: number
  /** Calls that the journal dropped and that may be meant. */
  readonly evicted: number
  /** Where too little was found: the call that came nearest. */
  readonly nearest: Nearest | null
  /** The newest hundred of those that are meant. */
  readonly requests: readonly RequestLine[]
}

export interface Nearest {
  readonly id: string
  readonly differences: readonly Difference[]
}

export interface Difference {
  readonly part: string
  readonly expected: unknown
  readonly seen: unknown
  /** Only the start of the body is kept, so nobody knows what was sent there. */
  readonly cut?: true
}

/** A fault as it is armed. */
export interface ArmedFault {
  readonly account?: string
  readonly site?: string
  readonly match: ArrivalMatch
  /** Null: always. */
  readonly times: number | null
  readonly after: number
  readonly fault: FaultDocument
  readonly hits: number
}

export interface ClockTold {
  readonly now: string
  readonly frozen: boolean
  /** Whose clock holds; null: the machine's. */
  readonly set_for: 'own' | 'all' | null
}

export interface IdsTold {
  readonly seed: number | null
  readonly set_for: 'own' | 'all' | null
}

export interface Snapshot {
  readonly name: string
  readonly account?: string
  readonly site?: string
  readonly at: string
  readonly accounts: number
  readonly sites: number
}

/** How many there are now. */
export interface Restored {
  readonly accounts: number
  readonly sites: number
}

/** A table held against what stands. */
export interface Comparison {
  readonly verdict: 'pass' | 'fail'
  readonly rows: number
  readonly equal: number
  /** The first thousand. */
  readonly differences: readonly RowDifference[]
  readonly differences_total: number
}

export interface RowDifference {
  /** The row of the table; null where no row names what stands there. */
  readonly row: number | null
  readonly kind: 'missing' | 'different' | 'unexpected'
  readonly key: Values
  readonly expected: Values | null
  readonly actual: Values | null
}

type Values = Readonly<Record<string, unknown>>

/** Which rules the calls of clients came to. */
export interface Coverage {
  /** The vendors and operations that were asked for; empty: those that were called. */
  readonly of: readonly string[]
  readonly evidence: Evidence
  /** Of the testable rules, to one decimal and never rounded up; null where nothing was called. */
  readonly percentage: number | null
  readonly rules: {
    readonly testable: number
    readonly exercised: number
    /** Never broken. */
    readonly kept: number
    /** Broken once at least. */
    readonly broken: number
  }
  readonly operations: readonly OperationCoverage[]
  readonly exercised: readonly ExercisedRule[]
  /** Worst first. */
  readonly gaps: readonly CoverageGap[]
  /** Every kind of fault, and how many calls met one. */
  readonly faults: readonly { readonly kind: string; readonly calls: number }[]
  readonly version: string
}

export interface OperationCoverage {
  readonly operation: string
  /** Those that were decided: a call that a fault answered is none. */
  readonly calls: number
  readonly testable: number
  readonly exercised: number
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

/** A rule that no call came to. */
export interface CoverageGap extends RuleTold {
  /** What a breach of it leads to. */
  readonly breach: Rule['breach']
  /** Only a call that breaks the rule comes to it, so that the request is such a one. */
  readonly breaks: boolean
  readonly operation: string
  /** The contract case that shows the rule. */
  readonly case: string
  /** Commands to copy; null where no shell sends what the case sends. */
  readonly request: string | null
}
