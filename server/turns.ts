import { scheduler } from 'node:timers/promises'

/**
 * Behind everything that has come in in this turn of the event loop. Not by `setImmediate`: of a test that runs the
 * emulator beside itself it may be one that stands still, imported or global.
 */
export const nextTurn = scheduler.yield.bind(scheduler)
