import type { Scope } from '../state/store.js'
import type { Entry } from './entry.js'

/** The place of one call in the journal; that of its account or site and that of all is the same. */
export interface Slot {
  readonly number: number
  scope: Scope
  /** Roughly what its entry takes in memory. */
  readonly bytes: number
  /** Undefined once it is gone. */
  entry: Entry | undefined
}

/** So many that are gone may stand among a few that are not. */
const mostGone = 64

/** Slots in the order of their numbers; those whose entries are gone are passed over. */
export class Slots {
  #slots: Slot[] = []
  /** Behind so many that are gone the oldest is looked for. */
  #gone = 0
  #size = 0

  /** How many have an entry. */
  get size(): number {
    return this.#size
  }

  get oldest(): Slot | undefined {
    for (; this.#gone < this.#slots.length; this.#gone++) {
      const slot = this.#slots[this.#gone]
      if (slot?.entry !== undefined) return slot
    }
    return undefined
  }

  add(slot: Slot): void {
    if (this.#slots.length > 2 * this.#size + mostGone) {
      this.#slots = this.#slots.filter(({ entry }) => entry !== undefined)
      this.#gone = 0
    }
    this.#slots.push(slot)
    this.#size++
  }

  /** The entry of one of them is gone. */
  lost(): void {
    this.#size--
  }

  /** Oldest first. What is added or lost while somebody goes through them is met or left out. */
  *[Symbol.iterator](): Iterator<Slot & { readonly entry: Entry }> {
    for (const slot of this.#slots) if (has(slot)) yield slot
  }

  *newest(): Iterable<Slot & { readonly entry: Entry }> {
    const slots = this.#slots
    for (let at = slots.length - 1; at >= 0; at--) {
      const slot = slots[at]
      if (slot !== undefined && has(slot)) yield slot
    }
  }
}

const has = (slot: Slot): slot is Slot & { readonly entry: Entry } => slot.entry !== undefined
