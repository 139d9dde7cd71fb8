import { Scoped, type SetFor } from './scoped.js'
import type { Partition, Scope } from './state/store.js'

/** The instants that every date of ours can be written with: four digits of a year, in HTTP and in ISO 8601. */
export const earliest = new Date('1970-01-01T00:00:00.000Z')
export const latest = new Date('9999-12-31T23:59:59.999Z')

/** A clock that stands, or one that runs beside the real one; in milliseconds. */
export type Hand = { readonly stands: number } | { readonly ahead: number }

/** What a clock says. */
export interface Told {
  readonly now: Date
  readonly frozen: boolean
  readonly setFor: SetFor
}

/** What time it is: for everyone, and for single accounts and sites whose clocks were set apart. */
export class Clocks {
  readonly #real: () => Date
  readonly #hands = new Scoped<Hand>()

  constructor(real: () => Date) {
    this.#real = real
  }

  now(scope: Scope | undefined): Date {
    const hand = this.#hands.of(scope)
    if (hand === undefined) return this.#real()
    if ('stands' in hand) return new Date(hand.stands)
    // A clock that was set shortly before the last instant of all stops there.
    return new Date(Math.min(this.#real().getTime() + hand.ahead, latest.getTime()))
  }

  told(of: Partition | undefined): Told {
    const hand = this.#hands.of(of)
    return {
      now: this.now(of),
      frozen: hand !== undefined && 'stands' in hand,
      setFor: this.#hands.setFor(of),
    }
  }

  /** The clock stands at this instant. */
  freeze(of: Partition | undefined, at: Date): void {
    this.#hands.set(of, { stands: at.getTime() })
  }

  /** The clock runs on from this instant. */
  run(of: Partition | undefined, from: Date): void {
    this.#hands.set(of, { ahead: from.getTime() - this.#real().getTime() })
  }

  /** The clock that holds now, its own or that of all, goes on by so many seconds; it stands where it stood. */
  advance(of: Partition | undefined, seconds: number): void {
    const hand = this.#hands.of(of) ?? { ahead: 0 }
    const ms = Math.round(seconds * 1000)
    this.#hands.set(of, 'stands' in hand ? { stands: hand.stands + ms } : { ahead: hand.ahead + ms })
  }

  /** The clocks that were set, everyone's first. */
  get hands(): Iterable<readonly [Scope | undefined, Hand]> {
    return this.#hands
  }

  /** Sets a clock as another replica has it. */
  set(of: Partition | undefined, hand: Hand): void {
    this.#hands.set(of, hand)
  }

  /** Takes away a clock as another replica did: that of all, and no account's own with it. */
  unset(of: Partition | undefined): void {
    this.#hands.unset(of)
  }

  /** Back to what holds without it: the clock of all for an account or site; without one, real time for everyone. */
  clear(of: Partition | undefined): void {
    this.#hands.clear(of)
  }
}
