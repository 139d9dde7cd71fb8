import type { ItemOutcome } from '../operation.js'
import { mapTexts } from '../redaction.js'
import { itemsInOneGo, type Slices } from '../slices.js'
import { keepStart, perItem, textSize } from './kept.js'

/** What an entry has of a call's items. */
export interface KeptOutcomes {
  readonly outcomes: readonly ItemOutcome[]
  readonly updated: number
  /** Roughly what they take in memory. */
  readonly bytes: number
}

/** A hostile text of one item or of the refusal is shown by its start; sentences of our own are shorter. */
export const textKept = 1_000

/** The outcomes without the secrets, of which there are some only where the call's body holds one. */
export function keepOutcomes(outcomes: readonly ItemOutcome[], secrets: readonly string[]): KeptOutcomes {
  const keeping = new Keeping(outcomes, secrets)
  keeping.take(outcomes.length)
  return keeping
}

/** The same of ten thousand, while others have their turns. */
export function* keepMany(outcomes: readonly ItemOutcome[], secrets: readonly string[]): Slices<KeptOutcomes> {
  const keeping = new Keeping(outcomes, secrets)
  for (let end = itemsInOneGo; end < outcomes.length; end += itemsInOneGo) {
    keeping.take(end)
    yield
  }
  keeping.take(outcomes.length)
  return keeping
}

/** What is kept of the outcomes that were taken so far. */
class Keeping implements KeptOutcomes {
  readonly #given: readonly ItemOutcome[]
  readonly #secrets: readonly string[]
  /** A copy is worth its cost only where a secret stands in what was made of the body, or a text is very long. */
  #copies: ItemOutcome[] | undefined
  #taken = 0
  updated = 0
  bytes = 0

  constructor(given: readonly ItemOutcome[], secrets: readonly string[]) {
    this.#given = given
    this.#secrets = secrets
  }

  get outcomes(): readonly ItemOutcome[] {
    return this.#copies ?? this.#given
  }

  take(end: number): void {
    for (; this.#taken < end; this.#taken++) {
      const item = this.#given[this.#taken]
      if (item !== undefined) this.#add(item)
    }
  }

  #add(item: ItemOutcome): void {
    if (item.outcome === 'updated') this.updated++
    const hasLong = isLong(item.reason) || isLong(item.position)
    const changes = hasLong || this.#secrets.length > 0
    if (changes) this.#copies ??= this.#given.slice(0, this.#taken)
    const kept = changes ? keepOutcome(item, this.#secrets) : item
    this.#copies?.push(kept)
    this.bytes += perItem + textSize(kept.reason) + (hasLong ? textsSize(kept.position) : 0)
  }
}

function isLong(value: unknown): boolean {
  if (typeof value === 'string') return value.length > textKept
  if (typeof value !== 'object' || value === null) return false
  // Not by Object.values: a list for each of ten thousand items takes longer than the look.
  const members = value as Readonly<Record<string, unknown>>
  for (const name in members) if (isLong(members[name])) return true
  return false
}

/** Only what came over the wire is looked through: a short token may stand in a word of our own. */
function keepOutcome(item: ItemOutcome, secrets: readonly string[]): ItemOutcome {
  const keepText = (text: string) => keepStart(text, secrets, textKept)
  const reason = item.reason === null ? null : keepText(item.reason)
  return { ...item, reason, position: mapTexts(item.position, keepText) }
}

function textsSize(value: unknown): number {
  if (typeof value === 'string') return textSize(value)
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce((sum: number, member) => sum + textsSize(member), 0)
}
