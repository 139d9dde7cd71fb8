import type { Soon } from '../timers.js'

/**
 * Lets what comes in in one turn of the event loop go in step: all calls are read, then all are served, then all are
 * answered. The processor so does one thing many times over, and the client is woken once: by `bench/README.md` a call
 * takes half the time where many come at once. A call that finds no other under way waits for nobody.
 */
export class InStep {
  readonly #soon: Soon
  #step: Promise<void> | undefined
  #underWay = 0

  constructor(soon: Soon) {
    this.#soon = soon
  }

  /** A call has come; `end` is called when it is answered. */
  begin(): void {
    this.#underWay++
  }

  end(): void {
    this.#underWay--
  }

  /** Resolved behind everything that comes in in this turn; undefined for who is alone. */
  next(): Promise<void> | undefined {
    if (this.#underWay === 1) return undefined
    this.#step ??= new Promise((resolve) => {
      this.#soon(() => {
        this.#step = undefined
        resolve()
      })
    })
    return this.#step
  }
}
