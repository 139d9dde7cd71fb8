import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'
import { bytesOf, type Call, fullItem, jirafeEvent, jsonCall, times, xmlCall } from '../bench/calls.js'
import { type Figure, spread, type Unit } from '../bench/figures.js'
import { goalOn, goals, isMet } from '../bench/goals.js'
import { fallen } from '../bench/judgement.js'
import { sendCalls } from '../bench/load.js'
import { type Results, tableOf } from '../bench/report.js'
import { ServerProcess } from '../bench/server-process.js'
import { tellMissing } from './missing-tools.js'

const figure = (name: string, median: number, unit: Unit = 'share', byCpu?: number): Figure => ({
  ...{ name, unit, value: spread([median]), beside: [] },
  ...(byCpu !== undefined && { byCpu: spread([byCpu]) }),
})

describe('The short form of the benchmark', () => {
  it.each([
    ['a share that is half of what it was', figure('Jirafe event', 0.3), figure('Jirafe event', 0.6), true],
    ['a share that is a quarter less', figure('Jirafe event', 0.45), figure('Jirafe event', 0.6), false],
    ['a share that is twice what it was', figure('Jirafe event', 1.2), figure('Jirafe event', 0.6), false],
    ['a cost that is twice what it was', figure('Ready after start', 4), figure('Ready after start', 2), true],
    ['a cost that is a third more', figure('Ready after start', 2.7), figure('Ready after start', 2), false],
    ['a cost that is half', figure('Ready after start', 1), figure('Ready after start', 2), false],
    ['a figure of no goal', figure('Nothing', 1), figure('Nothing', 9), false],
    ['a row that is not committed', figure('Jirafe event', 0.1), figure('JOOR 1 item JSON', 0.6), false],
  ])('judges %s', (_says, now, before, falls) => {
    expect(fallen([now], [before]).map((each) => each.figure)).toEqual(falls ? [now.name] : [])
  })

  it('goes by CPU time where it is told, for a busy machine stretches the rest', () => {
    const before = figure('Jirafe event', 0.6, 'share', 0.6)
    expect(fallen([figure('Jirafe event', 0.1, 'share', 0.6)], [before])).toEqual([])
    expect(fallen([figure('Jirafe event', 0.6, 'share', 0.3)], [before])).toHaveLength(1)
  })

  it('asserts no milliseconds', () => {
    const name = 'Longest stall during 20 MB of XML'
    expect(goals.has(name)).toBe(true)
    expect(fallen([figure(name, 900, 'ms')], [figure(name, 9, 'ms')])).toEqual([])
  })
})

describe('A goal', () => {
  it('is judged on its Node and elsewhere only told', () => {
    const event = figure('Jirafe event', 0.6)
    expect(goalOn(20, event)).toBeUndefined()
    const goal = goalOn(24, event)
    expect(goal && isMet(goal, spread([0.5]))).toBe(true)
    expect(goal && isMet(goal, spread([0.49]))).toBe(false)
  })
})

describe('The tables of bench/README.md', () => {
  const readme = readFileSync(new URL('../bench/README.md', import.meta.url), 'utf8')
  const printed = [...readme.matchAll(/<!-- results: (\S+), [^>]*-->\n(.*?)<!-- end -->/gs)].map(
    ([, name = '', table = '']) => ({ name, table }),
  )

  it('are there', () => {
    expect(printed).toHaveLength(2)
  })

  it.each(printed)('are those of the results that are kept: $name', ({ name, table }) => {
    const file = new URL(`../bench/results/${name}.json`, import.meta.url)
    const results: Results = JSON.parse(readFileSync(file, 'utf8'))
    expect(table.trim()).toBe(tableOf(results))
  })
})

const built = (path: string) => fileURLToPath(new URL(`../build/${path}`, import.meta.url))
const manifest: { readonly bin: { readonly backstock: string } } = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
)
const cli = fileURLToPath(new URL(`../${manifest.bin.backstock}`, import.meta.url))
const timeout = 60_000
const needed = 'The benchmark needs /proc and taskset, so it is not tried here.'
const isAble = existsSync('/proc/self/stat') && spawnSync('taskset', ['--version']).status === 0

/** A server of the benchmark; it ends with the test. */
async function started(...words: readonly string[]): Promise<ServerProcess> {
  const server = await ServerProcess.start('0-1023', { command: [process.execPath, ...words] })
  onTestFinished(() => server.stop())
  return server
}

async function send({ url }: ServerProcess, { path, headers, body }: Call) {
  const response = await fetch(url + path, { method: 'POST', headers, body })
  const left = ['date', 'backstock-request-id']
  const told = [...response.headers].filter(([name]) => !left.includes(name))
  return { status: response.status, headers: Object.fromEntries(told), body: await response.text() }
}

/** A log id is another one in each reply. */
const withoutLog = ({ body, ...rest }: Awaited<ReturnType<typeof send>>) => ({
  ...rest,
  body: body.replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'LOG'),
})

describe('A floor', () => {
  const items = times(3, (n) => fullItem(n, n))
  it.for([
    ['single', jirafeEvent(1)],
    ['single', jsonCall(items)],
    ['single', xmlCall(items)],
    ['single-saxes', xmlCall(items)],
    ['bulk-json', jsonCall(items)],
    ['bulk-xml', xmlCall(items)],
  ] as const)('sends what the emulator sends, byte for byte: %s', { timeout }, async ([name, call], context) => {
    if (!isAble) return tellMissing(needed, context)
    const emulator = await started(cli, '--port', '0')
    const reply = await send(emulator, call)
    const folder = mkdtempSync(join(tmpdir(), 'backstock-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const { connection, 'keep-alive': kept, 'content-length': length, ...headers } = reply.headers
    writeFileSync(join(folder, 'reply.json'), JSON.stringify({ ...reply, headers }))
    const floor = await started(built(`bench/floors/${name}.js`), join(folder, 'reply.json'))
    expect(reply.status).toBe(200)
    expect(withoutLog(await send(floor, call))).toEqual(withoutLog(reply))
  })
})

describe('A planted slowdown', () => {
  const requests = times(8, (n) => bytesOf(jirafeEvent(n)))
  /** Seconds of CPU time for a start and some calls. */
  async function cost(...preloaded: readonly string[]): Promise<number> {
    const server = await started(...preloaded, cli, '--port', '0')
    await sendCalls(server.url, requests, 4, 500)
    return server.cpuSeconds
  }

  it('costs twice the time', { timeout }, async (context) => {
    if (!isAble) return tellMissing(needed, context)
    const plant = pathToFileURL(built('bench/plants/twice-the-time.js')).href
    expect((await cost('--import', plant)) / (await cost())).toBeGreaterThan(1.5)
  })

  it('holds twice the memory', { timeout }, async (context) => {
    if (!isAble) return tellMissing(needed, context)
    const plant = pathToFileURL(built('bench/plants/twice-the-memory.js')).href
    const [planted, plain] = [await started('--import', plant, cli, '--port', '0'), await started(cli, '--port', '0')]
    for (const { url } of [planted, plain]) await sendCalls(url, requests, 4, 200)
    expect(planted.rss / plain.rss).toBeGreaterThan(1.5)
  })
})
