import type { Conduct } from './conduct/conduct.js'
import type { Heard, Line } from './conduct/heard.js'
import type { ArmedFaults } from './faults/armed.js'
import { type Delivery, delivered } from './faults/delivery.js'
import { countHits, type Met, meet, nothingMet, withoutPartial } from './faults/meeting.js'
import { type ToldFault, tellFault } from './faults/telling.js'
import { refusalBy } from './faults/vendor-error.js'
import { Findings } from './findings.js'
import type { Committed } from './journal/committed.js'
import type { Replied } from './journal/entry.js'
import type { KeptOutcomes } from './journal/outcomes.js'
import { type ReceivedBody, Recorder, type Settlement } from './journal/record.js'
import type { Levels } from './levels.js'
import type { Limits } from './limits.js'
import { arriving } from './matching/arriving.js'
import {
  type Ahead,
  type AnyOperation,
  type Charge,
  type Failure,
  type Head,
  HungUp,
  OverLimit,
  Refusal,
  type Reply,
  type Terms,
  type Verdict,
  type Written,
} from './operation.js'
import type { JournalLimits } from './options.js'
import { printable, printableLines } from './printable.js'
import { Secrets, secretsOfEncodedToken, secretsOfToken } from './redaction.js'
import type { Said } from './said.js'
import { type Settings, settingsFor } from './settings.js'
import { atOnce, inTurns } from './slices.js'
import { Draft } from './state/draft.js'
import {
  type Access,
  type Caller,
  type ChangeSet,
  Outdated,
  type Settled,
  type Setup,
  StorageFailure,
  type Store,
  TooManyPartitions,
  type Turn,
  type View,
} from './state/store.js'
import { stepAside } from './turns.js'
import { writeHttpDate } from './wire/http-date.js'

/** What the pipeline works with; all of it is handed in. */
export interface Parts {
  readonly store: Pick<Store<Committed>, 'isRemote' | 'access' | 'recall' | 'lookUp' | 'call' | 'find'>
  readonly settings: Settings
  readonly levels: Levels
  /** Who judges what several calls show together. */
  readonly conduct: Pick<Conduct, 'knowable' | 'listensTo' | 'compares'>
  /** The control plane sends a call once more, or `verify` sends it: it is no client's. */
  readonly repeated: boolean
  readonly limits: JournalLimits
  /** What is taken of anybody. */
  readonly takes: Limits
  /** What tests made go wrong. */
  readonly faults: ArmedFaults
  /** The reply in the form in which it is to go out. */
  readonly alter: (reply: Reply) => Reply
  /** Whether magic SKUs and sites provoke faults. */
  readonly magic: boolean
  /** Milliseconds that only ever grow. */
  readonly stopwatch: () => number
  readonly log: (line: string) => void
}

/** The reply to send, and where to note that the client did not take it; none where a fault loses it. */
export interface Served {
  readonly sent: { readonly reply: Reply; readonly replied: Replied } | undefined
  /** How it goes out, where a fault has a say in it. */
  readonly delivery: Delivery | undefined
}

/**
 * One call of one operation: who calls, may it, what does it say, what does it do. One `store.call` holds the rows, the
 * journal's entry and the ids; the reply is rendered in it and sent after it. Undefined where the client hung up.
 */
export function serve(
  operation: AnyOperation,
  head: Head,
  body: ReceivedBody,
  parts: Parts,
  arrived: Arrival,
): Promise<Served | undefined> {
  return new Call(operation, head, body, parts, arrived).serve()
}

/** How a call came; what it may know of others was decided by then. */
export interface Arrival {
  /** When, in milliseconds of the stopwatch. */
  readonly began: number
  /** Calls whose replies its client may have heard by then. */
  readonly behind: number
  readonly line: Line
}

export function arrival(line: Line, { stopwatch, conduct }: Pick<Parts, 'stopwatch' | 'conduct'>): Arrival {
  return { began: stopwatch(), behind: conduct.knowable, line }
}

/** Who is refused so has used no account or site. */
const notLetIn: ReadonlySet<number> = new Set([401, 403, 431])

