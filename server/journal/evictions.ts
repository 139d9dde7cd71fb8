import { entryOf } from '../entry-of.js'
import type { Partition, Scope, Vendor } from '../state/store.js'

/** Accounts and sites whose evictions are counted each for itself; what is beyond is counted by vendor. */
const scopesKept = 10_000

/** Entries that the journal had to drop, as far as it still knows them. */
export interface Evicted {
  /** Whose they were; undefined where only the vendor is still known. */
  readonly scope: Scope | undefined
  readonly vendor: Vendor | null
  /** How many there are at most. */
  readonly count: number
  /** The latest instant of them, in milliseconds since 1970. */
  readonly latest: number
  /** The lowest and the highest number of them. */
  readonly first: number
  readonly last: number
}

interface Tally {
  count: number
  latest: number
  first: number
  last: number
  /** Nothing of the same scope was counted by vendor before. */
  whole: boolean
}

/** How many entries were dropped for want of room, by account or site: what a question cannot know. */
export class Evictions {
  readonly #kept: number
  /** The one that was added to last stands last. */
  readonly #tallies = new Map<Scope, Tally>()
  readonly #rest = new Map<Vendor | null, Tally>()

  constructor(kept = scopesKept) {
    this.#kept = kept
  }

  add(scope: Scope, number: number, at: Date): void {
    const whole = !this.#rest.has(vendorOf(scope))
    this.#put(scope, { count: 1, latest: at.getTime(), first: number, last: number, whole })
  }

  /** The account goes by another name from now on. */
  rename(from: Partition, to: Partition): void {
    const tally = this.#tallies.get(from) ?? (this.#rest.has(vendorOf(from)) ? none(false) : undefined)
    if (tally === undefined) return
    this.#tallies.delete(from)
    this.#put(to, tally)
  }

  /** They are to be counted from now on, of one account or site or of all. */
  forget(scope: Partition | undefined): void {
    if (scope === undefined) {
      this.#tallies.clear()
      this.#rest.clear()
      return
    }
    this.#tallies.delete(scope)
    // Where all of the vendor's are known by their scope, an absent tally says none.
    if (!this.#rest.has(vendorOf(scope))) return
    this.#put(scope, none(true))
  }

  /** Those of one account or site, or all; where they were counted by vendor, all that may be of it. */
  *of(scope: Partition | undefined): Iterable<Evicted> {
    if (scope === undefined) {
      for (const [each, tally] of this.#tallies) yield { scope: each, vendor: vendorOf(each), ...tally }
      for (const [vendor, tally] of this.#rest) yield { scope: undefined, vendor, ...tally }
      return
    }
    const vendor = vendorOf(scope)
    const own = this.#tallies.get(scope)
    if (own !== undefined) yield { scope, vendor, ...own }
    const rest = own?.whole ? undefined : this.#rest.get(vendor)
    if (rest !== undefined) yield { scope: undefined, vendor, ...rest }
  }

  #put(scope: Scope, more: Tally): void {
    const known = this.#tallies.get(scope)
    this.#tallies.delete(scope)
    this.#tallies.set(scope, known === undefined ? more : sumOf(known, more))
    if (this.#tallies.size > this.#kept) this.#fold()
  }

  /** The scope that was added to longest ago goes to its vendor's. */
  #fold(): void {
    const [oldest] = this.#tallies
    if (oldest === undefined) return
    const [scope, tally] = oldest
    this.#tallies.delete(scope)
    const vendor = vendorOf(scope)
    const rest = entryOf(this.#rest, vendor, () => ({ ...tally, count: 0 }))
    this.#rest.set(vendor, sumOf(rest, tally))
  }
}

const none = (whole: boolean): Tally => ({
  ...{ count: 0, latest: Number.NEGATIVE_INFINITY, whole },
  ...{ first: Number.POSITIVE_INFINITY, last: Number.NEGATIVE_INFINITY },
})

function sumOf(one: Tally, other: Tally): Tally {
  return {
    count: one.count + other.count,
    latest: Math.max(one.latest, other.latest),
    first: Math.min(one.first, other.first),
    last: Math.max(one.last, other.last),
    whole: one.whole && other.whole,
  }
}

/** The vendor of an account or site, or the vendor that stands for itself. */
function vendorOf(scope: Scope): Vendor | null {
  if (scope === null) return null
  return scope === 'jirafe' || scope.startsWith('jirafe:') ? 'jirafe' : 'joor'
}
