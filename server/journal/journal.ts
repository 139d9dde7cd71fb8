import { entryOf } from '../entry-of.js'
import type { JournalLimits } from '../options.js'
import type { JournalWriter, Partition, Scope } from '../state/store.js'
import type { Entry } from './entry.js'

/** The entries of one account or site, oldest first, and how many were dropped. */
interface Ring {
  readonly entries: Map<number, Entry>
  evicted: number
}

/**
 * The last calls of each account and site, under one byte budget for all of them. The oldest goes first; what is
 * dropped is counted where it was.
 */
export class Journal implements JournalWriter<Entry> {
  readonly #limits: JournalLimits
  readonly #rings = new Map<Scope, Ring>()
  /** All entries by their number, oldest first, with the scope that holds each. */
  readonly #all = new Map<number, Scope>()
  readonly #numbers = new Map<string, number>()
  readonly #logs = new Map<string, number>()
  #next = 0
  #bytes = 0

  constructor(limits: JournalLimits) {
    this.#limits = limits
  }

  append(scope: Scope, entry: Entry): void {
    const ring = this.#ring(scope)
    const number = this.#next++
    ring.entries.set(number, entry)
    this.#all.set(number, scope)
    this.#numbers.set(entry.id, number)
    if (entry.logId !== undefined) this.#logs.set(entry.logId, number)
    this.#bytes += entry.bytes
    while (ring.entries.size > this.#limits.entries) this.#evictFirst(ring.entries.keys())
    // The newest entry stays whatever its size: it was promised before the reply.
    while (this.#bytes > this.#limits.bytes && this.#all.size > 1) this.#evictFirst(this.#all.keys())
  }

  rename(from: Partition, to: Partition): void {
    const old = this.#rings.get(from)
    if (old === undefined) return
    const ring = this.#ring(to)
    const numbers = [...old.entries, ...ring.entries].sort(([one], [other]) => one - other)
    ring.entries.clear()
    for (const [number, entry] of numbers) ring.entries.set(number, { ...entry, name: to.slice(to.indexOf(':') + 1) })
    for (const number of old.entries.keys()) this.#all.set(number, to)
    ring.evicted += old.evicted
    this.#rings.delete(from)
    while (ring.entries.size > this.#limits.entries) this.#evictFirst(ring.entries.keys())
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
    const numbers = scope === undefined ? [...this.#all.keys()] : [...(this.#rings.get(scope)?.entries.keys() ?? [])]
    for (const number of numbers.reverse()) {
      const entry = number < before ? this.#entry(number) : undefined
      if (entry !== undefined) yield [number, entry]
    }
  }

  #ring(scope: Scope): Ring {
    return entryOf(this.#rings, scope, () => ({ entries: new Map(), evicted: 0 }))
  }

  #entry(number: number | undefined): Entry | undefined {
    if (number === undefined) return undefined
    const scope = this.#all.get(number)
    return scope === undefined ? undefined : this.#rings.get(scope)?.entries.get(number)
  }

  #evictFirst(numbers: Iterator<number>): void {
    const { value: number } = numbers.next()
    if (number === undefined) return
    const scope = this.#all.get(number)
    const ring = scope === undefined ? undefined : this.#rings.get(scope)
    const entry = ring?.entries.get(number)
    if (ring === undefined || entry === undefined) return
    ring.entries.delete(number)
    ring.evicted++
    this.#all.delete(number)
    this.#numbers.delete(entry.id)
    if (entry.logId !== undefined) this.#logs.delete(entry.logId)
    this.#bytes -= entry.bytes
  }
}
