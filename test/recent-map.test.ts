import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RecentMap } from '../server/recent-map.js'

const steps = fc.array(
  fc.oneof(
    { weight: 12, arbitrary: fc.tuple(fc.constant('set' as const), fc.integer({ min: 0, max: 12 })) },
    { weight: 10, arbitrary: fc.tuple(fc.constant('delete' as const), fc.integer({ min: 0, max: 12 })) },
    { weight: 1, arbitrary: fc.constant(['clear'] as const) },
  ),
  { maxLength: 600, size: 'max' },
)

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
