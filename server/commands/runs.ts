import { constants } from 'node:os'
import type { Emulator } from '../emulator.js'
import type { Trial } from '../trial/trial.js'
import { withProxy } from './exec-intercept.js'
import { type ExecGiven, environmentFor, type Templates } from './exec-options.js'
import { type Launched, launch, type StartEmulator, type Voice } from './launch.js'
import type { Ending, Outside } from './outside.js'
import { Relay } from './relay.js'

/** How a run of the command ended. */
export interface Ended {
  /** As shells have it. */
  readonly code: number
  /** As a part of a sentence: `exit 1`. */
  readonly says: string
  /** Told to end from outside: no further run is wanted. */
  readonly stopped: boolean
  readonly ms: number
}

/** Runs one command, each time beside an emulator of its own. */
export class Runs {
  readonly #given: ExecGiven
  readonly #variables: Templates
  readonly #outside: Outside
  readonly #start: StartEmulator
  readonly #voice: Voice
  readonly #relay: Relay

  constructor(given: ExecGiven, variables: Templates, outside: Outside, start: StartEmulator, voice: Voice) {
    this.#given = given
    this.#variables = variables
    this.#outside = outside
    this.#start = start
    this.#voice = voice
    // From before an emulator is there: a signal at any moment ends all of it.
    this.#relay = new Relay(outside)
  }

  /** With our own stdin, stdout and stderr; `after` has the emulator that the command called, and turns its code. */
  async shown(trial: Trial | undefined, after: (emulator: Emulator, code: number) => Promise<number>): Promise<Ended> {
    const { command, args } = this.#given
    return this.#beside(this.#start, trial, async (emulator, env) => {
      const ending = await this.#relay.run(command, args, env)
      return { code: await after(emulator, codeOf(ending)), says: writeEnding(ending) }
    })
  }

  /** Without a word of the command or the emulator; killed where it takes longer than `limitMs`. */
  async quiet(trial: Trial, limitMs: number): Promise<Ended & { readonly output: readonly string[] }> {
    const { command, args } = this.#given
    const quietly: StartEmulator = (options) => this.#start({ ...options, log: () => {}, logRequests: () => {} })
    return this.#beside(quietly, trial, async (_, env) => {
      const { ending, output, late } = await this.#relay.runQuietly(command, args, env, limitMs)
      const says = late ? `killed after ${Math.round(limitMs / 1000)} s` : writeEnding(ending)
      return { code: codeOf(ending), says, output }
    })
  }

  async #beside<Result>(
    start: StartEmulator,
    trial: Trial | undefined,
    work: (emulator: Emulator, env: Outside['env']) => Promise<Result>,
  ): Promise<Result & Pick<Ended, 'stopped' | 'ms'>> {
    const began = this.#outside.stopwatch()
    const launched = await launch(this.#given.options, this.#outside, this.#voice, start, 0, trial)
    const { emulator } = launched
    try {
      const result = await this.#inEnvironment(launched, (env) => work(emulator, env))
      return { ...result, stopped: this.#relay.told, ms: this.#outside.stopwatch() - began }
    } finally {
      await emulator.close()
    }
  }

  #inEnvironment<Result>(launched: Launched, work: (env: Outside['env']) => Promise<Result>): Promise<Result> {
    const { env } = this.#outside
    const { intercept } = launched.emulator
    if (intercept === undefined) return work(environmentFor(launched, env, this.#variables))
    return withProxy(intercept, env, this.#voice.log, (proxied) =>
      work(environmentFor(launched, { ...env, ...proxied }, this.#variables)),
    )
  }
}

function codeOf(ending: Ending): number {
  return 'code' in ending ? ending.code : 128 + constants.signals[ending.signal]
}

function writeEnding(ending: Ending): string {
  return 'code' in ending ? `exit ${ending.code}` : `ended by ${ending.signal}`
}
