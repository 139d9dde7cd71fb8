import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exec } from '../server/commands/exec.js'
import type { Ending, Outside } from '../server/commands/outside.js'
import type { Emulator } from '../server/emulator.js'
import { bulk, items, startTestEmulator } from './emulator.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstock-reports-'))
})
afterEach(() => rm(folder, { recursive: true }))

const row = (upc: string, inventory: unknown) => ({ warehouse: 'NY', upc, inventory })

interface Run {
  readonly reports?: readonly string[]
  readonly failOn?: readonly string[]
  readonly env?: Outside['env']
  readonly code?: number
  /** What the command does. */
  readonly work?: (emulator: Emulator) => Promise<unknown>
}

/** Runs exec with a command that this process plays: the exit code, and what was printed and complained of. */
async function run({ reports = [], failOn = [], env = {}, code = 0, work = async () => {} }: Run) {
  const printed: string[] = []
  const complained: string[] = []
  const emulator = await startTestEmulator()
  const ended = async (): Promise<Ending> => {
    await work(emulator)
    return { code }
  }
  const outside: Outside = {
    ...{ env, folder, pid: 1, version: '0.0.0', colored: false },
    stopped: new Promise(() => {}),
    unread: new Promise(() => {}),
    onSignal: () => {},
    spawn: () => ({ ended: ended(), ownGroup: true, output: () => [], signal: () => false }),
    stopwatch: () => 0,
    later: () => () => {},
    columns: () => undefined,
    input: () => undefined,
    print: (line) => printed.push(line),
    complain: (line) => complained.push(line),
  }
  const given = { options: {}, env: [], failOn, reports, command: 'a', args: [] }
  const ends = await exec(given, outside, async () => ({ ...emulator, close: async () => {} }))
  return { code: ends, printed, complained: complained.join('\n') }
}

const read = (name: string) => readFile(join(folder, name), 'utf8')
const breaking = (emulator: Emulator) => bulk(emulator, items(row('1', 'many'), row('2', '5')))

describe('exec --report', () => {
  it('writes each report of the whole run, and makes the folders', async () => {
    const work = async (emulator: Emulator) => {
      await breaking(emulator)
      // What a test of the suite empties is its own business.
      await fetch(`${emulator.url}/_backstock/requests`, { method: 'DELETE' })
    }
    const reports = [
      'junit=out/a/junit.xml',
      'sarif=backstock.sarif',
      'json=out/report.json',
      `markdown=${folder}/a.md`,
    ]
    const { code, printed } = await run({ reports, work })
    expect([code, printed]).toEqual([0, []])
    expect(await read('out/a/junit.xml')).toMatch(/^<\?xml .* failures="1" .*<\/testsuites>\n$/s)
    const [result] = JSON.parse(await read('backstock.sarif')).runs[0].results
    expect(result.ruleId).toBe('joor.inventory.integer')
    expect(JSON.parse(await read('out/report.json'))).toMatchObject({
      violations: [{ rule: 'joor.inventory.integer', level: 'error' }, { level: 'warn' }],
      rules: [{ count: 1, calls: 1, requests: [expect.any(String)] }, { count: 1 }],
    })
    expect(await read('a.md')).toContain('| error | `joor.inventory.integer`')
  })

  it('is written where the command fails, too, and where nothing was called', async () => {
    const { code } = await run({ reports: ['junit=a.xml'], code: 3 })
    expect(code).toBe(3)
    expect(await read('a.xml')).toContain('tests="0"')
  })

  it('says what cannot be written, writes the others, and fails the run', async () => {
    await writeFile(join(folder, 'file'), '')
    const reports = ['json=file/a.json', 'sarif=.', 'junit=b.xml']
    const { code, complained } = await run({ reports })
    expect(code).toBe(1)
    expect(complained).toMatch(/^cannot write file\/a\.json: .+$/m)
    expect(complained).toMatch(/^cannot write \.: it is a directory$/m)
    expect(await read('b.xml')).toContain('<testsuites')
    expect((await run({ reports: ['sarif=.'], code: 7 })).code).toBe(7)
  })

  it.each([
    ['junt=a.xml', ['--report: must be KIND=FILE, where KIND is ', 'did you mean "junit"?']],
    ['junit', ['--report: must name a file', 'junit=']],
    ['junit=', ['--report: must name a file']],
    ['=a.xml', ['--report: must be KIND=FILE']],
    ['toString=a', ['--report: must be KIND=FILE']],
    ['junit=a.json', ['--report: json=a.json and junit=a.json name one file']],
    ['json=./x/../a.json', ['--report: json=a.json and json=./x/../a.json name one file']],
  ])('refuses %s before anything is run', async (text, told) => {
    let ran = false
    const work = async () => {
      ran = true
    }
    const { code, complained } = await run({ reports: ['json=a.json', text], work })
    expect([code, ran]).toEqual([2, false])
    for (const part of told) expect(complained).toContain(part)
  })
})

describe('At GitHub, exec', () => {
  it('annotates the run at the end', async () => {
    const { printed } = await run({ work: breaking, env: { GITHUB_ACTIONS: 'true' } })
    expect(printed).toEqual([
      expect.stringMatching(/^::error title=joor\.inventory\.integer::many\. Right is: .*%0A/),
      expect.stringMatching(/^::warning title=joor\.item\.integer_type::/),
    ])
  })

  it.each([[{}], [{ GITHUB_ACTIONS: 'false' }], [{ CI: 'true' }]])(
    'is meant by nothing but its own variable: %j',
    async (env) => {
      expect((await run({ work: breaking, env })).printed).toEqual([])
    },
  )
})

describe('exec --fail-on errors', () => {
  it.each([
    ['an error', 'many', 1],
    ['a warning', '5', 0],
    ['nothing', 5, 0],
  ])('goes by levels: %s', async (_what, inventory, code) => {
    const work = (emulator: Emulator) => bulk(emulator, items(row('1', inventory)))
    const { code: ends, complained } = await run({ failOn: ['errors'], work })
    expect(ends).toBe(code)
    expect(complained.includes('as --fail-on errors says')).toBe(code === 1)
  })
})
