import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { type Example, examplesOf, filesOf, settled } from './docs-blocks.js'

const run = promisify(execFile)

/** Pages whose commands need a database. */
export const pagesOfDatabase = ['docs/replicas.md']

/** The address that the texts speak of. */
const address = 'http://127.0.0.1:4350'

/** A folder of somebody who has installed the package. */
function folderOfAUser(): string {
  const folder = mkdtempSync(join(tmpdir(), 'backstock-docs-'))
  mkdirSync(join(folder, 'node_modules', '.bin'), { recursive: true })
  symlinkSync(resolve('.'), join(folder, 'node_modules', 'backstock'))
  symlinkSync(resolve('node_modules', 'msw'), join(folder, 'node_modules', 'msw'))
  for (const runner of ['vitest', 'jest']) {
    symlinkSync(resolve('node_modules', runner), join(folder, 'node_modules', runner))
    symlinkSync(realpathSync(join('node_modules', '.bin', runner)), join(folder, 'node_modules', '.bin', runner))
  }
  // As `npm init` writes it. The package is a link here, so that Jest does not know it for one of node_modules.
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'commonjs', jest: { transform: {} } }))
  // What npm makes of the package's "bin" when it installs it.
  const command = `#!/bin/sh\nexec "${process.execPath}" "${resolve('dist/server/cli.js')}" "$@"\n`
  writeFileSync(join(folder, 'node_modules', '.bin', 'backstock'), command, { mode: 0o755 })
  return folder
}

function environment(folder: string): NodeJS.ProcessEnv {
  // A pipe has no colours unless somebody asks for them, as runners do for their workers, and in CI; nor has a reader
  // of the page the annotations that a runner of GitHub gets.
  const { FORCE_COLOR: _colour, GITHUB_ACTIONS: _runner, ...env } = process.env
  // What belongs to a user, as the certificates that a proxy makes, is this reader's own.
  return { ...env, NO_COLOR: '1', JOOR_SANDBOX_TOKEN: 'sandbox-token', XDG_DATA_HOME: join(folder, '.data') }
}

/** What a command prints when it is run against an emulator at `url` instead of the address in the text. */
export async function outputOf({ command }: Example, url: string, folder: string): Promise<string> {
  const { stdout } = await run('sh', ['-c', command.replaceAll(address, url)], {
    cwd: folder,
    env: environment(folder),
  })
  return stdout
}

const starts = /^(?:[A-Z_]+=\S+ )*(?:npm start|npx backstock)(?: start)?(?: --(?!help|version).*)?$/

/** A command that stays: its last line starts the emulator that the rest of the page speaks to. */
export function isStart({ command }: Example): boolean {
  return starts.test(command.trimEnd().replaceAll('\\\n', '').split('\n').at(-1) ?? '')
}

class Started {
  readonly #child: ChildProcess
  readonly url: string
  readonly output: string

  private constructor(child: ChildProcess, url: string, output: string) {
    this.#child = child
    this.url = url
    this.output = output
  }

  /** Starts what a page starts, on a free port. What a checkout needs first is tried without changing this one. */
  static async by(command: string, folder: string): Promise<Started> {
    const isOfCheckout = command.startsWith('npm ci\n')
    const words = isOfCheckout
      ? command
          .replace('npm ci\n', 'npm ci --dry-run --offline --silent > /dev/null &&\n')
          .replace('npm start', 'npm start --silent --ignore-scripts')
      : command
    const cwd = isOfCheckout ? resolve('.') : folder
    const env = { ...environment(folder), BACKSTOCK_PORT: '0' }
    const child = spawn('sh', ['-c', words], { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let errors = ''
    child.stderr.on('data', (chunk) => {
      errors += String(chunk)
    })
    const url = await new Promise<string>((ready, failed) => {
      child.stdout.on('data', (chunk) => {
        output += String(chunk)
        const [, found] = /ready on (http:\/\/\S+)\n/.exec(output) ?? []
        if (found !== undefined) ready(found)
      })
      child.once('exit', () => failed(new Error(`${command} ended: ${errors}`)))
    })
    return new Started(child, url, output)
  }

  /** npx puts a shell between, which passes no signal on: so the whole group is told. */
  async end(): Promise<void> {
    const ended = new Promise((done) => this.#child.once('exit', done))
    if (this.#child.pid !== undefined) process.kill(-this.#child.pid, 'SIGTERM')
    await ended
  }
}

/**
 * Does what a page says, from its first command to its last, in a folder of its own, and tells the differences between
 * what it prints and what came, one text each. A second start takes the place of the first.
 */
export async function differences(markdown: string): Promise<readonly string[]> {
  const folder = folderOfAUser()
  for (const [path, text] of filesOf(markdown)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  const page = new Page(folder)
  const found: string[] = []
  try {
    for (const example of examplesOf(markdown)) {
      const printed = await page.carryOut(example)
      const isAsSaid = example.reply === undefined ? !(printed instanceof Error) : printed === settled(example.reply)
      if (!isAsSaid) found.push(`${example.command}\nprinted:\n${String(printed)}`)
    }
  } finally {
    await page.close()
    rmSync(folder, { recursive: true })
  }
  return found
}

class Page {
  #emulator: Started | undefined
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async carryOut(example: Example): Promise<string | Error> {
    try {
      return settled(isStart(example) ? await this.#start(example) : await this.#run(example))
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error))
    }
  }

  async #start({ command }: Example): Promise<string> {
    await this.close()
    this.#emulator = await Started.by(command, this.#folder)
    return this.#emulator.output
  }

  async #run(example: Example): Promise<string> {
    if (this.#emulator === undefined && example.command.includes(address))
      throw new Error('It speaks to an emulator that the page has not started.')
    return outputOf(example, this.#emulator?.url ?? address, this.#folder)
  }

  async close(): Promise<void> {
    await this.#emulator?.end()
    this.#emulator = undefined
  }
}
