import type { SentValue } from '../wire/sent-value.js'

/** Stands for any member of a list or object, where a pointer (RFC 6901) has a name. */
const any = '*'

/** The steps of a pointer; undefined for a text that is none. */
export function readPointer(pointer: string): readonly string[] | undefined {
  if (pointer !== '' && !pointer.startsWith('/')) return undefined
  if (/~(?![01])/.test(pointer)) return undefined
  const steps = pointer.split('/').slice(1)
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** What stands there: one value, or one for each member that `*` takes; undefined where a way ends before its end. */
export function* valuesAt(value: SentValue | undefined, steps: readonly string[]): Iterable<SentValue | undefined> {
  const [step, ...rest] = steps
  if (step === undefined) yield value
  else if (step === any) for (const member of membersOf(value)) yield* valuesAt(member, rest)
  else yield* valuesAt(memberOf(value, step), rest)
}

function membersOf(value: SentValue | undefined): Iterable<SentValue> {
  return isMap(value) || isList(value) ? value.values() : []
}

function memberOf(value: SentValue | undefined, step: string): SentValue | undefined {
  if (isMap(value)) return value.get(step)
  return isList(value) && /^(?:0|[1-9]\d*)$/.test(step) ? value[Number(step)] : undefined
}

export function isMap(value: SentValue | undefined): value is ReadonlyMap<string, SentValue> {
  return value instanceof Map
}

export function isList(value: SentValue | undefined): value is readonly SentValue[] {
  return Array.isArray(value)
}
