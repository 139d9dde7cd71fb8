import { writePointer } from '../wire/json-values.js'

/** A place where two values differ, as a JSON pointer; undefined stands for what is not there. */
export interface Differing {
  readonly place: string
  readonly real: unknown
  readonly emulated: unknown
}

/** Whether two texts at a place are as good as the same: ids and instants of the call, which are new each time. */
export type Alike = (place: string, real: string, emulated: string) => boolean

/** Where two values differ. Elements of lists are told apart by what they hold. */
export function* differing(real: unknown, emulated: unknown, alike: Alike, place = ''): Generator<Differing> {
  if (isList(real) && isList(emulated)) return yield* inLists(elementsOf(real), elementsOf(emulated), alike, place)
  if (isObject(real) && isObject(emulated)) return yield* inObjects(real, emulated, alike, place)
  if (Object.is(real, emulated)) return
  if (typeof real === 'string' && typeof emulated === 'string' && alike(place, real, emulated)) return
  yield { place, real, emulated }
}

/** The order of names is a matter of how the text is written. */
function* inObjects(real: object, emulated: object, alike: Alike, place: string): Generator<Differing> {
  const [found, expected] = [new Map(Object.entries(real)), new Map(Object.entries(emulated))]
  for (const name of new Set([...expected.keys(), ...found.keys()]))
    yield* differing(found.get(name), expected.get(name), alike, place + writePointer([name]))
}

/** An element of a list, and where it stands there. */
export interface Element {
  readonly index: number
  readonly value: unknown
}

export const elementsOf = (list: readonly unknown[]): readonly Element[] =>
  list.map((value, index) => ({ index, value }))

/** What only one of two lists has is compared in its order; where both have the same, the order itself. */
export function* inLists(
  real: readonly Element[],
  emulated: readonly Element[],
  alike: Alike,
  place: string,
): Generator<Differing> {
  const [found, expected] = [leftOver(real, emulated), leftOver(emulated, real)]
  const pairs = Math.max(found.length, expected.length)
  for (let at = 0; at < pairs; at++) {
    const [one, other] = [found[at], expected[at]]
    yield* differing(one?.value, other?.value, alike, `${place}/${one?.index ?? other?.index}`)
  }
  if (pairs > 0 || real.every(({ value }, at) => keyOf(value) === keyOf(emulated[at]?.value))) return
  yield { place, real: real.map(({ value }) => value), emulated: emulated.map(({ value }) => value) }
}

/** The elements of a list that another one does not have, each as often as it is missing there. */
export function leftOver(list: readonly Element[], other: readonly Element[]): readonly Element[] {
  const counts = new Map<string, number>()
  for (const { value } of other) counts.set(keyOf(value), (counts.get(keyOf(value)) ?? 0) + 1)
  return list.filter(({ value }) => {
    const count = counts.get(keyOf(value)) ?? 0
    counts.set(keyOf(value), count - 1)
    return count <= 0
  })
}

export const keyOf = (value: unknown) => JSON.stringify(value) ?? ''
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value)
const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null
