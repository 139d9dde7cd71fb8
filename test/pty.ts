import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../dist/server/cli.js', import.meta.url))

/** Runs a shell command in a terminal of its own and ends as it ends; a byte that is written to it was typed. */
const byPython = `
import os, pty, sys
status = pty.spawn(['sh', '-c', sys.argv[1]])
sys.exit(os.waitstatus_to_exitcode(status) & 255)
`

const makers: readonly { readonly program: string; readonly args: (command: string) => readonly string[] }[] = [
  { program: 'script', args: (command) => ['-qec', command, '/dev/null'] },
  { program: 'python3', args: (command) => ['-c', byPython, command] },
]

/** A program that makes terminals. Without one nothing of what depends on a window would be tested. */
const maker = makers.find(({ program, args }) => spawnSync(program, args('exit 7'), { stdio: 'ignore' }).status === 7)

export const canOpenTerminal = maker !== undefined
export const noTerminal = 'No program here makes a terminal: install util-linux (its "script") or python3.'

export interface InTerminal {
  /** Everything that came to the screen so far, stderr too. */
  readonly screen: () => string
  type(text: string): void
  readonly ended: Promise<number | null>
  kill(): void
}

/** The command line in a terminal that is so many columns wide. */
export function inTerminal(
  columns: number,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): InTerminal {
  if (maker === undefined) throw new Error(noTerminal)
  const quoted = [process.execPath, cli, ...words].map((word) => `'${word.replaceAll("'", "'\\''")}'`)
  const command = `stty cols ${columns} rows 24 -echo && exec ${quoted.join(' ')}`
  const program: ChildProcessByStdio<Writable, Readable, null> = spawn(maker.program, maker.args(command), {
    env: { PATH: process.env.PATH ?? '', TERM: 'xterm-256color', SHELL: '/bin/sh', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let screen = ''
  program.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    screen += chunk
  })
  const ended = once(program, 'close').then(([code]) => code as number | null) // What `close` tells first.
  return { screen: () => screen, type: (text) => program.stdin.write(text), ended, kill: () => program.kill('SIGKILL') }
}
