import type { Partition, Scope } from './state/store.js'

/** Whose value holds: the account's or site's own, the one of all, or none. */
export type SetFor = 'own' | 'all' | null

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

  /** Replaces the value of one account or site, or the one of all; nobody else's. */
  set(of: Partition | undefined, value: Value): void {
    if (of === undefined) this.#all = value
    else this.#own.set(of, value)
  }

  clear(of: Partition | undefined): void {
    if (of === undefined) this.#all = undefined
    else this.#own.delete(of)
  }

  #ownOf(scope: Scope | undefined): Value | undefined {
    return scope === undefined ? undefined : this.#own.get(scope)
  }
}
