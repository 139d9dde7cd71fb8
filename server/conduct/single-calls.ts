import { counted } from '../counted.js'
import type { Said } from '../said.js'
import { type Hearing, tell } from './hearing.js'
import type { PastCall } from './past-call.js'

/** Calls of one item each, where one call would do: told once for a window, which begins with the first of them. */
export function judgeSingleCalls(call: Hearing, said: Said, past: PastCall): void {
  const { entry, memory, now } = call
  const watched = call.watches.single_calls
  if (watched === undefined || said.items !== 1 || entry.items === null) return
  // Nobody can put into one call what is only sent again.
  if (isRepeated(past)) return
  // A clock that was set back is before the window that was told.
  if (now < memory.singlesFrom && memory.singlesFrom - now <= watched.limit.seconds * 1000) return
  if (!memory.singles.take(now, watched.limit)) return
  const first = memory.singles.first ?? now
  memory.singlesFrom = first + watched.limit.seconds * 1000
  memory.singles.forget()
  const what = entry.vendor === 'jirafe' ? 'event' : 'item'
  const seen = `${counted(watched.limit.count, 'call')} of one ${what} each since ${new Date(first).toISOString()}`
  const right = entry.vendor === 'jirafe' ? 'one batch' : 'one call with all of them under inventory_items'
  tell(call, watched, { path: entry.vendor === 'jirafe' ? 'site' : 'account' }, seen, right)
}

/** The call before it had said the same of a position, and its reply was lost. */
function isRepeated({ first }: PastCall): boolean {
  for (let word = first; word !== undefined; word = word.sibling)
    if (word.before?.next === 'same' && word.before.call.lost) return true
  return false
}
