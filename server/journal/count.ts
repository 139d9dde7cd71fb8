import type { Handled } from '../matching/call.js'
import { type Match, verdictOf } from '../matching/match.js'
import type { Partition } from '../state/store.js'
import { type Entry, type Summary, summaryOf } from './entry.js'
import { type DroppedCalls, type Inquiry, listed, type Progress } from './inquiry.js'
import { atLeast, type Bounds, certain, exactly, type Verdict } from './verdict.js'

/** How many calls there are to be: at least so many, exactly so many, or any number that is known for sure. */
export type Wanted = { readonly atLeast: number } | { readonly exactly: number } | 'any number'

/** How many calls a match means. */
export class CountInquiry implements Inquiry {
  readonly scope: Partition | undefined
  readonly #match: Match<Handled>
  readonly #wanted: Wanted

  constructor(scope: Partition | undefined, match: Match<Handled>, wanted: Wanted) {
    this.scope = scope
    this.#match = match
    this.#wanted = wanted
  }

  begin(dropped: readonly DroppedCalls[]): Progress {
    const evicted = dropped.filter((each) => each.mayMeet(this.#match)).reduce((sum, { count }) => sum + count, 0)
    return new Count(this.#match, this.#wanted, evicted)
  }
}

class Count implements Progress {
  readonly evicted: number
  readonly #match: Match<Handled>
  readonly #wanted: Wanted
  /** Calls of whose body too little is kept to tell. */
  #open = 0
  #sure = 0
  /** Oldest first. */
  readonly #met: Summary[] = []

  constructor(match: Match<Handled>, wanted: Wanted, evicted: number) {
    this.#match = match
    this.#wanted = wanted
    this.evicted = evicted
  }

  take(_number: number, entry: Entry, call: Handled): void {
    const verdict = verdictOf(this.#match, call)
    if (verdict === 'unknown') this.#open++
    if (verdict !== 'yes') return
    this.#sure++
    this.#met.push(summaryOf(entry))
    if (this.#met.length > listed) this.#met.shift()
  }

  get verdict(): Verdict {
    const bounds: Bounds = { sure: this.#sure, most: this.#sure + this.#open + this.evicted }
    if (this.#wanted === 'any number') return certain(bounds)
    return 'atLeast' in this.#wanted ? atLeast(this.#wanted.atLeast, bounds) : exactly(this.#wanted.exactly, bounds)
  }

  get settled(): boolean {
    if (this.#wanted === 'any number') return true
    if ('atLeast' in this.#wanted) return this.#sure >= this.#wanted.atLeast
    // What is open may still turn out to be none, so only what is sure can be too many.
    return this.verdict === 'pass' || this.#sure > this.#wanted.exactly
  }

  get count(): number {
    return this.#sure
  }

  get met(): readonly Summary[] {
    return this.#met.toReversed()
  }

  get wanted(): Progress['wanted'] {
    const asked = this.#wanted
    const least = asked === 'any number' ? 1 : 'atLeast' in asked ? asked.atLeast : asked.exactly
    return this.#sure < least ? { match: this.#match, after: -1 } : undefined
  }
}
