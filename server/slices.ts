import { stepAside } from './turns.js'

/** Work that would hold up all others if it were done in one go, so that it pauses now and then. */
export type Slices<Result> = Generator<void, Result>

/** So many items of a call are worked on in one go. */
export const itemsInOneGo = 1_000

/** Gives other calls their turn wherever the work pauses. */
export async function inTurns<Result>(work: Slices<Result>): Promise<Result> {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
    await stepAside()
  }
}

/** The same without a pause, where there is little of it or nobody waits. */
export function atOnce<Result>(work: Slices<Result>): Result {
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}
