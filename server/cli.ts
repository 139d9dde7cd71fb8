#!/usr/bin/env node
import { createRequire } from 'node:module'
import { CommanderError } from 'commander'
import type { Outside } from './commands/outside.js'
import { createProgram } from './commands/program.js'

const { version }: { version: string } = createRequire(import.meta.url)('#package')

const outside: Outside = {
  env: process.env,
  folder: process.cwd(),
  pid: process.pid,
  version,
  stopped: new Promise((resolve) => {
    // The listeners stay: without them a second signal would kill the process while it stops.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => resolve())
    // The shell that npm puts between dies of a SIGTERM to npm without passing it on: that it is gone is the signal.
    const { ppid } = process
    const watch = () => process.ppid !== ppid && resolve()
    if (process.env.npm_lifecycle_event !== undefined) setInterval(watch, 250).unref()
  }),
  print: (line) => process.stdout.write(`${line}\n`),
  complain: (line) => process.stderr.write(`${line}\n`),
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // Who reads has gone; the emulator goes on.
    if (error.code !== 'EPIPE') throw error
  })
}

const program = createProgram(outside, (code) => {
  process.exitCode = code
})

try {
  await program.parseAsync(process.argv)
} catch (error) {
  if (!(error instanceof CommanderError)) throw error
  // It has told what is wrong, or printed the help or version that were asked for.
  process.exitCode = error.exitCode === 0 ? 0 : 2
}
