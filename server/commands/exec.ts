import { Trial } from '../trial/trial.js'
import { tellCoverage } from './exec-coverage.js'
import { type ExecGiven, readAsked } from './exec-options.js'
import { tellSummary } from './exec-summary.js'
import { type StartEmulator, sayingWhy, Voice } from './launch.js'
import { mutate } from './mutate.js'
import type { Outside } from './outside.js'
import { annotate, writeReports } from './reports.js'
import { Runs } from './runs.js'

/** Runs a command beside an emulator of its own, and says what was called; the exit code. */
export function exec(given: ExecGiven, outside: Outside, start: StartEmulator): Promise<number> {
  const voice = new Voice(given.options, outside)
  return sayingWhy(voice, async () => {
    const { variables, failOn, reports, variations, coverage } = readAsked(given)
    const runs = new Runs(given, variables, outside, start, voice)
    const trial = variations && new Trial()
    const plain = await runs.shown(trial, async (emulator, code) => {
      const fails = tellSummary(emulator, failOn, await tellCoverage(emulator, coverage, code === 0), voice)
      const written = await writeReports(reports, emulator, outside, voice, coverage?.of)
      annotate(emulator, outside)
      return code === 0 && (fails || !written) ? 1 : code
    })
    if (variations === undefined || trial === undefined || plain.stopped) return plain.code
    return mutate(variations, { ended: plain, trial }, runs, voice)
  })
}
