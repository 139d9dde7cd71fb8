import type { BreachOfCall } from '../journal/broken-rule.js'
import type { Statement } from '../said.js'
import { detached } from '../wire/detached.js'
import type { Line } from './heard.js'
import { KnownTypes } from './known-types.js'
import { Pace } from './pace.js'
import { type PastCall, Position, type Word } from './past-call.js'
import { Told } from './told.js'

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

const pendingNames = ['lost_reply', 'retry_payload', 'refused_items'] as const
/** What is wrong only because nothing came. */
export type PendingName = (typeof pendingNames)[number]

/** What is remembered of one account or site, since the run began and at most as long as a rule looks back. */
export class Memory {
  readonly positions = new Map<string, Position>()
  /** The call of each position that was refused and is open, or of each SKU whose warehouse or date was. */
  readonly refusals = new Map<string, PastCall>()
  readonly singles = new Pace()
  /** No single call counts before this instant: of its window enough was told. */
  singlesFrom = Number.NEGATIVE_INFINITY
  readonly inUrl = new Pace()
  readonly writers = new Map<string, Writers>()
  readonly types = new KnownTypes()
  readonly told = new Told()
  wait: Wait | undefined
  /** Breaches that no call showed, since nothing came. */
  readonly overdue: BreachOfCall[] = []
  readonly #mostWords: number
  #words = 0
  #calls = 0
  /** The ends of the calls, of which each leads to the next. */
  #oldest: PastCall | undefined
  #newest: PastCall | undefined
  /** The calls by the ids of their requests, once one was looked for: of most accounts none ever is. */
  #byId: Map<string, PastCall> | undefined
  /** The last call of which it is settled what did not come; nothing is settled of the calls behind it. */
  readonly #settled: Record<PendingName, PastCall | undefined> = {
    lost_reply: undefined,
    retry_payload: undefined,
    refused_items: undefined,
  }

  constructor(mostWords: number) {
    this.#mostWords = Math.max(mostWords, wordsOfPosition)
  }

  /** Roughly how much is remembered: words, calls and whatever else grows with what comes. */
  get size(): number {
    const { singles, inUrl, types, writers, overdue } = this
    return (
      ownSize +
      this.#words +
      this.#calls +
      singles.size +
      inUrl.size +
      types.size +
      writers.size * perWarehouse +
      overdue.length
    )
  }

  keep(call: PastCall): void {
    this.#byId?.set(call.id, call)
    this.#calls++
    if (this.#newest === undefined) this.#oldest = call
    else this.#newest.later = call
    this.#newest = call
    while (this.#oldest !== call && this.size > mostOfOne) this.#dropOldest()
  }

  /** A call by the id of its request. */
  find(id: string): PastCall | undefined {
    if (this.#byId === undefined) {
      this.#byId = new Map()
      for (let call = this.#oldest; call !== undefined; call = call.later) this.#byId.set(call.id, call)
    }
    return this.#byId.get(id)
  }

  /** Notes that a call says something of a position; of what it says twice the last counts. */
  say(call: PastCall, { key, value, stamp, digest, at }: Statement, updated: boolean): void {
    const position = this.positions.get(key) ?? this.#begin(detached(key))
    const before = position.last
    if (before?.call === call) {
      before.value = own(value, before.value)
      before.stamp = own(stamp, before.stamp)
      before.updated = updated
      before.times++
      return
    }
    const word: Word = {
      position,
      call,
      value: own(value, before?.value),
      stamp: own(stamp, before?.stamp),
      times: 1,
      at,
      updated,
      digest,
      next: undefined,
      before: undefined,
      behind: undefined,
      sibling: undefined,
    }
    position.push(word)
    if (position.count > this.#mostWords) position.shift()
    call.push(word)
    this.#words++
  }

  #begin(key: string): Position {
    const position = new Position(key)
    this.positions.set(key, position)
    return position
  }

  /** Forgets the calls that no rule looks back to. */
  dropBefore(now: number, longestMs: number): void {
    while (this.#oldest !== undefined && now - this.#oldest.at >= longestMs) this.#dropOldest()
  }

  /** The first call of which it is not settled what did not come. */
  unsettled(name: PendingName): PastCall | undefined {
    const last = this.#settled[name]
    return last === undefined ? this.#oldest : last.later
  }

  /** It is settled of a call and all before it. */
  settle(name: PendingName, call: PastCall): void {
    this.#settled[name] = call
  }

  /** Nothing of a call's refused items is open any more. */
  settleRefused(call: PastCall): void {
    for (const name of call.refused?.keys() ?? []) this.refusals.delete(name)
    call.refused = undefined
  }

  #dropOldest(): void {
    const call = this.#oldest
    if (call === undefined) return
    this.#oldest = call.later
    if (call.later === undefined) this.#newest = undefined
    // A call that is gone would keep those behind it for as long as anything of it is left.
    call.later = undefined
    this.#byId?.delete(call.id)
    this.#calls--
    this.settleRefused(call)
    for (const name of pendingNames) if (this.#settled[name] === call) this.#settled[name] = undefined
    for (let word = call.first; word !== undefined; word = word.sibling) {
      const { position } = word
      position.shift(word)
      if (position.count === 0) this.positions.delete(position.key)
      this.#words--
    }
  }

  tellLate(breach: BreachOfCall): void {
    this.overdue.push(breach)
    if (this.overdue.length > mostOverdue) this.overdue.shift()
  }
}

/** A text that is remembered: the one from before where it is the same, else without the body that it was cut from. */
function own<None extends null | undefined>(text: string | None, before: string | null | undefined): string | None {
  if (typeof text !== 'string') return text
  return text === before ? before : detached(text)
}
