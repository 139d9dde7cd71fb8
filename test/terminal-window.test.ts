import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { type Emulator, startEmulator } from '../server/emulator.js'
import { bulk, items } from './emulator.js'
import { tellMissing } from './missing-tools.js'
import { canOpenTerminal, inTerminal, noTerminal } from './pty.js'

const cli = fileURLToPath(new URL('../dist/server/cli.js', import.meta.url))
const hostile = '\u001b[2J\u202e'

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({ port: 0, seed: { joor: { accounts: { brand: { token: 'a-token' } } } } })
  await bulk(
    emulator,
    items(
      { warehouse: 'New York', upc: '822508068753', inventory: 200 },
      { warehouse: '東京倉庫', upc: '822508068760', inventory: -3 },
      { warehouse: 'Köln 👩‍👩‍👧', style_identifier: 'DM142A210191', color_code: 'HPRVTG', size: '32', inventory: 7 },
      { warehouse: `${hostile}x`, upc: '1', inventory: 1 },
      { warehouse: 'New York', upc: '2', inventory: '1,000' },
    ),
  )
})
afterAll(() => emulator.close())
beforeEach((context) => {
  if (!canOpenTerminal) tellMissing(noTerminal, context)
})

/** What a command shows in a window, line by line. */
async function shown(columns: number, words: readonly string[], env = {}) {
  const { ended, screen } = inTerminal(columns, [...words, '--url', emulator.url], env)
  const code = await ended
  return { code, lines: screen().split('\r\n').slice(0, -1), screen: screen() }
}

/** The same without a terminal. */
async function piped(words: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const program = spawn(process.execPath, [cli, ...words, '--url', emulator.url], {
    env: { PATH: process.env.PATH ?? '', TERM: 'xterm-256color', ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const closed = once(program, 'close')
  const stdout = await text(program.stdout)
  return { code: (await closed)[0], stdout }
}

// Each starts a process or two on whatever machine there is.
describe('In a window', { timeout: 60_000 }, () => {
  const titles = {
    40: ['sku', 'avail'],
    80: ['date', 'sku', 'available', 'incom', 'pend'],
    200: ['warehouse', 'incoming', 'pending'],
  }

  it.each([40, 80, 200] as const)('of %i columns every line fits, and what matters most is there', async (columns) => {
    for (const [words, rows] of [
      [['requests'], 1],
      [['state'], 1],
      [['state', '--account', 'brand'], 4],
    ] as const) {
      const { code, lines } = await shown(columns, words)
      expect({ code, rows: lines.length }).toEqual({ code: 0, rows: rows + 1 })
      for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns)
    }
    const { lines } = await shown(columns, ['state', '--account', 'brand'])
    for (const title of titles[columns]) expect(lines[0]).toContain(title)
    expect(lines.join('\n')).toContain('東京倉庫')
    expect(lines.join('\n')).toContain(columns === 40 ? '…' : 'upc 822508068753')
  })

  it('would find a line that is too wide: without a window none is shortened', async () => {
    const { stdout } = await piped(['requests'])
    expect(Math.max(...stdout.split('\n').map((line) => stringWidth(line)))).toBeGreaterThan(80)
    expect(stdout).not.toContain('…')
  })

  it('nothing that came over the wire steers it', async () => {
    for (const form of [[], ['--json'], ['--csv']]) {
      const { screen } = await shown(200, ['state', '--account', 'brand', ...form])
      expect(screen).not.toContain(hostile)
      expect(stripVTControlCharacters(screen).replaceAll('\r\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
      expect(screen).toContain('\\u001b[2J\\u202ex')
    }
    // A file holds what was sent.
    expect((await piped(['state', '--account', 'brand', '--csv'])).stdout).toContain(`${hostile}x`)
  })
})

describe('Colours', { timeout: 60_000 }, () => {
  it.each([
    ['a terminal has them', {}, true],
    ['NO_COLOR takes them away', { NO_COLOR: '1' }, false],
    ['a dumb terminal has none', { TERM: 'dumb' }, false],
  ])('%s', async (_, env, colored) => {
    const { screen } = await shown(120, ['requests'], env)
    expect(screen.includes('\u001b[')).toBe(colored)
    if (!colored) return
    // 200 is well, 4 of 5 in part, a broken rule is not.
    for (const cell of ['\u001b[32m200\u001b[39m', '\u001b[33m4 of 5\u001b[39m', '\u001b[31m2\u001b[39m'])
      expect(screen).toContain(cell)
  })

  it.each([
    ['a pipe has none', {}, false],
    ['FORCE_COLOR gives them to a pipe', { FORCE_COLOR: '1' }, true],
  ])('%s', async (_, env, colored) => {
    expect((await piped(['requests'], env)).stdout.includes('\u001b[')).toBe(colored)
    for (const form of ['--json', '--csv'])
      expect((await piped(['requests', form], env)).stdout).not.toContain('\u001b')
  })
})

describe('Following in a window', { timeout: 60_000 }, () => {
  it('ends by Ctrl-C with 0', async () => {
    const { screen, type, ended, kill } = inTerminal(80, ['requests', '--follow', '--url', emulator.url])
    onTestFinished(kill)
    await expect.poll(screen, { timeout: 30_000 }).toContain('Ctrl-C ends it')
    await bulk(emulator, items(), { token: 'somebody' })
    await expect.poll(screen, { timeout: 30_000 }).toContain('token-')
    type('\u0003')
    expect(await ended).toBe(0)
    for (const line of screen().split('\r\n')) expect(stringWidth(line)).toBeLessThanOrEqual(80)
  })
})

describe('A reader that leaves', { timeout: 60_000 }, () => {
  it.each([
    ['after one line', ['state', '--account', 'brand', '--csv'], 'head -1', 1],
    ['before the first', ['requests'], 'true', 0],
  ])('%s ends it quietly with 0', async (_, words, reader, lines) => {
    const line = `{ "$0" "$@" ; echo "code $?" >&2; } | ${reader}`
    const program = spawn('sh', ['-c', line, process.execPath, cli, ...words, '--url', emulator.url], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [stdout, stderr] = await Promise.all([text(program.stdout), text(program.stderr)])
    expect(stderr).toBe('code 0\n')
    expect(stdout.split('\n')).toHaveLength(lines + 1)
  })

  it('of a stream of calls ends it with the next call', async () => {
    const line = `{ "$0" "$@" ; echo "code $?" >&2; } | head -1`
    const program = spawn('sh', ['-c', line, process.execPath, cli, 'requests', '--follow', '--url', emulator.url], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    onTestFinished(() => void program.kill('SIGKILL'))
    let stderr = ''
    program.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk
    })
    await expect.poll(() => stderr, { timeout: 30_000 }).toContain('following the calls')
    // The first finds the pipe closed, or closes it.
    const closed = once(program, 'close')
    for (let n = 0; n < 3; n++) await bulk(emulator, items(), { token: 'somebody' })
    await closed
    expect(stderr).toMatch(/^following the calls .*\ncode 0\n$/)
  })
})
