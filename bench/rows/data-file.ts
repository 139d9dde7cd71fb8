import { join } from 'node:path'
import { jsonCall, leanItem, times } from '../calls.js'
import { contest } from '../contest.js'
import type { Figure } from '../figures.js'
import { sendCalls } from '../load.js'
import { requestsOf, type Setup } from '../setup.js'
import { type Row, withServers } from './row.js'

const connections = 50
/** Positions in one call that fills the state. */
const filled = 5_000
const different = 512

/** Calls that change one position of many each: with each reply on disk before it leaves, and in memory. */
const measure = (setup: Setup, positions: number): Promise<Figure> =>
  withServers(async (keep) => {
    const file = join(setup.options.folder, `state-${positions}.json`)
    const ours = await keep(setup.emulator({ args: ['--data', file] }))
    const theirs = await keep(setup.emulator({ measured: false }))
    const items = times(positions, (n) => leanItem(n, 1))
    const fill = times(Math.ceil(positions / filled), (n) => jsonCall(items.slice(n * filled, (n + 1) * filled)))
    for (const { url } of [ours, theirs]) await sendCalls(url, requestsOf(fill), 1, fill.length)
    // Another position each time, all over the state.
    const requests = requestsOf(times(different, (n) => jsonCall([leanItem((n * 7_919) % positions, n)])))
    const measured = await contest(
      setup,
      { named: 'with --data', server: ours, requests },
      { named: 'in memory', server: theirs, requests },
      { connections, sameBytes: true },
    )
    return { name: `With --data, ${positions} positions, of memory`, unit: 'share', ...measured }
  })

export const dataFileRow: Row = {
  name: 'data-file',
  async measure(setup) {
    const figures: Figure[] = []
    for (const positions of setup.options.positions) figures.push(await measure(setup, positions))
    return figures
  },
}
