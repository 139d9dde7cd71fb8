import type { Place } from '../findings.js'
import type { Entry, Fate } from '../journal/entry.js'

/**
 * What one call said of one position, and what came of it. Thousands are remembered, so they stand in no lists of their
 * own: each leads to its neighbours.
 */
export interface Word {
  readonly position: Position
  readonly call: PastCall
  value: string | null
  stamp: string | undefined
  /** How often the call says it. */
  times: number
  readonly at: Place
  /** The vendor took it. */
  updated: boolean
  /** It stands for many. */
  readonly digest: boolean
  /** What was said of the position next: the same, something newer or, by that call, something else instead of the same. */
  next: 'same' | 'newer' | PastCall | undefined
  /** What was said of the position before it and behind it. */
  before: Word | undefined
  behind: Word | undefined
  /** What its call says next, of another position. */
  sibling: Word | undefined
}

/** A position, level or other subject of which calls spoke. */
export class Position {
  readonly key: string
  /** What was said of it, oldest first. */
  #first: Word | undefined
  #last: Word | undefined
  #count = 0

  constructor(key: string) {
    this.key = key
  }

  get last(): Word | undefined {
    return this.#last
  }

  get count(): number {
    return this.#count
  }

  push(word: Word): void {
    word.before = this.#last
    if (this.#last === undefined) this.#first = word
    else this.#last.behind = word
    this.#last = word
    this.#count++
  }

  /** Forgets the oldest word, or this one where it is that. */
  shift(word = this.#first): void {
    if (word === undefined || word !== this.#first) return
    this.#first = word.behind
    // What is forgotten leads to nothing that is remembered, and is not led to.
    if (word.behind === undefined) this.#last = undefined
    else word.behind.before = undefined
    word.behind = undefined
    this.#count--
  }
}

/** After these the reply holds nothing that a client could read. */
const unreadable: ReadonlySet<string> = new Set(['truncate', 'garble', 'empty'])

/** A call as it is remembered: what it said, and whether its client heard the reply. */
export class PastCall {
  readonly id: string
  /** Milliseconds of its account's clock. */
  readonly at: number
  /** Calls that were committed before it. */
  readonly number: number
  /** Items that were refused and not yet sent again nor asked about: their SKUs and places. */
  refused: Map<string, Place> | undefined
  /** What it says otherwise than lost calls did. */
  changed: Map<Word, Word> | undefined
  /** The call that was remembered behind it. */
  later: PastCall | undefined
  /** What it said; each word leads to the next. */
  #first: Word | undefined
  #last: Word | undefined
  readonly #lost: boolean
  readonly #doubtful: boolean
  readonly #fate: Fate | undefined

  constructor({ id, at, status, fault, reply }: Entry, number: number) {
    this.id = id
    this.at = at.getTime()
    this.number = number
    this.refused = undefined
    this.changed = undefined
    this.later = undefined
    this.#first = undefined
    this.#last = undefined
    this.#lost = status === null || (fault !== null && unreadable.has(fault.kind))
    this.#doubtful = fault?.kind === 'wrong_content_type'
    this.#fate = reply?.fate
  }

  get first(): Word | undefined {
    return this.#first
  }

  push(word: Word): void {
    if (this.#last === undefined) this.#first = word
    else this.#last.sibling = word
    this.#last = word
  }

  /** As far as is known by now: that a client has gone shows later. */
  get lost(): boolean {
    return this.#lost || this.#fate?.taken === false
  }

  /** The client has surely heard what became of it. */
  get answered(): boolean {
    return !this.lost && !this.#doubtful
  }
}

/** The words of a call that are looked for; most calls have one. */
export function wordsOf({ first }: PastCall, isLookedFor: (word: Word) => boolean): readonly Word[] {
  const words: Word[] = []
  for (let word = first; word !== undefined; word = word.sibling) if (isLookedFor(word)) words.push(word)
  return words
}
