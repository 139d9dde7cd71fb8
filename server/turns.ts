import { scheduler } from 'node:timers/promises'

/**
 * Behind everything that has come in in this turn of the event loop. Not by `setImmediate`: of a test that runs the
 * emulator beside itself it may be one that stands still, imported or global.
 */
export const nextTurn = scheduler.yield.bind(scheduler)

/**
 * Lets others have their turn: who connects meanwhile is accepted in the first, and its call is read and answered in the
 * second.
 */
export async function stepAside(): Promise<void> {
  await nextTurn()
  await nextTurn()
}
