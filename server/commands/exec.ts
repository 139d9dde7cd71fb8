import { constants } from 'node:os'
import type { Given } from '../config/config.js'
import { environmentFor, readAsked } from './exec-options.js'
import { tellSummary } from './exec-summary.js'
import { launch, type StartEmulator, sayingWhy, Voice } from './launch.js'
import type { Ending, Outside } from './outside.js'
import { Relay } from './relay.js'

export interface ExecGiven {
  /** The texts of the options of `start`. */
  readonly options: Given['options']
  /** `NAME={joor}/v2/`, as often as it was given. */
  readonly env: readonly string[]
  readonly failOn: readonly string[]
  readonly command: string
  readonly args: readonly string[]
}

/** Runs a command beside an emulator of its own, and says what was called; the exit code. */
export function exec(given: ExecGiven, outside: Outside, start: StartEmulator): Promise<number> {
  const { command, args } = given
  const voice = new Voice(given.options, outside)
  return sayingWhy(voice, async () => {
    const { variables, failOn } = readAsked(given)
    // From before the emulator is there: a signal at any moment ends all of it.
    const relay = new Relay(outside)
    const emulator = await launch(given.options, outside, voice, start, 0)
    try {
      const code = codeOf(await relay.run(command, args, environmentFor(emulator, outside.env, variables)))
      const fails = tellSummary(emulator, failOn, voice)
      return code === 0 && fails ? 1 : code
    } finally {
      await emulator.close()
    }
  })
}

/** As shells have it. */
function codeOf(ending: Ending): number {
  return 'code' in ending ? ending.code : 128 + constants.signals[ending.signal]
}
