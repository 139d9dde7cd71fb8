import { ConfigError, type Given, type LogFormat, readConfig, readConfigPath, readLogFormat } from '../config/config.js'
import { readConfigFile } from '../config/config-file.js'
import { SeedError } from '../documents/seed.js'
import { startEmulator } from '../emulator.js'
import { DataFileError, ListenError } from '../options.js'
import type { Outside } from './outside.js'

/** Sentences for the person who started it, and the exit code that scripts see. */
const failures = [
  [ConfigError, 2],
  [SeedError, 2],
  [ListenError, 3],
  [DataFileError, 4],
] as const

/** Runs the emulator until it is told to stop; the exit code. */
export async function start(options: Given['options'], outside: Outside): Promise<number> {
  const { env, folder } = outside
  let format = readLogFormat({ options, env })
  const log = (message: string) => outside.complain(writeMessage(format, message))
  try {
    const file = await readConfigFile(folder, readConfigPath({ options, env }))
    const { logFormat, ...config } = readConfig({ options, env, file })
    format = logFormat
    const emulator = await startEmulator({ ...config, log })
    outside.print(writeReady(format, emulator.url, outside))
    await outside.stopped
    await emulator.close()
    return 0
  } catch (error) {
    const code = failures.find(([Failure]) => error instanceof Failure)?.[1]
    if (code === undefined || !(error instanceof Error)) throw error
    log(error.message)
    return code
  }
}

function writeReady(format: LogFormat, url: string, { pid, version }: Outside): string {
  return format === 'json' ? JSON.stringify({ event: 'ready', url, pid, version }) : `Backstock is ready on ${url}`
}

function writeMessage(format: LogFormat, message: string): string {
  return format === 'json' ? JSON.stringify({ event: 'log', message }) : message
}
