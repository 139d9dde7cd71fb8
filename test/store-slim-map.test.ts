import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SlimMap } from '../server/state/slim-map.js'

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
        for (const target of [map, model] as const) {
          if (each.do === 'set') target.set(each.key, each.value)
          else if (each.do === 'delete') target.delete(each.key)
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
    expect(compare(() => new SlimMap()).counterexample).toBeNull()
  })

  it('is told apart from one that forgets its first key at the second', () => {
    class Forgetful extends SlimMap<number | null> {
      override set(key: string, value: number | null): void {
        if (this.size === 1 && this.get(key) === undefined) this.clear()
        super.set(key, value)
      }
    }
    expect(compare(() => new Forgetful()).failed).toBe(true)
  })
})
