import type { Partition, Scope } from './state/store.js'

/** Whose value holds: the account's or site's own, the one of all, or none. */
export type SetFor = 'own' | 'all' | null

/** Accounts and sites that may have a value of their own: names cost nothing to make up. */
const mostOwn = 10_000

/** More accounts and sites than may have a value of their own. */
export class TooManyScopes extends Error {}

/** One value for everything, and those of single accounts and sites, each of which stands over it. */
export class Scoped<Value> {
  #all: Value | undefined
  readonly #own = new Map<Scope, Value>()

  /** What holds for a scope; undefined where nothing was set for it or for all. */
  of(scope: Scope | undefined): Value | undefined {
    return this.#ownOf(scope) ?? this.#all
  }

  setFor(scope: Scope | undefined): SetFor {
    if (this.#ownOf(scope) !== undefined) return 'own'
    return this.#all === undefined ? null : 'all'
  }

  /** Replaces the value of one account or site, or the one of all; nobody else's. Throws TooManyScopes. */
  set(of: Partition | undefined, value: Value): void {
    if (of === undefined) this.#all = value
    else if (this.#own.size < mostOwn || this.#own.has(of)) this.#own.set(of, value)
    else throw new TooManyScopes(`${mostOwn} accounts and sites have one of their own already.`)
  }

  /** Takes away the value of one account or site, or everything that was set. */
  clear(of: Partition | undefined): void {
    this.unset(of)
    if (of === undefined) this.#own.clear()
  }

  /** Everything that is set: the one of all first. */
  *[Symbol.iterator](): Iterator<readonly [Scope | undefined, Value]> {
    if (this.#all !== undefined) yield [undefined, this.#all]
    yield* this.#own
  }

  /** Takes away the value of one account or site, or the one of all and no other. */
  unset(of: Partition | undefined): void {
    if (of === undefined) this.#all = undefined
    else this.#own.delete(of)
  }

  #ownOf(scope: Scope | undefined): Value | undefined {
    return scope === undefined ? undefined : this.#own.get(scope)
  }
}
