import { execFileSync } from 'node:child_process'
import { cpus, totalmem } from 'node:os'
import { fileURLToPath } from 'node:url'

/** The server has one core and the load the other: on the same ones the load would hide the difference. */
export interface Cores {
  readonly server: string
  readonly load: string
}

/** The first two cores that this process may use; pins it, and what it starts, to the second. */
export function takeCores(): Cores {
  const told = run('taskset', ['-cp', String(process.pid)])
  const [server = '0', load = server] = listed(told.slice(told.lastIndexOf(':') + 1))
  run('taskset', ['-acp', load, String(process.pid)])
  return { server, load }
}

/** `0,2-4` as 0, 2, 3, 4. */
function listed(cores: string): readonly string[] {
  return cores
    .trim()
    .split(',')
    .flatMap((part) => {
      const [first = 0, last = first] = part.split('-').map(Number)
      return Array.from({ length: last - first + 1 }, (_, index) => String(first + index))
    })
}

/** What is told of where and what was measured. */
export function describeMachine(node: string, load: { readonly rounds: number; readonly seconds: number }) {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    node: run(node, ['--version']),
    commit: commit(),
    at: new Date().toISOString(),
    ...load,
  }
}

/** The Node version's first number, by which goals differ. */
export const majorOf = (version: string) => Number(/\d+/.exec(version)?.[0])

function commit(): string {
  const cwd = fileURLToPath(new URL('../..', import.meta.url))
  try {
    const changed = run('git', ['status', '--porcelain', '--untracked-files=no'], cwd) !== ''
    return run('git', ['rev-parse', '--short', 'HEAD'], cwd) + (changed ? ' with changes' : '')
  } catch {
    return 'unknown'
  }
}

function run(command: string, args: readonly string[], cwd = '.'): string {
  return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
}
