import { type Call, jirafeEvent, jsonCall, leanItem, times, xmlCall } from '../calls.js'
import { contest } from '../contest.js'
import { goals } from '../goals.js'
import { requestsOf } from '../setup.js'
import { type Row, withServers } from './row.js'

const connections = 32
/** As many different calls as are sent in turn. */
const different = 64

interface Against {
  /** The figure's name; that of its goal. */
  readonly figure: string
  readonly floor: string
  readonly named: string
  readonly unit: 'share' | 'times'
  readonly sameBytes: boolean
}

/** A call of the least size against servers that do less. */
const single = (name: string, call: (n: number) => Call, against: readonly Against[]): Row => ({
  name,
  measure: (setup) =>
    withServers(async (keep) => {
      const requests = requestsOf(times(different, call))
      const server = await keep(setup.emulator())
      const ours = { named: 'Backstock', server, requests }
      const figures = []
      const judged = setup.options.short ? against.filter(({ figure }) => goals.has(figure)) : against
      for (const { figure, floor, named, unit, sameBytes } of judged) {
        const theirs = { named, server: await keep(setup.floor(floor, server, call(0))), requests }
        const measured = await contest(setup, ours, theirs, { connections, sameBytes })
        figures.push({ name: figure, unit, ...measured })
      }
      return figures
    }),
})

const bare = (figure: string): Against => ({
  ...{ figure, floor: 'single', named: 'bare node:http', unit: 'share', sameBytes: true },
})

export const singleRows: readonly Row[] = [
  single('jirafe', jirafeEvent, [
    bare('Jirafe event'),
    {
      ...{ figure: 'Jirafe event, of express.json + res.json', floor: 'express', named: 'express.json + res.json' },
      ...{ unit: 'times', sameBytes: false },
    },
  ]),
  single('joor-json', (n) => jsonCall([leanItem(n, n)]), [bare('JOOR 1 item JSON')]),
  single('joor-xml', (n) => xmlCall([leanItem(n, n)]), [
    bare('JOOR 1 item XML'),
    {
      ...{ figure: 'JOOR 1 item XML, of a bare server with saxes', floor: 'single-saxes', named: 'bare with saxes' },
      ...{ unit: 'share', sameBytes: true },
    },
  ]),
]
