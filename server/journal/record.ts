import type { ToldFault } from '../faults/telling.js'
import type { Breach, Findings } from '../findings.js'
import {
  type AnyOperation,
  type Body,
  type Head,
  type ItemOutcome,
  Refusal,
  type Reply,
  type Terms,
  type Verdict,
  type Written,
} from '../operation.js'
import type { JournalLimits } from '../options.js'
import { mapTexts, mayHold, redact, redactDeep, type Secrets } from '../redaction.js'
import type { Slices } from '../slices.js'
import type { Row } from '../state/rows.js'
import type { Caller, Change, Changed, Turn } from '../state/store.js'
import type { Entry, ReceivedText, Replied } from './entry.js'
import { keep, keepBreach, keepStart, sizeOfBreach, textSize } from './kept.js'
import { keptHeaders, keptTarget } from './kept-head.js'
import { type KeptOutcomes, keepMany, keepOutcomes, textKept } from './outcomes.js'

/** A body that also tells what of it arrived. */
export interface ReceivedBody extends Body {
  /** Nobody waits for it any more, and nobody has to be asked to send it. */
  readonly hasArrived: boolean
  /** `faithful` where the text is the body, with its content codings undone; else it shows the bytes one by one. */
  received(): Received | undefined
}

export interface Received {
  readonly text: string
  readonly bytes: number
  readonly faithful: boolean
}

/** What a call came to: without an outcome where its client was gone before the last byte. */
export interface Settlement {
  readonly turn: Turn
  readonly caller: Caller
  readonly changed: Changed
  readonly outcome?: Verdict | Refusal
  /** What is kept of its items, where that is known already. */
  readonly items?: KeptOutcomes | undefined
  readonly written?: Written
  /** Absent where no reply is sent. */
  readonly replied?: Replied | undefined
  readonly fault?: ToldFault | null
}

/** What conduct may find takes the place of it. */
const nothingShown: readonly Breach[] = []

/** Makes the journal's entry of one call, without the request's own token. */
export class Recorder {
  readonly #operation: AnyOperation
  readonly #head: Head
  readonly #body: ReceivedBody
  readonly #findings: Findings
  readonly #limits: JournalLimits
  readonly #carried: Secrets
  readonly #text: string
  readonly #secrets: readonly string[]
  #tainted: boolean | undefined

  constructor(
    operation: AnyOperation,
    head: Head,
    body: ReceivedBody,
    { secrets }: Terms,
    findings: Findings,
    limits: JournalLimits,
  ) {
    this.#operation = operation
    this.#head = head
    this.#body = body
    this.#findings = findings
    this.#limits = limits
    this.#carried = secrets
    this.#text = body.received()?.text ?? ''
    this.#secrets = secrets.with(this.#text)
  }

  /** Whether one of the secrets stands in what the call says: in its body or, where that says nothing, in its target. */
  get tainted(): boolean {
    this.#tainted ??=
      this.#carried.standIn(this.#text) ||
      (this.#operation.bodiless === true && mayHold(decoded(this.#head), this.#secrets))
    return this.#tainted
  }

  get #isInBody(): boolean {
    return this.#body.received() !== undefined && this.tainted
  }

  /** Texts that give the call's token away. */
  get secrets(): readonly string[] {
    return this.#secrets
  }

