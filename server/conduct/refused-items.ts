import { counted } from '../counted.js'
import type { Breach, Place } from '../findings.js'
import type { Said } from '../said.js'
import { detached } from '../wire/detached.js'
import type { Hearing } from './hearing.js'
import type { Memory } from './memory.js'
import type { PastCall } from './past-call.js'
import { breachOf, listed, type Watched } from './watched.js'

const misplaced = /\.(?:warehouse|date)\./

/** Notes the items of a call that were refused; one that was refused before is sent again by that. */
export function noteRefused({ entry, memory, watches }: Hearing, said: Said, past: PastCall): void {
  if (watches.refused_items === undefined) return
  const again = sendAgain(said, memory)
  for (const { index, key, sku, at } of said.statements) {
    const outcome = entry.outcomes[index]
    // What only came too late for a newer level is answered as accepted.
    if (outcome?.outcome !== 'not_updated' || outcome.rule?.breach === 'decides') continue
    if (sku === '' || again.has(key) || again.has(sku)) continue
    // A wrong warehouse or date is mended by another one; else JOOR's item comes again for the very position.
    const movable = entry.vendor === 'jirafe' || misplaced.test(outcome.rule?.id ?? '')
    const kept = detached(movable ? sku : key)
    past.refused ??= new Map()
    past.refused.set(kept, at)
    memory.refusals.set(kept, past)
  }
}

/** Items that nobody sent again or asked about; a client that heard no reply knows nothing of them. */
export function refusedBreach(call: PastCall, watched: Watched): Breach | undefined {
  const { refused = new Map<string, Place>() } = call
  const [first] = refused
  if (first === undefined || call.lost || refused.size < watched.limit.count) return undefined
  const [, at] = first
  const seen = `${counted(refused.size, 'item')} not updated, and neither sent again nor asked about: ${listed(refused.keys())}`
  return breachOf(
    watched,
    at,
    seen,
    'the items again once they are right, or a look at why: backstock why, requests/{id}',
  )
}

const nothing: ReadonlySet<string> = new Set()

/** Notes the refused items that a call sends again, whatever comes of them; gives back how they were remembered. */
export function sendAgain({ statements }: Said, memory: Memory): ReadonlySet<string> {
  if (memory.refusals.size === 0) return nothing
  const again = new Set<string>()
  for (const { key, sku } of statements)
    for (const name of [key, sku]) {
      const call = memory.refusals.get(name)
      if (call === undefined) continue
      again.add(name)
      call.refused?.delete(name)
      memory.refusals.delete(name)
    }
  return again
}
