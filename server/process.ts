import type { ChildProcess, SpawnOptions } from 'node:child_process'
import { createRequire } from 'node:module'
import { setFlagsFromString } from 'node:v8'
import { CommanderError } from 'commander'
import { wantsColor } from './commands/colors.js'
import { type Child, type Ending, NoCommand, NotRunnable, type Outside, type Signal } from './commands/outside.js'
import { createProgram, splitWords } from './commands/program.js'
import { keepCompiled } from './compile-cache.js'

const { version }: { version: string } = createRequire(import.meta.url)('#package')

/** Milliseconds after which whatever a start needs is loaded. */
const started = 1_000
setTimeout(() => {
  keepCompiled()
  // What the journal lets go lives long enough to be collected late: by default the heap grows up to five times of what is
  // in use. By a fifth, all that lives is marked so often that large calls take twice as long; see `bench/README.md`. V8
  // takes no code that was compiled under other flags: set at once, it would compile Node's own modules anew.
  setFlagsFromString('--heap-growing-percent=200')
}, started).unref()

/** Who wants to know of a signal. */
const takers: ((signal: Signal) => void)[] = []
let first: Signal | undefined
function tell(signal: Signal): void {
  first ??= signal
  for (const take of takers) take(signal)
}
// The listeners stay: without them a second signal would kill the process while it stops.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, tell)
// The shell that npm puts between dies of a SIGTERM to npm without passing it on: that it is gone is the signal.
if (process.env.npm_lifecycle_event !== undefined) {
  const { ppid } = process
  const watch = setInterval(() => {
    if (process.ppid === ppid) return
    clearInterval(watch)
    tell('SIGTERM')
  }, 250).unref()
}

/**
 * A child in a group of its own, so that all of it can be ended; but not where a person sits at the terminal, which
 * lets only our own group read.
 */
function startChild(command: string, args: readonly string[], env: Outside['env'], quiet: boolean): Child {
  const ownGroup = process.platform !== 'win32' && (quiet || !process.stdin.isTTY)
  const child = spawnOrThrow(command, args, {
    env,
    detached: ownGroup,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
  })
  const output = endOf(child)
  const ended = new Promise<Ending>((resolve, reject) => {
    child.once('error', (error) => reject(notStarted(command, error)))
    child.once('exit', (code, signal) => resolve(signal === null ? { code: code ?? 0 } : { signal }))
  })
  return { ended, ownGroup, output, signal: (signal) => send(signal, child, ownGroup) }
}

/** Characters of a quiet child's output that are kept. */
const keptOutput = 16_384

/** The end of what a child prints through pipes. */
function endOf({ stdout, stderr }: ChildProcess): () => readonly string[] {
  let kept = ''
  for (const stream of [stdout, stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => {
      kept = (kept + text).slice(-keptOutput)
    })
  return () => (kept === '' ? [] : kept.trimEnd().split('\n'))
}

/** Some of what is wrong with a command is thrown, the rest is told later. */
function spawnOrThrow(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  try {
    // Imported, it would be loaded by every start, and only exec needs it.
    return process.getBuiltinModule('node:child_process').spawn(command, args, options)
  } catch (error) {
    throw notStarted(command, error)
  }
}

function notStarted(command: string, error: unknown): Error {
  const { code, message } = error as NodeJS.ErrnoException // What `spawn` throws and tells.
  if (code === 'ENOENT' || command === '') return new NoCommand(`${command}: command not found`)
  return new NotRunnable(`${command}: cannot be run: ${code === 'EACCES' ? 'permission denied' : message}`)
}

function send(signal: Signal | 'SIGKILL' | 0, child: ChildProcess, ownGroup: boolean): boolean {
  if (child.pid === undefined) return false
  if (!ownGroup) return child.kill(signal)
  try {
    return process.kill(-child.pid, signal)
  } catch {
    // Nobody is left of the group, or nobody whom we may signal.
    return false
  }
}

const { stdout } = process
/** What a terminal has that does not say how wide it is. */
const usualColumns = 80
const unread = new Promise<void>((resolve) => stdout.once('error', () => resolve()))

const outside: Outside = {
  env: process.env,
  folder: process.cwd(),
  pid: process.pid,
  version,
  stopped: new Promise((resolve) => takers.push(() => resolve())),
  onSignal: (take) => {
    takers.push(take)
    process.on('SIGHUP', tell)
    if (first !== undefined) take(first)
  },
  spawn: startChild,
  later: (ms, act) => {
    const timer = setTimeout(act, ms)
    return () => clearTimeout(timer)
  },
  stopwatch: () => performance.now(),
  columns: () => (stdout.isTTY ? stdout.columns || usualColumns : undefined),
  colored: wantsColor(process.env, stdout.isTTY === true),
  unread,
  input: () => (process.stdin.isTTY ? undefined : process.stdin),
  print: (line) => stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Who reads has gone; the emulator goes on.
    if (error.code !== 'EPIPE') throw error
  })
}

const { own, behind } = splitWords(process.argv.slice(2))
const end = (code: number) => {
  process.exitCode = code
}
const program = createProgram(outside, end, behind)

try {
  await program.parseAsync(own, { from: 'user' })
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // It has told what is wrong, or printed the help or version that were asked for.
  process.exitCode = error.exitCode === 0 ? 0 : 2
}
