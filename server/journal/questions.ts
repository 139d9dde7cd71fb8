import { mayHave } from '../matching/dropped.js'
import { journalled } from '../matching/journalled.js'
import type { AnyOperation } from '../operation.js'
import type { Scope } from '../state/store.js'
import type { Timers } from '../timers.js'
import type { Entry } from './entry.js'
import type { Inquiry, Progress } from './inquiry.js'
import type { Journal } from './journal.js'

/** Questions that wait at the same time. */
const mostWaits = 1_000

/** Why a question that was to wait got no answer. */
export class NoAnswer extends Error {}

export interface QuestionParts {
  readonly journal: Journal
  readonly operations: ReadonlyMap<string, AnyOperation>
  readonly timers: Timers
  /** Aborted when the emulator closes. */
  readonly closing: AbortSignal
}

interface Waiting {
  readonly inquiry: Inquiry
  progress: Progress
  readonly end: (outcome: Progress | Error) => void
}

/**
 * Asks the journal. A question that waits begins to listen in the very tick in which it looks at what is there: a call
 * that came in between would be neither seen nor told of.
 */
export class Questions {
  readonly #parts: QuestionParts
  readonly #most: number
  readonly #vendors: ReadonlyMap<string, AnyOperation['vendor']>
  readonly #waiting = new Set<Waiting>()
  /** Ends the listening, which lasts as long as a question waits: what nobody listens to a replica reads later. */
  #unlisten = () => {}

  constructor(parts: QuestionParts, most = mostWaits) {
    this.#parts = parts
    this.#most = most
    this.#vendors = new Map([...parts.operations].map(([name, { vendor }]) => [name, vendor]))
    parts.closing.addEventListener('abort', () => {
      for (const { end } of this.#waiting) end(new NoAnswer('The emulator is closing.'))
    })
  }

  /** What the journal answers now. */
  ask(inquiry: Inquiry): Progress {
    const { journal, operations } = this.#parts
    const dropped = [...journal.evicted(inquiry.scope)].map((each) => ({
      ...each,
      mayMeet: (match: Parameters<typeof mayHave>[0]) => each.count > 0 && mayHave(match, each, this.#vendors),
    }))
    const progress = inquiry.begin(dropped)
    for (const [number, entry] of journal.oldest(inquiry.scope))
      progress.take(number, entry, journalled(entry, operations))
    return progress
  }

  /**
   * The answer as soon as the verdict is `pass` or can no longer become it, and what there is after `ms` milliseconds
   * at the latest. Rejected with NoAnswer where too many questions wait, and where `gone` or the emulator ends it.
   */
  wait(inquiry: Inquiry, ms: number, gone: AbortSignal): Promise<Progress> {
    const progress = this.ask(inquiry)
    if (progress.settled || ms === 0) return Promise.resolve(progress)
    const refusal = this.#refusal()
    if (refusal !== undefined) return Promise.reject(refusal)
    return new Promise((resolve, reject) => {
      const leave = () => waiting.end(new NoAnswer('Nobody is left to answer.'))
      const waiting: Waiting = {
        inquiry,
        progress,
        end: (outcome) => {
          this.#waiting.delete(waiting)
          if (this.#waiting.size === 0) this.#unlisten()
          cancel()
          gone.removeEventListener('abort', leave)
          if (outcome instanceof Error) reject(outcome)
          else resolve(outcome)
        },
      }
      const cancel = this.#parts.timers.after(ms, () => waiting.end(waiting.progress))
      gone.addEventListener('abort', leave)
      if (this.#waiting.size === 0) this.#unlisten = this.#listen()
      this.#waiting.add(waiting)
    })
  }

  /** Questions that wait. */
  get waiting(): number {
    return this.#waiting.size
  }

  #listen(): () => void {
    return this.#parts.journal.listen({
      appended: (number, scope, entry) => this.#appended(number, scope, entry),
      rewritten: () => this.#rewritten(),
    })
  }

  #refusal(): NoAnswer | undefined {
    if (this.#parts.closing.aborted) return new NoAnswer('The emulator is closing.')
    if (this.#waiting.size < this.#most) return undefined
    return new NoAnswer(`${this.#most} questions wait already. Ask again when one of them is answered.`)
  }

  #appended(number: number, scope: Scope, entry: Entry): void {
    // One look at the call for all of them: its command is read at most once.
    const call = journalled(entry, this.#parts.operations)
    for (const waiting of this.#waiting) {
      const { inquiry, progress } = waiting
      if (inquiry.scope !== undefined && inquiry.scope !== scope) continue
      this.#advance(waiting, () => progress.take(number, entry, call))
    }
  }

  #rewritten(): void {
    for (const waiting of this.#waiting)
      this.#advance(waiting, () => {
        waiting.progress = this.ask(waiting.inquiry)
      })
  }

  /** What fails here must fail the question, not the vendor's call that is being journalled. */
  #advance(waiting: Waiting, step: () => void): void {
    try {
      step()
      if (waiting.progress.settled) waiting.end(waiting.progress)
    } catch (error) {
      waiting.end(error instanceof Error ? error : new Error(String(error)))
    }
  }
}
