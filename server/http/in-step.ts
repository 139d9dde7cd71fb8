import type { Soon } from '../timers.js'

/**
 * Lets what comes in in one turn of the event loop go in step: all calls are read, then all are served, then all are
 * answered. The processor so does one thing many times over, and the client is woken once: by `bench/README.md` a call
 * takes half the time where many come at once. A call by itself waits for nobody.
 */
export class InStep {
  readonly #soon: Soon
  #step: Promise<void> | undefined

  constructor(soon: Soon) {
    this.#soon = soon
  }

  /** Resolved behind everything that comes in in this turn. */
  next(): Promise<void> {
    this.#step ??= new Promise((resolve) => {
      this.#soon(() => {
        this.#step = undefined
        resolve()
      })
    })
    return this.#step
  }
}
