import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { validateAction } from '@action-validator/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default: string }>>
  readonly outputs: { readonly url: { readonly value: string } }
  readonly runs: { readonly steps: readonly { readonly id: string; readonly run: string; readonly env: object }[] }
}
const source = readFileSync('action.yml', 'utf8')
const action: Action = parse(source)

let place: string
let variables: Record<string, string>
const path = (name: string) => join(place, name)
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'backstock-action-'))
  for (const name of ['env', 'output', 'summary']) writeFileSync(path(name), '')
  variables = {
    GITHUB_ENV: path('env'),
    GITHUB_OUTPUT: path('output'),
    GITHUB_STEP_SUMMARY: path('summary'),
    RUNNER_TEMP: place,
  }
})
afterEach(async () => {
  // Does nothing where it was stopped.
  await step({ mode: 'report' })
  rmSync(place, { recursive: true })
})

/** What a runner does with the action's step: expressions, defaults, and the environment of earlier steps. */
async function step(given: Readonly<Record<string, string>>, env: Readonly<Record<string, string>> = {}) {
  const inputs = Object.fromEntries(Object.entries(action.inputs).map(([name, { default: usual }]) => [name, usual]))
  const resolved = new Map(
    Object.entries({ ...inputs, ...given }).map(([name, value]) => [`\${{ inputs.${name} }}`, value]),
  ).set(`\${{ github.action_path }}`, resolve('.'))
  const [only] = action.runs.steps
  const own = Object.entries(only?.env ?? {}).map(([name, value]) => [name, resolved.get(String(value))])
  const { PATH = '' } = process.env
  return new Promise<{ code: number; said: string }>((done) => {
    execFile(
      'bash',
      ['--noprofile', '--norc', '-eo', 'pipefail', '-c', only?.run ?? ''],
      { cwd: place, env: { PATH, HOME: place, ...variables, ...exported(), ...Object.fromEntries(own), ...env } },
      (error, stdout, stderr) => done({ code: Number(error?.code ?? 0), said: stdout + stderr }),
    )
  })
}

function exported(): Record<string, string> {
  const lines = readFileSync(path('env'), 'utf8').split('\n').filter(Boolean)
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}

const callWith = (inventory: unknown) =>
  fetch(`${exported().JOOR_BASE_URL}/v2/bulk-inventory`, {
    method: 'POST',
    headers: { authorization: `OAuth2 ${btoa('my-token')}`, 'content-type': 'application/json' },
    body: JSON.stringify({ inventory_items: [{ warehouse: 'A', upc: '1', inventory }] }),
  })

describe('the action', { timeout: 60_000 }, () => {
  it('is one by the schema of actions, which finds what is wrong', () => {
    expect(validateAction(source).errors).toEqual([])
    expect(validateAction(source.replace('using: composite', 'using: compsite')).errors).not.toEqual([])
    expect(validateAction(source.replace('      shell: bash\n', '')).errors).not.toEqual([])
  })

  it('puts no input into a script, where it would be code', () => {
    for (const { run } of action.runs.steps) expect(run).not.toContain('${{')
  })

  it('starts the emulator for the steps behind it, and reports what they broke', async () => {
    const { code, said } = await step({ port: '0' })
    expect(said).toMatch(/^Backstock is ready on http:\/\/127\.0\.0\.1:\d+$/m)
    expect(code).toBe(0)
    const { BACKSTOCK_URL: url, ...others } = exported()
    expect(others).toEqual({ JOOR_BASE_URL: url, JIRAFE_BASE_URL: url })
    expect(readFileSync(path('output'), 'utf8')).toBe(`url=${url}\n`)
    expect(action.outputs.url.value).toBe(`\${{ steps.${action.runs.steps[0]?.id}.outputs.url }}`)

    expect((await callWith('7')).status).toBe(200)
    const report = await step({ mode: 'report' })
    expect(report.code).toBe(0)
    expect(report.said).toContain('::warning title=joor.item.integer_type::')
    const summary = readFileSync(path('summary'), 'utf8')
    expect(summary).toContain('joor.item.integer_type')
    expect(summary).toMatch(/\d+ of \d+/)
    await expect.poll(() => callWith(7).catch(() => 'gone')).toBe('gone')
  })

  it('gives seed and options to the emulator, blanks and all, and the control token to itself', async () => {
    writeFileSync(path('a seed.yaml'), 'joor: { accounts: { brand: { token: b } } }')
    const env = { BACKSTOCK_CONTROL_TOKEN: 'c0ntrol~' }
    const options = '--setting\ncontract=enforce\n\n--setting\nauth=enforce\n'
    expect((await step({ port: '0', seed: 'a seed.yaml', options }, env)).code).toBe(0)
    expect((await callWith(7)).status).toBe(401)
    expect((await fetch(`${exported().BACKSTOCK_URL}/_backstock/joor/accounts`)).status).toBe(401)
    expect((await step({ mode: 'report' }, env)).code).toBe(0)
    expect(readFileSync(path('summary'), 'utf8')).not.toBe('')
  })

  it.each([
    ['violations', 1],
    ['errors', 0],
    ['', 0],
  ])('ends with fail-on %j and a warning in %d', async (failOn, code) => {
    await step({ port: '0' })
    await callWith('7')
    expect((await step({ mode: 'report', 'fail-on': failOn })).code).toBe(code)
  })

  it('fails where the emulator does not start, with its reason', async () => {
    writeFileSync(path('seed.yaml'), 'jor: {}')
    const { code, said } = await step({ port: '0', seed: 'seed.yaml' })
    expect(code).toBe(1)
    expect(said).toContain('seed.yaml:1:1: jor: unknown field')
    expect(said).toContain('::error title=Backstock::The emulator did not start')
    expect(exported()).toEqual({})
  })

  it.each([
    [{ mode: 'stop' }, 'mode is stop. Right is start or report.'],
    [{ mode: '../evil' }, 'mode is ../evil. Right is start or report.'],
    [{ mode: 'report' }, 'No emulator was started in this job.'],
  ])('refuses %j', async (given, why) => {
    const { code, said } = await step(given)
    expect(code).toBe(2)
    expect(said).toContain(why)
  })
})
