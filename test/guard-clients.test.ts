import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import type { Command } from 'commander'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { connect } from '../client/client.js'
import { Session } from '../client/runners/session.js'
import { createProgram } from '../server/commands/program.js'
import type { Emulator } from '../server/emulator.js'
import { command, commandIn, nowhere } from './command.js'
import { bulk, items, startTestEmulator } from './emulator.js'

const cli = fileURLToPath(new URL('../dist/server/cli.js', import.meta.url))
const controlToken = 'c0ntrol-Canary~4711'
const guarded = () => startTestEmulator({ controlToken, seed: { joor: { accounts: { brand: { token: 'a-token' } } } } })

const allOf = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(allOf)]

/** The id in the log of a call whose item was refused. */
async function refusedCall(emulator: Emulator): Promise<string> {
  const { body } = await bulk(emulator, items({ upc: '1', warehouse: 'NY', inventory: 'many' }))
  return body.response.log_id
}

const verbs = [
  ['requests'],
  ['requests', '--account', 'brand', '--json'],
  ['state'],
  ['state', '--account', 'brand', '--csv'],
  ['levels', '--site', 'shop'],
  ['coverage'],
  ['coverage', '--format', 'json'],
  ['snapshot', 'save', 'one'],
  ['snapshot', 'list'],
  ['snapshot', 'restore', 'one'],
  ['snapshot', 'delete', 'one'],
  ['fault', 'arm', 'latency', '--ms', '1'],
  ['fault', 'list'],
  ['fault', 'disarm'],
  ['reset'],
  ['why', 'LOG_ID'],
] as const

describe('The commands that ask a running emulator', () => {
  it('are all of them: whoever has --url has --control-token', () => {
    const program = createProgram(nowhere, () => {})
    const having = (flag: string) =>
      allOf(program)
        .filter(({ options }) => options.some(({ long }) => long === flag))
        .map((each) => each.name())
    // Health is told to anybody.
    const asking = having('--url').filter((name) => name !== 'health')
    expect(asking).toEqual(
      expect.arrayContaining(['why', 'requests', 'state', 'levels', 'reset', 'save', 'arm', 'show']),
    )
    // Those that start an emulator have it for that one, and doctor takes whatever start does.
    expect(having('--control-token').filter((name) => !['start', 'exec', 'proxy', 'doctor'].includes(name))).toEqual(
      asking,
    )
  })

  it('bring the token as an option or from the environment, and say so where it is missing or wrong', async () => {
    const emulator = await guarded()
    await connect(emulator, { controlToken }).then(({ jirafe }) => jirafe.site({ name: 'shop' }))
    for (const words of verbs) {
      // A reset takes the log with it.
      const id = await refusedCall(emulator)
      const asked = [...words.map((word) => (word === 'LOG_ID' ? id : word)), '--url', emulator.url]
      const without = await command(...asked)
      expect([words, without.code]).toEqual([words, 1])
      expect(without.complained).toContain('There is no control token in the call')
      expect(without.complained).toContain('--control-token')
      const wrong = await command(...asked, '--control-token', 'c0ntrol')
      expect([words, wrong.code]).toEqual([words, 1])
      expect(wrong.complained).not.toContain('c0ntrol')
      const option = await command(...asked, '--control-token', controlToken)
      expect([words, option.code]).toEqual([words, 0])
      if (words[0] === 'snapshot' || words[0] === 'reset') continue
      const env = { BACKSTOCK_CONTROL_TOKEN: controlToken }
      expect([words, (await commandIn({ env }, ...asked)).code]).toEqual([words, 0])
    }
  })

  it('prefer the option to the environment, and take an empty variable for none', async () => {
    const { url } = await guarded()
    const wrong = { env: { BACKSTOCK_CONTROL_TOKEN: 'another' } }
    expect((await commandIn(wrong, 'state', '--url', url, '--control-token', controlToken)).code).toBe(0)
    expect((await commandIn(wrong, 'state', '--url', url)).code).toBe(1)
    const empty = await commandIn({ env: { BACKSTOCK_CONTROL_TOKEN: '' } }, 'state', '--url', url)
    expect(empty.complained).toContain('There is no control token in the call')
  })

  it.each([
    ['--control-token', ['--control-token', 'c0ntrol Canary'], {}],
    ['BACKSTOCK_CONTROL_TOKEN', [], { BACKSTOCK_CONTROL_TOKEN: 'c0ntrol\nCanary' }],
  ])('refuse what is no token, from %s, without showing it', async (source, words, env) => {
    const { code, complained } = await commandIn({ env }, 'state', ...words)
    expect([code, complained]).toEqual([2, expect.stringContaining(`${source}: must be`)])
    expect(complained).not.toContain('Canary')
  })

  it('follow the calls of an emulator that asks for it', async () => {
    const emulator = await guarded()
    const complained: string[] = []
    const stop = new AbortController()
    const stopped = new Promise<void>((resolve) => stop.signal.addEventListener('abort', () => resolve()))
    const printed: string[] = []
    const following = commandIn(
      { stopped, print: (line) => printed.push(line), complain: (line) => complained.push(line) },
      ...['requests', '--follow', '--json', '--url', emulator.url, '--control-token', controlToken],
    )
    await vi.waitFor(() => expect(complained.join()).toContain('following the calls'))
    await refusedCall(emulator)
    await vi.waitFor(() => expect(printed).toHaveLength(1))
    stop.abort()
    expect((await following).code).toBe(0)
  })
})

