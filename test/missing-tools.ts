import type { TestContext } from 'vitest'

/** Says loudly that a test cannot be run here; in CI that is a failure, for a proof that did not run is none. */
export function tellMissing(message: string, context: TestContext): void {
  if (process.env.CI) throw new Error(message)
  console.warn(message)
  context.skip(message)
}
