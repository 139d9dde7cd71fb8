import type { Rule } from '../contracts/rules/book.js'
import type { Findings } from './findings.js'
import type { Limits } from './limits.js'
import type { Secrets } from './redaction.js'
import type { Said } from './said.js'
import type { Sent } from './sent.js'
import type { Settings } from './settings.js'
import type { Slices } from './slices.js'
import type { Draft } from './state/draft.js'
import type { Access, Caller, Needs, Setup, Turn, Vendor } from './state/store.js'
import type { LineAndColumn } from './wire/json-tree.js'
import type { SentValue } from './wire/sent-value.js'

/** What URL and headers tell, before a byte of the body is read. */
export interface Head {
  readonly method: string
  /** The request target as sent, query included. */
  readonly target: string
  /** Path segments, percent-decoded once; empty ones are dropped. */
  readonly segments: readonly string[]
  /** The path had empty segments between others. */
  readonly repeatedSlashes: boolean
  /** A segment holds an escape that is none (`%zz`, or bytes that are no UTF-8); such a segment is left as sent. */
  readonly badEscape: boolean
  readonly query: readonly (readonly [name: string, value: string])[]
  /** By lower-case name; a repeated header's values are joined by a comma. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Target, headers and Authorization header once more, each with what was made of it for earlier calls. */
  readonly sentTarget: Sent<string>
  readonly sentHeaders: Sent<Head['headers']>
  readonly authorization: Sent<string | undefined>
}

/** Why a body could not be had as text. */
export type BodyFault = 'too large' | 'bad encoding' | 'not UTF-8'

/** What is known of a body that cannot be had as text. */
export interface Unreadable {
  readonly fault: BodyFault
  /** Where it shows, of bytes that are no UTF-8. */
  readonly at?: LineAndColumn
}

export interface Body {
  /**
   * The whole body, content codings undone; the same each time it is asked for. `limit` in bytes holds before and after
   * inflating. Rejected with HungUp where the client went before its end, and with OverLimit where the emulator itself
   * takes less than that.
   */
  text(limit: number): Promise<string | Unreadable>
}

/** The call is refused as a whole: nothing of it is applied. */
export class Refusal {
  readonly status: number
  /** A sentence that says what is wrong and what would be right. */
  readonly message: string
  readonly headers: Readonly<Record<string, string>>
  /** Jirafe's `error_type`. */
  readonly type: string
  /** Jirafe's messages by path. */
  readonly errors: ReadonlyMap<string, string> | undefined

  constructor(
    status: number,
    message: string,
    more: { headers?: Record<string, string>; type?: string; errors?: ReadonlyMap<string, string> } = {},
  ) {
    this.status = status
    this.message = message
    this.headers = more.headers ?? {}
    this.type = more.type ?? 'unknown'
    this.errors = more.errors
  }
}

/** An error that the vendor answers calls with, for a fault to imitate. */
export interface VendorError {
  readonly status: number
  /** Says on what evidence the vendor answers so. */
  readonly rule: Rule
  /** Jirafe's `error_type`. */
  readonly type?: string
  /** Empty where the vendor's reply has no sentence. */
  readonly message: string
  readonly headers?: Readonly<Record<string, string>>
  /** Seconds of `Retry-After`, where the vendor sends one. */
  readonly retryAfter?: number
}

/** What became of one item or event of a call. */
export interface ItemOutcome {
  readonly index: number
  readonly outcome: 'updated' | 'not_updated'
  /** Why it was not updated: what is wrong and what would be right; null where it was. */
  readonly reason: string | null
  readonly rule: Rule | null
  /** The position or level that it means, in the control plane's words; null where that cannot be told. */
  readonly position: Readonly<Record<string, unknown>> | null
}

/** Why an item or event failed that a fault chose. */
export const sparedReason = 'A fault made it fail; nothing is wrong with it.'

export interface Verdict {
  readonly outcomes: readonly ItemOutcome[]
}

/** A reply in the vendor's dialect; a text is a string, which Node sends in one write with its headers. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

/** The settings in force for a caller, and what the store knows of it. */
export interface Terms extends Access {
  readonly settings: Settings
  /** What the emulator takes of anybody. */
  readonly takes: Limits
  /** What gives the call's credentials away. */
  readonly secrets: Secrets
}

