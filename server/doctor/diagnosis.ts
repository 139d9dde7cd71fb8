import type { Config } from '../config/config.js'
import { checkDatabase } from './database.js'
import { checkProxies, checkVendors } from './environment.js'
import { checkCompileCache, checkData, checkSeedFile } from './files.js'
import { type Finding, failure, messageOf, ok } from './finding.js'
import type { Machine } from './machine.js'
import { checkLoopbacks, checkPort, versionOn } from './network.js'

/** The configuration that a start would have, and the file that it is from. */
export interface Configured {
  readonly config: Pick<Config, 'port' | 'host' | 'seed' | 'data' | 'database' | 'databaseSchema'>
  readonly file: string | undefined
}

/** Everything that is looked at, in an order in which one thing may explain the next. */
export async function diagnose(
  configured: () => Promise<Configured>,
  env: Readonly<Record<string, string | undefined>>,
  machine: Machine,
  now: () => Date,
): Promise<readonly Finding[]> {
  return [
    checkNode(machine.nodeVersion),
    ...(await checkLoopbacks(machine)),
    ...(await checkConfigured(configured, machine, now)),
    await checkCompileCache(machine),
    ...checkVendors(env),
    ...checkProxies(env),
  ]
}

/** As `engines` in package.json has it. */
const least = [20, 19] as const

function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const tooOld = major < least[0] || (major === least[0] && minor < least[1])
  const wayOut = `Install Node 24; ${least.join('.')} is the oldest that works.`
  return tooOld ? failure('node', `Node ${version}`, wayOut) : ok('node', `Node ${version}`)
}

async function checkConfigured(
  configured: () => Promise<Configured>,
  machine: Machine,
  now: () => Date,
): Promise<readonly Finding[]> {
  try {
    const { config, file } = await configured()
    return [
      ok('config', file ?? 'no file; options and environment are right'),
      await checkPort(config.port ?? 0, config.host, machine, versionOn),
      await checkSeedFile(typeof config.seed === 'string' ? config.seed : undefined, now),
      ...(config.database === undefined
        ? await checkData(config.data, machine)
        : [await checkDatabase(config.database, config.databaseSchema)]),
    ]
  } catch (error) {
    // What it would have named cannot be looked at.
    return [failure('config', messageOf(error), 'Correct it: a start ends here.')]
  }
}