describe('The client', () => {
  it('brings the token that it is given, and tells why it is refused without it', async () => {
    const emulator = await guarded()
    const backstock = await connect(emulator, { controlToken })
    expect((await backstock.joor.accounts()).map(({ account }) => account)).toEqual(['brand'])
    const without = await connect(emulator)
    await expect(without.joor.accounts()).rejects.toMatchObject({
      status: 401,
      message: expect.stringContaining('There is no control token in the call'),
    })
  })

  it('takes that of the environment', async () => {
    const emulator = await guarded()
    vi.stubEnv('BACKSTOCK_CONTROL_TOKEN', controlToken)
    onTestFinished(() => void vi.unstubAllEnvs())
    const backstock = await connect(emulator)
    expect(await backstock.joor.accounts()).toHaveLength(1)
  })

  it.each(['', 'two words', 'line\nbreak'])('refuses the token %j without showing it', async (token) => {
    const connecting = connect('http://127.0.0.1:1', { controlToken: token })
    await expect(connecting).rejects.toThrow(TypeError)
    if (token !== '') await expect(connecting).rejects.not.toThrow(token)
  })
})

describe('The helpers of test runners', () => {
  it('bring it to an emulator that runs', async () => {
    const { url } = await guarded()
    const session = new Session({ url, controlToken })
    expect(await (await session.open()).joor.accounts()).toHaveLength(1)
    await session.close()
  })

  it('bring it to one that they start', async () => {
    const session = new Session({ emulator: { controlToken } })
    onTestFinished(() => session.close())
    expect(await (await session.open()).joor.accounts()).toEqual([])
  })

  it('refuse one of which nobody can tell which emulator it is for', () => {
    expect(() => new Session({ controlToken, emulator: {} })).toThrow(/emulator\.controlToken/)
  })
})

async function run(words: readonly string[], env: Readonly<Record<string, string>> = {}, cwd = '.') {
  const own = Object.entries(process.env).filter(([name]) => !/^BACKSTOCK_|^npm_/.test(name))
  const program = spawn(process.execPath, [cli, ...words], { cwd, env: { ...Object.fromEntries(own), ...env } })
  const [stdout, stderr, [code]] = await Promise.all([
    text(program.stdout),
    text(program.stderr),
    once(program, 'exit'),
  ])
  return { code, stdout, stderr }
}

