import type { Clock } from './connector.js'

/** Nobody waits by it, and a time-out comes when the test says so. */
export class TestClock implements Clock {
  /** In milliseconds, in their order. */
  readonly slept: number[] = []
  /** What else is to know that time has passed. */
  readonly #moves: (ms: number) => Promise<unknown>
  readonly #waiting: { readonly ms: number; readonly end: AbortController }[] = []

  constructor(moves: (ms: number) => Promise<unknown> = async () => {}) {
    this.#moves = moves
  }

  async sleep(ms: number): Promise<void> {
    this.slept.push(ms)
    await this.#moves(ms)
  }

  timeout(ms: number): AbortSignal {
    const end = new AbortController()
    this.#waiting.push({ ms, end })
    return end.signal
  }

  /** So long has passed for whoever waits now. */
  elapse(passed: number): void {
    for (const { ms, end } of this.#waiting) if (ms <= passed) end.abort()
  }
}
