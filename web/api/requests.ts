import { type Answer, call } from './call.js'
import type { RuleTold } from './evidence.js'

/** One call in a line: the shape of `GET requests`. */
export interface RequestLine {
  readonly id: string
  /** ISO 8601 */
  readonly at: string
  readonly vendor: 'joor' | 'jirafe' | null
  readonly operation: string
  readonly account?: string
  readonly site?: string
  readonly method: string
  readonly path: string
  /** Null where no reply was sent. */
  readonly status: number | null
  readonly items: { readonly updated: number; readonly not_updated: number } | null
  readonly violations: number
  readonly ms: number
}

export interface Page {
  readonly requests: readonly RequestLine[]
  readonly next: string | null
}

export type Headers = Readonly<Record<string, string>>

/** A message's headers, and its body as the journal keeps it: `cut` where only its start is there. */
export interface Message {
  readonly headers: Headers
  readonly body: string | null
  readonly bytes?: number
  readonly cut?: boolean
}

/** A JSON pointer into the command as sent, with line and column where they are known, or a path such as `header.accept`. */
export type Place =
  | { readonly pointer: string; readonly line?: number; readonly column?: number }
  | { readonly path: string }

export interface Violation extends RuleTold {
  readonly level: 'error' | 'warn'
  readonly at: Place
  readonly seen: string
  readonly right: string
  readonly request: string
}

export type Row = Readonly<Record<string, unknown>>

export interface Change {
  readonly kind: 'set' | 'clear' | 'mark' | 'unmark' | 'level' | 'cost'
  readonly key: Row
  readonly before: Row | null
  readonly after: Row | null
}

export interface Outcome {
  readonly index: number
  readonly outcome: 'updated' | 'not_updated'
  readonly reason: string | null
  readonly rule: string | null
  readonly position: Row | null
}

export interface RequestDetail extends Omit<RequestLine, 'violations'> {
  readonly request: Message
  readonly reply: (Message & { readonly taken: boolean }) | null
  readonly rules: readonly RuleTold[]
  readonly violations: readonly Violation[]
  readonly fault: Row | null
  readonly outcomes: readonly Outcome[]
  readonly changes: readonly Change[]
  readonly changes_total: number
  readonly violations_total: number
  readonly curl: string | null
}

export interface Repeated {
  readonly id: string
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

export const listRequests = (query: URLSearchParams, stop?: AbortSignal): Promise<Answer<Page>> =>
  call('GET', 'requests', { query, ...(stop && { signal: stop }) })

export const readRequest = (id: string, stop?: AbortSignal): Promise<Answer<RequestDetail>> =>
  call('GET', `requests/${encodeURIComponent(id)}`, stop === undefined ? {} : { signal: stop })

export const repeatRequest = (id: string): Promise<Answer<Repeated>> =>
  call('POST', `requests/${encodeURIComponent(id)}/repeat`)

/** Empties the journal, or what it has of one account or site. */
export const clearRequests = (query: URLSearchParams): Promise<Answer<undefined>> =>
  call('DELETE', 'requests', { query })