  /** A text without them. */
  safe(text: string): string {
    return redactDeep(text, this.#secrets)
  }

  replied({ headers, body }: Reply): Replied {
    // Bytes that are no text are shown one by one.
    const whole = typeof body === 'string' ? body : body.toString('latin1')
    const { text, cut } = keep(whole, this.#secrets, this.#limits.bodyBytes)
    return { headers, body: { text, bytes: Buffer.byteLength(body), cut }, fate: { taken: true } }
  }

  /** What is kept of a call's items. */
  items({ outcomes }: Verdict): Slices<KeptOutcomes> {
    return keepMany(outcomes, this.#ofItems)
  }

  get #ofItems(): readonly string[] {
    return this.#isInBody ? this.#secrets : noTexts
  }

  /** Milliseconds until the reply was ready; `repeated` where no client sent the call. */
  entry(settlement: Settlement, ms: number, repeated: boolean): Entry {
    const { turn, caller, changed, outcome, items, written, replied, fault = null } = settlement
    const head = this.#head
    const secrets = this.#secrets
    const path = keptTarget(head, secrets)
    const headers = keptHeaders(head, secrets)
    const received = this.#body.received()
    const refusal =
      outcome instanceof Refusal ? keepStart(this.#ofPath(outcome.message, path), secrets, textKept) : null
    const verdict = outcome instanceof Refusal ? undefined : outcome
    const kept = verdict && (items ?? keepOutcomes(verdict.outcomes, this.#ofItems))
    const { total, breaches } = this.#findings
    // One literal with all there is of it: an entry lives for a thousand calls, and so do copies and members put on later.
    const entry = {
      id: turn.id,
      repeated,
      at: turn.now,
      vendor: this.#operation.vendor,
      name: turn.setup?.name,
      fingerprint: caller.token,
      operation: this.#operation.name,
      method: head.method,
      path,
      status: replied === undefined ? null : (written?.status ?? null),
      items: kept === undefined ? null : { updated: kept.updated, notUpdated: kept.outcomes.length - kept.updated },
      violations: total,
      broken: this.#findings.broken,
      ms,
      request: { headers, body: received === undefined ? null : this.#keepReceived(received) },
      reply: replied ?? null,
      logId: written?.logId,
      code: written?.code,
      refusal,
      fault: fault && keepFault(fault, secrets),
      rules: this.#findings.met,
      breaches: breaches.length === 0 ? nothingBroken : breaches.map((breach) => this.#keepBreach(breach, path)),
      conduct: nothingShown,
      outcomes: kept === undefined ? noOutcomes : kept.outcomes,
      changes: this.#isInBody ? [...changed].map((change) => keepChange(change, secrets)) : changed,
      changesTotal: changed.total,
      bytes: kept === undefined ? 0 : kept.bytes,
    }
    entry.bytes += sizeOf(entry, received?.text.length ?? 0)
    return entry
  }

  #keepReceived({ text: whole, bytes, faithful }: Received): ReceivedText {
    const { text, cut } = keep(whole, this.#secrets, this.#limits.bodyBytes)
    return { text, bytes, cut, faithful }
  }

  #keepBreach(breach: Breach, path: string): Breach {
    const seen = this.#ofPath(breach.seen, path)
    return keepBreach(seen === breach.seen ? breach : { ...breach, seen }, this.#secrets)
  }

  /** What a sentence says of the target, it says of the whole. */
  #ofPath(text: string, path: string): string {
    const { target } = this.#head
    return path === target ? text : text.replaceAll(target, path)
  }
}

const noTexts: readonly string[] = []
const nothingBroken: readonly Breach[] = []
const noOutcomes: readonly ItemOutcome[] = []

const decoded = ({ segments, query }: Head) => [segments, ...query].flat().join('\n')

function keepChange({ key, before, after, ...change }: Change, secrets: readonly string[]): Change {
  const keepText = (text: string) => redact(text, secrets)
  return { ...change, key: mapTexts(key, keepText), before: keepRow(before, keepText), after: keepRow(after, keepText) }
}

function keepRow<Value>(row: Row<Value> | null, keepText: (text: string) => string): Row<Value> | null {
  return row && { value: mapTexts(row.value, keepText), by: row.by }
}

/** A sentence that was armed may hold what a call's token is. */
function keepFault(fault: ToldFault, secrets: readonly string[]): ToldFault {
  const { message } = fault
  return typeof message === 'string' ? { ...fault, message: redact(message, secrets) } : fault
}

// Measured by process.memoryUsage().heapUsed after a forced collection: the same 60 calls of 2,000 JOOR items were sent
// to a journal that keeps all of them and to one that keeps the last, with no bodies kept. The difference was 413 bytes
// for a refused item, 506 for an updated one and its change, 541 for one that the next call cleared as well. An entry
// itself by 12,000 calls of one item, with a journal of 10,000 entries and with one of one: 3,200 bytes where each call
// had a connection of its own, of which its texts, its item and its change make up 930. Calls of one connection share
// what they say alike, and took 2,840 (an event of Jirafe 1,820); the list of their fifty rules all calls share.
const perEntry = 2_300
const perChange = 300

function sizeOf(entry: Omit<Entry, 'bytes'>, units: number): number {
  const { request, reply } = entry
  let bytes = perEntry
  // A row may hold a text that is nearly as long as the body which brought it.
  if (entry.changesTotal > 0) bytes += Math.max(entry.changesTotal * perChange, units)
  bytes += textSize(entry.path) + textSize(entry.refusal) + textSize(request.body?.text) + textSize(reply?.body.text)
  bytes += headersSize(request.headers) + (reply === null ? 0 : headersSize(reply.headers))
  for (const breach of entry.breaches) bytes += sizeOfBreach(breach)
  return bytes
}

function headersSize(headers: Readonly<Record<string, string>>): number {
  let bytes = 0
  // On the wire a character of a header is a byte.
  for (const name in headers) bytes += name.length + (headers[name]?.length ?? 0)
  return bytes
}