/** Why a call could not be served: a fault inside, a change that was not kept, or the bound on anonymous accounts. */
export type Failure = 'inside' | 'storage' | 'too many'

/** The client went before the last byte of its body: nothing is decided and nobody is left to answer. */
export class HungUp extends Error {}

/** The body is more than the emulator takes of anybody; the message is the whole refusal. */
export class OverLimit extends Error {}

/**
 * One operation of a vendor as a value. The pipeline runs `identify`, `admit`, `read`, `decide` and `write` in this
 * order, `charge` right before `decide`; a Refusal from any of them goes straight to `write`.
 */
export interface Operation<Command, Result extends Verdict> {
  /** `joor.bulk-inventory`. */
  readonly name: string
  readonly vendor: Vendor | null
  /** Whether the path is this operation's. */
  matches(head: Head): boolean
  /** Who calls, from URL and headers alone. */
  identify(head: Head): Caller
  /** The checks that need no body, in the vendor's order. */
  admit(head: Head, terms: Terms, findings: Findings): Refusal | undefined
  /** Bytes to command: everything that can be judged without state. Nothing is decided before the last byte was good. */
  read(head: Head, body: Body, terms: Terms, findings: Findings): Promise<Command | Refusal>
  /** Who calls, where only the body says it. */
  callerOf?(command: Command): Caller
  /** A price for every call that `admit` let in, whatever comes of it. */
  readonly charge?: Charge
  /** Its body says nothing: whatever of it is missing, the command is known. */
  readonly bodiless?: true
  /** The command as sent, before anybody understood it; undefined where it is none. */
  asSent(head: Head, text: string): SentValue | undefined
  /** What a fault may make it answer. Absent where nothing of the vendor's stands: no fault has a say there. */
  readonly errors?: readonly VendorError[]
  /** The texts that name the SKU of each item or event, as sent; absent where a call has none. */
  skusOf?(command: Command): readonly (readonly string[])[]
  /** What calls are compared by; absent where there is nothing to compare. It must not throw. */
  says?(command: Command): Said
  /** The rows that `decide` will look at. */
  needs(command: Command): Needs
  /**
   * What the call does to the state and to each item: synchronous, without HTTP, storage or a clock of its own. The
   * items of the indexes in `spared` fail by a fault, and nothing is wrong with them.
   */
  decide(
    command: Command,
    turn: Turn,
    draft: Draft,
    terms: Terms,
    findings: Findings,
    spared: ReadonlySet<number>,
  ): Result | Refusal
  /** Absent where each command is decided in no time, or by rows. */
  readonly ahead?: Ahead<Command, Result>
  /** The reply in the vendor's dialect, refusals too. */
  write(outcome: Result | Refusal, head: Head, turn: Turn, terms: Terms, findings: Findings): Written
  /** The refusal of a call that `enforce` does not let pass. */
  enforce(findings: Findings): Refusal
  /** What the vendor answers when the emulator failed, or when a change could not be stored. */
  failed(failure: Failure, findings: Findings): Refusal
}

/**
 * A command for which all others would have to wait is decided and told a part at a time, before its turn; where the
 * state is somewhere else, every one. `decide` and `says` come to the same by these.
 */
export interface Ahead<Command, Result> {
  isFor(command: Command): boolean
  /** As if nothing were spared, with the setup alone: what it drafts sees no rows. */
  decide(
    command: Command,
    setup: Setup | undefined,
    draft: Draft,
    terms: Terms,
    findings: Findings,
  ): Slices<Result | Refusal>
  says(command: Command): Slices<Said>
}

/** What each call costs its account: kept where the call is refused for another reason, too. */
export interface Charge {
  readonly needs: Needs
  /** Pays, or refuses; its refusal comes before all that was found of the call behind `admit`. */
  take(turn: Turn, draft: Draft, terms: Terms, findings: Findings): Refusal | undefined
}

export interface Written extends Reply {
  /** JOOR's number for the call, where the reply carries one. */
  readonly logId?: string
  /** JOOR's code for the call, where the reply carries one. */
  readonly code?: string
}

/**
 * An operation of any command. Its methods are only ever called with what its own earlier methods returned; method
 * parameters are compared both ways, which lets a typed operation stand here.
 */
export type AnyOperation = Operation<unknown, Verdict>
