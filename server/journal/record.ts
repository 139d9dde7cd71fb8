import type { Breach, Findings } from '../findings.js'
import {
  type AnyOperation,
  type Body,
  type Head,
  type ItemOutcome,
  Refusal,
  type Reply,
  type Verdict,
  type Written,
} from '../operation.js'
import type { JournalLimits } from '../options.js'
import type { Row } from '../state/rows.js'
import type { Change, Changed, Turn } from '../state/store.js'
import type { Entry, KeptBody, Replied } from './entry.js'
import { redact, redactValue, secretsOf } from './redaction.js'

/** A body that also tells what of it arrived. */
export interface ReceivedBody extends Body {
  received(): { readonly text: string; readonly bytes: number } | undefined
}

/** What a call came to: without an outcome where its client was gone before the last byte. */
export interface Settlement {
  readonly turn: Turn
  readonly changed: Changed
  readonly ms: number
  readonly outcome?: Verdict | Refusal
  readonly written?: Written
  readonly replied?: Replied
}

/** Makes the journal's entry of one call, without the request's own token. */
export class Recorder {
  readonly #operation: AnyOperation
  readonly #head: Head
  readonly #body: ReceivedBody
  readonly #findings: Findings
  readonly #limits: JournalLimits
  readonly #secrets: readonly string[]

  constructor(operation: AnyOperation, head: Head, body: ReceivedBody, findings: Findings, limits: JournalLimits) {
    this.#operation = operation
    this.#head = head
    this.#body = body
    this.#findings = findings
    this.#limits = limits
    // Jirafe's token is no Base64: what it would decode to is nobody's secret.
    this.#secrets = secretsOf(head.headers.authorization, operation.vendor !== 'jirafe')
  }

  replied({ headers, body }: Reply): Replied {
    return { headers, body: keep(body, this.#secrets, this.#limits.bodyBytes), taken: true }
  }

  entry({ turn, changed, ms, outcome, written, replied }: Settlement): Entry {
    const head = this.#head
    const secrets = this.#secrets
    const received = this.#body.received()
    const body = received && { ...keep(received.text, secrets, this.#limits.bodyBytes), bytes: received.bytes }
    const verdict = outcome instanceof Refusal ? undefined : outcome
    const outcomes = verdict?.outcomes ?? []
    const updated = outcomes.filter((item) => item.outcome === 'updated').length
    // A copy is worth its cost only where the token stands in what was made of the body.
    const tainted = received !== undefined && this.#mayHold(received.text)
    return {
      id: turn.id,
      at: turn.now,
      vendor: this.#operation.vendor,
      name: turn.setup?.name,
      operation: this.#operation.name,
      method: head.method,
      path: redact(head.target, secrets),
      status: written?.status ?? null,
      items: verdict === undefined ? null : { updated, notUpdated: outcomes.length - updated },
      violations: this.#findings.total,
      ms,
      request: { headers: keepHeaders(head, secrets), body: body ?? null },
      reply: replied ?? null,
      logId: written?.logId,
      refusal: outcome instanceof Refusal ? redact(outcome.message, secrets) : null,
      rules: this.#findings.met,
      breaches: this.#findings.breaches.map((breach) => keepBreach(breach, secrets)),
      outcomes: tainted ? outcomes.map((item) => keepOutcome(item, secrets)) : outcomes,
      changes: tainted ? [...changed].map((change) => keepChange(change, secrets)) : changed,
      changesTotal: changed.total,
      bytes: sizeOf(body, replied, outcomes.length, changed.total),
    }
  }

  /** Whether the token may stand in a body; an escape may hide it there. */
  #mayHold(text: string): boolean {
    if (this.#secrets.length === 0) return false
    return /\\u|&#/.test(text) || this.#secrets.some((secret) => text.includes(secret))
  }
}

/** The start of a body, without the request's token; cut after redaction, so that no half of a token is left. */
function keep(text: string, secrets: readonly string[], limit: number): KeptBody {
  const bytes = Buffer.byteLength(text)
  const safe = redact(text, secrets)
  const cut = Buffer.byteLength(safe) > limit
  return { text: cut ? startOf(safe, limit) : safe, bytes, cut }
}

/** The first whole characters, as a text of its own: a slice would hold on to all the rest. */
function startOf(text: string, limit: number): string {
  const start = Buffer.from(text.slice(0, limit)).subarray(0, limit)
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(start, { stream: true })
}

/** A hostile value is shown by its start. */
const seenKept = 200

function keepBreach({ rule, at, seen, right }: Breach, secrets: readonly string[]): Breach {
  // The name of a header is our own word; every other place may hold what came over the wire.
  const ours = 'path' in at && at.path.startsWith('header.')
  return {
    rule,
    at: ours ? at : redactValue(at, secrets),
    seen: keepStart(seen, secrets),
    right: keepStart(right, secrets),
  }
}

/** Only what came over the wire is looked through: a short token may stand in a word of our own. */
function keepOutcome(item: ItemOutcome, secrets: readonly string[]): ItemOutcome {
  const reason = item.reason === null ? null : redact(item.reason, secrets)
  return { ...item, reason, position: redactValue(item.position, secrets) }
}

function keepChange({ key, before, after, ...change }: Change, secrets: readonly string[]): Change {
  return { ...change, key: redactValue(key, secrets), before: keepRow(before, secrets), after: keepRow(after, secrets) }
}

function keepRow<Value>(row: Row<Value> | null, secrets: readonly string[]): Row<Value> | null {
  return row && { value: redactValue(row.value, secrets), by: row.by }
}

function keepStart(text: string, secrets: readonly string[]): string {
  const safe = redact(text, secrets)
  const start = startOf(safe, seenKept)
  return start.length < safe.length ? `${start}…` : start
}

function keepHeaders(head: Head, secrets: readonly string[]): Readonly<Record<string, string>> {
  const entries = Object.entries(head.headers).map(([name, value]) => [name, redact(value ?? '', secrets)])
  return Object.fromEntries(entries)
}

const perEntry = 1_000
const perItem = 150
const perChange = 250

function sizeOf(body: KeptBody | undefined, replied: Replied | undefined, items: number, changes: number): number {
  const texts = (body?.text.length ?? 0) + (replied?.body.text.length ?? 0)
  return perEntry + texts + items * perItem + changes * perChange
}
