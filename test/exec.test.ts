import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { isClientRule } from '../contracts/rules/book.js'
import { exec } from '../server/commands/exec.js'
import type { ExecGiven } from '../server/commands/exec-options.js'
import type { Ending, Outside, Signal } from '../server/commands/outside.js'
import { splitWords } from '../server/commands/program.js'
import type { Counts, Emulator } from '../server/emulator.js'
import { allRules } from '../server/rule-list.js'
import { startTestEmulator } from './emulator.js'

const cli = fileURLToPath(new URL('../dist/server/cli.js', import.meta.url))
const noCalls = 'Backstock: no calls; JOOR_BASE_URL and JIRAFE_BASE_URL say where to send them\n'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstock-exec-'))
})
afterEach(() => rm(folder, { recursive: true }))

type Variables = Readonly<Record<string, string>>

function launch(words: readonly string[], env: Variables = {}) {
  const own = Object.entries(process.env).filter(
    ([name]) => !/^BACKSTOCK_|_BASE_URL$|^npm_|^GITHUB_ACTIONS$/.test(name),
  )
  const program = spawn(process.execPath, [cli, 'exec', ...words], {
    cwd: folder,
    env: { ...Object.fromEntries(own), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  onTestFinished(() => void program.kill('SIGKILL'))
  const ended = once(program, 'exit')
  const output = Promise.all([text(program.stdout), text(program.stderr)])
  const done = async () => {
    const [code, signal] = await ended
    const [stdout, stderr] = await output
    return { code, signal, stdout, stderr }
  }
  return { program, done }
}

function run(words: readonly string[], env: Variables = {}, input = '') {
  const { program, done } = launch(words, env)
  program.stdin.end(input)
  return done()
}

/** A program for Node as a command. */
const node = (...lines: readonly string[]) => [process.execPath, '--input-type=module', '-e', lines.join('\n')]
const sh = (script: string) => ['sh', '-c', script]

/** One call to JOOR of one item; `inventory` may be wrong. */
const callJoor = (inventory: unknown) =>
  `await fetch(process.env.JOOR_BASE_URL + '/v2/bulk-inventory', { method: 'POST',
    headers: { authorization: 'OAuth2 ' + btoa('t'), 'content-type': 'application/json' },
    body: JSON.stringify({ inventory_items: [{ warehouse: 'NY', upc: '1', inventory: ${JSON.stringify(inventory)} }] }) })`

/** One that has ended and that nobody has collected yet is not alive; only Linux tells, so elsewhere it counts. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

/** The id of a process that a command left, as it was printed; it ends with the test, even where exec let it live. */
function leftBehind(printed: string): number {
  const pid = Number(printed)
  onTestFinished(() => void (isAlive(pid) && process.kill(pid, 'SIGKILL')))
  return pid
}

const isThere = (name: string) =>
  readFile(join(folder, name)).then(
    () => true,
    () => false,
  )

describe('The command of exec', () => {
  it('finds a ready emulator under three names, without a trailing slash', async () => {
    const asked = `const reply = await fetch(process.env.BACKSTOCK_URL + '/_backstock/ready')
      const { BACKSTOCK_URL, JOOR_BASE_URL, JIRAFE_BASE_URL } = process.env
      console.log(JSON.stringify([reply.status, BACKSTOCK_URL, JOOR_BASE_URL, JIRAFE_BASE_URL]))`
    const { code, stdout, stderr } = await run(['--', ...node(asked)])
    const [status, url, joor, jirafe] = JSON.parse(stdout)
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect([code, status, joor, jirafe, stderr]).toEqual([0, 200, url, url, noCalls])
    await expect(fetch(url)).rejects.toThrow()
  })

  it('gets the variables that are asked for, with the addresses filled in', async () => {
    const options = ['--env', 'API={joor}/v2/', '--env=BOTH={jirafe} {url}', '--env', 'JSON={"a":1,"b":{}}']
    const more = ['--env', 'EMPTY=', '--env', 'LAST=1', '--env', 'LAST=a=b']
    const shown = 'const { API, BOTH, JSON: json, EMPTY, LAST, BACKSTOCK_URL } = process.env'
    const print = 'console.log(JSON.stringify([API, BOTH, json, EMPTY, LAST, BACKSTOCK_URL]))'
    const { stdout } = await run([...options, ...more, '--', ...node(shown, print)])
    const [api, both, json, empty, last, url] = JSON.parse(stdout)
    expect([api, both, json, empty, last]).toEqual([`${url}/v2/`, `${url} ${url}`, '{"a":1,"b":{}}', '', 'a=b'])
  })

  it('gets none of the variables that are for its emulator, so that it can start one itself', async () => {
    const env = { BACKSTOCK_SETTING: 'auth=enforce', BACKSTOCK_LOG_FORMAT: 'json', BACKSTOCK_TOKEN: 'x', OTHER: 'y' }
    const inner = `const names = Object.keys(process.env).filter((name) => /^BACKSTOCK|^OTHER$/.test(name))
      console.log(JSON.stringify(names.sort()))`
    const { code, stdout, stderr } = await run(['--', process.execPath, cli, 'exec', '--', ...node(inner)], env)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toEqual(['BACKSTOCK_TOKEN', 'BACKSTOCK_URL', 'OTHER'])
    const [first, second] = stderr.split('\n')
    expect(`${first}\n`).toBe(noCalls)
    expect(JSON.parse(second ?? '')).toMatchObject({ event: 'summary', calls: 0 })
  })

  it('gets its words untouched, those too that look like ours', async () => {
    const words = ['--', '--port', 'x', '--help', '', '--', 'a b', '$HOME', '*']
    const { stdout } = await run(['--', ...node('console.log(JSON.stringify(process.argv.slice(1)))'), ...words])
    // Node takes the first -- for its own.
    expect(JSON.parse(stdout)).toEqual(words.slice(1))
  })

  it('has our stdin, stdout and stderr', async () => {
    const { stdout, stderr } = await run(['--', ...sh('cat; echo wrong >&2')], {}, 'told\n')
    expect([stdout, stderr]).toEqual(['told\n', `wrong\n${noCalls}`])
  })

  it('takes the options of start, and a port only where one is given', async () => {
    const ask = `console.log((await fetch(process.env.JIRAFE_BASE_URL + '/v2/s/inventory', { method: 'POST',
      headers: { authorization: 'Bearer t', 'content-type': 'application/json' }, body: '{}' })).status)`
    expect((await run(['--', ...node(ask)])).stdout).toBe('400\n')
    expect((await run(['--setting', 'auth=enforce', '--', ...node(ask)])).stdout).toBe('403\n')
    await writeFile(join(folder, 'backstock.config.yaml'), 'settings: { auth: enforce }\n')
    expect((await run(['--', ...node(ask)])).stdout).toBe('403\n')
    const taken = await startTestEmulator()
    const { port } = new URL(taken.url)
    const refused = await run(['--port', port, '--', ...sh('echo ran')])
    expect(refused).toMatchObject({ code: 3, stdout: '' })
    expect(refused.stderr).toContain(`port ${port}`)
  })
})

describe('The exit code', () => {
  it.each([
    ['0', 'exit 0', 0],
    ['3', 'exit 3', 3],
    ['255', 'exit 255', 255],
    ['that of SIGTERM', 'kill -TERM $$', 143],
    ['that of SIGKILL', 'kill -KILL $$', 137],
    ['that of SIGSEGV', 'kill -SEGV $$', 139],
  ])('is that of the command: %s', async (_, script, code) => {
    expect(await run(['--', ...sh(script)])).toMatchObject({ code, signal: null, stdout: '', stderr: noCalls })
  })

  it.each([
    ['127 for a command that is not there', ['no-such-command-here'], 127, 'no-such-command-here: command not found\n'],
    ['127 for an empty command', [''], 127, ': command not found\n'],
    ['127 for a path that is not there', ['./nothing'], 127, './nothing: command not found\n'],
    ['126 for what may not be run', ['./plain.txt'], 126, './plain.txt: cannot be run: permission denied\n'],
    ['126 for a folder', ['/'], 126, '/: cannot be run: permission denied\n'],
  ])('is %s', async (_, words, code, stderr) => {
    await writeFile(join(folder, 'plain.txt'), 'text')
    await chmod(join(folder, 'plain.txt'), 0o644)
    // That it ends at all shows that the emulator is closed.
    expect(await run(['--', ...words])).toEqual({ code, signal: null, stdout: '', stderr })
  })

  const usage = '\nUsage: backstock exec [options] -- <command> [arguments...]\n'
  const example = 'write it behind --, as in: backstock exec -- npm test'
  it.each([
    ['no command', [], `error: there is no command; ${example}${usage}`],
    ['nothing behind --', ['--port', '0', '--'], `error: there is no command; ${example}${usage}`],
    ['a command without --', ['touch', 'ran'], `error: unexpected argument 'touch'; ${example}${usage}`],
    ['a word before --', ['npm', '--', 'touch', 'ran'], `error: unexpected argument 'npm'; ${example}${usage}`],
    [
      'a misspelt option',
      ['--prot', '0', '--', 'touch', 'ran'],
      "error: unknown option '--prot'\n(Did you mean --port?)\n",
    ],
    [
      'a bad name',
      ['--env', '1A=x', '--', 'touch', 'ran'],
      '--env: must be NAME=value, such as API_URL={joor}/v2/, not "1A=x"\n',
    ],
    [
      'a variable without a value',
      ['--env', 'A', '--', 'touch', 'ran'],
      '--env: must be NAME=value, such as API_URL={joor}/v2/, not "A"\n',
    ],
    [
      'an unknown placeholder',
      ['--env', 'A={jor}', '--', 'touch', 'ran'],
      '--env: {jor} in "A={jor}" stands for nothing; known: {joor}, {jirafe} or {url}\n',
    ],
    [
      'one that every object has',
      ['--env', 'A={constructor}', '--', 'touch', 'ran'],
      '--env: {constructor} in "A={constructor}" stands for nothing; known: {joor}, {jirafe} or {url}\n',
    ],
    [
      'another reason to fail',
      ['--fail-on', 'violations,falts', '--', 'touch', 'ran'],
      '--fail-on: must be violations, errors or unused-faults, not "falts"\n',
    ],
    [
      'a bad option of start',
      ['--port', 'x', '--', 'touch', 'ran'],
      '--port: must be an integer from 0 to 65535, not "x"\n',
    ],
  ])('is 2 for %s, and nothing is run', async (_, words, stderr) => {
    expect(await run(words)).toEqual({ code: 2, signal: null, stdout: '', stderr })
    expect(await isThere('ran')).toBe(false)
  })

  it('would be seen to be another: the same command leaves its mark where it is run', async () => {
    expect(await run(['--', 'touch', 'ran'])).toMatchObject({ code: 0, stderr: noCalls })
    expect(await isThere('ran')).toBe(true)
  })

  it('is that of start for a seed that is none', async () => {
    expect(await run(['--seed', 'nothing.yaml', '--', 'touch', 'ran'])).toMatchObject({
      code: 2,
      stderr: 'cannot read nothing.yaml: there is no such file\n',
    })
    expect(await isThere('ran')).toBe(false)
  })
})

describe('The summary', () => {
  const calls = node(callJoor(1), callJoor('many'), `await fetch(process.env.JOOR_BASE_URL + '/nowhere')`)
  const rule = 'joor.inventory.integer'

  it('counts calls, items and violations by rule, on stderr', async () => {
    const { stdout, stderr } = await run(['--level', '*.conduct.*=off', '--', ...calls])
    expect(stdout).toBe('')
    const lines = stderr.split('\n').filter((line) => !line.includes('backstock why'))
    expect(lines).toEqual([
      'Backstock: 3 calls, 1 refused; 1 item updated, 1 not updated; 1 violation',
      expect.stringMatching(`^      1  ${rule}: inventory is an integer`),
      '',
    ])
  })

  it('counts what the journal has forgotten, and places beyond the kept ones', async () => {
    const many = `await fetch(process.env.JOOR_BASE_URL + '/v2/bulk-inventory', { method: 'POST',
      headers: { authorization: 'OAuth2 ' + btoa('t'), 'content-type': 'application/json' },
      body: JSON.stringify({ inventory_items: Array.from({ length: 50 }, () => ({ warehouse: 'NY', upc: '1', inventory: 'x' })) }) })`
    const options = ['--journal-entries', '1', '--log-format', 'json']
    const { stderr } = await run([...options, '--', ...node(many, many, many, callJoor(1))])
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    const [summary, ...others] = lines.filter(({ event }) => event === 'summary')
    expect(others).toEqual([])
    expect(summary).toEqual({
      event: 'summary',
      calls: 4,
      refused: 0,
      hung_up: 0,
      items: { updated: 1, not_updated: 150 },
      violations: expect.arrayContaining([{ rule, count: 150 }]),
      unused_faults: [],
      fails: [],
    })
  })

  it('counts what clients broke, and not the same call that the suite sends once more', async () => {
    const again = `const control = process.env.BACKSTOCK_URL + '/_backstock/requests'
      const { requests: [{ id }] } = await (await fetch(control)).json()
      await fetch(control + '/' + id + '/repeat', { method: 'POST' })`
    // A token of one letter would stand in the path.
    const once = callJoor('many').replace("btoa('t')", "btoa('a-token')")
    const { stderr } = await run(['--level', '*.conduct.*=off', '--', ...node(once, again)])
    expect(stderr).toContain('Backstock: 2 calls; 0 items updated, 2 not updated; 1 violation\n')
  })

  it('fails a run that broke rules where that is asked for', async () => {
    const { code, stderr } = await run(['--fail-on', 'violations', '--', ...node(callJoor('many'))])
    expect(code).toBe(1)
    expect(stderr).toContain('Backstock: this fails the run, as --fail-on violations says\n')
  })
})

describe('Faults that the suite arms', () => {
  const arm = `await fetch(process.env.BACKSTOCK_URL + '/_backstock/faults', { method: 'PUT',
    body: JSON.stringify([{ match: { operation: 'joor.bulk-inventory' }, fault: { kind: 'error', status: 503 } }]) })`
  it.each([
    ['fail a run that never hits them', [arm], 1],
    ['pass where they are hit', [arm, callJoor(1)], 0],
  ])('%s', async (_, lines, code) => {
    const { code: seen, stderr } = await run(['--fail-on', 'unused-faults', '--', ...node(...lines)])
    expect(seen).toBe(code)
    expect(stderr.includes('Backstock: 1 fault never hit\n  error for {"operation":"joor.bulk-inventory"}\n')).toBe(
      code === 1,
    )
  })
})

describe('A signal', () => {
  /** Starts a script, and waits until it has said something. */
  async function started(script: string) {
    const { program, done } = launch(['--', ...sh(script)])
    const said = await new Promise<string>((resolve) => {
      let output = ''
      program.stdout.on('data', (chunk: Buffer) => {
        output += chunk
        if (output.includes('\n')) resolve(output)
      })
    })
    return { program, done, said }
  }

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends the command, its children and exec', async (signal, code) => {
    const { program, done, said } = await started('sleep 300 & echo $!; wait')
    const pid = leftBehind(said)
    expect(isAlive(pid)).toBe(true)
    program.kill(signal)
    expect(await done()).toMatchObject({ code, signal: null, stderr: noCalls })
    expect(isAlive(pid)).toBe(false)
  })

  it.each(['INT', 'TERM', 'HUP'] as const)('SIG%s lets the command end in its own way', async (signal) => {
    const { program, done } = await started(`trap 'echo bye; exit 9' ${signal}; echo 1; while :; do sleep 0.05; done`)
    program.kill(`SIG${signal}`)
    expect(await done()).toMatchObject({ code: 9, stdout: '1\nbye\n' })
  })

  it('is told again where the command goes on', async () => {
    const script = `trap 'n=$((n+1)); echo told' INT; echo 1; while [ "\${n:-0}" -lt 2 ]; do sleep 0.05; done; exit 4`
    const { program, done } = await started(script)
    program.kill('SIGINT')
    await new Promise<void>((resolve) => program.stdout.once('data', () => resolve()))
    program.kill('SIGINT')
    expect(await done()).toMatchObject({ code: 4, stdout: '1\ntold\ntold\n' })
  })

  it('SIGTERM kills a command that does not listen, after a grace', async () => {
    const { program, done, said } = await started("trap '' TERM; echo $$; while :; do sleep 0.05; done")
    const pid = leftBehind(said)
    program.kill('SIGTERM')
    expect(await done()).toMatchObject({ code: 137, signal: null })
    expect(isAlive(pid)).toBe(false)
  })
})

describe('What a command leaves behind', () => {
  it('is ended after it, whatever its exit code', async () => {
    const { code, stdout } = await run(['--', ...sh('sleep 300 & echo $!; exit 5')])
    expect(code).toBe(5)
    expect(isAlive(leftBehind(stdout))).toBe(false)
  })

  it('may put its things in order first', async () => {
    const rest = `(trap 'echo last > last; exit' TERM; while :; do sleep 0.05; done) & echo $!; sleep 0.3; exit 0`
    const { code, stdout } = await run(['--', ...sh(rest)])
    leftBehind(stdout)
    expect(code).toBe(0)
    expect(await readFile(join(folder, 'last'), 'utf8')).toBe('last\n')
  })

  it('is killed where it does not listen', async () => {
    const rest = `(trap '' TERM; while :; do sleep 0.05; done) & echo $!; sleep 0.3; exit 0`
    const { code, stdout } = await run(['--', ...sh(rest)])
    expect(code).toBe(0)
    expect(isAlive(leftBehind(stdout))).toBe(false)
  })

  it('would be seen: a process of another group stays', async () => {
    const away = `const { pid } = (await import('node:child_process')).spawn('sleep', ['300'], { detached: true, stdio: 'ignore' })
      console.log(pid)
      process.exit(0)`
    const { stdout } = await run(['--', ...node(away)])
    expect(isAlive(leftBehind(stdout))).toBe(true)
  })
})

describe('Beside what a process shows, exec', () => {
  const nothing: Counts = { calls: 1, refused: 0, hungUp: 0, updated: 0, notUpdated: 0, violations: new Map() }
  const given: ExecGiven = { options: {}, env: [], failOn: [], reports: [], command: 'a', args: [] }

  /** An outside of which the test holds every end: what was done, in order. */
  function outsideOf(ownGroup = true) {
    const done: string[] = []
    let tell: (signal: Signal) => void = () => {}
    let end: (ending: Ending) => void = () => {}
    const timers: (() => void)[] = []
    const outside: Outside = {
      env: {},
      folder,
      pid: 1,
      version: '0.0.0',
      stopped: new Promise(() => {}),
      onSignal: (take) => {
        tell = take
      },
      spawn: (command) => {
        done.push(`spawn ${command}`)
        const ended = new Promise<Ending>((resolve) => {
          end = resolve
        })
        return { ended, ownGroup, output: () => [], signal: (signal) => done.push(`signal ${signal}`) < 0 }
      },
      later: (_ms, act) => {
        timers.push(act)
        return () => void timers.splice(timers.indexOf(act), 1)
      },
      stopwatch: () => 0,
      columns: () => undefined,
      colored: false,
      input: () => undefined,
      unread: new Promise(() => {}),
      print: (line) => done.push(line),
      complain: (line) => done.push(line),
    }
    const signal = (name: Signal) => tell(name)
    return { outside, done, timers, signal, finish: (ending: Ending) => end(ending) }
  }

  /** An emulator that nobody calls. */
  /** `violations`: how often each rule was broken. */
  function emulatorOf(
    done: string[],
    violations: ReadonlyMap<string, number> = new Map(),
    unused: readonly string[] = [],
  ): Emulator {
    const rules = allRules.filter(isClientRule).filter(({ id }) => violations.has(id))
    const broken = rules.map((rule) => {
      const count = violations.get(rule.id) ?? 0
      return { rule, level: 'error' as const, count, calls: 1, requests: ['a-call'], examples: [] }
    })
    const url = 'http://127.0.0.1:1'
    return {
      url,
      joor: { baseUrl: url },
      jirafe: { baseUrl: url },
      intercept: undefined,
      reset: async () => ({ accounts: 0, sites: 0 }),
      counts: () => nothing,
      countsOf: () => undefined,
      coverage: () => Promise.reject(new Error('Nobody asked for coverage.')),
      unusedFaults: () => unused,
      report: () => ({ broken, kept: [], version: '0.0.0' }),
      close: async () => void done.push('close'),
    }
  }

  const broken = new Map([
    ['joor.item.known_fields', 1],
    ['joor.inventory.integer', 3],
  ])
  const fault = 'error 503 on joor.bulk-inventory'
  it.each([
    ['violations, and there are', ['violations'], broken, [], 0, 1],
    ['violations, and there are none', ['violations'], new Map(), [fault], 0, 0],
    ['violations, but the command failed itself', ['violations'], broken, [], 7, 7],
    ['unused faults, and there are', ['unused-faults'], new Map(), [fault], 0, 1],
    ['unused faults, and there are none', ['unused-faults'], broken, [], 0, 0],
    ['both, as a list', ['unused-faults,violations'], broken, [], 0, 1],
    ['both, one by one', ['unused-faults', 'violations'], new Map(), [fault], 0, 1],
    ['nothing', [], broken, [fault], 0, 0],
  ])('fails the run on %s', async (_, failOn, violations, unused, ends, code) => {
    const { outside, done, finish } = outsideOf()
    const emulator = emulatorOf(done, violations, unused)
    const ended = exec({ ...given, failOn }, outside, async () => emulator)
    await expect.poll(() => done).toContain('spawn a')
    finish({ code: ends })
    expect(await ended).toBe(code)
    const told = done.filter((line) => line.startsWith('Backstock: this fails the run'))
    expect(told).toHaveLength(failOn.length > 0 && code !== 0 ? 1 : 0)
    expect(done.at(-1)).toBe('close')
  })

  it('tells the most frequent violation first, and the faults that were never hit', async () => {
    const { outside, done, finish } = outsideOf()
    const unused = Array.from({ length: 22 }, (_, index) => `fault ${index}`)
    const ended = exec(given, outside, async () => emulatorOf(done, broken, unused))
    await expect.poll(() => done).toContain('spawn a')
    finish({ code: 0 })
    await ended
    const told = done.slice(done.indexOf('spawn a') + 1).filter((line) => !line.startsWith('signal'))
    expect(told.slice(0, 5)).toEqual([
      'Backstock: 1 call; 0 items updated, 0 not updated; 4 violations',
      expect.stringContaining('      3  joor.inventory.integer: '),
      expect.stringContaining('      1  joor.item.known_fields: '),
      'Backstock: 22 faults never hit',
      '  fault 0',
    ])
    expect(told.slice(-3)).toEqual(['  fault 19', '  and 2 more', 'close'])
  })

  it('starts no command once it was told to end, and closes the emulator', async () => {
    const { outside, done, signal } = outsideOf()
    const start = async () => {
      signal('SIGTERM')
      signal('SIGINT')
      return emulatorOf(done)
    }
    expect(await exec(given, outside, start)).toBe(128 + constants.signals.SIGTERM)
    expect(done.filter((each) => each.startsWith('spawn'))).toEqual([])
    expect(done.at(-1)).toBe('close')
  })

  it.each([
    [true, 'SIGINT', ['signal SIGINT'], 0],
    [true, 'SIGTERM', ['signal SIGTERM'], 1],
    [true, 'SIGHUP', ['signal SIGHUP'], 1],
    [false, 'SIGINT', [], 0],
    [false, 'SIGTERM', ['signal SIGTERM'], 1],
  ] as const)('where the group is the command’s own (%s) passes %s on once', async (own, name, passed, timers) => {
    const started = outsideOf(own)
    const ended = exec(given, started.outside, async () => emulatorOf(started.done))
    await expect.poll(() => started.done).toContain('spawn a')
    started.signal(name)
    expect(started.done.filter((each) => each.startsWith('signal'))).toEqual(passed)
    expect(started.timers).toHaveLength(timers)
    started.finish({ signal: name })
    expect(await ended).toBe(128 + constants.signals[name])
    // No timer outlives the command, or the process would wait for it.
    expect(started.timers).toEqual([])
  })

  it('signals nobody once the command is gone, whoever has its number then', async () => {
    const { outside, done, timers, signal, finish } = outsideOf()
    const emulator = emulatorOf(done)
    const close = async () => {
      done.push('close')
      signal('SIGTERM')
    }
    const ended = exec(given, outside, async () => ({ ...emulator, close }))
    await expect.poll(() => done).toContain('spawn a')
    finish({ code: 0 })
    expect(await ended).toBe(0)
    expect(done.slice(done.indexOf('close'))).toEqual(['close'])
    expect(timers).toEqual([])
  })

  it('closes the emulator where the command cannot be started', async () => {
    const { outside, done } = outsideOf()
    const spawnNothing = () => {
      throw new Error('out of processes')
    }
    const started = exec(given, { ...outside, spawn: spawnNothing }, async () => emulatorOf(done))
    await expect(started).rejects.toThrow('out of processes')
    expect(done).toEqual(['close'])
  })

  it.each([
    [
      ['exec', '--port', '0', '--', 'npm', '--', 'x'],
      ['exec', '--port', '0'],
      ['npm', '--', 'x'],
    ],
    [['exec'], ['exec'], undefined],
    [['exec', '--'], ['exec'], []],
    [['why', '--', 'x'], ['why', '--', 'x'], undefined],
    [[], [], undefined],
  ])('is the only verb that has words of another program: %j', (words, own, behind) => {
    expect(splitWords(words)).toEqual({ own, behind })
  })
})