type Settling = Settled<Committed, { readonly served: Served; readonly told: string | undefined }>

interface Decided {
  readonly draft: Draft
  readonly outcome: Verdict | Refusal
}

/** Decided for a setup, with what was found while that was done. */
interface DecidedAhead extends Decided {
  readonly setup: Setup | undefined
  readonly findings: Findings
  /** What the journal keeps of its items. */
  readonly items: KeptOutcomes | undefined
}

const noRows: View = {
  get() {
    throw new Error('What is decided ahead reads no row.')
  },
}

/** The setup that something was decided for; where there was none, one that is as good as none. */
function isAsBefore(setup: Setup | undefined, before: Setup | undefined): boolean {
  if (before !== undefined || setup === undefined) return setup === before
  return setup.warehouses === null && setup.styles === null && setup.pending.length === 0
}

class Call {
  readonly #operation: AnyOperation
  readonly #head: Head
  readonly #body: ReceivedBody
  readonly #parts: Parts
  readonly #arrived: Arrival
  /** What it was understood as, or why it was not. */
  #read: unknown
  #caller: Caller
  #terms: Terms
  #findings: Findings
  #ahead: DecidedAhead | undefined
  #said: Said | undefined
  /** What is known of the caller may no longer be so. */
  #isRecalled = false

  constructor(operation: AnyOperation, head: Head, body: ReceivedBody, parts: Parts, arrived: Arrival) {
    this.#operation = operation
    this.#head = head
    this.#body = body
    this.#parts = parts
    this.#arrived = arrived
    this.#caller = operation.identify(head)
    // Jirafe's token is no Base64: what it would decode to is nobody's secret.
    const ofToken = operation.vendor === 'jirafe' ? secretsOfToken : secretsOfEncodedToken
    const secrets = new Secrets(head, ofToken)
    const { settings, takes } = parts
    this.#terms = { settings, takes, secrets, setup: undefined, name: undefined, opens: [] }
    this.#findings = new Findings(parts.settings.contract, parts.levels)
  }

  async serve(): Promise<Served | undefined> {
    try {
      return await this.#run()
    } catch (error) {
      return error instanceof HungUp ? await this.#hungUp() : await this.#failed(error)
    }
  }

