import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** The server has one core and the load the other: on the same ones the load would hide the difference. */
const serverCore = '0'
const loadCore = '1'

export interface Running {
  readonly url: string
  stop(): Promise<void>
}

/** Starts a server on its core; ready when it prints a line that ends in its URL. */
export async function startServer(node: string, script: string, args: readonly string[]): Promise<Running> {
  const child = spawn('taskset', ['-c', serverCore, node, script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await readyUrl(child)
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.kill('SIGTERM')
      }),
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

/** Requests a second that `wrk` gets through; every reply must be a good one. */
export async function load(url: string, script: string, seconds: number, connections = 32): Promise<number> {
  const args = ['-c', loadCore, 'wrk', '-t1', `-c${connections}`, `-d${seconds}s`, '-s', script, url]
  const { stdout } = await run('taskset', args)
  if (/Non-2xx|Socket errors/.test(stdout)) throw new Error(`The load met errors:\n${stdout}`)
  const rate = /Requests\/sec:\s+([\d.]+)/.exec(stdout)?.[1]
  if (rate === undefined) throw new Error(`wrk printed no rate:\n${stdout}`)
  return Number(rate)
}
