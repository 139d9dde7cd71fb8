import type { Armed } from './armed.js'
import { delayOf } from './delay.js'
import type { Chosen, Fault } from './fault.js'
import { magicSpeakers } from './magic.js'
import type { FaultyCall, Speaker } from './speaker.js'
import { errorFor } from './vendor-error.js'

/** What a call meets: at most one delay, and one fault of another kind. */
export interface Met {
  readonly delay: Speaker | undefined
  readonly fault: Speaker | undefined
  /** Milliseconds that the reply is held up. */
  readonly delayMs: number
  /** Indexes of the items that fail. */
  readonly spared: ReadonlySet<number>
  /** Everything armed that the call matches, whether it speaks or not. */
  readonly matched: readonly Armed[]
}

const none: ReadonlySet<number> = new Set()
export const nothingMet: Met = { delay: undefined, fault: undefined, delayMs: 0, spared: none, matched: [] }

/** The first that speaks, in the order in which they are asked; a delay lets the next of another kind speak too. */
export function meet(call: FaultyCall, armed: Iterable<Armed>, magic: boolean): Met {
  const matched = [...armed].filter((each) => each.matches(call.arrived) && canSpeak(each.fault, call))
  const speakers: Speaker[] = matched.filter((each) => each.isDue)
  if (magic) speakers.push(...[...magicSpeakers(call)].filter(({ fault }) => canSpeak(fault, call)))
  const delay = speakers.find(({ fault }) => fault.kind === 'latency')
  const fault = speakers.find(({ fault: { kind } }) => kind !== 'latency')
  return { delay, fault, delayMs: delayMsOf(delay), spared: sparedBy(fault, call), matched }
}

/** What is left of it where the call came to no items, so that nothing could be spared. */
export function withoutPartial(met: Met): Met {
  return met.fault?.fault.kind === 'partial' ? { ...met, fault: undefined } : met
}

/** Counts what the call matched and what spoke, once the call is decided; what it returns takes that back. */
export function countHits({ matched, delay, fault }: Met): () => void {
  const spoke = [delay, fault].filter((speaker) => speaker !== undefined)
  for (const armed of matched) armed.seen++
  for (const speaker of spoke) speaker.hit()
  return () => {
    for (const armed of matched) armed.seen--
    for (const speaker of spoke) speaker.unhit()
  }
}

/** Whether the vendor gives this error there, and whether an item is among those chosen. */
function canSpeak(fault: Fault, { operation, skus }: FaultyCall): boolean {
  if (fault.kind === 'partial') return chosenOf(fault.items, skus).size > 0
  return fault.kind !== 'error' || errorFor(fault, operation) !== undefined
}

function sparedBy(speaker: Speaker | undefined, { skus }: FaultyCall): ReadonlySet<number> {
  return speaker?.fault.kind === 'partial' ? chosenOf(speaker.fault.items, skus) : none
}

function chosenOf(chosen: Chosen, skus: readonly (readonly string[])[]): ReadonlySet<number> {
  const isChosen = (names: readonly string[], index: number) => {
    if ('indexes' in chosen) return chosen.indexes.has(index)
    return 'skus' in chosen ? names.some((name) => chosen.skus.has(name)) : (index + 1) % chosen.every === 0
  }
  return new Set(skus.flatMap((names, index) => (isChosen(names, index) ? [index] : [])))
}

function delayMsOf(speaker: Speaker | undefined): number {
  return speaker?.fault.kind === 'latency' ? delayOf(speaker.fault.delay, speaker.hits) : 0
}
