import type { Outside } from '../server/commands/outside.js'
import { createProgram } from '../server/commands/program.js'

const notHere = () => {
  throw new Error('Only exec starts processes and waits; test/exec.test.ts gives it what it needs.')
}

/** An outside in which nothing happens. */
export const nowhere: Outside = {
  env: {},
  folder: '.',
  pid: 1,
  version: '0.0.0',
  stopped: new Promise(() => {}),
  onSignal: () => {},
  spawn: notHere,
  later: notHere,
  stopwatch: notHere,
  columns: () => undefined,
  colored: false,
  input: notHere,
  unread: new Promise(() => {}),
  print: () => {},
  complain: () => {},
}

/** Runs the command line in this process: the exit code, and what it printed and complained of. */
export const command = (...words: readonly string[]) => commandIn({}, ...words)

/** The same in an outside that is told in part. */
export async function commandIn(told: Partial<Outside>, ...words: readonly string[]) {
  const printed: string[] = []
  const complained: string[] = []
  let code: number | undefined
  const outside: Outside = {
    ...nowhere,
    print: (line) => printed.push(line),
    complain: (line) => complained.push(line),
    ...told,
  }
  const end = (given: number) => {
    code = given
  }
  await createProgram(outside, end).parseAsync(['node', 'backstock', ...words])
  return { code, printed, complained: complained.join('\n') }
}
