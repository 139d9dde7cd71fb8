import { entryOf } from '../entry-of.js'
import { RecentMap } from '../recent-map.js'
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

class Tally {
  count = 0
  latest = Number.NEGATIVE_INFINITY
  first = Number.POSITIVE_INFINITY
  last = Number.NEGATIVE_INFINITY
  /** Nothing of the same scope was counted by vendor before. */
  whole: boolean

  constructor(whole: boolean) {
    this.whole = whole
  }

  add(count: number, latest: number, first: number, last: number, whole: boolean): void {
    this.count += count
    this.latest = Math.max(this.latest, latest)
    this.first = Math.min(this.first, first)
    this.last = Math.max(this.last, last)
    this.whole &&= whole
  }

  join({ count, latest, first, last, whole }: Tally): void {
    this.add(count, latest, first, last, whole)
  }
}

/** How many entries were dropped for want of room, by account or site: what a question cannot know. */
export class Evictions {
  readonly #kept: number
  /** The one that was added to last stands last. */
  readonly #tallies = new RecentMap<Scope, Tally>()
  readonly #rest = new Map<Vendor | null, Tally>()

  constructor(kept = scopesKept) {
    this.#kept = kept
  }

  add(scope: Scope, number: number, at: Date): void {
    this.#touch(scope).add(1, at.getTime(), number, number, !this.#rest.has(vendorOf(scope)))
    this.#fold()
  }

  /** The account goes by another name from now on. */
  rename(from: Partition, to: Partition): void {
    const tally = this.#tallies.get(from) ?? (this.#rest.has(vendorOf(from)) ? new Tally(false) : undefined)
    if (tally === undefined) return
    this.#tallies.delete(from)
    this.#touch(to).join(tally)
    this.#fold()
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
    this.#touch(scope)
    this.#fold()
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

  #touch(scope: Scope): Tally {
    return this.#tallies.touch(scope, () => new Tally(true))
  }

  /** Where there are too many, the scope that was added to longest ago goes to its vendor's. */
  #fold(): void {
    const oldest = this.#tallies.size > this.#kept ? this.#tallies.deleteOldest() : undefined
    if (oldest === undefined) return
    const [scope, tally] = oldest
    entryOf(this.#rest, vendorOf(scope), () => new Tally(true)).join(tally)
  }
}

/** The vendor of an account or site, or the vendor that stands for itself. */
function vendorOf(scope: Scope): Vendor | null {
  if (scope === null) return null
  return scope === 'jirafe' || scope.startsWith('jirafe:') ? 'jirafe' : 'joor'
}
