import type { FieldType } from '../said.js'
import { type Hearing, tell } from './hearing.js'
import type { KnownFields } from './known-types.js'
import { isWithin } from './limits.js'
import type { Watched } from './watched.js'

/** A field that had one JSON type and now has another. */
export function judgeTypes(call: Hearing): void {
  const { memory, now, entry } = call
  const watched = call.watches.types_change
  const types = call.heard.said?.types
  if (watched === undefined || types === undefined || types.length === 0) return
  const known = memory.types.of(entry.operation)
  for (const each of types) judgeType(call, each, known, watched)
  memory.types.note(known, types, now, entry.id)
}

function judgeType(call: Hearing, each: FieldType, { kinds, changes }: KnownFields, watched: Watched): void {
  const { now } = call
  const { kind, name, type } = each
  const known = kinds.get(kind)?.get(name)
  if (known === undefined || known.types.includes(type) || !isWithin(watched.limit, now, known.at)) return
  if (!changes.take(now, watched.limit)) return
  const field = kind === '' ? name : `${kind} ${name}`
  const was = known.types.join(' and ')
  tell(
    call,
    watched,
    each.at(),
    `${field}: ${type}, after ${was} in request ${known.id}`,
    `${field}: ${was} in every call`,
  )
}
