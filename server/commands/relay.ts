import type { Child, Ending, Outside, Signal } from './outside.js'

/** How long what was told to end may take, in milliseconds; then it is killed. */
const grace = 5_000
/** How long the system may take to clear away what was killed; where nobody collects the dead they stay for ever. */
const clearing = 3_000
/** Between two looks whether something is left of a group. */
const between = 50

/** Passes signals on to a command, and sees to it that nothing of it is left. */
export class Relay {
  readonly #outside: Outside
  #child: Child | undefined
  /** The first signal that came while there was no child. */
  #early: Signal | undefined
  #callOff = () => {}

  constructor(outside: Outside) {
    this.#outside = outside
    outside.onSignal((signal) => this.#take(signal))
  }

  /** Runs the command and ends what it leaves behind. Rejected with NoCommand or NotRunnable. */
  async run(command: string, args: readonly string[], env: Outside['env']): Promise<Ending> {
    if (this.#early !== undefined) return { signal: this.#early }
    const child = this.#outside.spawn(command, args, env)
    this.#child = child
    try {
      const ending = await child.ended
      await this.#endRest(child)
      return ending
    } finally {
      // Its number may soon be that of another process.
      this.#child = undefined
      this.#callOff()
    }
  }

  #take(signal: Signal): void {
    const child = this.#child
    if (child === undefined) {
      this.#early ??= signal
      return
    }
    // In our own group the terminal has told it already, and many programs take a second one for "at once".
    if (signal === 'SIGINT' && !child.ownGroup) return
    child.signal(signal)
    // Who asks by SIGINT may wait for as long as it takes; who asks by the others kills us soon, and it would be left.
    if (signal === 'SIGINT') return
    this.#callOff()
    this.#callOff = this.#outside.later(grace, () => child.signal('SIGKILL'))
  }

  async #endRest(child: Child): Promise<void> {
    if (!child.signal('SIGTERM') || (await this.#isGone(child, grace))) return
    child.signal('SIGKILL')
    await this.#isGone(child, clearing)
  }

  async #isGone(child: Child, within: number): Promise<boolean> {
    for (let waited = 0; waited < within; waited += between) {
      if (!child.signal(0)) return true
      await new Promise<void>((resolve) => this.#outside.later(between, resolve))
    }
    return false
  }
}
