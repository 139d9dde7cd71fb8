import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Figure } from './figures.js'
import { describeMachine, takeCores } from './machine.js'
import { type Options, readOptions } from './options.js'
import { type Results, tableOf } from './report.js'
import { rows } from './rows/rows.js'
import { Setup } from './setup.js'
import { wrkLoad } from './wrk.js'

const resultsFolder = fileURLToPath(new URL('../../bench/results/', import.meta.url))

const options = readOptions(
  process.argv.slice(2),
  rows.map(({ name }) => name),
)
if (options !== undefined) {
  for (const tool of ['wrk', 'taskset']) need(tool)
  const results = await measure(options)
  if (options.save !== undefined) {
    mkdirSync(resultsFolder, { recursive: true })
    writeFileSync(join(resultsFolder, `${options.save}.json`), `${JSON.stringify(results, null, 2)}\n`)
  }
  console.log(options.json ? JSON.stringify(results, null, 2) : tableOf(results))
}

async function measure({ node, rounds, seconds, only, positions }: Options): Promise<Results> {
  const cores = takeCores()
  const folder = mkdtempSync(join(tmpdir(), 'backstock-bench-'))
  try {
    const setup = new Setup({
      node,
      cores,
      folder,
      load: wrkLoad(folder),
      rounds,
      seconds,
      positions,
      plant: undefined,
      short: false,
    })
    const figures: Figure[] = []
    for (const row of rows)
      if (only.length === 0 || only.includes(row.name)) {
        console.error(`Measuring ${row.name}`)
        figures.push(...(await row.measure(setup)))
      }
    const machine = { ...describeMachine(node), rounds, seconds, at: new Date().toISOString() }
    return { machine, figures }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function need(tool: string): void {
  try {
    execFileSync('which', [tool])
  } catch {
    console.error(`The benchmark needs ${tool}. On Debian: apt-get install wrk util-linux.`)
    process.exit(1)
  }
}
