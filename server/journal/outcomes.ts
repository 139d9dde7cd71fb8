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
export function* keepOutcomes(outcomes: readonly ItemOutcome[], secrets: readonly string[]): Slices<KeptOutcomes> {
  // A copy is worth its cost only where a secret stands in what was made of the body, or a text is very long.
  let copies: ItemOutcome[] | undefined
  let updated = 0
  let bytes = outcomes.length * perItem
  for (const [index, item] of outcomes.entries()) {
    if (item.outcome === 'updated') updated++
    const hasLong = isLong(item.reason) || isLong(item.position)
    let kept = item
    if (hasLong || secrets.length > 0) {
      kept = keepOutcome(item, secrets)
      copies ??= outcomes.slice(0, index)
    }
    copies?.push(kept)
    bytes += textSize(kept.reason) + (hasLong ? textsSize(kept.position) : 0)
    if (index % itemsInOneGo === itemsInOneGo - 1) yield
  }
  return { outcomes: copies ?? outcomes, updated, bytes }
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
