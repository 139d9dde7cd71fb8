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
  #possible: readonly number[] = [0]

  constructor(steps: readonly Match<Handled>[], dropped: readonly DroppedCalls[]) {
    this.#steps = steps
    this.#dropped = dropped.filter((each) => steps.some((step) => each.mayMeet(step)))
    this.evicted = this.#dropped.reduce((sum, { count }) => sum + count, 0)
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
    this.#possible = this.#withDropped(number).map((met) => {
      const step = this.#steps[met]
      return step !== undefined && verdict(step) !== 'no' ? met + 1 : met
    })
    this.#seen = number
  }

  get verdict(): Verdict {
    return atLeast(this.#steps.length, {
      sure: this.count,
      most: Math.max(...this.#withDropped(Number.POSITIVE_INFINITY)),
    })
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

  /** The same, where dropped calls between the one that was seen last and the next have met the steps that come then. */
  #withDropped(next: number): readonly number[] {
    const between = this.#dropped.filter(({ first, last }) => first < next && last > this.#seen)
    const possible = [...this.#possible]
    for (let used = 0; used < Math.min(this.evicted, this.#steps.length); used++) {
      const met = possible[used]
      const step = met === undefined ? undefined : this.#steps[met]
      if (met === undefined || step === undefined) break
      if (between.some((each) => each.mayMeet(step))) possible[used + 1] = Math.max(possible[used + 1] ?? 0, met + 1)
    }
    return possible
  }
}
