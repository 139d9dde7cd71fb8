import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { beside, type Figure, spread } from '../figures.js'
import type { ServerProcess } from '../server-process.js'
import type { Setup } from '../setup.js'
import type { Row } from './row.js'

interface Started {
  readonly ms: number
  readonly cpu: number
}

/** From the start of the process to the first reply. */
async function timed(start: () => Promise<ServerProcess>): Promise<Started> {
  const began = performance.now()
  const server = await start()
  try {
    const response = await fetch(`${server.url}/_backstock/health`)
    await response.arrayBuffer()
    const ms = performance.now() - began
    if (!response.ok) throw new Error(`The first call was answered ${response.status}.`)
    return { ms, cpu: server.cpuSeconds * 1_000 }
  } finally {
    await server.stop()
  }
}

async function against(setup: Setup, figure: string, env: Readonly<Record<string, string>>): Promise<Figure> {
  const ours: Started[] = []
  const bare: Started[] = []
  const starts = setup.options.short ? setup.options.rounds * 2 : setup.options.rounds * 4
  for (let start = -1; start < starts; start++) {
    const our = await timed(() => setup.emulator({ env }))
    const their = await timed(() => setup.server('floors/start'))
    // The first one fills caches: the disk's, and Node's own where there is one.
    if (start < 0) continue
    ours.push(our)
    bare.push(their)
  }
  const sum = (started: readonly Started[]) => started.reduce((total, { cpu }) => total + cpu, 0)
  return {
    name: figure,
    unit: 'times',
    value: spread(ours.map(({ ms }, index) => ms / (bare[index]?.ms ?? Number.NaN))),
    // Of one start the kernel counts too coarsely.
    byCpu: spread([sum(ours) / sum(bare)]),
    beside: [
      beside(
        'Backstock',
        'ms',
        ours.map(({ ms }) => ms),
      ),
      beside(
        'bare node:http',
        'ms',
        bare.map(({ ms }) => ms),
      ),
    ],
  }
}

export const startRow: Row = {
  name: 'start',
  async measure(setup) {
    // Nothing that earlier starts left behind counts: the cache is in a folder of this run.
    const XDG_CACHE_HOME = mkdtempSync(join(setup.options.folder, 'start-'))
    return [
      await against(setup, 'Ready after start', { XDG_CACHE_HOME }),
      await against(setup, 'Ready after start, without a compile cache', { NODE_DISABLE_COMPILE_CACHE: '1' }),
    ]
  },
}
