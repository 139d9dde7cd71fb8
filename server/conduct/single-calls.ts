import { counted } from '../counted.js'
import type { Understood } from './hearing.js'
import type { Word } from './past-call.js'

/** Calls of one item each, where one call would do: told once for a window, which begins with the first of them. */
export function judgeSingleCalls({ entry, said, memory, past, now, watches, tell }: Understood): void {
  const watched = watches.get('single_calls')
  if (watched === undefined || said.items !== 1 || entry.items === null) return
  // Nobody can put into one call what is only sent again.
  if ([...past.words.values()].some(({ position: { words } }) => isRepeated(words))) return
  // A clock that was set back is before the window that was told.
  if (now < memory.singlesFrom && memory.singlesFrom - now <= watched.limit.seconds * 1000) return
  if (!memory.singles.take(now, watched.limit)) return
  const first = memory.singles.first ?? now
  memory.singlesFrom = first + watched.limit.seconds * 1000
  memory.singles.forget()
  const what = entry.vendor === 'jirafe' ? 'event' : 'item'
  const seen = `${counted(watched.limit.count, 'call')} of one ${what} each since ${new Date(first).toISOString()}`
  const right = entry.vendor === 'jirafe' ? 'one batch' : 'one call with all of them under inventory_items'
  tell(watched, { path: entry.vendor === 'jirafe' ? 'site' : 'account' }, seen, right)
}

/** The call before it had said the same, and its reply was lost. */
function isRepeated(words: readonly Word[]): boolean {
  const before = words.at(-2)
  return before !== undefined && before.next === 'same' && before.call.lost
}
