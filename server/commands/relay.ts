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
  #told = false

  constructor(outside: Outside) {
    this.#outside = outside
    outside.onSignal((signal) => this.#take(signal))
  }

  /** Whether a signal came: whoever runs several commands is to run no other. */
  get told(): boolean {
    return this.#told
  }

  /** Runs the command and ends what it leaves behind. Rejected with NoCommand or NotRunnable. */
  async run(command: string, args: readonly string[], env: Outside['env']): Promise<Ending> {
    return (await this.#run(command, args, env, false)).ending
  }

  /** The same without showing its output, of which the end is given back; killed where it takes longer than `limitMs`. */
  async runQuietly(command: string, args: readonly string[], env: Outside['env'], limitMs: number) {
    let late = false
    const callOff = this.#outside.later(limitMs, () => {
      late = true
      this.#child?.signal('SIGKILL')
    })
    try {
      return { ...(await this.#run(command, args, env, true)), late }
    } finally {
      callOff()
    }
  }

  async #run(command: string, args: readonly string[], env: Outside['env'], quiet: boolean) {
    if (this.#early !== undefined) return { ending: { signal: this.#early }, output: [] }
    const child = this.#outside.spawn(command, args, env, quiet)
    this.#child = child
    try {
      const ending = await child.ended
      await this.#endRest(child)
      return { ending, output: child.output() }
    } finally {
      // Its number may soon be that of another process.
      this.#child = undefined
      this.#callOff()
    }
  }

  #take(signal: Signal): void {
    this.#told = true
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
