import { entryOf } from '../entry-of.js'
import type { FieldType } from '../said.js'
import { detached } from '../wire/detached.js'
import type { Hearing } from './hearing.js'
import { isWithin } from './limits.js'
import { Pace } from './pace.js'

/** Fields of all operations whose types are remembered of one account or site. */
const mostFields = 500

const none: readonly FieldType[] = []

/** A field that had one JSON type and now has another. */
export function judgeTypes(call: Hearing): void {
  const { memory, now, entry } = call
  const watched = call.watches.get('types_change')
  if (watched === undefined) return
  const { types = none } = call.heard.said ?? {}
  if (types.length === 0) return
  const fields = new Map<string, string[]>()
  for (const { field, type, at } of types) {
    const key = detached(`${entry.operation} ${field}`)
    const known = memory.types.get(key)
    const isNew = known !== undefined && isWithin(watched.limit, now, known.at) && !known.types.includes(type)
    const pace = isNew ? entryOf(memory.changes, entry.operation, () => new Pace()) : undefined
    if (known !== undefined && pace?.take(now, watched.limit)) {
      const was = known.types.join(' and ')
      call.tell(
        watched,
        at(),
        `${field}: ${type}, after ${was} in request ${known.id}`,
        `${field}: ${was} in every call`,
      )
    }
    const own = entryOf(fields, key, () => [])
    if (!own.includes(type)) own.push(type)
  }
  for (const [key, types] of fields) {
    memory.types.delete(key)
    memory.types.set(key, { types, at: now, id: entry.id })
  }
  if (memory.types.size <= mostFields) return
  for (const oldest of memory.types.keys()) {
    if (memory.types.size <= mostFields) return
    memory.types.delete(oldest)
  }
}
