import { bytesOf, jirafeEvent, times } from '../calls.js'
import { beside, type Figure, spread } from '../figures.js'
import { sendCalls } from '../load.js'
import { requestsOf, type Setup } from '../setup.js'
import { type Row, withServers } from './row.js'
import { largestCall } from './stall.js'

const products = 1_000
const connections = 32

interface After {
  readonly heap: number
  readonly rss: number
  readonly peak: number
}

const afterEvents = (setup: Setup): Promise<After> =>
  withServers(async (keep) => {
    const server = await keep(setup.emulator({ gauge: true }))
    const events = setup.options.short ? 20_000 : 100_000
    await sendCalls(server.url, requestsOf(times(products, jirafeEvent)), connections, events)
    const { rss, peakRss: peak } = server
    return { rss, peak, heap: (await server.ask('live heap')).figure }
  })

interface During {
  readonly ofBody: number
  readonly idle: number
  readonly peak: number
}

/** What one call of 20 MB takes over what the idle server has. */
const duringLargest = (setup: Setup): Promise<During> =>
  withServers(async (keep) => {
    const server = await keep(setup.emulator())
    const call = largestCall()
    const idle = server.rss
    await sendCalls(server.url, [bytesOf(call)], 1, 1)
    // What it does behind its reply counts, too.
    await new Promise((resolve) => setTimeout(resolve, 200))
    const peak = server.peakRss
    return { idle, peak, ofBody: (peak - idle) / (Buffer.byteLength(call.body) / 2 ** 20) }
  })

async function measure(setup: Setup): Promise<readonly Figure[]> {
  const after: After[] = []
  const during: During[] = []
  const rounds = setup.options.short ? Math.ceil(setup.options.rounds / 4) : Math.min(3, setup.options.rounds)
  for (let round = 0; round < rounds; round++) {
    after.push(await afterEvents(setup))
    during.push(await duringLargest(setup))
  }
  return [
    {
      ...{ name: 'Live heap after many events', unit: 'MB', value: spread(after.map(({ heap }) => heap)) },
      beside: [],
    },
    {
      ...{ name: 'RSS after many events', unit: 'MB', value: spread(after.map(({ rss }) => rss)) },
      beside: [
        beside(
          'most on the way',
          'MB',
          after.map(({ peak }) => peak),
        ),
      ],
    },
    {
      ...{ name: 'RSS during 20 MB of XML, of the body', unit: 'times' },
      value: spread(during.map(({ ofBody }) => ofBody)),
      beside: [
        beside(
          'idle',
          'MB',
          during.map(({ idle }) => idle),
        ),
        beside(
          'at most',
          'MB',
          during.map(({ peak }) => peak),
        ),
      ],
    },
  ]
}

export const memoryRow: Row = { name: 'memory', measure }
