import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { onTestFinished } from 'vitest'

/** One test of a small project: its body has `account`, `site`, `backstock` and `send(account, quantity)`. */
export interface Written {
  readonly name: string
  readonly body: string
}

/** What became of a test: what its failure says, null where it passed. */
export type Results = Map<string, string | null>

/** A real runner, as its users have it. */
export interface Runner {
  readonly name: string
  /** A file of tests; `options` is the text of an object. */
  write(tests: readonly Written[], options: string): string
  /** The program and its arguments. */
  readonly command: readonly string[]
  read(output: string): Results
  /** Milliseconds until it is taken for stuck. Default 60,000. */
  readonly timeout?: number
}

const preamble = `
import assert from 'node:assert/strict'
const send = ({ baseUrl, authorization }, inventory) =>
  fetch(baseUrl + '/v2/bulk-inventory', {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ inventory_items: [{ warehouse: 'New York', upc: '1', inventory }] }),
  })
`
const local = (path: string) => resolve('node_modules', path)
const named = '{ account, site, backstock }'

/** The failures of a report in the form that Jest gave the world; vitest writes it too. */
function readReport(output: string): Results {
  const { testResults } = JSON.parse(output.slice(output.indexOf('{"num')))
  const tests = testResults.flatMap((file: { assertionResults: object[] }) => file.assertionResults)
  return new Map(
    tests.map(({ title, failureMessages }: { title: string; failureMessages: string[] }) => [
      title,
      failureMessages.length === 0 ? null : failureMessages.join('\n'),
    ]),
  )
}

/** Results in TAP: the first line says which, the indented ones below it what was wrong. */
function readTap(output: string): Results {
  const blocks = output.split(/^(?= *(?:not )?ok )/m).slice(1)
  return new Map(
    blocks.map((block) => {
      const [, failed, name = ''] = /^ *(not )?ok \d+ - (.*)$/m.exec(block) ?? []
      return [name, failed === undefined ? null : block]
    }),
  )
}

export const runners: readonly Runner[] = [
  {
    name: 'vitest',
    write: (tests, options) =>
      [
        "import { createTest } from 'backstock/vitest'",
        preamble,
        `const test = createTest(${options})`,
        ...tests.map(({ name, body }) => `test(${JSON.stringify(name)}, async (${named}) => {${body}})`),
      ].join('\n'),
    command: [process.execPath, local('vitest/vitest.mjs'), 'run', '--reporter=json'],
    read: readReport,
  },
  {
    name: 'jest',
    write: (tests, options) =>
      [
        "import { useBackstock } from 'backstock/jest'",
        preamble,
        `const own = useBackstock(${options})`,
        ...tests.map(({ name, body }) => `test(${JSON.stringify(name)}, async () => { const ${named} = own; ${body}})`),
      ].join('\n'),
    command: [process.execPath, '--experimental-vm-modules', local('jest/bin/jest.js'), '--json'],
    read: readReport,
  },
  {
    name: 'node-test',
    write: (tests, options) =>
      [
        "import { test } from 'node:test'",
        "import { useBackstock } from 'backstock/node-test'",
        preamble,
        ...tests.map(
          ({ name, body }) =>
            `test(${JSON.stringify(name)}, async (t) => { const ${named} = await useBackstock(t, ${options}); ${body}})`,
        ),
      ].join('\n'),
    command: [process.execPath, '--test', '--test-reporter=tap'],
    read: readTap,
  },
]

/** A folder of somebody who has installed the package, with one file of tests. */
export function projectOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'backstock-runner-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(resolve('.'), join(folder, 'node_modules', 'backstock'))
  const jest = { testMatch: ['**/*.test.mjs'], transform: {}, moduleFileExtensions: ['mjs', 'js', 'json'] }
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', jest }))
  writeFileSync(join(folder, 'small.test.mjs'), text)
  return folder
}

/** Runs all tests of a folder; a runner whose tests fail ends with another code than 0. */
export function run(
  { command, read, timeout = 60_000 }: Pick<Runner, 'command' | 'read' | 'timeout'>,
  folder: string,
  url?: string,
): Promise<{ code: number; results: Results }> {
  const [program = '', ...args] = command
  // What vitest has set for its own workers would make the one that is started believe to be one of them.
  const { NODE_OPTIONS: _options, VITEST: _vitest, NODE_TEST_CONTEXT: _context, ...env } = process.env
  const options = { cwd: folder, timeout, env: { ...env, CI: '1', ...(url && { BACKSTOCK_URL: url }) } }
  return new Promise((done, failed) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : error.code
      // One that had to be ended has no code of its own: something kept it alive.
      if (typeof code !== 'number') return failed(new Error(`${error?.message}\n${stdout}\n${stderr}`))
      try {
        done({ code, results: read(stdout) })
      } catch (cause) {
        failed(new Error(`The report cannot be read:\n${stdout}\n${stderr}`, { cause }))
      }
    })
  })
}
