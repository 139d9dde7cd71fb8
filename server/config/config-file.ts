import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { configNames } from '../documents/config-names.js'
import { type Source, SourceError } from '../documents/source.js'
import { readSource } from '../documents/source-file.js'
import { ConfigError } from './config.js'

/** Reads the config file that is named, or the one that lies in the folder; throws ConfigError. */
export async function readConfigFile(folder: string, named: string | undefined): Promise<Source | undefined> {
  const path = named === undefined ? await usualFile(folder) : resolve(folder, named)
  return path === undefined ? undefined : readSource(path).catch(asConfigError)
}

async function usualFile(folder: string): Promise<string | undefined> {
  const paths = configNames.map((name) => resolve(folder, name))
  const found = await Promise.all(paths.map(exists))
  const [path, other] = paths.filter((_, index) => found[index])
  if (other !== undefined)
    throw new ConfigError(`${path}: ${other} lies beside it; keep one, or name one with --config`)
  return path
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

function asConfigError(error: unknown): never {
  throw error instanceof SourceError ? new ConfigError(error.message) : error
}
