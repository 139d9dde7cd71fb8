import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { Answer, Question } from './gauge.js'

export interface ServerCommand {
  /** The program and its arguments. */
  readonly command: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
}

/** Linux tells CPU time in hundredths of a second on every machine that Node runs on. */
const ticksPerSecond = 100

/** A server in a process of its own, on the server's core. */
export class ServerProcess {
  readonly url: string
  readonly #child: ChildProcess

  private constructor(url: string, child: ChildProcess) {
    this.url = url
    this.#child = child
  }

  /** Starts it; ready when it prints a line that ends in its URL, or when `ready` says at which. */
  static async start(core: string, server: ServerCommand, ready = readyUrl): Promise<ServerProcess> {
    const { command, env = {}, cwd } = server
    const child = spawn('taskset', ['-c', core, ...command], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
      env: { ...process.env, ...env },
      ...(cwd !== undefined && { cwd }),
    })
    try {
      const url = await ready(child)
      // What is printed from now on nobody reads, and a full pipe would hold the server up.
      child.stdout?.resume()
      return new ServerProcess(url, child)
    } catch (error) {
      child.kill('SIGKILL')
      throw error
    }
  }

  /** Seconds of CPU time, user and system, of all its threads. */
  get cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#child.pid}/stat`, 'utf8')
    // The second field is the program's name in parentheses, and may hold blanks.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond
  }

  /** MB in memory now. */
  get rss(): number {
    return this.#status('VmRSS')
  }

  /** MB in memory when they were most. */
  get peakRss(): number {
    return this.#status('VmHWM')
  }

  /** Asks the gauge, with which the process was started. */
  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const ended = () => reject(new Error('The server ended when it was asked.'))
      // Nobody but the gauge sends messages.
      this.#child.once('message', (answer) => {
        this.#child.off('exit', ended)
        resolve(answer as Answer)
      })
      this.#child.once('exit', ended)
      this.#child.send(question)
    })
  }

  async stop(): Promise<void> {
    const child = this.#child
    if (child.exitCode !== null || child.signalCode !== null) return
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve())
      child.kill('SIGTERM')
      setTimeout(() => child.kill('SIGKILL'), 6_000).unref()
    })
  }

  #status(name: string): number {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8')
    return Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024
  }
}

async function readyUrl(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('The server has no output to read.')
  for await (const line of createInterface(child.stdout)) {
    const url = /http:\/\/\S+$/.exec(line)?.[0]
    if (url !== undefined) return url
  }
  throw new Error('The server ended before it was ready.')
}
