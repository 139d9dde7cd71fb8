import type { Breach } from '../findings.js'
import type { BreachOfCall } from '../journal/broken-rule.js'
import { isWithin } from './limits.js'
import type { Memory, PendingName } from './memory.js'
import type { PastCall } from './past-call.js'
import { refusedBreach } from './refused-items.js'
import { changedBreach, lostBreach } from './resends.js'
import type { Watched, Watches } from './watched.js'

/** What is wrong only because nothing came, or may turn out not to be wrong. */
interface Pending {
  readonly name: PendingName
  /** Whether there is anything to wait for with a call. */
  readonly isOpen: (call: PastCall) => boolean
  readonly breach: (call: PastCall, watched: Watched) => Breach | undefined
  /** It is told as long as nothing shows otherwise, and not only when its time is over. */
  readonly atOnce: boolean
}

const kinds: readonly Pending[] = [
  // That the client of any call was gone may show later.
  { name: 'lost_reply', isOpen: () => true, breach: lostBreach, atOnce: false },
  { name: 'retry_payload', isOpen: ({ changed }) => changed !== undefined, breach: changedBreach, atOnce: true },
  { name: 'refused_items', isOpen: ({ refused }) => refused !== undefined, breach: refusedBreach, atOnce: false },
]

/** Decides what the time is over for; what is wrong then stays so, whatever comes later. */
export function settleDue(memory: Memory, watches: Watches, now: number): void {
  for (const { name, isOpen, breach } of kinds) {
    const watched = watches[name]
    if (watched === undefined) continue
    for (let call = memory.unsettled(name); call !== undefined; call = call.later) {
      if (isOpen(call)) {
        if (!isOver(call, watched, now)) break
        const found = breach(call, watched)
        if (found !== undefined) memory.tellLate({ breach: found, request: call.id })
      }
      memory.settle(name, call)
    }
  }
}

/** What stands as wrong by now, or would if nothing more came. */
export function* openOf(memory: Memory, watches: Watches, now: number, ended: boolean): Iterable<BreachOfCall> {
  yield* memory.overdue
  for (const { name, breach, atOnce } of kinds) {
    const watched = watches[name]
    if (watched === undefined) continue
    for (let call = memory.unsettled(name); call !== undefined; call = call.later) {
      const found = ended || atOnce || isOver(call, watched, now) ? breach(call, watched) : undefined
      if (found !== undefined) yield { breach: found, request: call.id }
    }
  }
}

/** A clock that was set back ends nothing. */
const isOver = ({ at }: PastCall, { limit }: Watched, now: number) => now >= at && !isWithin(limit, now, at)
