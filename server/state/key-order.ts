import { compareBytes } from './rows.js'

/** So many keys are put in order at once. */
const few = 512
/** Into so many parts more keys are divided, at the quantiles of so many times as many of them. */
const divided = 4
const sampled = 16

/** Keys that stand between those of the parts before and behind it; divided or put in order once somebody comes by. */
interface Part {
  /** What is left of them: none once they were divided. */
  keys: string[]
  isSorted: boolean
  /** The first key that may stand in each part but the first. */
  bounds: readonly string[]
  parts: readonly Part[]
}

/**
 * Keys in byte order, of which only those are put in order that somebody looks at: the first page of a million keys
 * costs one walk through them all, and those that follow next to nothing.
 */
export class KeyOrder {
  readonly #whole: Part
  #size: number

  /** Takes the list over. */
  constructor(keys: string[]) {
    this.#whole = partOf(keys)
    this.#size = keys.length
  }

  /** How many keys were put into it. */
  get size(): number {
    return this.#size
  }

  /** A key that is in it already may be given once more. */
  add(key: string): void {
    let part = this.#whole
    for (let next = childOf(part, key); next !== undefined; next = childOf(part, key)) part = next
    part.keys.push(key)
    part.isSorted = false
    this.#size++
  }

  /** Each key once, from a key on that need not be in it. Nothing may be added meanwhile. */
  *from(first = ''): Iterable<string> {
    // The empty text is before every key.
    const waiting = [this.#whole]
    let last: string | undefined
    for (let part = waiting.pop(); part !== undefined; part = waiting.pop()) {
      settle(part)
      // What stands before the key is not looked at; of the parts behind it, that is nothing.
      waiting.push(...part.parts.slice(notAbove(part.bounds, first)).reverse())
      for (const key of part.keys.slice(notBelow(part.keys, first))) {
        if (key !== last) yield key
        last = key
      }
    }
  }
}

const partOf = (keys: string[]): Part => ({ keys, isSorted: false, bounds: [], parts: [] })

function childOf({ bounds, parts }: Part, key: string): Part | undefined {
  return parts[notAbove(bounds, key)]
}

function settle(part: Part): void {
  if (part.isSorted || part.parts.length > 0) return
  if (part.keys.length > few && divide(part)) return
  part.keys.sort(compareBytes)
  part.isSorted = true
}

/** False where the bounds would leave most of the keys in one part: many are the same, or the sample happened to mislead. */
function divide(part: Part): boolean {
  const { keys } = part
  const step = Math.floor(keys.length / (divided * sampled))
  const sample = keys.filter((_, index) => index % step === 0).sort(compareBytes)
  const bounds = sample.filter((_, index) => index > 0 && index % sampled === 0).slice(0, divided - 1)
  const lists = Array.from({ length: divided }, (): string[] => [])
  for (const key of keys) lists[notAbove(bounds, key)]?.push(key)
  if (lists.some(({ length }) => length > keys.length / 2)) return false
  Object.assign(part, { keys: [], bounds, parts: lists.map(partOf) })
  return true
}

/** How many of the sorted keys stand before this one or are the same. */
const notAbove = (sorted: readonly string[], key: string) => firstWhere(sorted, (each) => compareBytes(each, key) > 0)

/** How many of the sorted keys stand before this one. */
const notBelow = (sorted: readonly string[], key: string) => firstWhere(sorted, (each) => compareBytes(each, key) >= 0)

/** The place of the first that is so, where all behind it are so as well. */
function firstWhere(sorted: readonly string[], isSo: (key: string) => boolean): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >> 1
    // The middle of what is not empty is there.
    if (isSo(sorted[middle] as string)) high = middle
    else low = middle + 1
  }
  return low
}