/** What a command of `exec` does: a call of the control plane with what it finds in its environment. */
const child = [
  process.execPath,
  '-e',
  `fetch(process.env.BACKSTOCK_URL + '/_backstock/rules', {
    headers: { authorization: 'Bearer ' + process.env.BACKSTOCK_CONTROL_TOKEN } })
    .then((reply) => reply.text().then(() => console.log(reply.status, typeof process.env.BACKSTOCK_CONTROL_TOKEN)))`,
]

describe('The program', () => {
  it.each([
    ['an option', ['--control-token', controlToken], {}],
    ['a variable', [], { BACKSTOCK_CONTROL_TOKEN: controlToken }],
  ])('hands the token of exec to its command, from %s', async (_from, words, env) => {
    const { code, stdout, stderr } = await run(['exec', ...words, '--', ...child], env)
    expect([code, stdout]).toEqual([0, '200 string\n'])
    expect(stderr).not.toContain('Canary')
  })

  it('hands on the token of the config file, and none where there is none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backstock-guard-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    expect((await run(['exec', '--', ...child], {}, folder)).stdout).toBe('200 undefined\n')
    await writeFile(join(folder, 'backstock.config.yaml'), `control_token: ${controlToken}\n`)
    expect((await run(['exec', '--', ...child], {}, folder)).stdout).toBe('200 string\n')
  })

  it.each([
    ['an option that is misspelt', ['start', '--control-tokn=c0ntrol-Canary']],
    ['the same without its verb', ['--control-tokn=c0ntrol-Canary']],
    ['the same with a blank', ['start', '--control-tokn', 'c0ntrol-Canary']],
    ['an option that another verb has', ['check', '--control-token=c0ntrol-Canary']],
    ['a token that is none', ['start', '--control-token', 'c0ntrol Canary']],
    ['a misspelt option of exec', ['exec', '--control-tokn=c0ntrol-Canary', '--', 'true']],
    ['a misspelt option of a verb in a group', ['snapshot', 'save', 'x', '--control-tokn=c0ntrol-Canary']],
    ['another option that is wrong', ['start', '--control-token=c0ntrol-Canary', '--port', 'x']],
  ])('does not show it: %s', async (_what, words) => {
    const { code, stdout, stderr } = await run(words)
    expect(code).toBe(2)
    expect(stderr).not.toBe('')
    expect(stdout + stderr).not.toContain('Canary')
  })

  it('has it in no help, though it is in the environment', async () => {
    const { stdout } = await run(['--help'], { BACKSTOCK_CONTROL_TOKEN: controlToken })
    expect(stdout).toContain('BACKSTOCK_CONTROL_TOKEN')
    expect(stdout).not.toContain('Canary')
  })

  it('takes the variable for every command', async () => {
    const { code, stderr } = await run(['rules'], { BACKSTOCK_CONTROL_TOKEN: controlToken })
    expect([code, stderr]).toEqual([0, ''])
  })

  it('says once in the format of its log that other machines reach it', async () => {
    const { stderr } = await run(['exec', '--host', '0.0.0.0', '--log-format', 'json', '--', 'true'])
    const lines = stderr.split('\n').filter((line) => open.test(line))
    expect(lines.map((line) => JSON.parse(line))).toEqual([{ event: 'log', message: expect.stringMatching(open) }])
  })
})

const open = /Other machines can reach this emulator/

describe('An emulator', () => {
  it.each([
    ['0.0.0.0', {}, 1],
    ['::', {}, 1],
    ['0.0.0.0', { controlToken }, 0],
    ['127.0.0.1', {}, 0],
    ['127.0.0.2', {}, 0],
    ['::1', {}, 0],
    ['::ffff:127.0.0.1', {}, 0],
    ['localhost', {}, 0],
    [undefined, {}, 0],
  ])('on the host %s with %j says %i times that other machines reach it', async (host, options, times) => {
    const lines: string[] = []
    await startTestEmulator({ ...options, ...(host !== undefined && { host }), log: (line) => lines.push(line) })
    expect(lines.filter((line) => open.test(line))).toHaveLength(times)
  })
})
