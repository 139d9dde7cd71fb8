import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * Preloaded into a server (`node --import`), it answers over IPC what cannot be seen from outside. It does nothing until
 * it is asked, so the product needs nothing for it.
 */
export type Question = 'live heap' | 'watch stalls' | 'longest stall'

/** MB, or milliseconds. */
export interface Answer {
  readonly figure: number
}

const stalls = monitorEventLoopDelay({ resolution: 1 })

const answers: Readonly<Record<Question, () => number>> = {
  'live heap'() {
    setFlagsFromString('--expose-gc')
    // Of the context that is made now, so that the flag counts; the function collects for all of them.
    const collect: () => void = runInNewContext('gc')
    for (let time = 0; time < 3; time++) collect()
    return process.memoryUsage().heapUsed / 2 ** 20
  },
  'watch stalls'() {
    stalls.reset()
    stalls.enable()
    return 0
  },
  'longest stall'() {
    stalls.disable()
    return stalls.max / 1e6
  },
}

// The bench sends nothing but questions.
process.on('message', (question) => process.send?.({ figure: answers[question as Question]() }))
// The server ends when its own work does.
process.channel?.unref()
