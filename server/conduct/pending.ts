import type { AgedMap } from '../aged-map.js'
import type { Breach } from '../findings.js'
import type { BreachOfCall } from '../journal/broken-rule.js'
import { type ConductName, isWithin } from './limits.js'
import type { Memory } from './memory.js'
import type { PastCall } from './past-call.js'
import { refusedBreach } from './refused-items.js'
import { changedBreach, lostBreach } from './resends.js'
import type { Watched, Watches } from './watched.js'

/** What is wrong only because nothing came, or may turn out not to be wrong. */
interface Pending {
  readonly name: ConductName
  readonly callsOf: (memory: Memory) => AgedMap<PastCall, true>
  readonly breach: (call: PastCall, watched: Watched) => Breach | undefined
  /** It is told as long as nothing shows otherwise, and not only when its time is over. */
  readonly atOnce: boolean
}

const kinds: readonly Pending[] = [
  { name: 'lost_reply', callsOf: ({ unheard }) => unheard, breach: lostBreach, atOnce: false },
  { name: 'retry_payload', callsOf: ({ changing }) => changing, breach: changedBreach, atOnce: true },
  { name: 'refused_items', callsOf: ({ refusing }) => refusing, breach: refusedBreach, atOnce: false },
]

/** Decides what the time is over for; what is wrong then stays so, whatever comes later. */
export function settleDue(memory: Memory, watches: Watches, now: number): void {
  for (const { name, callsOf, breach } of kinds) {
    const watched = watches.get(name)
    if (watched === undefined) continue
    const calls = callsOf(memory)
    for (let call = calls.oldest; call !== undefined && isOver(call, watched, now); call = calls.oldest) {
      const found = breach(call, watched)
      if (found !== undefined) memory.tellLate({ breach: found, request: call.id })
      calls.delete(call)
    }
  }
}

/** What stands as wrong by now, or would if nothing more came. */
export function* openOf(memory: Memory, watches: Watches, now: number, ended: boolean): Iterable<BreachOfCall> {
  yield* memory.overdue
  for (const { name, callsOf, breach, atOnce } of kinds) {
    const watched = watches.get(name)
    if (watched === undefined) continue
    for (const call of callsOf(memory).keys()) {
      const found = ended || atOnce || isOver(call, watched, now) ? breach(call, watched) : undefined
      if (found !== undefined) yield { breach: found, request: call.id }
    }
  }
}

/** A clock that was set back ends nothing. */
const isOver = ({ at }: PastCall, { limit }: Watched, now: number) => now >= at && !isWithin(limit, now, at)
