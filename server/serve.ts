import { Findings } from './findings.js'
import type { Entry, KeptBody, Replied } from './journal/entry.js'
import { redact, redactValue, secretsOf } from './journal/redaction.js'
import {
  type AnyOperation,
  type Body,
  type Failure,
  type Head,
  HungUp,
  Refusal,
  type Reply,
  type Terms,
  type Verdict,
  type Written,
} from './operation.js'
import type { JournalLimits } from './options.js'
import type { Settings } from './settings.js'
import { Draft } from './state/draft.js'
import { type Caller, type Changed, StorageFailure, type Store, TooManyPartitions, type Turn } from './state/store.js'

/** What the pipeline works with; all of it is handed in. */
export interface Parts {
  readonly store: Store<Entry>
  readonly settings: Settings
  readonly limits: JournalLimits
  /** Milliseconds that only ever grow. */
  readonly stopwatch: () => number
  readonly log: (line: string) => void
}

/** A body that also tells what of it arrived. */
export interface ReceivedBody extends Body {
  received(): { readonly text: string; readonly bytes: number } | undefined
}

/** The reply to send, and where to note that the client did not take it. */
export interface Served {
  readonly reply: Reply
  readonly replied: Replied
}

/**
 * One call of one operation: who calls, may it, what does it say, what does it do. One `store.call` holds the rows, the
 * journal's entry and the ids; the reply is rendered in it and sent after it. Undefined where the client hung up.
 */
export async function serve(
  operation: AnyOperation,
  head: Head,
  body: ReceivedBody,
  parts: Parts,
): Promise<Served | undefined> {
  const call = new Call(operation, head, body, parts)
  try {
    return await call.run()
  } catch (error) {
    if (error instanceof HungUp) return await call.hungUp()
    return await call.failed(error)
  }
}

class Call {
  readonly #operation: AnyOperation
  readonly #head: Head
  readonly #body: ReceivedBody
  readonly #parts: Parts
  readonly #began: number
  readonly #caller: Caller
  #terms: Terms
  #findings: Findings

  constructor(operation: AnyOperation, head: Head, body: ReceivedBody, parts: Parts) {
    this.#operation = operation
    this.#head = head
    this.#body = body
    this.#parts = parts
    this.#began = parts.stopwatch()
    this.#caller = operation.identify(head)
    this.#terms = { settings: parts.settings, setup: undefined, name: undefined, opens: [] }
    this.#findings = new Findings(parts.settings.contract)
  }

  async run(): Promise<Served> {
    const { store, settings } = this.#parts
    const operation = this.#operation
    const access = await store.access(this.#caller)
    this.#terms = { ...access, settings: { ...settings, ...access.setup?.settings } }
    this.#findings = new Findings(this.#terms.settings.contract)
    const read =
      operation.admit(this.#head, this.#terms, this.#findings) ??
      (await operation.read(this.#head, this.#body, this.#terms, this.#findings))
    const needs = read instanceof Refusal ? {} : operation.needs(read)
    // Who was not let in has used no account or site, so such a call makes none and is kept under the vendor alone.
    const stranger = read instanceof Refusal && (read.status === 401 || read.status === 403)
    if (stranger) this.#terms = { ...this.#terms, name: undefined }
    return store.call(stranger ? { vendor: operation.vendor } : this.#caller, needs, (turn) => this.#settle(turn, read))
  }

  /** Nothing is applied and nobody is left to answer; the journal says so. */
  async hungUp(): Promise<undefined> {
    await this.#parts.store.call(this.#knownCaller(), {}, (turn) => ({
      changes: {},
      entry: (changed) => this.#entry(turn, changed, undefined, undefined, undefined),
      result: undefined,
    }))
  }

  /** The emulator failed, not the client: the vendor's own words for that, and nothing applied. */
  async failed(error: unknown): Promise<Served> {
    const failure: Failure =
      error instanceof StorageFailure ? 'storage' : error instanceof TooManyPartitions ? 'too many' : 'inside'
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error)
    if (failure !== 'too many') this.#parts.log(`${this.#operation.name} failed: ${cause}`)
    const refusal = this.#operation.failed(failure, this.#findings)
    return this.#parts.store.call(this.#knownCaller(), {}, (turn) => this.#finish(turn, refusal, {}))
  }

  #settle(turn: Turn, read: unknown) {
    if (read instanceof Refusal) return this.#finish(turn, read, {})
    const draft = new Draft(turn.view)
    const verdict = this.#operation.decide(read, turn, draft, this.#terms, this.#findings)
    const refused = this.#findings.refusal !== undefined && !(verdict instanceof Refusal)
    const outcome = refused ? this.#operation.enforce(this.#findings) : verdict
    return this.#finish(turn, outcome, outcome instanceof Refusal ? {} : draft.changes)
  }

