import { isWithin, type Limit } from './limits.js'

/** How often something came of late; at most as much is remembered as it takes to be too often. */
export class Pace {
  #times: number[] = []

  /** Whether, with this one, COUNT have come within SECONDS. */
  take(now: number, limit: Limit): boolean {
    this.#times = this.#times.filter((then) => isWithin(limit, now, then)).slice(1 - limit.count)
    if (limit.count === 1) this.#times = []
    this.#times.push(now)
    return this.#times.length >= limit.count
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
