import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { type Call, jirafeEvent, times } from '../calls.js'
import { contest } from '../contest.js'
import { beside, type Figure, spread } from '../figures.js'
import { freePort, type Peer } from '../peers/peer.js'
import { peers } from '../peers/peers.js'
import { ServerProcess } from '../server-process.js'
import { requestsOf, type Setup } from '../setup.js'
import { type Row, withServers } from './row.js'

const everyMs = 5
const patienceMs = 60_000

/** Started, and ready when it takes the call. */
async function started({ options }: Setup, peer: Peer): Promise<ServerProcess> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const folder = mkdtempSync(join(options.folder, 'peer-'))
  const call = peer.call(jirafeEvent(0))
  const command = peer.command({ node: options.node, port, folder })
  return ServerProcess.start(options.cores.server, command, async () => {
    const end = performance.now() + patienceMs
    while (performance.now() < end) {
      if (await answers(url, call)) return url
      await new Promise((resolve) => setTimeout(resolve, everyMs))
    }
    throw new Error(`${peer.name} took no call for ${patienceMs / 1_000} s.`)
  })
}

async function answers(url: string, { method = 'POST', path, headers, body }: Call): Promise<boolean> {
  try {
    const response = await fetch(url + path, { method, headers, body })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}

const throughput = (setup: Setup, peer: Peer): Promise<Figure> =>
  withServers(async (keep) => {
    const ours = { named: 'Backstock', server: await keep(setup.emulator()), requests: requestsOf(events) }
    const server = await keep(started(setup, peer))
    const theirs = { named: peer.name, server, requests: requestsOf(events.map(peer.call)) }
    await setup.options.load(server.url, theirs.requests, connections, peer.warmUp)
    const measured = await contest(setup, ours, theirs, { connections, sameBytes: false })
    const memory = [
      beside('RSS of Backstock', 'MB', [ours.server.rss]),
      beside(`RSS of ${peer.name}`, 'MB', [server.rss]),
    ]
    const figure = { name: `Jirafe event, of ${peer.name}`, unit: 'times', ...measured } as const
    return { ...figure, beside: [...measured.beside, ...memory] }
  })

const connections = 32
const events = times(64, jirafeEvent)

async function startOf(setup: Setup, peer: Peer): Promise<Figure> {
  const timed = async (start: () => Promise<ServerProcess>, call: Call) => {
    const began = performance.now()
    const server = await start()
    const ready = await answers(server.url, call)
    const ms = performance.now() - began
    await server.stop()
    if (!ready) throw new Error(`${peer.name} was ready and did not answer.`)
    return ms
  }
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = -1; round < setup.options.rounds; round++) {
    const our = await timed(() => setup.emulator(), jirafeEvent(0))
    const their = await timed(() => started(setup, peer), peer.call(jirafeEvent(0)))
    if (round < 0) continue
    ours.push(our)
    theirs.push(their)
  }
  return {
    ...{ name: `Ready after start, of ${peer.name}`, unit: 'times' },
    value: spread(ours.map((our, round) => our / (theirs[round] ?? Number.NaN))),
    beside: [beside('Backstock', 'ms', ours), beside(peer.name, 'ms', theirs)],
  }
}

export const peerRows: readonly Row[] = peers.map((peer) => ({
  name: peer.name.toLowerCase().replaceAll(/[^a-z]+/g, '-'),
  measure: async (setup) => [await throughput(setup, peer), await startOf(setup, peer)],
}))
