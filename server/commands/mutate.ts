import { counted } from '../counted.js'
import { printable } from '../printable.js'
import { Trial } from '../trial/trial.js'
import type { Variation } from '../trial/variations.js'
import { bad, type Verdict, verdictOf } from '../trial/verdict.js'
import type { Voice } from './launch.js'
import type { Ended, Runs } from './runs.js'

const notRun = { code: 0, says: 'not run', stopped: false, output: [] }

/** Lines of the output that are shown of a run that should have passed. */
const linesShown = 20
/** How much longer than the plain run one may take, and at least how long it may, in milliseconds. */
const patience = { factor: 10, least: 60_000 }

/**
 * Repeats a run with one variation at a time, and says on stderr what came of each; the exit code: that of a plain run
 * that fails, else 1 where the suite missed one, or failed for one that it has to bear.
 */
export async function mutate(
  variations: readonly Variation[],
  plain: { readonly ended: Ended; readonly trial: Trial },
  runs: Runs,
  voice: Voice,
): Promise<number> {
  const { code, ms } = plain.ended
  if (code !== 0) return refuse('the run fails as it is', code, voice)
  const limit = Math.max(patience.least, ms * patience.factor)
  const trial = new Trial()
  const again = await runs.quiet(trial, limit)
  if (again.stopped) return again.code
  if (again.code !== 0) return refuse(`the same run passed, and then came to ${again.says}`, 1, voice)
  const ending = trial.fingerprint === plain.trial.fingerprint ? trial.fingerprint : undefined
  tellBeginning(variations, ms, ending, voice)
  const verdicts: Verdict[] = []
  for (const variation of variations) {
    const tried = new Trial(variation)
    // What the plain run does not call is not called with a variation of it either.
    const called = variation.vendor === undefined || plain.trial.hasCalled(variation.vendor)
    const ended = called ? await runs.quiet(tried, limit) : notRun
    if (ended.stopped) return ended.code
    const { touched, fingerprint } = tried
    const verdict = verdictOf(variation, { passed: ended.code === 0, touched, fingerprint }, ending)
    verdicts.push(verdict)
    tell(variation, verdict, { ...ended, touched }, voice)
  }
  tellEnd(verdicts, voice)
  return verdicts.some((verdict) => bad.has(verdict)) ? 1 : 0
}

function refuse(why: string, code: number, voice: Voice): number {
  voice.log(`Backstock: no variation was tried: ${why}`)
  return code
}

function tellBeginning(variations: readonly Variation[], ms: number, ending: string | undefined, voice: Voice): void {
  const number = variations.length === 1 ? '1 variation' : `${variations.length} variations, one at a time`
  const lines = [`Backstock: the command passes as it is, in ${(ms / 1000).toFixed(1)} s; now with ${number}`]
  if (ending === undefined)
    lines.push(
      'Backstock: two plain runs left different stock behind, so whether a run recovered cannot be told; ' +
        'give the suite fixed data to have it told',
    )
  voice.event('mutation', { variations: variations.length, comparable: ending !== undefined }, lines)
}

function tell(
  { name, kind, says }: Variation,
  verdict: Verdict,
  { touched, says: ended, output }: { touched: number; says: string; output: readonly string[] },
  voice: Voice,
): void {
  const how = verdict === 'not tried' ? 'no call met it' : `${says}; ${counted(touched, 'call')} met it; ${ended}`
  const shown = verdict === 'failed' ? output.slice(-linesShown).map((line) => `      | ${printable(line)}`) : []
  const shout = bad.has(verdict) ? verdict.toUpperCase() : verdict
  const line = `  ${shout.padEnd(10)} ${name.padEnd(29)} ${how}`
  voice.event('variation', { name, kind, verdict, calls: touched, ended }, [line, ...shown])
}

function tellEnd(verdicts: readonly Verdict[], voice: Voice): void {
  const numbers = new Map<Verdict, number>()
  for (const verdict of verdicts) numbers.set(verdict, (numbers.get(verdict) ?? 0) + 1)
  const told = [...numbers].map(([verdict, number]) => `${number} ${verdict}`).join(', ')
  voice.event('verdict', Object.fromEntries([...numbers].map(([verdict, n]) => [verdict.replace(' ', '_'), n])), [
    `Backstock: ${told}`,
  ])
}
