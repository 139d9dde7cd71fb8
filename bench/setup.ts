import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { bytesOf, type Call } from './calls.js'
import type { FixedReply } from './floors/serve.js'
import type { Load } from './load.js'
import type { Cores } from './machine.js'
import { ServerProcess } from './server-process.js'

export interface SetupOptions {
  /** The program that runs servers: a Node. */
  readonly node: string
  readonly cores: Cores
  /** An empty folder of its own. */
  readonly folder: string
  readonly load: Load
  readonly rounds: number
  readonly seconds: number
  /** How many positions the data file is measured with. */
  readonly positions: readonly number[]
  /** A module that is preloaded into what is measured: a slowdown that the check has to see. */
  readonly plant: string | undefined
  /** The short form, for CI: less of everything that takes long. */
  readonly short: boolean
}

interface EmulatorOptions {
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  /** What it is itself compared with is never slowed down. Default: it is measured. */
  readonly measured?: boolean
  /** Whether it is to be asked from inside. Default: it is left alone. */
  readonly gauge?: boolean
}

/** What every row measures with. */
export class Setup {
  readonly #options: SetupOptions
  #replies = 0

  constructor(options: SetupOptions) {
    this.#options = options
  }

  get options(): SetupOptions {
    return this.#options
  }

  /** The emulator as its users start it: its command, its defaults, the journal on. */
  emulator({ args = [], env = {}, measured = true, gauge = false }: EmulatorOptions = {}): Promise<ServerProcess> {
    const { node, plant, cores } = this.#options
    const modules = [...(gauge ? [script('gauge')] : []), ...(measured && plant !== undefined ? [plant] : [])]
    const command = [node, ...preloading(modules), commandFile, '--port', '0', ...args]
    return ServerProcess.start(cores.server, { command, env })
  }

  /** A floor, or another server of the bench, by its path below `bench/`. */
  server(name: string, args: readonly string[] = [], gauge = false): Promise<ServerProcess> {
    const { node, cores } = this.#options
    const command = [node, ...preloading(gauge ? [script('gauge')] : []), script(name), ...args]
    return ServerProcess.start(cores.server, { command })
  }

  /** A floor that answers what the emulator answers to this call. */
  async floor(name: string, emulator: ServerProcess, call: Call): Promise<ServerProcess> {
    const file = join(this.#options.folder, `reply-${this.#replies++}.json`)
    writeFileSync(file, JSON.stringify(await replyTo(emulator.url, call)))
    return this.server(`floors/${name}`, [file])
  }
}

const script = (name: string) => fileURLToPath(new URL(`./${name}.js`, import.meta.url))
const preloading = (files: readonly string[]) => files.flatMap((file) => ['--import', pathToFileURL(file).href])

const packageFile = createRequire(import.meta.url).resolve('#package')
// The project's own file.
const { bin } = JSON.parse(readFileSync(packageFile, 'utf8')) as { readonly bin: { readonly backstock: string } }
const commandFile = join(dirname(packageFile), bin.backstock)

/** The module of a slowdown. */
export const plantOf = (name: 'time' | 'memory') => script(`plants/twice-the-${name}`)

/** Sends one call and looks at the reply: all of it was taken, and nothing is reported. */
async function replyTo(url: string, { path, headers, body }: Call): Promise<FixedReply> {
  const response = await fetch(url + path, { method: 'POST', headers, body })
  const text = await response.text()
  const refused = /"items_not_updated":\[\[|<items_not_updated><|"success": *false/.test(text)
  if (!response.ok || refused || response.headers.has('backstock-violations'))
    throw new Error(`${path} was answered ${response.status}: ${text.slice(0, 2_000)}`)
  const left = ['date', 'connection', 'keep-alive', 'content-length']
  const sent = [...response.headers].filter(([name]) => !left.includes(name))
  return { status: response.status, headers: Object.fromEntries(sent), body: text }
}

export const requestsOf = (calls: readonly Call[]) => calls.map(bytesOf)
