import { execFile } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { readSeedFile } from '../server/documents/seed.js'
import { startEmulator } from '../server/emulator.js'
import { printTables } from '../server/rule-tables.js'
import { settingForms, settingValues } from '../server/settings.js'
import { blocksOf, examplesOf, filesOf, outputOf, settled } from './readme-blocks.js'

const run = promisify(execFile)
const readme = readFileSync('README.md', 'utf8')

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'backstock-readme-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** A folder of somebody who has installed the package. */
function folderOfAUser(): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true })
  symlinkSync(resolve('.'), join(folder, 'node_modules', 'backstock'))
  for (const runner of ['vitest', 'jest']) {
    symlinkSync(resolve('node_modules', runner), join(folder, 'node_modules', runner))
    symlinkSync(realpathSync(join('node_modules', '.bin', runner)), join(folder, 'node_modules', '.bin', runner))
  }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', jest: { transform: {} } }))
  // What npm makes of the package's "bin" when it installs it.
  const command = `#!/bin/sh\nexec "${process.execPath}" "${resolve('dist/server/cli.js')}" "$@"\n`
  writeFileSync(join(folder, 'node_modules', '.bin', 'backstock'), command, { mode: 0o755 })
  return folder
}

/** One section of the text, its heading included. */
function sectionOf(markdown: string, heading: string): string {
  return markdown.split(/^(?=## )/m).find((section) => section.startsWith(`## ${heading}`)) ?? ''
}
/** What stands before the first section. */
const introduction = readme.slice(0, readme.indexOf('\n## '))

/** The differences between what the text prints and what an emulator answers, one line each. */
async function differences(markdown: string): Promise<readonly string[]> {
  const emulator = await startEmulator({ port: 0 })
  onTestFinished(() => emulator.close())
  const folder = folderOfAUser()
  for (const [path, text] of filesOf(markdown)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const found: string[] = []
  for (const example of examplesOf(markdown)) {
    const output = settled(await outputOf(example, emulator.url, folder))
    if (output !== settled(example.reply)) found.push(`${example.command}\nprinted:\n${output}`)
  }
  return found
}

/** Rows of the table of promises that name no command, or one that runs nothing. */
function unshown(markdown: string): readonly string[] {
  const rows = sectionOf(markdown, 'What it promises')
    .split('\n')
    .filter((line) => /^\| [^|]* \|/.test(line))
    .slice(1)
  return rows.filter((row) => {
    const commands = [...row.matchAll(/`((?:PROOF=full )?(?:npm|npx|bash) [^`]*)`/g)].map(([, command = '']) => command)
    return commands.length === 0 || !commands.every(runsSomething)
  })
}

const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync('package.json', 'utf8'))
const suites = readdirSync('test').filter((name) => name.endsWith('.test.ts'))

function runsSomething(command: string): boolean {
  const [, script, filters, file] =
    /^(?:PROOF=full )?(?:npm run (\S+)(?: -- .+)?|npx vitest run --config test\/vitest\.config\.ts (.+)|bash (\S+))$/.exec(
      command,
    ) ?? []
  if (script !== undefined) return script in scripts
  if (file !== undefined) return existsSync(file)
  return filters?.split(' ').every((filter) => suites.some((suite) => suite.includes(filter))) ?? false
}

// Its commands start processes: each takes a second or more, and verify runs every case.
describe('the README', { timeout: 300_000 }, () => {
  it('shows the replies that its commands get', async () => {
    expect(examplesOf(readme).length).toBeGreaterThanOrEqual(4)
    expect(await differences(readme)).toEqual([])
  })

  it('names for each promise a command that shows it', () => {
    expect(unshown(readme)).toEqual([])
    expect(sectionOf(readme, 'What it promises').match(/^\| .* \|$/gm)?.length).toBeGreaterThan(10)
    for (const [right, wrong] of [
      ['npm run test:faults', 'npm run test:fault'],
      ['guard-matrix', 'guard-matrices'],
      ['.ci/offline', '.ci/online'],
      ['`npm run bench -- --only data-file`', 'the benchmark'],
    ] as const)
      expect(unshown(readme.replace(right, wrong)), wrong).toHaveLength(1)
  })

  it('would not pass with a wrong reply', async () => {
    const wrong = introduction.replace('"code":"0"', '"code":"1"')
    expect(wrong).not.toBe(introduction)
    expect(await differences(wrong)).toHaveLength(1)
  })

  it('would not pass with a case of its own that does not hold', async () => {
    const section = sectionOf(readme, 'Prove it')
    const wrong = section.replace('updated: [0, 1]', 'updated: [0]')
    expect(wrong).not.toBe(section)
    expect(await differences(wrong)).toHaveLength(2)
  })

  it('would not pass with a test of its own that ends otherwise', async () => {
    const section = sectionOf(readme, 'From a test')
    expect(await differences(section)).toEqual([])
    const wrong = section.replace("inventory: '26' }])\n})", 'inventory: 26 }])\n})').replace("'documented'", 'true')
    expect(await differences(wrong)).toHaveLength(2)
  })

  it('shows files by their paths', () => {
    expect([...filesOf(readme).keys()].sort()).toEqual([
      'connector.js',
      'first-sync.js',
      'jest/stock.test.js',
      'my-cases/nightly.yaml',
      'node-test/stock.test.js',
      'sandbox.yaml',
      'seed.yaml',
      'stock.js',
      'vitest/stock.test.js',
    ])
  })

  it('would not pass with a wrong command', async () => {
    const wrong = introduction.replace('"inventory_level":null', '"inventory_level":7')
    expect(wrong).not.toBe(introduction)
    expect(await differences(wrong)).toHaveLength(1)
  })

  it('starts with the two commands of a fresh machine', () => {
    expect(blocksOf(readme)[0]).toEqual({ language: 'sh', text: 'npm ci\nnpm start\n' })
  })

  it('shows a seed that is one', async () => {
    const file = join(temporaryFolder(), 'seed.yaml')
    writeFileSync(file, filesOf(readme).get('seed.yaml') ?? '')
    const emulator = await startEmulator({ port: 0, seed: await readSeedFile(file) })
    onTestFinished(() => emulator.close())
    expect(await (await fetch(`${emulator.url}/_backstock/joor/accounts`)).json()).toEqual({
      accounts: [{ account: 'brand', declared: true, positions: 0, requests: 0 }],
    })
  })

  it('shows a program that runs', async () => {
    const files = new Set(filesOf(readme).values())
    const programs = blocksOf(readme).filter(({ language, text }) => language === 'js' && !files.has(text))
    expect(programs).toHaveLength(1)
    const folder = folderOfAUser()
    writeFileSync(join(folder, 'program.mjs'), programs[0]?.text ?? '')
    const { stdout } = await run(process.execPath, ['program.mjs'], { cwd: folder })
    expect(stdout).toMatch(/^(http:\/\/127\.0\.0\.1:\d+) \1 \1\n$/)
  })

  it('has the tables that the rule book prints', () => {
    expect(printTables(readme)).toBe(readme)
    expect(printTables(readme.replace(/^\| JOOR \| \d+/m, '| JOOR | 7'))).toBe(readme)
  })

  it('names every setting with its values, the default first', () => {
    const rows = [...readme.matchAll(/^\| `(\w+)` \| (`[^|]+`) \|/gm)].map(([, name, values]) => [name, values])
    const right = Object.entries(settingValues.all).map(([name, values]) => [
      name,
      [...values, ...(settingForms[name] === undefined ? [] : [settingForms[name].name])]
        .map((value) => `\`${value}\``)
        .join(', '),
    ])
    expect(rows).toEqual(right)
  })
})
