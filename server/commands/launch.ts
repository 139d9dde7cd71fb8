import { ConfigError, type Given, type LogFormat, readConfig, readConfigPath, readLogFormat } from '../config/config.js'
import { readConfigFile } from '../config/config-file.js'
import { SeedError } from '../documents/seed.js'
import type { Emulator } from '../emulator.js'
import { usualCaFolder } from '../intercept/ca-place.js'
import { CaError, DatabaseError, DataFileError, type EmulatorOptions, ListenError } from '../options.js'
import { jsonLine } from '../printable.js'
import type { Trial } from '../trial/trial.js'
import { NoCommand, NotRunnable, type Outside } from './outside.js'

/** An emulator, and the token that its control plane asks for. */
export interface Launched {
  readonly emulator: Emulator
  readonly controlToken: string | undefined
}

export type StartEmulator = (options: EmulatorOptions) => Promise<Emulator>

/** Sentences for the person who started it, and the exit code that scripts see. */
const failures = [
  [ConfigError, 2],
  [SeedError, 2],
  [CaError, 2],
  [ListenError, 3],
  [DataFileError, 4],
  [DatabaseError, 4],
  // As shells have it.
  [NotRunnable, 126],
  [NoCommand, 127],
] as const

/** What is said on stderr, in the format that was asked for; until the configuration is read, as far as it can be. */
export class Voice {
  format: LogFormat
  readonly #outside: Outside

  constructor(options: Given['options'], outside: Outside) {
    this.format = readLogFormat({ options, env: outside.env })
    this.#outside = outside
  }

  readonly log = (message: string): void => this.event('log', { message }, [message])

  /** One object in JSON, or the lines that say the same. */
  event(event: string, members: object, lines: readonly string[]): void {
    const said = this.format === 'json' ? [jsonLine({ event, ...members })] : lines
    for (const line of said) this.#outside.complain(line)
  }
}

/** The exit code of the work, or the one of its failure, told in a sentence. */
export async function sayingWhy(voice: Voice, work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    const code = failures.find(([Failure]) => error instanceof Failure)?.[1]
    if (code === undefined || !(error instanceof Error)) throw error
    voice.log(error.message)
    return code
  }
}

/**
 * Starts an emulator as options, environment and config file say; `port` is where to listen if none of them does, and
 * `trial` what one of several runs is tried with.
 */
export async function launch(
  options: Given['options'],
  outside: Outside,
  voice: Voice,
  start: StartEmulator,
  port?: number,
  trial?: Trial,
): Promise<Launched> {
  const { env, folder } = outside
  const file = await readConfigFile(folder, readConfigPath({ options, env }))
  const { logFormat, logRequests, intercept: asked, ...config } = readConfig({ options, env, file, port })
  const intercept = asked && { ...asked, caDir: asked.caDir ?? usualCaFolder(env) }
  voice.format = logFormat
  const { controlToken } = config
  const told = {
    ...config,
    ...(intercept && { intercept }),
    log: voice.log,
    ...(logRequests && { logRequests: outside.complain }),
  }
  if (trial === undefined) return { emulator: await start(told), controlToken }
  // One run would begin with what the one before has left.
  for (const kept of ['data', 'database', 'snapshots'] as const)
    if (config[kept] !== undefined)
      throw new ConfigError(
        `${kept}: with --mutate every run begins with the seed; leave it out, or leave out --mutate`,
      )
  return { emulator: await start({ ...told, trial }), controlToken }
}
