import { createHash } from 'node:crypto'
import { v4 as uuid } from 'uuid'
import { Scoped, type SetFor } from './scoped.js'
import type { CallIds, Partition, Scope } from './state/store.js'
import { inOnePiece } from './wire/detached.js'

/** Tokens have a sequence of their own, so that declaring an account moves the number of no call. */
type Purpose = 'call' | 'token'

/** How many ids of its sequences an account, a site or nobody has given away. */
export type Given = { readonly [Each in Purpose]?: number }

/** A seed, and how much of what hangs on it is given away. */
interface Seeded {
  readonly seed: number
  readonly given: Map<Scope, Given>
}

/** Ids of calls and made tokens: from the source, or reproducible ones for all or for single accounts and sites. */
export class Ids {
  /** Ids that nothing hangs on: each is another. */
  readonly #unseeded: CallIds
  readonly #seeds = new Scoped<Seeded>()

  constructor(source: () => string, seed: number | undefined) {
    this.#unseeded = { take: () => inOnePiece(source()), keep: () => {}, giveBack: () => {} }
    if (seed !== undefined) this.seed(undefined, seed)
  }

  /** The ids of one call of an account, of a site, or of nobody. */
  ofCall(scope: Scope): CallIds {
    return this.#open(scope, 'call')
  }

  /** The ids that are made into tokens of one account or site. */
  ofToken(of: Partition): CallIds {
    return this.#open(of, 'token')
  }

  told(of: Partition | undefined): { readonly seed: number | null; readonly setFor: SetFor } {
    return { seed: this.#seeds.of(of)?.seed ?? null, setFor: this.#seeds.setFor(of) }
  }

  /** Begins the sequences anew: those of one account or site, or all that have no seed of their own. Each is another object. */
  seed(of: Partition | undefined, seed: number): { readonly seed: number } {
    const seeded: Seeded = { seed, given: new Map() }
    this.#seeds.set(of, seeded)
    return seeded
  }

  /** The seeds that were set, everyone's first. */
  get seeds(): Iterable<readonly [Scope | undefined, { readonly seed: number }]> {
    return this.#seeds
  }

  /** The seed that a scope goes by, its own or everyone's; undefined where there is none. */
  seedFor(scope: Scope): { readonly seed: number } | undefined {
    return this.#seeds.of(scope)
  }

  /** Takes away a seed as another replica did: that of all, and no account's own with it. */
  unset(of: Partition | undefined): void {
    this.#seeds.unset(of)
  }

  /** Who has given away ids of any sequence. */
  get givers(): Iterable<Scope> {
    return new Set([...this.#seeds].flatMap(([, { given }]) => [...given.keys()]))
  }

  /** What a scope has given away of the sequences that it goes by; undefined where it goes by none. */
  given(scope: Scope): Given | undefined {
    return this.#seeds.of(scope)?.given.get(scope)
  }

  /** Goes on where another replica has come to; from the beginning, where none has. */
  goOn(scope: Scope, given: Given | undefined): void {
    const all = this.#seeds.of(scope)?.given
    if (given === undefined) all?.delete(scope)
    else all?.set(scope, given)
  }

  /** Back to what holds without it: the seed of all for an account or site; without one, the source for everyone. */
  clear(of: Partition | undefined): void {
    this.#seeds.clear(of)
  }

  #open(scope: Scope, purpose: Purpose): CallIds {
    const seeded = this.#seeds.of(scope)
    if (seeded === undefined) return this.#unseeded
    const sequence = `${purpose} ${scope ?? ''}`
    const { seed, given } = seeded
    let taken = 0
    let kept = { from: 0, to: 0 }
    const count = () => given.get(scope)?.[purpose] ?? 0
    const set = (to: number) => given.set(scope, { ...given.get(scope), [purpose]: to })
    return {
      take: () => idOf(seed, sequence, count() + taken++),
      keep: () => {
        kept = { from: count(), to: count() + taken }
        set(kept.to)
        taken = 0
      },
      giveBack: () => {
        if (count() === kept.to) set(kept.from)
      },
    }
  }
}

/** Seed and number are digits, so no two sequences are ever written alike. */
function idOf(seed: number, sequence: string, number: number): string {
  const random = createHash('sha256').update(`${seed} ${number} ${sequence}`).digest()
  return inOnePiece(uuid({ random }))
}
