import type { Rule } from '../../contracts/rules/book.js'
import type { Entry } from '../journal/entry.js'
import type { Head, Reply } from '../operation.js'
import type { Settings } from '../settings.js'
import type { Setup, Vendor } from '../state/store.js'

/** A call as it arrived; its headers without those that are about the connection. */
export interface Sent {
  readonly method: string
  /** The request target, query included. */
  readonly target: string
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[]
  /** Undefined where the real API had answered before all of it was there. */
  readonly body: Buffer | undefined
}

/** What the real API answered, in the same way. */
export interface Real {
  readonly status: number
  readonly reason: string
  readonly rawHeaders: readonly string[]
  readonly body: Buffer
}

/** A reply as it is compared: its content codings undone. */
export interface Readable {
  readonly status: number
  /** By lower-case name; of a header that came more than once the values joined by a comma. */
  readonly headers: ReadonlyMap<string, string>
  readonly bytes: Buffer
  /** Undefined where the bytes are no UTF-8. */
  readonly text: string | undefined
}

/** The real API was not reached, or its reply never ended: what the client is told instead, in our own words. */
export interface NoReply {
  readonly status: 502 | 504
  readonly sentence: string
}

/** What the emulator made of the same call. */
export interface Emulated {
  /** Undefined where a fault that a test armed loses it, or the real API answered before the whole call was there. */
  readonly reply: Reply | undefined
  readonly entry: Entry
  /** What it was told of the account or site; undefined for a caller that it does not know. */
  readonly setup: Setup | undefined
  readonly settings: Settings
}

/** `unknown`: whether the emulator is right could not be told. */
export type Verdict = 'same' | 'different' | 'unknown'

/** A place where the real reply is another than the emulator's; undefined for what a reply does not have. */
export interface Difference {
  /** `status`, `header.content-type`, `text`, or a JSON pointer into the reply's body. */
  readonly place: string
  readonly real: string | undefined
  readonly emulated: string | undefined
  /** The rules that the emulator goes by there. */
  readonly rules: readonly Rule[]
}

export interface Comparison {
  readonly verdict: Verdict
  /** Why it could not be told. */
  readonly why?: string
  readonly differences: readonly Difference[]
  /** Whether there are more than are told. */
  readonly more: boolean
}

/** One call that went to the real API, and what came of it. */
export interface Exchange {
  readonly number: number
  readonly vendor: Vendor
  readonly head: Head
  readonly sent: Sent
  /** The body as the emulator read it; undefined where it did not. */
  readonly sentText: string | undefined
  /** Texts that give the call's credentials away. */
  readonly secrets: readonly string[]
  readonly real: Real | NoReply
  /** The real reply with its codings undone; undefined where that cannot be. */
  readonly readable: Readable | undefined
  readonly emulated: Emulated
  readonly comparison: Comparison
}

export const isReply = (real: Real | NoReply): real is Real => 'body' in real
