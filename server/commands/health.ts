import { ConfigError, readConfig, readConfigPath } from '../config/config.js'
import { readConfigFile } from '../config/config-file.js'
import { printable } from '../printable.js'
import { isRecord } from '../wire/json-values.js'
import { NoAnswer, originOf, RunningEmulator } from './asking.js'
import type { Outside } from './outside.js'

export interface HealthOptions {
  readonly url?: string
}

/** Milliseconds: who asks for health asks again soon. */
const patience = 2_000
/** Listening there means listening on every address of the machine. */
const everywhere: readonly string[] = ['0.0.0.0', '::']

/** Says whether the emulator takes calls; the exit code, which is never 2: engines of containers keep that for themselves. */
export async function health({ url }: HealthOptions, outside: Outside): Promise<0 | 1> {
  try {
    const origin = originOf(url ?? (outside.env.BACKSTOCK_URL || (await ownOrigin(outside))), outside)
    // It needs no token, so none is sent.
    const emulator = new RunningEmulator(origin, undefined, outside, patience)
    const { value } = await emulator.ask('ready')
    if (!isRecord(value) || value.status !== 'ready') throw emulator.strange()
    outside.print(`Backstock is ready on ${origin}`)
    return 0
  } catch (error) {
    if (!(error instanceof NoAnswer || error instanceof ConfigError)) throw error
    for (const line of error.message.split('\n')) outside.complain(printable(line))
    return 1
  }
}

/** Where `start` listens in this environment and folder. */
async function ownOrigin({ env, folder }: Outside): Promise<string> {
  const file = await readConfigFile(folder, readConfigPath({ options: {}, env }))
  const { port, host } = readConfig({ options: {}, env, file })
  if (port === 0) throw new NoAnswer(1, 'the port is 0, so any: name the address that the emulator told, by --url')
  const name = host === undefined || everywhere.includes(host) ? '127.0.0.1' : host
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}
