import { type Breach, Findings } from './findings.js'
import type { Entry, KeptBody, Replied } from './journal/entry.js'
import { redact, redactValue, secretsOf } from './journal/redaction.js'
import {
  type AnyOperation,
  type Body,
  type Failure,
  type Head,
  HungUp,
  type ItemOutcome,
  Refusal,
  type Reply,
  type Terms,
  type Verdict,
  type Written,
} from './operation.js'
import type { JournalLimits } from './options.js'
import type { Settings } from './settings.js'
import { Draft } from './state/draft.js'
import type { Row } from './state/rows.js'
import {
  type Caller,
  type Change,
  type Changed,
  StorageFailure,
  type Store,
  TooManyPartitions,
  type Turn,
} from './state/store.js'

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
  readonly #secrets: readonly string[]
  #terms: Terms
  #findings: Findings

  constructor(operation: AnyOperation, head: Head, body: ReceivedBody, parts: Parts) {
    this.#operation = operation
    this.#head = head
    this.#body = body
    this.#parts = parts
    this.#began = parts.stopwatch()
    this.#caller = operation.identify(head)
    this.#secrets = secretsOf(head.headers.authorization, operation.vendor !== 'jirafe')
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
    const written = this.#operation.write(outcome, this.#head, turn, this.#terms, this.#findings)
    const violations = this.#findings.total
    const headers = { ...written.headers, 'Backstock-Request-Id': turn.id }
    const reply = {
      status: written.status,
      headers: violations > 0 ? { ...headers, 'Backstock-Violations': String(violations) } : headers,
      body: written.body,
    }
    const { bodyBytes } = this.#parts.limits
    const replied: Replied = { headers: reply.headers, body: keep(reply.body, this.#secrets, bodyBytes), taken: true }
    this.#tell(turn, outcome, written)
    return {
      changes,
      entry: (changed: Changed) => this.#entry(turn, changed, outcome, replied, written),
      result: { reply, replied },
    }
  }

  /** One line for the person who watches, where an item was not updated. */
  #tell(turn: Turn, outcome: Verdict | Refusal, written: Written): void {
    if (outcome instanceof Refusal || written.logId === undefined) return
    const refused = outcome.outcomes.filter((item) => item.outcome === 'not_updated').length
    if (refused === 0) return
    const name = turn.setup?.name ?? 'nobody'
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
    const secrets = this.#secrets
    const received = this.#body.received()
    const body =
      received === undefined
        ? null
        : { ...keep(received.text, secrets, this.#parts.limits.bodyBytes), bytes: received.bytes }
    const outcomes = outcome === undefined || outcome instanceof Refusal ? [] : outcome.outcomes
    const updated = outcomes.filter((item) => item.outcome === 'updated').length
    // A token that stands in the body may stand in what was made of it: only then is a copy worth its cost. An escape
    // may hide it there.
    const tainted =
      received !== undefined &&
      secrets.length > 0 &&
      (/\\u|&#/.test(received.text) || secrets.some((secret) => received.text.includes(secret)))
    return {
      id: turn.id,
      at: turn.now,
      vendor: this.#operation.vendor,
      name: turn.setup?.name,
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
      breaches: this.#findings.breaches.map((breach) => keepBreach(breach, secrets)),
      outcomes: tainted ? outcomes.map((item) => keepOutcome(item, secrets)) : outcomes,
      changes: tainted ? [...changed].map((change) => keepChange(change, secrets)) : changed,
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

function sizeOf(body: KeptBody | null, replied: Replied | undefined, items: number, changes: number): number {
  const texts = (body?.text.length ?? 0) + (replied?.body.text.length ?? 0)
  return perEntry + texts + items * perItem + changes * perChange
}
