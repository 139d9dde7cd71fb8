import { AgedMap } from '../aged-map.js'
import type { BreachOfCall } from '../journal/broken-rule.js'
import type { Statement } from '../said.js'
import { detached } from '../wire/detached.js'
import type { Line } from './heard.js'
import { Pace } from './pace.js'
import type { PastCall, Position, Word } from './past-call.js'

/** The overwrites of one warehouse: the last one, the one before it, and how often they alternated. */
export interface Writers {
  last: Overwrite
  before: Overwrite | undefined
  readonly turns: Pace
}

export interface Overwrite {
  readonly at: number
  /** Its own and those of the calls that came to the same. */
  readonly ids: ReadonlySet<string>
  readonly agent: string | undefined
  /** Positions of the overwrite before it that it wiped, the first of them. */
  readonly wiped: ReadonlySet<string>
}

/** A 429 whose Retry-After is not over. */
export interface Wait {
  readonly id: string
  /** Calls that were committed up to it. */
  readonly number: number
  readonly seconds: number
  /** When it was answered, in milliseconds of the account's clock. */
  readonly at: number
  /** When the first of several was answered to calls that are under way together, by that clock and by the stopwatch. */
  readonly first: { readonly clock: number; readonly stopwatch: number }
  /** What the call said, in short, and the connections by which so many were told to wait. */
  readonly gist: string
  readonly lines: WeakSet<Line>
  /** By both of them: it is over by whichever comes first. */
  readonly until: { readonly clock: number; readonly stopwatch: number }
  /** Calls that came too early. */
  tooEarly: number
}

/** The types that a field had in the last call that had it. */
export interface KnownType {
  readonly types: readonly string[]
  readonly at: number
  readonly id: string
}

/** Words and calls that are remembered of one account or site; beyond them the oldest call goes. */
const mostOfOne = 20_000
/** Words of one position that are remembered, where no limit asks for more. */
const wordsOfPosition = 8
/** What the writers of one warehouse take at most, by and large. */
const perWarehouse = 100
/** What an account takes of which next to nothing is remembered. */
const ownSize = 20
/** Breaches of calls that are over; beyond them the oldest goes. */
const mostOverdue = 200

/** What is remembered of one account or site, since the run began and at most as long as a rule looks back. */
export class Memory {
  /** By the ids of their requests, oldest first. */
  readonly calls = new AgedMap<string, PastCall>()
  readonly positions = new Map<string, Position>()
  /** Calls whose reply may still turn out to be lost, calls that changed what a lost one said, calls with refused items. */
  readonly unheard = new AgedMap<PastCall, true>()
  readonly changing = new AgedMap<PastCall, true>()
  readonly refusing = new AgedMap<PastCall, true>()
  /** The call of each position that was refused and is open, or of each SKU whose warehouse or date was. */
  readonly refusals = new Map<string, PastCall>()
  readonly singles = new Pace()
  /** No single call counts before this instant: of its window enough was told. */
  singlesFrom = Number.NEGATIVE_INFINITY
  readonly inUrl = new Pace()
  readonly writers = new Map<string, Writers>()
  readonly types = new Map<string, KnownType>()
  readonly changes = new Map<string, Pace>()
  wait: Wait | undefined
  /** Breaches that no call showed, since nothing came. */
  readonly overdue: BreachOfCall[] = []
  readonly #mostWords: number
  #words = 0

  constructor(mostWords: number) {
    this.#mostWords = Math.max(mostWords, wordsOfPosition)
  }

  /** Roughly how much is remembered: words, calls and whatever else grows with what comes. */
  get size(): number {
    const { calls, singles, inUrl, types, writers, overdue } = this
    return (
      ownSize +
      this.#words +
      calls.size +
      singles.size +
      inUrl.size +
      types.size +
      writers.size * perWarehouse +
      overdue.length
    )
  }

  keep(call: PastCall): void {
    this.calls.set(call.id, call)
    while (this.size > mostOfOne) {
      const oldest = this.#oldest
      if (oldest === undefined || oldest === call) return
      this.drop(oldest)
    }
  }

  get #oldest(): PastCall | undefined {
    const { oldest } = this.calls
    return oldest === undefined ? undefined : this.calls.get(oldest)
  }

  /** Notes that a call says something of a position; of what it says twice the last counts. */
  say(call: PastCall, { key, value, stamp, digest, at }: Statement, updated: boolean): void {
    const known = call.words.get(key)
    if (known !== undefined) {
      Object.assign(known, { value: value && detached(value), stamp: stamp && detached(stamp), updated })
      known.times++
      return
    }
    const position = this.positions.get(key) ?? this.#begin(detached(key))
    const word: Word = {
      position,
      call,
      value: value && detached(value),
      stamp: stamp && detached(stamp),
      times: 1,
      at,
      updated,
      digest: digest === true,
      next: undefined,
      elseBy: undefined,
    }
    position.words.push(word)
    if (position.words.length > this.#mostWords) position.words.shift()
    call.words.set(position.key, word)
    this.#words++
  }

  #begin(key: string): Position {
    const position: Position = { key, words: [] }
    this.positions.set(key, position)
    return position
  }

  /** Forgets the calls that no rule looks back to. */
  dropBefore(now: number, longestMs: number): void {
    for (let call = this.#oldest; call !== undefined && now - call.at >= longestMs; call = this.#oldest) this.drop(call)
  }

  /** Nothing of a call's refused items is open any more. */
  settleRefused(call: PastCall): void {
    for (const name of call.refused?.keys() ?? []) this.refusals.delete(name)
    call.refused = undefined
    this.refusing.delete(call)
  }

  drop(call: PastCall): void {
    this.calls.delete(call.id)
    this.settleRefused(call)
    this.unheard.delete(call)
    this.changing.delete(call)
    for (const word of call.words.values()) {
      const { position } = word
      const index = position.words.indexOf(word)
      if (index >= 0) position.words.splice(index, 1)
      if (position.words.length === 0) this.positions.delete(position.key)
    }
    this.#words -= call.words.size
  }

  tellLate(breach: BreachOfCall): void {
    this.overdue.push(breach)
    if (this.overdue.length > mostOverdue) this.overdue.shift()
  }
}
