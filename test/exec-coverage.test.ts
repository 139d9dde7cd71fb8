import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'

const cli = resolve('dist/server/cli.js')

/** Runs `exec`; its own options, then a program for Node as the command. */
function run(options: readonly string[], program: string) {
  const cwd = mkdtempSync(join(tmpdir(), 'backstock-exec-coverage-'))
  onTestFinished(() => rmSync(cwd, { recursive: true }))
  const words = [cli, 'exec', ...options, '--', process.execPath, '--input-type=module', '-e', program]
  const own = Object.entries(process.env).filter(([name]) => !/^BACKSTOCK_|_BASE_URL$|^npm_/.test(name))
  return new Promise<{ code: number; stdout: string; lines: readonly string[] }>((done) => {
    const child = execFile(process.execPath, words, { cwd, env: Object.fromEntries(own) }, (_error, stdout, stderr) =>
      done({ code: child.exitCode ?? -1, stdout, lines: stderr.trimEnd().split('\n') }),
    )
  })
}

const call = `await fetch(process.env.JOOR_BASE_URL + '/v2/bulk-inventory', { method: 'POST',
  headers: { authorization: 'OAuth2 ' + btoa('t'), 'content-type': 'application/json' },
  body: JSON.stringify({ inventory_items: [{ warehouse: 'NY', upc: '1', inventory: 1 }] }) });`

describe('exec and coverage', () => {
  it('says nothing of coverage where nobody asked', async () => {
    const { code, lines } = await run([], call)
    expect([code, lines.length]).toEqual([0, 1])
  })

  it('tells it in a line where it is asked for, and passes where it is enough', async () => {
    const { code, lines } = await run(['--min-coverage', '12.5'], call)
    expect(code).toBe(0)
    expect(lines.at(-1)).toMatch(
      /^Backstock: coverage: \d+(?:\.\d)? %, \d+ of \d+ testable rules of 1 operation exercised by 1 call$/,
    )
  })

  it('fails a run that covers too little, and names the worst three gaps', async () => {
    const { code, lines } = await run(['--min-coverage', '99.9'], call)
    expect(code).toBe(1)
    const at = lines.indexOf('Backstock: this fails the run, as --min-coverage wants 99.9 %; the worst gaps:')
    expect(at).toBeGreaterThan(0)
    expect(lines.slice(at + 1).map((line) => /^ {2}joor\.\w+\.\w+: [A-Z]?.+\.$/.test(line))).toEqual([true, true, true])
  })

  it('is over what is named, so that a vendor which nobody called fails the run', async () => {
    const { code, lines } = await run(['--min-coverage', '1', '--coverage-of', 'joor', '--coverage-of', 'jirafe'], call)
    expect(code).toBe(0)
    expect(lines.at(-1)).toContain('testable rules of jirafe, joor exercised by 1 call')
    expect((await run(['--min-coverage', '1', '--coverage-of', 'jirafe'], call)).code).toBe(1)
    const told = await run(['--coverage-of', 'jirafe.batch'], call)
    expect([told.code, told.lines.at(-1)]).toEqual([0, expect.stringContaining('0 %, 0 of ')])
  })

  it('fails a run without calls whatever is wanted', async () => {
    const { code, lines } = await run(['--min-coverage', '0'], '')
    expect(code).toBe(1)
    expect(lines.at(-1)).toBe('Backstock: this fails the run, as --min-coverage wants 0 %')
    expect(lines.at(-2)).toBe('Backstock: coverage: no call was decided, so that nothing is known')
  })

  it("leaves a failed command's own code, and does not speak of what is wanted beside it", async () => {
    const { code, lines } = await run(['--min-coverage', '100'], 'process.exit(7)')
    expect(code).toBe(7)
    expect(lines.join('\n')).not.toContain('this fails the run')
  })

  it('is in the JSON form of the summary, too', async () => {
    const { code, lines } = await run(['--min-coverage', '100', '--coverage-of=joor', '--log-format', 'json'], call)
    const { event, coverage } = JSON.parse(lines.at(-1) ?? '')
    expect([code, event]).toEqual([1, 'summary'])
    expect(coverage).toMatchObject({ min: 100, fails: true, of: ['joor'], percentage: expect.any(Number) })
    expect(coverage.gaps).toHaveLength(3)
  })

  it.each([
    [['--min-coverage', '101'], 'percentage from 0 to 100'],
    [['--min-coverage', '80%'], 'percentage from 0 to 100'],
    [['--min-coverage='], 'percentage from 0 to 100'],
    [['--coverage-of', 'jorr'], 'did you mean "joor"?'],
    [['--coverage-of', 'joor.unknown'], 'known: joor, jirafe'],
  ])('is checked before the command runs: %j', async (options, told) => {
    const { code, stdout, lines } = await run(options, 'console.log("ran")')
    expect([code, stdout]).toEqual([2, ''])
    expect(lines.join()).toContain(told)
  })
})
