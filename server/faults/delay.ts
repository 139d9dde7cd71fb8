/** How long replies are held up, in milliseconds. */
export type Delay =
  | { readonly ms: number }
  | { readonly distribution: 'uniform'; readonly minMs: number; readonly maxMs: number; readonly seed: number }
  | { readonly distribution: 'normal'; readonly meanMs: number; readonly deviationMs: number; readonly seed: number }
  | { readonly distribution: 'lognormal'; readonly medianMs: number; readonly sigma: number; readonly seed: number }

/** Ten minutes: what no client waits for is no latency any more. */
export const longestMs = 600_000

/** The delay of the nth hit, from 0 on, in whole milliseconds: the same for the same seed, whatever came between. */
export function delayOf(delay: Delay, hit: number): number {
  return Math.round(Math.min(Math.max(drawn(delay, hit), 0), longestMs))
}

function drawn(delay: Delay, hit: number): number {
  if (!('distribution' in delay)) return delay.ms
  switch (delay.distribution) {
    case 'uniform':
      return delay.minMs + (delay.maxMs - delay.minMs) * uniform(delay.seed, 2 * hit)
    case 'normal':
      return delay.meanMs + delay.deviationMs * normal(delay.seed, hit)
    case 'lognormal':
      return delay.medianMs * Math.exp(delay.sigma * normal(delay.seed, hit))
  }
}

/** Mean 0, deviation 1 (Box and Muller). */
function normal(seed: number, hit: number): number {
  // The logarithm has no value at 0.
  const radius = Math.sqrt(-2 * Math.log(1 - uniform(seed, 2 * hit)))
  return radius * Math.cos(2 * Math.PI * uniform(seed, 2 * hit + 1))
}

/** The nth number of a seed, from 0 to just below 1 (mulberry32, whose states can be jumped to). */
function uniform(seed: number, nth: number): number {
  const state = (seed + Math.imul(nth + 1, 0x6d2b79f5)) | 0
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
}
