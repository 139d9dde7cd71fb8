import { nextTurn } from './turns.js'

/** Work for later, in milliseconds; what is given back takes it back. */
export interface Timers {
  after(ms: number, run: () => void): () => void
  every(ms: number, run: () => void): () => void
}

/** Work for behind everything that has come in in this turn of the event loop. */
export type Soon = (run: () => void) => void

/** The machine's own; none of them keeps the process alive. */
export const machineTimers: Timers = {
  after(ms, run) {
    const timer = setTimeout(run, ms).unref()
    return () => clearTimeout(timer)
  },
  every(ms, run) {
    const timer = setInterval(run, ms).unref()
    return () => clearInterval(timer)
  },
}

export const machineSoon: Soon = (run) => {
  void nextTurn().then(run)
}
