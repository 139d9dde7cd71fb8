/**
 * Milliseconds that this process has the processor while something runs: by the clock, what takes long would have to wait for
 * whatever else the machine does, and what is short would not.
 */
export async function processorTime(run: () => unknown): Promise<number> {
  const before = process.cpuUsage()
  await run()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000
}

/** The least of some runs: now and then one has garbage of others to collect. */
export async function leastProcessorTime(runs: number, run: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY
  for (let count = 0; count < runs; count++) least = Math.min(least, await processorTime(run))
  return least
}
