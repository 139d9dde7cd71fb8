import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { atOnce, itemsInOneGo } from '../server/slices.js'
import { SlimMap } from '../server/state/slim-map.js'
import { type FoundValues, SlottedMap } from '../server/state/slotted-map.js'

const key = fc.constantFrom('a', 'b', '__proto__', '')
const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('set' as const), key, value: fc.option(fc.nat(9)) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const) }) },
)

type Like = Pick<Map<string, number | null>, 'clear' | 'get' | 'has' | 'size'> &
  Iterable<readonly [string, number | null]> & {
    set(key: string, value: number | null): unknown
    delete(key: string): unknown
    keys(): Iterable<string>
    forEach(each: (value: number | null, key: string) => void): void
  }

/** The judge is Node's own map. */
function compare(make: () => Like) {
  return fc.check(
    fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
      const map = make()
      const model = new Map<string, number | null>()
      for (const each of steps) {
        if (each.do === 'set') {
          expect(map.set(each.key, each.value)).toBe(model.get(each.key))
          model.set(each.key, each.value)
        } else
          for (const target of [map, model] as const) {
            if (each.do === 'delete') target.delete(each.key)
            else target.clear()
          }
        const told: (readonly [string, number | null])[] = []
        map.forEach((value, key) => {
          told.push([key, value])
        })
        expect(told).toEqual([...model])
        expect([...map]).toEqual([...model])
        expect(map.size).toBe(model.size)
        expect([...map.keys()]).toEqual([...model.keys()])
        for (const key of ['a', 'b', '__proto__', ''])
          expect([map.get(key), map.has(key)]).toEqual([model.get(key), model.has(key)])
      }
    }),
    { numRuns: 1_000, seed: 1 },
  )
}

describe('A map that is slim while it has one key', () => {
  it('holds what a Map holds, in the same order, whatever comes and goes', () => {
    expect(compare(() => new SlimMap<number | null>()).counterexample).toBeNull()
  })

  it('is told apart from one that forgets its first key at the second', () => {
    class Forgetful extends SlimMap<number | null> {
      override set(key: string, value: number | null): number | null | undefined {
        if (this.size === 1 && this.get(key) === undefined) this.clear()
        return super.set(key, value)
      }
    }
    expect(compare(() => new Forgetful()).failed).toBe(true)
  })
})

/**
 * What was found stays found until it is taken away: steps before and behind the look, then each of the keys replaced.
 * The judge is Node's own map.
 */
function compareFound(make: () => SlottedMap<number>) {
  const keys = ['a', 'b', 'c', '__proto__', '']
  const step = fc.record({ key: fc.constantFrom(...keys), value: fc.option(fc.nat(9)) })
  const steps = fc.array(step, { maxLength: 12 })
  let replaced = 0
  const checked = fc.check(
    fc.property(steps, steps, (before, behind) => {
      const map = make()
      const model = new Map<string, number>()
      const take = ({ key, value }: { key: string; value: number | null }) => {
        for (const target of [map, model] as const)
          if (value === null) target.delete(key)
          else target.set(key, value)
      }
      before.forEach(take)
      const found = atOnce(map.find(keys, keys.length))
      behind.forEach(take)
      for (const [index, key] of keys.entries()) {
        const stood = map.replace(found, index, 10 + index)
        if (stood === undefined) continue
        replaced++
        expect(stood).toBe(model.get(key))
        model.set(key, 10 + index)
      }
      expect([...map]).toEqual([...model])
      expect(map.size).toBe(model.size)
    }),
    { numRuns: 2_000, seed: 1 },
  )
  return { ...checked, replaced }
}

describe('A value that was found ahead', () => {
  it('is replaced where it stands, and nothing is where it is gone', () => {
    const { counterexample, replaced } = compareFound(() => new SlottedMap())
    expect(counterexample).toBeNull()
    expect(replaced).toBeGreaterThan(1_000)
  })

  it('is told apart from one that stands in the place of another', () => {
    class Mistaken extends SlottedMap<number> {
      override replace(found: FoundValues<number>, index: number, value: number): number | undefined {
        return super.replace({ ...found, slots: found.slots.toReversed() }, index, value)
      }
    }
    expect(compareFound(() => new Mistaken()).failed).toBe(true)
  })

  it('is looked for in parts', () => {
    const map = new SlottedMap<number>()
    const keys = Array.from({ length: 3 * itemsInOneGo }, (_, index) => `${index}`)
    for (const key of keys) map.set(key, 0)
    const work = map.find(keys, keys.length)
    let pauses = 0
    while (!work.next().done) pauses++
    expect(pauses).toBe(3)
  })
})
