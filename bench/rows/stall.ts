import { bytesOf, fullItem, jsonCall, leanItem, times, xmlCall } from '../calls.js'
import { Connection } from '../connection.js'
import { beside, type Figure, spread } from '../figures.js'
import type { ServerProcess } from '../server-process.js'
import type { Setup } from '../setup.js'
import { type Row, withServers } from './row.js'

/** The vendor takes 20 MiB. */
const mostBytes = 20 * 1024 * 1024
/** A small call comes so often. */
const everyMs = 5

/** As many items as the vendor takes the bytes of. */
export function largestCall() {
  const sample = Buffer.byteLength(xmlCall(times(1_000, (n) => fullItem(n + 10_000, n))).body) / 1_000
  return xmlCall(times(Math.floor(mostBytes / (sample + 2)), (n) => fullItem(n, n % 1_000)))
}

interface Stalled {
  /** Milliseconds for which the event loop turned to nothing else, told from inside. */
  readonly stall: number
  /** The longest that a small call waited on another connection. */
  readonly wait: number
  /** How long the large call took. */
  readonly large: number
}

async function stalled(server: ServerProcess, large: Buffer, small: Buffer): Promise<Stalled> {
  await waited(server, small)
  await server.ask('watch stalls')
  let done = false
  const answered = waited(server, large).then((ms) => {
    done = true
    return ms
  })
  let wait = 0
  while (!done) {
    const ms = await waited(server, small)
    wait = Math.max(wait, ms)
    if (ms < everyMs) await new Promise((resolve) => setTimeout(resolve, everyMs - ms))
  }
  return { large: await answered, wait, stall: (await server.ask('longest stall')).figure }
}

/** Each call by a connection of its own: one that is kept is closed as idle by who does not get to look at it. */
async function waited({ url }: ServerProcess, request: Buffer): Promise<number> {
  const sent = performance.now()
  const connection = await Connection.open(url)
  try {
    await connection.call(request)
    return performance.now() - sent
  } finally {
    connection.close()
  }
}

const measure = (setup: Setup): Promise<readonly Figure[]> =>
  withServers(async (keep) => {
    const ours = await keep(setup.emulator({ gauge: true }))
    const theirs = await keep(setup.server('peers/xml2js', [], true))
    const large = bytesOf(largestCall())
    const small = bytesOf(jsonCall([leanItem(1, 1)], 'bench-other'))
    const our: Stalled[] = []
    const their: Stalled[] = []
    // The longest of a call is told by whatever the collector did meanwhile: one call tells little.
    const rounds = setup.options.short ? setup.options.rounds + 1 : setup.options.rounds
    for (let round = setup.options.short ? 0 : -1; round < rounds; round++) {
      const one = await stalled(ours, large, small)
      const other = await stalled(theirs, large, small)
      // The first call is slow in both: nothing of them is compiled yet.
      if (round < 0) continue
      our.push(one)
      their.push(other)
    }
    const wait = beside(
      'Express + xml2js',
      'ms',
      their.map(({ wait }) => wait),
    )
    const stall = beside(
      'Express + xml2js',
      'ms',
      their.map(({ stall }) => stall),
    )
    const whole = [
      beside(
        'the whole call',
        'ms',
        our.map(({ large }) => large),
      ),
      beside(
        'of Express + xml2js',
        'ms',
        their.map(({ large }) => large),
      ),
    ]
    const share = spread(our.map(({ stall }, round) => stall / (their[round]?.stall ?? Number.NaN)))
    return [
      {
        ...{ name: 'Longest stall during 20 MB of XML', unit: 'ms', value: spread(our.map(({ stall }) => stall)) },
        beside: [stall, ...whole],
      },
      { name: 'Longest stall, of the xml2js emulator', unit: 'share', value: share, beside: [] },
      {
        ...{ name: 'Longest wait of a small call beside it', unit: 'ms', value: spread(our.map(({ wait }) => wait)) },
        beside: [wait],
      },
    ]
  })

export const stallRow: Row = { name: 'stall', measure }