  #run(): Promise<Served> {
    // Who may still be turned away, or hang up, before its body is there is judged by what holds now.
    const recalled = this.#body.hasArrived ? this.#parts.store.recall?.(this.#caller) : undefined
    return recalled === undefined ? this.#runBy(this.#parts.store.access(this.#caller)) : this.#runByMemory(recalled)
  }

  /** By what was known of the caller last, and anew where that is no longer so. */
  async #runByMemory(recalled: Access): Promise<Served> {
    const caller = this.#caller
    this.#isRecalled = true
    try {
      return await this.#runBy(recalled)
    } catch (error) {
      if (!(error instanceof Outdated)) throw error
    }
    this.#isRecalled = false
    this.#ahead = undefined
    this.#said = undefined
    return this.#runBy(this.#parts.store.access(caller))
  }

  async #runBy(access: Access | Promise<Access>): Promise<Served> {
    const { store } = this.#parts
    const operation = this.#operation
    // Most storages know at once, and a call that needs no wait makes none.
    this.#know(this.#caller, access instanceof Promise ? await access : access)
    let turnedAway = this.#admit()
    let read = turnedAway ?? (await this.#readBody())
    if (!(read instanceof Refusal) && operation.callerOf !== undefined) {
      const { contract } = this.#terms.settings
      const caller = operation.callerOf(read)
      this.#know(caller, await store.access(caller))
      // The site has a mode of its own, which nobody knew while its call was judged.
      if (this.#terms.settings.contract !== contract) {
        turnedAway = this.#admit()
        read = turnedAway ?? (await this.#readBody())
      }
    }
    this.#read = read
    const ahead = read instanceof Refusal ? undefined : operation.ahead
    const isLarge = ahead?.isFor(read) === true
    // A pause that nobody needs takes as long as a statement of the database.
    if (ahead !== undefined && (isLarge || store.isRemote)) await this.#goAhead(read, ahead, isLarge ? inTurns : atOnce)
    const charge = turnedAway === undefined ? operation.charge : undefined
    const needs = { ...(read instanceof Refusal ? {} : operation.needs(read)), ...charge?.needs }
    // Who was not let in has used no account or site, so such a call makes none and is kept under the vendor alone.
    const stranger = read instanceof Refusal && notLetIn.has(read.status)
    if (stranger) this.#terms = { ...this.#terms, name: undefined }
    const caller = stranger ? { vendor: operation.vendor } : this.#caller
    const settled = store.call(caller, needs, (turn) => this.#settle(turn, read, charge), this.#drafted)
    const { told, served } = settled instanceof Promise ? await settled : settled
    // What was large is sent in a turn of its own.
    if (isLarge) await stepAside()
    // Not before: of a call that failed in the store there is no log to look up.
    if (told !== undefined) this.#parts.log(told)
    return served
  }

  /** From here on everything that can be judged without state is, in the contract mode that holds for the caller. */
  #admit(): Refusal | undefined {
    this.#findings = new Findings(this.#terms.settings.contract, this.#parts.levels)
    return this.#operation.admit(this.#head, this.#terms, this.#findings)
  }

  async #readBody(): Promise<unknown> {
    try {
      return await this.#operation.read(this.#head, this.#body, this.#terms, this.#findings)
    } catch (error) {
      if (error instanceof OverLimit) return new Refusal(413, error.message)
      throw error
    }
  }

  /**
   * What takes long of a command and needs neither rows nor its number is done while others have their turns, and before
   * anybody waits for a lock.
   */
  async #goAhead(read: unknown, ahead: Ahead<unknown, Verdict>, done: typeof inTurns | typeof atOnce): Promise<void> {
    const { setup } = this.#terms
    const draft = new Draft(noRows)
    const findings = this.#findings.apart()
    const outcome = await done(ahead.decide(read, setup, draft, this.#terms, findings))
    await done(this.#terms.secrets.lookThrough(this.#body.received()?.text ?? ''))
    const items = outcome instanceof Refusal ? undefined : await done(this.#recorder().items(outcome))
    this.#ahead = { setup, draft, findings, outcome, items }
    const lookUp = outcome instanceof Refusal ? undefined : this.#parts.store.lookUp?.(this.#caller, draft.changes)
    if (lookUp !== undefined) await done(lookUp)
    if (this.#isHeard && this.#isCompared) this.#said = await done(ahead.says(read))
  }

  /** What the call will change, as far as it was decided ahead. */
  get #drafted(): ChangeSet | undefined {
    return this.#ahead === undefined || this.#ahead.outcome instanceof Refusal ? undefined : this.#ahead.draft.changes
  }

  /** What is known of the caller, and the settings that hold for it. */
  #know(caller: Caller, { setup, name, opens }: Access): void {
    this.#caller = caller
    const { takes, secrets } = this.#terms
    const settings = settingsFor(setup, this.#parts.settings)
    this.#terms = { settings, takes, secrets, setup, name, opens }
  }

  /** Nothing is applied and nobody is left to answer; the journal says so. */
  async #hungUp(): Promise<undefined> {
    await this.#parts.store.call(await this.#knownCaller(), {}, (turn) => ({
      changes: {},
      entry: (changed) => this.#commit(this.#recorder(), { turn, caller: this.#caller, changed }),
      result: undefined,
    }))
  }

  /** The emulator failed, not the client: the vendor's own words for that, and nothing applied. */
  async #failed(error: unknown): Promise<Served> {
    const failure: Failure =
      error instanceof StorageFailure ? 'storage' : error instanceof TooManyPartitions ? 'too many' : 'inside'
    const cause = error instanceof Error ? (error.stack ?? error.message) : String(error)
    if (failure !== 'too many')
      this.#parts.log(`${this.#operation.name} failed: ${printableLines(this.#recorder().safe(cause))}`)
    const refusal = this.#operation.failed(failure, this.#findings)
    // No call made the account, so the name that it would have got is nobody's.
    if (this.#terms.setup === undefined) this.#terms = { ...this.#terms, name: undefined }
    const caller = failure === 'storage' && this.#isRecalled ? this.#nobody : await this.#knownCaller()
    const { served } = await this.#parts.store.call(caller, {}, (turn) => this.#finish(turn, refusal, {}))
    return served
  }

  /**
   * What goes wrong on purpose stands before everything else, as what stands before a vendor does: a call that meets an
   * error, or is lost before its commit, is not judged and costs nothing. The charge is paid from a draft of its own:
   * it stands where everything else of the call is refused.
   */
  #settle(turn: Turn, read: unknown, charge: Charge | undefined): Settling {
    // Who was not let in may be by now: a turn of nobody has no setup, so that such a call begins anew, too.
    if (this.#isRecalled && turn.setup !== this.#terms.setup) throw new Outdated()
    const met = this.#meetFaults(turn, read)
    const fault = met.fault?.fault
    if (fault?.kind === 'error' || fault?.kind === 'before_commit') {
      this.#findings.forget()
      if (fault.kind === 'before_commit') return this.#lose(turn, met)
      return this.#finish(turn, refusalBy(fault, this.#operation), {}, met)
    }
    let paid: ChangeSet = {}
    let taken = read
    if (charge !== undefined) {
      const price = new Draft(turn.view)
      taken = charge.take(turn, price, this.#terms, this.#findings) ?? read
      paid = price.changes
    }
    if (taken instanceof Refusal) return this.#finish(turn, taken, paid, withoutPartial(met))
    const { draft, outcome } = this.#decide(taken, turn, met)
    if (outcome instanceof Refusal) return this.#finish(turn, outcome, paid, withoutPartial(met))
    return this.#finish(turn, outcome, charge === undefined ? draft.changes : { ...draft.changes, ...paid }, met)
  }

  #decide(command: unknown, turn: Turn, { spared }: Met): Decided {
    const decided = spared.size === 0 ? this.#decidedAhead(turn) : undefined
    const { draft, outcome } = decided ?? this.#decideNow(command, turn, spared)
    const enforced = this.#findings.refusal !== undefined && !(outcome instanceof Refusal)
    return { draft, outcome: enforced ? this.#operation.enforce(this.#findings) : outcome }
  }

  #decideNow(command: unknown, turn: Turn, spared: ReadonlySet<number>): Decided {
    const draft = new Draft(turn.view)
    return { draft, outcome: this.#operation.decide(command, turn, draft, this.#terms, this.#findings, spared) }
  }

  /** What was decided ahead; undefined where nothing was, or its account has become another one since. */
  #decidedAhead({ setup }: Turn): Decided | undefined {
    const ahead = this.#ahead
    if (ahead === undefined || !isAsBefore(setup, ahead.setup)) return undefined
    this.#findings.add(ahead.findings)
    return ahead
  }

  /** Hits are counted with the commit, so that faults speak in the order of commits. */
  #meetFaults(turn: Turn, read: unknown): Met {
    const { faults, magic } = this.#parts
    const operation = this.#operation
    if (operation.errors === undefined || (faults.isEmpty && !magic)) return nothingMet
    const text = this.#body.received()?.text ?? ''
    const arrived = arriving(operation, this.#head, text, turn.setup?.name)
    const site = 'site' in this.#caller ? this.#caller.site : undefined
    const skus = read instanceof Refusal ? [] : (operation.skusOf?.(read) ?? [])
    return meet({ operation, arrived, site, skus }, faults.asked(arrived), magic)
  }

  /** The connection is lost and nothing happened; the journal says so. */
  #lose(turn: Turn, met: Met): Settling {
    const fault = tellFault(met, this.#operation)
    return {
      changes: {},
      entry: (changed) => this.#commit(this.#recorder(), { turn, caller: this.#caller, changed, fault }),
      count: () => countHits(met),
      result: { served: { sent: undefined, delivery: { delayMs: met.delayMs, lost: 'reset' } }, told: undefined },
    }
  }

  #finish(turn: Turn, outcome: Verdict | Refusal, changes: ChangeSet, met = nothingMet): Settling {
    const written = this.#operation.write(outcome, this.#head, turn, this.#terms, this.#findings)
    const fault = tellFault(met, this.#operation)
    const headers = this.#headersOf(written, turn, fault)
    const { reply: left, delivery } = delivered({ status: written.status, headers, body: written.body }, met)
    const reply = left && this.#parts.alter(left)
    const recorder = this.#recorder()
    const sent = reply && { reply, replied: recorder.replied(reply) }
    const items = this.#ahead?.outcome === outcome ? this.#ahead?.items : undefined
    const { replied } = sent ?? {}
    return {
      changes,
      entry: (changed) =>
        this.#commit(recorder, { turn, caller: this.#caller, changed, outcome, items, written, replied, fault }),
      count: () => countHits(met),
      result: { served: { sent, delivery }, told: told(turn, outcome, written, items) },
    }
  }

  /** The vendor's own headers, and what is told beside them. */
  #headersOf(written: Written, turn: Turn, fault: ToldFault | null): Reply['headers'] {
    const headers: Record<string, string> = {
      ...written.headers,
      Date: writeHttpDate(turn.now),
      'Backstock-Request-Id': turn.id,
    }
    const violations = this.#findings.total
    if (violations > 0) headers['Backstock-Violations'] = String(violations)
    if (fault !== null) headers['Backstock-Fault'] = fault.kind
    return headers
  }

  #recorder(): Recorder {
    return new Recorder(this.#operation, this.#head, this.#body, this.#terms, this.#findings, this.#parts.limits)
  }

  /** What the store writes down of the call. */
  #commit(recorder: Recorder, settlement: Settlement): Committed {
    const ms = this.#parts.stopwatch() - this.#arrived.began
    return { entry: recorder.entry(settlement, ms, this.#parts.repeated), heard: this.#heard(recorder) }
  }

  /** What is told to whoever compares calls; undefined where nobody asks, or the caller wants no judgement. */
  #heard({ secrets, tainted }: Recorder): Heard | undefined {
    if (!this.#isHeard) return undefined
    const understood = this.#read !== undefined && !(this.#read instanceof Refusal)
    return {
      head: this.#head,
      said: understood && this.#isCompared ? (this.#said ?? this.#operation.says?.(this.#read)) : undefined,
      ...this.#arrived,
      secrets,
      ofToken: this.#terms.secrets.ofToken,
      tainted,
    }
  }

  get #isHeard(): boolean {
    const { conduct, repeated } = this.#parts
    return !repeated && this.#terms.settings.contract !== 'off' && conduct.listensTo(this.#operation.vendor)
  }

  get #isCompared(): boolean {
    return this.#parts.conduct.compares(this.#operation.vendor)
  }

  /** Nobody where no call has made its account or site, or it is gone: what is not carried out makes none. */
  async #knownCaller(): Promise<Caller> {
    const { setup } = this.#isRecalled ? await this.#parts.store.access(this.#caller) : this.#terms
    return setup === undefined ? this.#nobody : this.#caller
  }

  get #nobody(): Caller {
    return { vendor: this.#operation.vendor }
  }
}

/** One line for the person who watches, where an item was not updated. */
function told(
  turn: Turn,
  outcome: Verdict | Refusal,
  written: Written,
  items: KeptOutcomes | undefined,
): string | undefined {
  if (outcome instanceof Refusal || written.logId === undefined) return undefined
  const { outcomes } = outcome
  const updated = items?.updated ?? outcomes.filter((item) => item.outcome === 'updated').length
  if (updated === outcomes.length) return undefined
  const name = printable(turn.setup?.name ?? 'nobody')
  return `${name}: ${outcomes.length - updated} of ${outcomes.length} items not updated; backstock why ${written.logId}`
}
