import { AgedMap } from '../aged-map.js'
import { entryOf } from '../entry-of.js'
import type { JournalLimits } from '../options.js'
import type { Partition, Scope } from '../state/store.js'
import type { Entry } from './entry.js'
import { type Evicted, Evictions } from './evictions.js'
import { sizeOfBreach } from './kept.js'

/** Told of what happens to the journal, in the same tick. It must not throw: what it is told of was promised already. */
export interface JournalListener {
  appended(number: number, scope: Scope, entry: Entry): void
  /** Entries were deleted or go by another account: what was counted of them is to be counted anew. */
  rewritten(): void
}

/** The entries of one account or site by their number, oldest first. */
type Ring = AgedMap<number, Entry>

/** The last calls of each account and site, under one byte budget for all of them. The oldest goes first. */
export class Journal {
  readonly #limits: JournalLimits
  readonly #rings = new Map<Scope, Ring>()
  /** All entries by their number, oldest first, with the scope that holds each. */
  readonly #all = new AgedMap<number, Scope>()
  readonly #numbers = new Map<string, number>()
  readonly #logs = new Map<string, number>()
  readonly #evictions = new Evictions()
  readonly #listeners = new Set<JournalListener>()
  #next = 0
  #bytes = 0

  constructor(limits: JournalLimits) {
    this.#limits = limits
  }

  append(scope: Scope, entry: Entry): void {
    const ring = this.#ring(scope)
    const number = this.#next++
    ring.set(number, entry)
    this.#all.set(number, scope)
    this.#numbers.set(entry.id, number)
    if (entry.logId !== undefined) this.#logs.set(entry.logId, number)
    this.#bytes += sizeOf(entry)
    while (ring.size > this.#limits.entries) this.#evict(ring.oldest)
    // The newest entry stays whatever its size: it was promised before the reply.
    while (this.#bytes > this.#limits.bytes && this.#all.size > 1) this.#evict(this.#all.oldest)
    for (const listener of this.#listeners) listener.appended(number, scope, entry)
  }

  rename(from: Partition, to: Partition): void {
    this.#evictions.rename(from, to)
    this.#moveRing(from, to)
    for (const listener of this.#listeners) listener.rewritten()
  }

  /** Empties the journal, for one account or site or for all, and forgets what was evicted of it so far. */
  clear(scope: Partition | undefined): void {
    const numbers = scope === undefined ? this.#all.keys() : (this.#rings.get(scope)?.keys() ?? [])
    for (const number of [...numbers]) this.#drop(number)
    this.#evictions.forget(scope)
    for (const listener of this.#listeners) listener.rewritten()
  }

  /** Tells a listener of everything from now on; the function given back ends that. */
  listen(listener: JournalListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** What was dropped for want of room and may have been of that account or site. */
  evicted(scope: Partition | undefined): Iterable<Evicted> {
    return this.#evictions.of(scope)
  }

  /** The number that the newest entry has; -1 before the first. */
  get newestNumber(): number {
    return this.#next - 1
  }

  #moveRing(from: Partition, to: Partition): void {
    const old = this.#rings.get(from)
    if (old === undefined) return
    const ring = this.#ring(to)
    const numbers = [...old, ...ring].sort(([one], [other]) => one - other)
    ring.clear()
    for (const [number, entry] of numbers) ring.set(number, { ...entry, name: to.slice(to.indexOf(':') + 1) })
    for (const number of old.keys()) this.#all.set(number, to)
    this.#rings.delete(from)
    while (ring.size > this.#limits.entries) this.#evict(ring.oldest)
  }

  /** An entry by the id of its request. */
  find(id: string): Entry | undefined {
    return this.#entry(this.#numbers.get(id))
  }

  /** An entry by JOOR's log_id. */
  findLog(logId: string): Entry | undefined {
    return this.#entry(this.#logs.get(logId))
  }

  /** Newest first, from before the entry numbered `before` on; each with its number. */
  *newest(scope: Scope | undefined, before = Number.POSITIVE_INFINITY): Iterable<readonly [number, Entry]> {
    const numbers = scope === undefined ? [...this.#all.keys()] : [...(this.#rings.get(scope)?.keys() ?? [])]
    for (const number of numbers.reverse()) {
      const entry = number < before ? this.#entry(number) : undefined
      if (entry !== undefined) yield [number, entry]
    }
  }

  /**
   * Oldest first, from behind the entry numbered `after` on. Entries that are appended or dropped while somebody goes
   * through them are met or left out.
   */
  *oldest(scope: Partition | undefined, after = -1): Iterable<readonly [number, Entry]> {
    for (const [number, whose] of this.#all) {
      if (number <= after || (scope !== undefined && whose !== scope)) continue
      const entry = this.#entry(number)
      if (entry !== undefined) yield [number, entry]
    }
  }

  #ring(scope: Scope): Ring {
    return entryOf(this.#rings, scope, () => new AgedMap())
  }

  #entry(number: number | undefined): Entry | undefined {
    if (number === undefined) return undefined
    const scope = this.#all.get(number)
    return scope === undefined ? undefined : this.#rings.get(scope)?.get(number)
  }

  #evict(number: number | undefined): void {
    if (number === undefined) return
    const scope = this.#all.get(number)
    const entry = this.#drop(number)
    if (scope !== undefined && entry !== undefined) this.#evictions.add(scope, number, entry.at)
  }

  #drop(number: number): Entry | undefined {
    const scope = this.#all.get(number)
    const ring = scope === undefined ? undefined : this.#rings.get(scope)
    const entry = ring?.get(number)
    if (scope === undefined || ring === undefined || entry === undefined) return undefined
    ring.delete(number)
    if (ring.size === 0) this.#rings.delete(scope)
    this.#all.delete(number)
    forget(this.#numbers, entry.id, number)
    if (entry.logId !== undefined) forget(this.#logs, entry.logId, number)
    this.#bytes -= sizeOf(entry)
    return entry
  }
}

/** What conduct found is found behind the reply, when the rest of the entry has its size. */
function sizeOf({ bytes, conduct }: Entry): number {
  return conduct.reduce((sum, breach) => sum + sizeOfBreach(breach), bytes)
}

/** A caller's own ids may repeat: what a later entry took over stays. */
function forget(numbers: Map<string, number>, id: string, number: number): void {
  if (numbers.get(id) === number) numbers.delete(id)
}
