import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { measureDataFile } from './data-file.js'
import type { FixedReply } from './floor.js'
import { load, startServer } from './servers.js'

/** One call that is measured against the floor. */
interface Row {
  readonly name: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

const oauth2 = `OAuth2 ${Buffer.from('bench-token').toString('base64')}`
const item = { warehouse: 'New York', inventory_date: 'IMMEDIATE', upc: '822508068753', inventory: 200 }
const xmlItem = Object.entries(item).map(([name, value]) => `<${name}>${value}</${name}>`)

const rows: readonly Row[] = [
  {
    name: 'Jirafe event',
    path: '/v2/bench/inventory',
    headers: { Authorization: 'Bearer bench-token', 'Content-Type': 'application/json' },
    body: '{"timestamp":"2015-01-23T16:35:38+0000","product_code":"822508068753","inventory_level":12}',
  },
  {
    name: 'JOOR 1 item JSON',
    path: '/v2/bulk-inventory',
    headers: { Authorization: oauth2, 'Content-Type': 'application/json' },
    body: JSON.stringify({ inventory_items: [item] }),
  },
  {
    name: 'JOOR 1 item XML',
    path: '/v2/bulk-inventory',
    headers: { Authorization: oauth2, 'Content-Type': 'application/xml' },
    body: `<inventory_items><inventory_item>${xmlItem.join('')}</inventory_item></inventory_items>`,
  },
]

const { values } = parseArgs({
  options: {
    node: { type: 'string', default: process.execPath },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    positions: { type: 'string', default: '10000' },
    json: { type: 'boolean', default: false },
  },
})
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)
for (const tool of ['wrk', 'taskset']) {
  try {
    execFileSync('which', [tool])
  } catch {
    console.error(`The benchmark needs ${tool}. On Debian: apt-get install wrk util-linux.`)
    process.exit(1)
  }
}

// No client is ever as fast as this one: the vendor's limit would end the first round.
const serverArguments = ['--port', '0', '--setting', 'rate_limit=off']
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'backstock-bench-'))
const results = []
const overFiles = []
try {
  for (const row of rows) results.push(await measure(row))
  for (const positions of values.positions.split(',').map(Number)) overFiles.push(await measureOverFile(positions))
} finally {
  rmSync(folder, { recursive: true })
}
report(results, overFiles)

/** Both servers at once, each measured in turn: a machine that drifts drifts for both. */
async function measure(row: Row) {
  const lua = join(folder, 'call.lua')
  writeFileSync(lua, luaFor(row))
  const emulator = await startServer(values.node, script('../server/cli.js'), serverArguments)
  try {
    const reply = join(folder, 'reply.json')
    writeFileSync(reply, JSON.stringify(await replyTo(emulator.url, row)))
    const floor = await startServer(values.node, script('./floor.js'), [reply])
    try {
      await load(emulator.url + row.path, lua, 1)
      await load(floor.url + row.path, lua, 1)
      const ratios: number[] = []
      const rates: number[] = []
      const floors: number[] = []
      for (let round = 0; round < rounds; round++) {
        const rate = await load(emulator.url + row.path, lua, seconds)
        const floorRate = await load(floor.url + row.path, lua, seconds)
        rates.push(rate)
        floors.push(floorRate)
        ratios.push(rate / floorRate)
      }
      return { name: row.name, ratio: spread(ratios), perSecond: spread(rates), floorPerSecond: spread(floors) }
    } finally {
      await floor.stop()
    }
  } finally {
    await emulator.stop()
  }
}

/** The emulator that keeps what it answers beside the one that does not. */
async function measureOverFile(positions: number) {
  const measured = await measureDataFile({
    ...{ node: values.node, script: script('../server/cli.js'), args: serverArguments, folder },
    ...{ positions, connections: 50, rounds, seconds },
  })
  return {
    positions,
    ratio: spread(measured.map(({ inMemory, inFile }) => inFile / inMemory)),
    perSecond: spread(measured.map(({ inFile }) => inFile)),
    inMemoryPerSecond: spread(measured.map(({ inMemory }) => inMemory)),
  }
}

async function replyTo(url: string, { path, headers, body }: Row): Promise<FixedReply> {
  const response = await fetch(url + path, { method: 'POST', headers, body })
  if (!response.ok) throw new Error(`${path} was answered ${response.status}: ${await response.text()}`)
  const left = ['date', 'connection', 'keep-alive']
  const sent = [...response.headers].filter(([name]) => !left.includes(name))
  return { status: response.status, headers: Object.fromEntries(sent), body: await response.text() }
}

function luaFor({ headers, body }: Row): string {
  const lines = Object.entries(headers).map(
    ([name, value]) => `wrk.headers[${JSON.stringify(name)}] = [==[${value}]==]`,
  )
  return ['wrk.method = "POST"', `wrk.body = [==[${body}]==]`, ...lines, ''].join('\n')
}

interface Spread {
  readonly min: number
  readonly median: number
  readonly max: number
}

function spread(figures: readonly number[]): Spread {
  const sorted = [...figures].sort((one, other) => one - other)
  const at = (index: number) => sorted[index] ?? Number.NaN
  return { min: at(0), median: at(Math.floor(sorted.length / 2)), max: at(sorted.length - 1) }
}

function report(
  measured: Awaited<ReturnType<typeof measure>>[],
  overFiles: Awaited<ReturnType<typeof measureOverFile>>[],
): void {
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: nodeVersion(), rounds, seconds }
  if (values.json) {
    console.log(JSON.stringify({ machine, rows: measured, data_file: overFiles }, null, 2))
    return
  }
  console.log(
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; ${rounds} rounds of ${seconds} s, 32 connections`,
  )
  console.log(
    'share of a bare node:http server that sends the same bytes: median (min to max); calls a second beside it\n',
  )
  for (const { name, ratio, perSecond, floorPerSecond } of measured) {
    const share = `${percent(ratio.median)} (${percent(ratio.min)} to ${percent(ratio.max)})`
    console.log(
      `${name.padEnd(18)} ${share.padEnd(24)} ${Math.round(perSecond.median)} of ${Math.round(floorPerSecond.median)}`,
    )
  }
  console.log('\nwith --data, share of the calls that the emulator answers in memory; 50 connections\n')
  for (const { positions, ratio, perSecond, inMemoryPerSecond } of overFiles) {
    const share = `${percent(ratio.median)} (${percent(ratio.min)} to ${percent(ratio.max)})`
    const of = `${Math.round(perSecond.median)} of ${Math.round(inMemoryPerSecond.median)}`
    console.log(`${`${positions} positions`.padEnd(18)} ${share.padEnd(24)} ${of}`)
  }
}

function nodeVersion(): string {
  return execFileSync(values.node, ['--version'], { encoding: 'utf8' }).trim()
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}
