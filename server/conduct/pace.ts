import { isWithin, type Limit } from './limits.js'

/** How often something came of late; at most as much is remembered as it takes to be too often. */
export class Pace {
  #times: number[] = []

  /** Whether, with this one, COUNT have come within SECONDS. */
  take(now: number, limit: Limit): boolean {
    const times = this.#times
    // They stand in order, so the ends tell of all of them; a clock that was set back leaves later ones behind.
    while (times.length > 0 && !isWithin(limit, now, times[0] ?? now)) times.shift()
    while (times.length > 0 && !isWithin(limit, now, times.at(-1) ?? now)) times.pop()
    if (times.length >= limit.count) times.splice(0, times.length - limit.count + 1)
    times.push(now)
    return times.length >= limit.count
  }

  /** The first of those that are remembered. */
  get first(): number | undefined {
    return this.#times[0]
  }

  get size(): number {
    return this.#times.length
  }

  forget(): void {
    this.#times = []
  }
}
