import type { Delay } from './delay.js'
import type { FaultDocument } from './document.js'

/** Items of a call by their index, by an identifier of their SKU, or every nth of them. */
export type Chosen =
  | { readonly indexes: ReadonlySet<number> }
  | { readonly skus: ReadonlySet<string> }
  | { readonly every: number }

/** A vendor's error as it was armed; what is left out is the vendor's usual. */
export interface ErrorFault {
  readonly kind: 'error'
  readonly status: number
  /** Jirafe's `error_type`. */
  readonly type?: string
  readonly message?: string
  /** Seconds. */
  readonly retryAfter?: number
}

/** What goes wrong with one call. */
export type Fault =
  | ErrorFault
  | { readonly kind: 'latency'; readonly delay: Delay }
  | { readonly kind: 'slow_body'; readonly bytesPerSecond: number }
  | { readonly kind: 'truncate'; readonly bytes?: number }
  | { readonly kind: 'wrong_content_type'; readonly contentType: string }
  | { readonly kind: 'partial'; readonly items: Chosen }
  | { readonly kind: 'before_commit' }
  | { readonly kind: 'reset' | 'close' | 'garble' | 'empty' | 'after_commit' }

export type FaultKind = Fault['kind']

interface Row {
  /** What the client meets. */
  readonly says: string
  /** What becomes of the state. */
  readonly applied: 'yes' | 'no' | 'the other items'
  /** Its parameters, those that may be left out in brackets. */
  readonly parameters: string
  /** The SKU or site that provokes it, and what it then is. */
  readonly magic: { readonly word: string; readonly fault: FaultDocument }
}

/** Every kind of fault. The table of docs/faults.md and the magic words are read off this one. */
export const kinds: Readonly<Record<FaultKind, Row>> = {
  error: {
    says: "one of the vendor's errors, in its envelope",
    applied: 'no',
    parameters: '`status`, [`message`], [`retry_after`], [`error_type`]',
    magic: { word: 'BACKSTOCK-ERROR', fault: { kind: 'error', status: 503 } },
  },
  latency: {
    says: 'the reply comes later; the call takes effect at once',
    applied: 'yes',
    parameters: '`ms`, or `distribution` with its own, [`seed`]',
    magic: { word: 'BACKSTOCK-LATENCY', fault: { kind: 'latency', ms: 2_000 } },
  },
  slow_body: {
    says: 'the body trickles in',
    applied: 'yes',
    parameters: '`bytes_per_second`, from 1 on',
    magic: { word: 'BACKSTOCK-SLOW-BODY', fault: { kind: 'slow_body', bytes_per_second: 100 } },
  },
  reset: {
    says: 'the connection is reset (RST) instead of a reply',
    applied: 'yes',
    parameters: '',
    magic: { word: 'BACKSTOCK-RESET', fault: { kind: 'reset' } },
  },
  close: {
    says: 'the connection is closed (FIN) instead of a reply',
    applied: 'yes',
    parameters: '',
    magic: { word: 'BACKSTOCK-CLOSE', fault: { kind: 'close' } },
  },
  truncate: {
    says: 'the body ends too early, and with it the connection',
    applied: 'yes',
    parameters: '[`bytes`]: how many still come, half of them otherwise',
    magic: { word: 'BACKSTOCK-TRUNCATE', fault: { kind: 'truncate' } },
  },
  garble: {
    says: 'the body is no well-formed JSON or XML: its last character is wrong',
    applied: 'yes',
    parameters: '',
    magic: { word: 'BACKSTOCK-GARBLE', fault: { kind: 'garble' } },
  },
  wrong_content_type: {
    says: 'the reply says that it is something else',
    applied: 'yes',
    parameters: '[`content_type`], `text/html` otherwise',
    magic: { word: 'BACKSTOCK-WRONG-CONTENT-TYPE', fault: { kind: 'wrong_content_type' } },
  },
  empty: {
    says: 'the status and headers of the reply without its body',
    applied: 'yes',
    parameters: '',
    magic: { word: 'BACKSTOCK-EMPTY', fault: { kind: 'empty' } },
  },
  before_commit: {
    says: 'the connection is lost (RST) before the call took effect',
    applied: 'no',
    parameters: '',
    magic: { word: 'BACKSTOCK-BEFORE-COMMIT', fault: { kind: 'before_commit' } },
  },
  after_commit: {
    says: 'the connection is lost (RST) after the call took effect',
    applied: 'yes',
    parameters: '',
    magic: { word: 'BACKSTOCK-AFTER-COMMIT', fault: { kind: 'after_commit' } },
  },
  partial: {
    says: 'some items or events fail, the others count',
    applied: 'the other items',
    parameters: '`items`: `{"index": [0]}`, `{"sku": ["…"]}` or `{"every": 2}`, one of them',
    // Of a call by its SKU the item that bears it; of a whole site the first event of each call.
    magic: { word: 'BACKSTOCK-PARTIAL', fault: { kind: 'partial', items: { index: [0] } } },
  },
}
