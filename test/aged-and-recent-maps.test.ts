import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AgedMap } from '../server/aged-map.js'
import { RecentMap } from '../server/recent-map.js'

type Step = readonly ['set' | 'delete', key: number] | readonly ['clear']

const steps = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.tuple(fc.constant('set' as const), fc.integer({ min: 0, max: 12 })) },
    { weight: 10, arbitrary: fc.tuple(fc.constant('delete' as const), fc.integer({ min: 0, max: 12 })) },
    { weight: 1, arbitrary: fc.constant(['clear'] as const) },
  ),
  { maxLength: 600, size: 'max' },
)

/** Whether a map of ours and a plain one agree behind each step. */
function agree(ours: { size: number; oldest: number | undefined }, plain: ReadonlyMap<number, unknown>): boolean {
  const [first] = plain.keys()
  return ours.size === plain.size && ours.oldest === first
}

describe('A map that finds its oldest entry at once', () => {
  const isOne = (run: readonly Step[], map: AgedMap<number, number>) => {
    const plain = new Map<number, number>()
    return run.every(([step, key = 0], index) => {
      if (step === 'clear') {
        map.clear()
        plain.clear()
      } else if (step === 'set') {
        map.set(key, index)
        plain.set(key, index)
      } else {
        map.delete(key)
        plain.delete(key)
      }
      return agree(map, plain) && map.get(key) === plain.get(key) && map.has(key) === plain.has(key)
    })
  }

  it('has the same entries in the same order as a plain one, whatever is set, deleted and set again', () => {
    fc.assert(fc.property(steps, (run) => isOne(run, new AgedMap())))
  })

  it('would be found out where it took a key that came again for as old as it was', () => {
    class Forgetful extends AgedMap<number, number> {
      readonly #first: number[] = []
      override set(key: number, value: number): void {
        if (!this.#first.includes(key)) this.#first.push(key)
        super.set(key, value)
      }
      override get oldest(): number | undefined {
        return this.#first.find((key) => this.has(key))
      }
    }
    const run: readonly Step[] = [
      ['set', 1],
      ['set', 2],
      ['delete', 1],
      ['set', 1],
    ]
    expect(isOne(run, new AgedMap())).toBe(true)
    expect(isOne(run, new Forgetful())).toBe(false)
  })

  it('keeps no more keys than twice its entries and some, whoever goes first', () => {
    const map = new AgedMap<number, string>()
    map.set(-1, 'stays')
    for (let key = 0; key < 100_000; key++) {
      map.set(key, 'goes')
      map.delete(key)
    }
    expect(map.oldest).toBe(-1)
    expect([...map]).toEqual([[-1, 'stays']])
  })
})

describe('A map that lists what was touched last at its end', () => {
  it('is in the order of the last touches, and makes each value once', () => {
    fc.assert(
      fc.property(steps, (run) => {
        const map = new RecentMap<number, number>()
        const plain = new Map<number, number>()
        run.forEach(([step, key = 0], index) => {
          if (step === 'clear') {
            map.clear()
            plain.clear()
          } else if (step === 'set') {
            const value = plain.get(key) ?? index
            plain.delete(key)
            plain.set(key, value)
            expect(map.touch(key, () => index)).toBe(value)
          } else {
            map.delete(key)
            plain.delete(key)
          }
          expect([...map]).toEqual([...plain])
        })
      }),
      { numRuns: 30 },
    )
  })

  it('gives up what was touched longest ago', () => {
    const map = new RecentMap<string, number>()
    for (const [key, value] of Object.entries({ one: 1, two: 2, three: 3 })) map.touch(key, () => value)
    map.touch('one', () => 4)
    expect([map.deleteOldest(), map.deleteOldest(), map.deleteOldest(), map.deleteOldest()]).toEqual([
      ['two', 2],
      ['three', 3],
      ['one', 1],
      undefined,
    ])
    expect(map.touch('one', () => 5)).toBe(5)
  })
})
