import { readdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { configNames } from './config-names.js'
import type { Fault } from './documents.js'
import { readSeedFile, type Seed, SeedError } from './seed.js'
import { writeReason } from './source-file.js'

type JudgeRows = (seed: Seed) => readonly Fault[]

/**
 * Reads a seed from a file, or from the files of a folder in the order of their names: what a later one says of an account
 * or site takes the place of what an earlier one said. Throws SeedError, which tells what is wrong with each file.
 */
export async function readSeedAt(path: string, judgeRows: JudgeRows): Promise<Seed> {
  const names = await namesIn(path)
  if (names === undefined) return readSeedFile(path, judgeRows)
  const read: { readonly file: string; readonly seed: Seed }[] = []
  const failed: SeedError[] = []
  for (const name of names) {
    const file = join(path, name)
    const seed = await readSeedFile(file, judgeRows).catch(asValue)
    if (seed instanceof SeedError) failed.push(seed)
    else read.push({ file, seed })
  }
  if (failed.length > 0) throw together(failed)
  return merge(read)
}

/** The seeds of a folder; undefined where the path is none. */
async function namesIn(path: string): Promise<readonly string[] | undefined> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    // Whoever reads the file says why it cannot be read.
    () => false,
  )
  if (!isFolder) return undefined
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    throw new SeedError([], `cannot read ${path}: ${writeReason(error)}`)
  })
  return entries
    .filter((entry) => !entry.isDirectory())
    .map(({ name }) => name)
    .filter(isSeed)
    .sort()
}

/** Style lists are read by the seed that names them, and hidden files are those of editors and of Kubernetes. */
function isSeed(name: string): boolean {
  return !name.startsWith('.') && extname(name).toLowerCase() !== '.csv' && !configNames.includes(name)
}

function asValue(error: unknown): SeedError {
  if (error instanceof SeedError) return error
  throw error
}

function together(errors: readonly SeedError[]): SeedError {
  return new SeedError(
    errors.flatMap(({ faults }) => faults),
    errors.map(({ message }) => message).join('\n'),
  )
}

function merge(read: readonly { readonly file: string; readonly seed: Seed }[]): Seed {
  const accounts = new Map(
    read.flatMap(({ file, seed }) =>
      Object.entries(seed.joor?.accounts ?? {}).map(([name, account]) => [name, { file, account }]),
    ),
  )
  const sites = read.flatMap(({ seed }) => Object.entries(seed.jirafe?.sites ?? {}))
  const owners = new Map<string, string>()
  const shared: string[] = []
  for (const [name, { file, account }] of accounts) {
    const owner = account.token === undefined ? undefined : owners.get(account.token)
    if (owner !== undefined)
      shared.push(`${file}: joor.accounts: the token of "${name}" is that of "${owner}" already; give each its own`)
    else if (account.token !== undefined) owners.set(account.token, name)
  }
  if (shared.length > 0) throw new SeedError([], shared.join('\n'))
  const merged = [...accounts].map(([name, { account }]) => [name, account] as const)
  return { joor: { accounts: Object.fromEntries(merged) }, jirafe: { sites: Object.fromEntries(sites) } }
}
