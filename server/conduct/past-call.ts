import type { Place } from '../findings.js'
import type { Entry, Fate } from '../journal/entry.js'

/** What one call said of one position, and what came of it. */
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
  /** What was said of the position next: the same, something else instead of the same, or something newer. */
  next: 'same' | 'else' | 'newer' | undefined
  /** The call that said something else. */
  elseBy: PastCall | undefined
}

/** A position, level or other subject of which calls spoke, oldest first. */
export interface Position {
  readonly key: string
  readonly words: Word[]
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
  readonly words = new Map<string, Word>()
  /** Items that were refused and not yet sent again nor asked about: their SKUs and places. */
  refused: Map<string, Place> | undefined
  /** What it says otherwise than lost calls did. */
  changed: Map<Word, Word> | undefined
  readonly #lost: boolean
  readonly #doubtful: boolean
  readonly #fate: Fate | undefined

  constructor({ id, at, status, fault, reply }: Entry, number: number) {
    this.id = id
    this.at = at.getTime()
    this.number = number
    this.#lost = status === null || (fault !== null && unreadable.has(fault.kind))
    this.#doubtful = fault?.kind === 'wrong_content_type'
    this.#fate = reply?.fate
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
