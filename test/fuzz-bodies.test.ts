import { describe, expect, it } from 'vitest'
import { BodyFuzz } from './fuzz/body-fuzz.js'
import { formats, samplesOf, told, twins } from './fuzz/body-twins.js'
import { isFull, seed, tell } from './proof.js'

const count = isFull ? 20_000 : 700

describe('A mutated body', () => {
  it.each(formats)('leaves everything right: %s', { timeout: 1_200_000 }, async (format) => {
    const { emulator, twin, log } = await twins()
    const fuzz = new BodyFuzz(format, emulator.url, twin.url)
    await fuzz.run(await samplesOf(format, count, seed))
    expect(fuzz.failures.map(told(format))).toEqual([])
    expect(log.filter((line) => line.includes(' failed: '))).toEqual([])
    const { bodies, refused, taken, counted } = fuzz.counts
    tell(
      'Fuzz of bodies',
      `${format}: ${bodies} bodies, ${refused} refused, ${taken} taken, items counted in ${counted}`,
    )
    // Neither is next to none: what is always refused proves as little as what is always taken.
    expect(Math.min(refused, taken)).toBeGreaterThan(bodies / 25)
    expect(counted).toBeGreaterThan(taken / 2)
  })
})
