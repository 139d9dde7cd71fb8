import { execFileSync } from 'node:child_process'
import { check, longer, unseen } from './check.js'
import { ownLoad } from './load.js'
import { describeMachine, majorOf, takeCores } from './machine.js'
import { measureRows } from './measure.js'
import { OptionError, type Options, readOptions } from './options.js'
import { tableOf } from './report.js'
import { readResults, saveResults } from './results.js'
import { peerRows } from './rows/peers.js'
import type { Row } from './rows/row.js'
import { rows, shortRows } from './rows/rows.js'
import type { SetupOptions } from './setup.js'
import { wrkLoad } from './wrk.js'

try {
  const options = readOptions(
    process.argv.slice(2),
    [...rows, ...peerRows].map(({ name }) => name),
  )
  if (options !== undefined) process.exitCode = await run(options)
} catch (error) {
  console.error(error instanceof OptionError ? error.message : error)
  process.exitCode = error instanceof OptionError ? 2 : 1
}

async function run(options: Options): Promise<number> {
  if (options.show !== undefined) return show(options.show)
  return options.check ? runCheck(options) : runBench(options)
}

function show(name: string): number {
  const results = readResults(name)
  if (results !== undefined) console.log(tableOf(results))
  else console.error(`There is no bench/results/${name}.json. Make it by --save ${name}.`)
  return results === undefined ? 1 : 0
}

async function runBench(options: Options): Promise<number> {
  const { node, rounds, seconds, positions } = options
  need('taskset', 'util-linux')
  need('wrk', 'wrk')
  const cores = takeCores()
  const figures = await measureRows(chosen(options.peers ? peerRows : rows, options), (folder) => ({
    ...{ node, cores, folder, load: wrkLoad(folder), rounds, seconds, positions, plant: undefined, short: false },
  }))
  const results = { machine: describeMachine(node, { rounds, seconds }), figures }
  if (options.save !== undefined) saveResults(options.save, results)
  console.log(options.json ? JSON.stringify(results, null, 2) : tableOf(results))
  return 0
}

/** The short form: 1 where a figure fell far below what is committed for this Node, or where that would not be seen. */
async function runCheck(options: Options): Promise<number> {
  need('taskset', 'util-linux')
  const { node, positions } = options
  const [rounds, seconds] = [2, 0.5]
  const cores = takeCores()
  const short = (folder: string): SetupOptions => ({
    ...{ node, cores, folder, load: ownLoad, rounds, seconds, positions, plant: undefined, short: true },
  })
  const machine = describeMachine(node, { rounds, seconds })
  const name = `short-node${majorOf(machine.node)}`
  if (options.renew) {
    // What all later runs are held against is measured with the patience of a second look.
    const results = { machine, figures: await measureRows(chosen(shortRows, options), longer(short)) }
    saveResults(name, results)
    console.log(tableOf(results))
    return 0
  }
  const committed = readResults(name)
  if (committed === undefined) {
    console.error(`There is no bench/results/${name}.json to hold this against. Make it by --check --renew.`)
    return 1
  }
  if (options.plant) {
    const missed = await unseen(chosen(shortRows, options), committed.figures, short)
    for (const { figure, is, was } of missed)
      console.error(`${figure}: ${is.toFixed(3)} with the slowdown, and ${was.toFixed(3)} without: it is not seen.`)
    return missed.length === 0 ? 0 : 1
  }
  const found = await check(chosen(shortRows, options), committed.figures, short)
  for (const { figure, is, was } of found)
    console.error(`${figure}: ${is.toFixed(3)}, far worse than the ${was.toFixed(3)} of bench/results/${name}.json`)
  return found.length === 0 ? 0 : 1
}

function chosen(all: readonly Row[], { only }: Options): readonly Row[] {
  return only.length === 0 ? all : all.filter(({ name }) => only.includes(name))
}

function need(tool: string, where: string): void {
  try {
    execFileSync('which', [tool], { stdio: 'ignore' })
  } catch {
    console.error(`The benchmark needs ${tool}. On Debian: apt-get install ${where}.`)
    process.exit(1)
  }
}
