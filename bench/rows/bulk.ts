import { type Call, fullItem, jsonCall, times, xmlCall } from '../calls.js'
import { contest } from '../contest.js'
import type { Figure } from '../figures.js'
import { ownLoad } from '../load.js'
import { requestsOf, type Setup } from '../setup.js'
import { type Row, withServers } from './row.js'

const items = 10_000
const connections = 2

/** The same positions in each call, and other quantities. */
const calls = (call: typeof jsonCall): readonly Call[] =>
  times(2, (round) => call(times(items, (n) => fullItem(n, n + round))))

const bulk = (name: string, figure: string, call: typeof jsonCall, floor: string, named: string): Row => ({
  name,
  measure: (setup) =>
    withServers(async (keep) => {
      const requests = requestsOf(calls(call))
      const server = await keep(setup.emulator())
      const theirs = { named, server: await keep(setup.floor(floor, server, oneItem(call))), requests }
      const ours = { named: 'Backstock', server, requests }
      const measured = await contest(setup, ours, theirs, { load: ownLoad, connections, sameBytes: true })
      return [{ name: figure, unit: 'share', ...measured }]
    }),
})

/** Of this reply a floor takes headers and envelope. */
const oneItem = (call: typeof jsonCall) => call([fullItem(0, 0)])

/** The emulator that one would write with xml2js does the same job, and less of it. */
const againstXml2js = (setup: Setup): Promise<readonly Figure[]> =>
  withServers(async (keep) => {
    const requests = requestsOf(calls(xmlCall))
    const ours = { named: 'Backstock', server: await keep(setup.emulator()), requests }
    const theirs = { named: 'Express + xml2js', server: await keep(setup.server('peers/xml2js')), requests }
    const measured = await contest(setup, ours, theirs, { load: ownLoad, connections, sameBytes: false })
    return [{ name: 'JOOR 10,000 items XML, of the xml2js emulator', unit: 'times', ...measured }]
  })

export const bulkRows: readonly Row[] = [
  bulk('bulk-json', 'JOOR 10,000 items JSON', jsonCall, 'bulk-json', 'JSON.parse + JSON.stringify'),
  bulk('bulk-xml', 'JOOR 10,000 items XML', xmlCall, 'bulk-xml', 'saxes + concatenation'),
  { name: 'bulk-xml2js', measure: againstXml2js },
]
