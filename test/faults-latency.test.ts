import { describe, expect, it } from 'vitest'
import { type Delay, delayOf, longestMs } from '../server/faults/delay.js'
import { lastRequest, startTestEmulator } from './emulator.js'
import { arm, level, sendEvent } from './faults.js'

const draws = (delay: Delay, count: number) => Array.from({ length: count }, (_, hit) => delayOf(delay, hit))
const sorted = (values: readonly number[]) => [...values].sort((one, other) => one - other)
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
const deviation = (values: readonly number[]) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)))

describe('A delay', () => {
  it.each<[string, Delay]>([
    ['uniform', { distribution: 'uniform', minMs: 100, maxMs: 300, seed: 1 }],
    ['normal', { distribution: 'normal', meanMs: 200, deviationMs: 20, seed: 1 }],
    ['lognormal', { distribution: 'lognormal', medianMs: 200, sigma: 0.5, seed: 1 }],
  ])('that is %s is the same for the same seed, and another for another', (_name, delay) => {
    expect(draws(delay, 50)).toEqual(draws(delay, 50))
    expect(draws(delay, 50)).not.toEqual(draws({ ...delay, seed: 2 } as Delay, 50))
    expect(new Set(draws(delay, 50)).size).toBeGreaterThan(20)
  })

  it('that is uniform lies between its bounds, and everywhere there', () => {
    const values = draws({ distribution: 'uniform', minMs: 100, maxMs: 300, seed: 3 }, 10_000)
    expect(Math.min(...values)).toBeGreaterThanOrEqual(100)
    expect(Math.max(...values)).toBeLessThanOrEqual(300)
    expect(mean(values)).toBeCloseTo(200, -1)
    expect(deviation(values)).toBeCloseTo(200 / Math.sqrt(12), -1)
  })

  it('that is normal has its mean and deviation', () => {
    const values = draws({ distribution: 'normal', meanMs: 1_000, deviationMs: 100, seed: 3 }, 10_000)
    expect(Math.abs(mean(values) - 1_000)).toBeLessThan(5)
    expect(Math.abs(deviation(values) - 100)).toBeLessThan(5)
  })

  it('that is lognormal has its median, and the logarithm its sigma', () => {
    const values = draws({ distribution: 'lognormal', medianMs: 1_000, sigma: 0.4, seed: 3 }, 10_000)
    expect(Math.abs((sorted(values)[5_000] ?? 0) - 1_000)).toBeLessThan(30)
    expect(Math.abs(deviation(values.map(Math.log)) - 0.4)).toBeLessThan(0.02)
  })

  it('is never negative and never longer than ten minutes', () => {
    for (const values of [
      draws({ distribution: 'normal', meanMs: 0, deviationMs: 600_000, seed: 1 }, 1_000),
      draws({ distribution: 'lognormal', medianMs: 600_000, sigma: 10, seed: 1 }, 1_000),
    ]) {
      expect(Math.min(...values)).toBeGreaterThanOrEqual(0)
      expect(Math.max(...values)).toBe(longestMs)
      expect(values.every(Number.isInteger)).toBe(true)
    }
  })

  it('is drawn in the order of hits, and the journal tells it', async () => {
    const fault = { kind: 'latency', distribution: 'uniform', min_ms: 0, max_ms: 30, seed: 5 }
    const expected = draws({ distribution: 'uniform', minMs: 0, maxMs: 30, seed: 5 }, 6)
    const emulator = await startTestEmulator()
    await arm(emulator, [{ after: 1, fault }])
    expect((await sendEvent(emulator, level(1)))?.headers['backstock-fault']).toBeUndefined()
    const told: number[] = []
    for (let call = 0; call < 6; call++) {
      await sendEvent(emulator, level(1))
      told.push((await lastRequest(emulator)).fault.delay_ms)
    }
    expect(told).toEqual(expected)
  })
})
