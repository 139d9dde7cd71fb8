import type { Handled } from '../matching/call.js'
import { type Match, verdictOf } from '../matching/match.js'
import type { Partition } from '../state/store.js'
import { type Entry, type Summary, summaryOf } from './entry.js'
import { type DroppedCalls, type Inquiry, listed, type Progress } from './inquiry.js'
import { atLeast, type Verdict } from './verdict.js'

/** Calls that came in this order, each by a later one; others in between do not matter. */
export class SequenceInquiry implements Inquiry {
  readonly scope: Partition | undefined
  readonly #steps: readonly Match<Handled>[]

  constructor(scope: Partition | undefined, steps: readonly Match<Handled>[]) {
    this.scope = scope
    this.#steps = steps
  }

  begin(dropped: readonly DroppedCalls[]): Progress {
    return new Sequence(this.#steps, dropped)
  }
}

class Sequence implements Progress {
  readonly evicted: number
  readonly #steps: readonly Match<Handled>[]
  readonly #dropped: readonly DroppedCalls[]
  readonly #met: Summary[] = []
  /** The number of the call that was found last. */
  #last = -1
  /** The number of the call that was looked at last. */
  #seen = -1
  /** How many steps may have been met with the help of so many dropped calls: the place says how many. */
  readonly #possible: number[] = [0]

  constructor(steps: readonly Match<Handled>[], dropped: readonly DroppedCalls[]) {
    this.#steps = steps
    this.#dropped = dropped.filter((each) => steps.some((step) => each.mayMeet(step)))
    this.evicted = this.#dropped.reduce((sum, { count }) => sum + count, 0)
    this.#takeDropped()
  }

  take(number: number, entry: Entry, call: Handled): void {
    const verdicts = new Map<Match<Handled>, ReturnType<typeof verdictOf>>()
    const verdict = (step: Match<Handled>) => {
      const known = verdicts.get(step) ?? verdictOf(step, call)
      verdicts.set(step, known)
      return known
    }
    const next = this.#steps[this.count]
    if (next !== undefined && verdict(next) === 'yes') {
      this.#met.push(summaryOf(entry))
      this.#last = number
    }
    for (const [used, met] of this.#possible.entries()) {
      const step = this.#steps[met]
      if (step !== undefined && verdict(step) !== 'no') this.#possible[used] = met + 1
    }
    this.#seen = number
    this.#takeDropped()
  }

  get verdict(): Verdict {
    return atLeast(this.#steps.length, { sure: this.count, most: Math.max(...this.#possible) })
  }

  get settled(): boolean {
    return this.count === this.#steps.length
  }

  /** Steps that were found in order. */
  get count(): number {
    return this.#met.length
  }

  get met(): readonly Summary[] {
    return this.#met.toReversed().slice(0, listed)
  }

  get wanted(): Progress['wanted'] {
    const match = this.#steps[this.count]
    return match === undefined ? undefined : { match, after: this.#last }
  }

  /** Between the call that was seen last and the next, dropped ones may have met the steps that come then. */
  #takeDropped(): void {
    for (let used = 0; used < this.evicted && used < this.#steps.length; used++) {
      const met = this.#possible[used]
      const step = met === undefined ? undefined : this.#steps[met]
      if (met === undefined || step === undefined) return
      const may = this.#dropped.some((each) => each.number > this.#seen && each.mayMeet(step))
      const known = this.#possible[used + 1] ?? 0
      if (may) this.#possible[used + 1] = Math.max(known, met + 1)
      else if (this.#possible[used + 1] === undefined) return
    }
  }
}
