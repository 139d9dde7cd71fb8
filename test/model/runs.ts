/**
 * How a property is run. `BACKSTOCK_RUNS` asks for another number of sequences. A failure prints its seed and the
 * smallest sequence that fails; `BACKSTOCK_RUNS_SEED` with that seed sends the same sequences again.
 */
export function runsOf(usual: number) {
  const { BACKSTOCK_RUNS: runs, BACKSTOCK_RUNS_SEED: seed } = process.env
  const numRuns = runs ? positive('BACKSTOCK_RUNS', runs) : usual
  // Generous, so that no slow machine fails for its slowness; with shrinking a failure takes several times its run.
  const timeout = 60_000 + numRuns * 500
  return { parameters: { numRuns, ...(seed ? { seed: Number(seed) } : {}) }, timeout }
}

function positive(name: string, text: string): number {
  const number = Number(text)
  if (!Number.isInteger(number) || number < 1) throw new Error(`${name} is ${text}. Right is a positive integer.`)
  return number
}
