import { entryOf } from '../entry-of.js'
import type { JournalLimits } from '../options.js'
import type { Partition, Scope } from '../state/store.js'
import type { Entry } from './entry.js'
import { type Evicted, Evictions } from './evictions.js'
import { sizeOfBreach } from './kept.js'
import { type Slot, Slots } from './slots.js'

/** Told of what happens to the journal, in the same tick. It must not throw: what it is told of was promised already. */
export interface JournalListener {
  appended(number: number, scope: Scope, entry: Entry): void
  /** Entries were deleted or go by another account: what was counted of them is to be counted anew. */
  rewritten(): void
}

/** The last calls of each account and site, under one byte budget for all of them. The oldest goes first. */
export class Journal {
  readonly #limits: JournalLimits
  readonly #rings = new Map<Scope, Slots>()
  readonly #all = new Slots()
  readonly #evictions = new Evictions()
  readonly #listeners = new Set<JournalListener>()
  #next = 0
  #bytes = 0
  #evicted = 0

  constructor(limits: JournalLimits) {
    this.#limits = limits
  }

  append(scope: Scope, entry: Entry, number = this.#next): void {
    const ring = this.#ring(scope)
    this.#next = number + 1
    const slot = { number, scope, bytes: sizeOf(entry), entry }
    ring.add(slot)
    this.#all.add(slot)
    this.#bytes += slot.bytes
    while (ring.size > this.#limits.entries) this.#evict(ring.oldest)
    // The newest entry stays whatever its size: it was promised before the reply.
    while (this.#bytes > this.#limits.bytes && this.#all.size > 1) this.#evict(this.#all.oldest)
    for (const listener of this.#listeners) listener.appended(slot.number, scope, entry)
  }

  rename(from: Partition, to: Partition): void {
    this.#evictions.rename(from, to)
    this.#moveRing(from, to)
    for (const listener of this.#listeners) listener.rewritten()
  }

  /** Empties the journal, for one account or site or for all, and forgets what was evicted of it so far. */
  clear(scope: Partition | undefined): void {
    for (const slot of [...this.#slotsOf(scope)]) this.#drop(slot)
    this.#evictions.forget(scope)
    for (const listener of this.#listeners) listener.rewritten()
  }

  /** Tells a listener of everything from now on; the function given back ends that. */
  listen(listener: JournalListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Whether somebody wants to hear of calls as they come. */
  get isHeard(): boolean {
    return this.#listeners.size > 0
  }

  /** What was dropped for want of room and may have been of that account or site. */
  evicted(scope: Partition | undefined): Iterable<Evicted> {
    return this.#evictions.of(scope)
  }

  /** What is there now, and how many entries were dropped for want of room since the start. */
  get held(): { readonly entries: number; readonly bytes: number; readonly evicted: number } {
    return { entries: this.#all.size, bytes: this.#bytes, evicted: this.#evicted }
  }

  /** The number that the newest entry has; -1 before the first. */
  get newestNumber(): number {
    return this.#next - 1
  }

  /** The numbers of the entries that are kept. */
  get numbers(): readonly number[] {
    return [...this.#all].map(({ number }) => number)
  }

  #moveRing(from: Partition, to: Partition): void {
    const old = this.#rings.get(from)
    if (old === undefined) return
    const slots: Slot[] = [...old, ...this.#slotsOf(to)].sort((one, other) => one.number - other.number)
    const ring = new Slots()
    for (const slot of slots) {
      slot.scope = to
      slot.entry = slot.entry && { ...slot.entry, name: to.slice(to.indexOf(':') + 1) }
      ring.add(slot)
    }
    this.#rings.delete(from)
    this.#rings.set(to, ring)
    while (ring.size > this.#limits.entries) this.#evict(ring.oldest)
  }

  /** An entry by the id of its request; a caller's own ids may repeat, and the newest is found. */
  find(id: string): Entry | undefined {
    return this.#newestOf((entry) => entry.id === id)
  }

  /** An entry by JOOR's log_id. */
  findLog(logId: string): Entry | undefined {
    return this.#newestOf((entry) => entry.logId === logId)
  }

  /** Every call would pay for an index, a twentieth of its time, and next to none is ever looked for. */
  #newestOf(isMeant: (entry: Entry) => boolean): Entry | undefined {
    for (const { entry } of this.#all.newest()) if (isMeant(entry)) return entry
    return undefined
  }

  /** Newest first, from before the entry numbered `before` on; each with its number. */
  *newest(scope: Scope | undefined, before = Number.POSITIVE_INFINITY): Iterable<readonly [number, Entry]> {
    for (const { number, entry } of this.#slotsOf(scope).newest()) if (number < before) yield [number, entry]
  }

  /**
   * Oldest first, from behind the entry numbered `after` on. Entries that are appended or dropped while somebody goes
   * through them are met or left out.
   */
  *oldest(scope: Partition | undefined, after = -1): Iterable<readonly [number, Entry]> {
    for (const { number, entry } of this.#slotsOf(scope)) if (number > after) yield [number, entry]
  }

  #ring(scope: Scope): Slots {
    return entryOf(this.#rings, scope, () => new Slots())
  }

  #slotsOf(scope: Scope | undefined): Slots {
    return scope === undefined ? this.#all : (this.#rings.get(scope) ?? noSlots)
  }

  #evict(slot: Slot | undefined): void {
    if (slot?.entry === undefined) return
    this.#evictions.add(slot.scope, slot.number, slot.entry.at)
    this.#evicted++
    this.#drop(slot)
  }

  #drop(slot: Slot): void {
    const { scope, entry } = slot
    const ring = this.#rings.get(scope)
    if (ring === undefined || entry === undefined) return
    slot.entry = undefined
    this.#all.lost()
    ring.lost()
    if (ring.size === 0) this.#rings.delete(scope)
    this.#bytes -= slot.bytes
  }
}

/** Nobody adds to it. */
const noSlots = new Slots()

/** What conduct found is found behind the reply, when the rest of the entry has its size, and before the entry is kept. */
function sizeOf({ bytes, conduct }: Entry): number {
  let sum = bytes
  for (const breach of conduct) sum += sizeOfBreach(breach)
  return sum
}