  #finish(turn: Turn, outcome: Verdict | Refusal, changes: Draft['changes']) {
    const written = this.#operation.write(outcome, this.#head, turn, this.#terms)
    const violations = this.#findings.total
    const headers = { ...written.headers, 'Backstock-Request-Id': turn.id }
    const reply = {
      status: written.status,
      headers: violations > 0 ? { ...headers, 'Backstock-Violations': String(violations) } : headers,
      body: written.body,
    }
    const secrets = secretsOf(this.#head.headers.authorization)
    const { bodyBytes } = this.#parts.limits
    const replied: Replied = { headers: reply.headers, body: keep(reply.body, secrets, bodyBytes), taken: true }
    this.#tell(outcome, written)
    return {
      changes,
      entry: (changed: Changed) => this.#entry(turn, changed, outcome, replied, written),
      result: { reply, replied },
    }
  }

  /** One line for the person who watches, where an item was not updated. */
  #tell(outcome: Verdict | Refusal, written: Written): void {
    if (outcome instanceof Refusal || written.logId === undefined) return
    const refused = outcome.outcomes.filter((item) => item.outcome === 'not_updated').length
    if (refused === 0) return
    const name = this.#terms.name ?? 'nobody'
    this.#parts.log(
      `${name}: ${refused} of ${outcome.outcomes.length} items not updated; backstock why ${written.logId}`,
    )
  }

  #entry(
    turn: Turn,
    changed: Changed,
    outcome: Verdict | Refusal | undefined,
    replied: Replied | undefined,
    written: Written | undefined,
  ): Entry {
    const head = this.#head
    const secrets = secretsOf(head.headers.authorization)
    const received = this.#body.received()
    const body =
      received === undefined
        ? null
        : { ...keep(received.text, secrets, this.#parts.limits.bodyBytes), bytes: received.bytes }
    const outcomes = outcome === undefined || outcome instanceof Refusal ? [] : outcome.outcomes
    const updated = outcomes.filter((item) => item.outcome === 'updated').length
    // A token that stands in the body may stand in what was made of it: only then is a copy worth its cost.
    const tainted = received !== undefined && secrets.some((secret) => received.text.includes(secret))
    const safe = <Value>(value: Value): Value => (tainted ? redactValue(value, secrets) : value)
    return {
      id: turn.id,
      at: turn.now,
      vendor: this.#operation.vendor,
      name: this.#terms.name,
      operation: this.#operation.name,
      method: head.method,
      path: redact(head.target, secrets),
      status: written?.status ?? null,
      items:
        outcome === undefined || outcome instanceof Refusal ? null : { updated, notUpdated: outcomes.length - updated },
      violations: this.#findings.total,
      ms: this.#parts.stopwatch() - this.#began,
      request: { headers: keepHeaders(head, secrets), body },
      reply: replied ?? null,
      logId: written?.logId,
      refusal: outcome instanceof Refusal ? redact(outcome.message, secrets) : null,
      rules: this.#findings.met,
      breaches: this.#findings.breaches.map((breach) => ({ ...breach, seen: redact(breach.seen, secrets) })),
      outcomes: safe(outcomes),
      changes: tainted ? redactValue([...changed], secrets) : changed,
      changesTotal: changed.total,
      bytes: sizeOf(body, replied, outcomes.length, changed.total),
    }
  }

  #knownCaller(): Caller {
    return this.#terms.setup === undefined ? { vendor: this.#operation.vendor } : this.#caller
  }
}

/** The start of a body, without the request's token; cut after redaction, so that no half of a token is left. */
function keep(text: string, secrets: readonly string[], limit: number): KeptBody {
  const bytes = Buffer.byteLength(text)
  if (bytes <= limit) return { text: redact(text, secrets), bytes, cut: false }
  const longest = Math.max(0, ...secrets.map((secret) => secret.length))
  return { text: redact(text.slice(0, limit + longest), secrets).slice(0, limit), bytes, cut: true }
}

function keepHeaders(head: Head, secrets: readonly string[]): Readonly<Record<string, string>> {
  const entries = Object.entries(head.headers).map(([name, value]) => [name, redact(value ?? '', secrets)])
  return Object.fromEntries(entries)
}

const perEntry = 1_000
const perItem = 150
const perChange = 250

function sizeOf(body: KeptBody | null, replied: Replied | undefined, items: number, changes: number): number {
  const texts = (body?.text.length ?? 0) + (replied?.body.text.length ?? 0)
  return perEntry + texts + items * perItem + changes * perChange
}
