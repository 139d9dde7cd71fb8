import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Bounds, RecentList } from '../server/state/recent-list.js'

const bounds: Bounds<string> = { most: 8, size: 40, sizeOf: (text) => text.length }

/** The plain model: each version is an array of its own. */
function modelWith(past: readonly string[], text: string): readonly string[] {
  const all = [...past, text]
  while (all.length > bounds.most || all.join('').length > bounds.size) all.shift()
  return all
}

/** What is appended to which of the versions that are there already. */
const appends = fc.array(
  fc.record({ to: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), text: fc.string({ maxLength: 12 }) }),
  { minLength: 1, maxLength: 60 },
)

/** Mostly to the newest version, as calls do; to an older one after an undo, by a fork or from a snapshot. */
const mostlyNewest = fc
  .tuple(appends, fc.array(fc.boolean()))
  .map(([all, isOlder]) => all.map(({ to, text }, index) => ({ to: isOlder[index] === true ? to : 0.999_999, text })))

function versionsOf<List>(
  steps: readonly { readonly to: number; readonly text: string }[],
  first: List,
  append: (past: List, text: string) => List,
): readonly List[] {
  const versions = [first]
  for (const { to, text } of steps) versions.push(append(versions[Math.floor(to * versions.length)] ?? first, text))
  return versions
}

/** The first version that is not what the model has; undefined where there is none. */
function findDifference<List extends Iterable<string>>(from: () => List, append: (past: List, text: string) => List) {
  return fc.check(
    fc.property(mostlyNewest, (steps) => {
      const versions = versionsOf(steps, from(), append).map((each) => [...each])
      expect(versions).toEqual(versionsOf<readonly string[]>(steps, [], modelWith))
    }),
    { numRuns: 500, seed: 1 },
  )
}

describe('A list of the last values', () => {
  it('shows in each version what was appended to it, whatever others append to the same version', () => {
    const found = findDifference(
      () => RecentList.from<string>([], bounds),
      (past, text) => past.with(text, bounds),
    )
    expect(found.counterexample).toBeNull()
  })

  it('goes on from the array that a storage made of it', () => {
    const found = findDifference<Iterable<string>>(
      () => [],
      (past, text) => {
        const list = RecentList.from(past, bounds).with(text, bounds)
        return text.length % 2 === 0 ? list : (JSON.parse(JSON.stringify({ list })).list as string[])
      },
    )
    expect(found.counterexample).toBeNull()
  })

  it('is told apart from one that appends in place whoever went on before', () => {
    class InPlace implements Iterable<string> {
      readonly #all: string[]
      readonly #length: number

      constructor(all: string[], length: number) {
        this.#all = all
        this.#length = length
      }

      with(text: string): InPlace {
        this.#all.push(text)
        return new InPlace(this.#all, Math.min(this.#length + 1, bounds.most))
      }

      [Symbol.iterator]() {
        return this.#all.slice(-this.#length).values()
      }
    }
    const found = findDifference<InPlace>(
      () => new InPlace([], 0),
      (past, text) => past.with(text),
    )
    expect(found.failed).toBe(true)
  })

  it('looks at the size of what comes and of what falls out, and of nothing that stands', () => {
    let list = RecentList.from<string>([], bounds)
    let sized = 0
    const counting = {
      ...bounds,
      sizeOf(text: string) {
        sized++
        return text.length
      },
    }
    for (let n = 0; n < 1_000; n++) list = list.with(`${n % 10}`, counting)
    expect([...list]).toHaveLength(bounds.most)
    expect(sized).toBeLessThanOrEqual(2_000)
  })
})
