import { Findings } from './findings.js'
import type { Entry, Replied } from './journal/entry.js'
import { type ReceivedBody, Recorder } from './journal/record.js'
import {
  type AnyOperation,
  type Charge,
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
  #caller: Caller
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
    const { store } = this.#parts
    const operation = this.#operation
    await this.#meet(this.#caller)
    let { turnedAway, read } = await this.#judge()
    if (!(read instanceof Refusal) && operation.callerOf !== undefined) {
      const { contract } = this.#terms.settings
      await this.#meet(operation.callerOf(read))
      // The site has a mode of its own, which nobody knew while its call was judged.
      if (this.#terms.settings.contract !== contract) ({ turnedAway, read } = await this.#judge())
    }
    const charge = turnedAway === undefined ? operation.charge : undefined
    const needs = { ...(read instanceof Refusal ? {} : operation.needs(read)), ...charge?.needs }
    // Who was not let in has used no account or site, so such a call makes none and is kept under the vendor alone.
    const stranger = read instanceof Refusal && (read.status === 401 || read.status === 403)
    if (stranger) this.#terms = { ...this.#terms, name: undefined }
    const caller = stranger ? { vendor: operation.vendor } : this.#caller
    const { told, ...served } = await store.call(caller, needs, (turn) => this.#settle(turn, read, charge))
    // Not before: of a call that failed in the store there is no log to look up.
    if (told !== undefined) this.#parts.log(told)
    return served
  }

  /** Everything that can be judged without state, in the contract mode that holds for the caller. */
  async #judge(): Promise<{ turnedAway: Refusal | undefined; read: unknown }> {
    this.#findings = new Findings(this.#terms.settings.contract)
    const turnedAway = this.#operation.admit(this.#head, this.#terms, this.#findings)
    const read = turnedAway ?? (await this.#operation.read(this.#head, this.#body, this.#terms, this.#findings))
    return { turnedAway, read }
  }

  /** What is known of the caller, and the settings that hold for it. */
  async #meet(caller: Caller): Promise<void> {
    const access = await this.#parts.store.access(caller)
    this.#caller = caller
    this.#terms = { ...access, settings: { ...this.#parts.settings, ...access.setup?.settings } }
  }

  /** Nothing is applied and nobody is left to answer; the journal says so. */
  async hungUp(): Promise<undefined> {
    await this.#parts.store.call(this.#knownCaller(), {}, (turn) => ({
      changes: {},
      entry: (changed) => this.#recorder().entry({ turn, caller: this.#caller, changed, ms: this.#elapsed() }),
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
    // No call made the account, so the name that it would have got is nobody's.
    if (this.#terms.setup === undefined) this.#terms = { ...this.#terms, name: undefined }
    return this.#parts.store.call(this.#knownCaller(), {}, (turn) => this.#finish(turn, refusal, {}))
  }

  /** The charge is paid from a draft of its own: it stands where everything else of the call is refused. */
  #settle(turn: Turn, read: unknown, charge: Charge | undefined) {
    const paid = new Draft(turn.view)
    const taken = charge?.take(turn, paid, this.#terms, this.#findings) ?? read
    if (taken instanceof Refusal) return this.#finish(turn, taken, paid.changes)
    const draft = new Draft(turn.view)
    const outcome = this.#decide(taken, turn, draft)
    const changes = outcome instanceof Refusal ? {} : draft.changes
    return this.#finish(turn, outcome, { ...changes, ...paid.changes })
  }

  #decide(command: unknown, turn: Turn, draft: Draft): Verdict | Refusal {
    const verdict = this.#operation.decide(command, turn, draft, this.#terms, this.#findings)
    const enforced = this.#findings.refusal !== undefined && !(verdict instanceof Refusal)
    return enforced ? this.#operation.enforce(this.#findings) : verdict
  }

  #finish(turn: Turn, outcome: Verdict | Refusal, changes: Draft['changes']) {
    const written = this.#operation.write(outcome, this.#head, turn, this.#terms, this.#findings)
    const violations = this.#findings.total
    const headers = { ...written.headers, Date: turn.now.toUTCString(), 'Backstock-Request-Id': turn.id }
    const reply = {
      status: written.status,
      headers: violations > 0 ? { ...headers, 'Backstock-Violations': String(violations) } : headers,
      body: written.body,
    }
    const recorder = this.#recorder()
    const replied = recorder.replied(reply)
    return {
      changes,
      entry: (changed: Changed) =>
        recorder.entry({ turn, caller: this.#caller, changed, ms: this.#elapsed(), outcome, written, replied }),
      result: { reply, replied, told: told(turn, outcome, written) },
    }
  }

  #recorder(): Recorder {
    return new Recorder(this.#operation, this.#head, this.#body, this.#findings, this.#parts.limits)
  }

  #elapsed(): number {
    return this.#parts.stopwatch() - this.#began
  }

  #knownCaller(): Caller {
    return this.#terms.setup === undefined ? { vendor: this.#operation.vendor } : this.#caller
  }
}

/** One line for the person who watches, where an item was not updated. */
function told(turn: Turn, outcome: Verdict | Refusal, written: Written): string | undefined {
  if (outcome instanceof Refusal || written.logId === undefined) return undefined
  const refused = outcome.outcomes.filter((item) => item.outcome === 'not_updated').length
  if (refused === 0) return undefined
  const name = turn.setup?.name ?? 'nobody'
  return `${name}: ${refused} of ${outcome.outcomes.length} items not updated; backstock why ${written.logId}`
}
