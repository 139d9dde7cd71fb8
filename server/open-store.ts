import { createHash } from 'node:crypto'
import { v4 as uuid } from 'uuid'
import { declarationsOf } from './declarations.js'
import type { Seed } from './documents/seed.js'
import type { Commits } from './journal/commits.js'
import type { Committed } from './journal/committed.js'
import { defaultSchema, type EmulatorOptions } from './options.js'
import { alone, type Shared } from './replicas/replicas.js'
import { openDataFile } from './state/file.js'
import { machineFiles } from './state/files.js'
import { type MemoryOptions, MemoryStore } from './state/memory.js'
import { machineProcesses } from './state/processes.js'
import { openSnapshotFolder } from './state/snapshot-folder.js'
import { DataFileError, type Declaration, StorageFailure, type Store } from './state/store.js'

/** What a database is opened with: beside the state it has the journal, clocks, ids and faults of all replicas. */
export type OpenDatabase = (
  url: string,
  schema: string,
  declarations: readonly Declaration[],
  fingerprint: string | null,
) => Promise<Shared>

/** The store with its seed: in memory, over a file that a later start finds again, or in a database that others use, too. */
export async function openStore(
  options: EmulatorOptions,
  storage: MemoryOptions<Committed> & { readonly journal: Commits },
  seed: Seed,
  openDatabase: OpenDatabase,
): Promise<Shared> {
  const { database, databaseSchema = defaultSchema } = options
  if (database !== undefined)
    return openDatabase(database, databaseSchema, declarationsOf(seed, storage.clock), fingerprintOf(options, seed))
  return { store: await openOwnStore(options, storage, seed), replicas: alone(storage.journal) }
}

async function openOwnStore(
  options: EmulatorOptions,
  storage: MemoryOptions<Committed>,
  seed: Seed,
): Promise<Store<Committed>> {
  const declarations = declarationsOf(seed, storage.clock)
  const folder = options.snapshots === undefined ? undefined : await openSnapshotFolder(options.snapshots)
  const withFolder = folder === undefined ? storage : { ...storage, snapshots: folder }
  if (options.data === undefined) {
    const store = options.store?.(withFolder) ?? new MemoryStore(withFolder)
    await store.seed(declarations)
    await store.reset()
    return store
  }
  const file = await openDataFile(options.data, {
    ...{ seed: fingerprintOf(options, seed), recover: options.recover ?? false, mark: uuid() },
    ...{ files: machineFiles, processes: machineProcesses },
  })
  if (file.copy !== undefined)
    options.log?.(`${options.data} was ${file.fresh ? 'damaged and is begun anew' : 'edited'}: a copy is ${file.copy}.`)
  if (file.seedChanged)
    options.log?.(`${options.data} was begun with another seed: its state stays, the new seed counts for reset only.`)
  const store = new MemoryStore({ ...withFolder, kept: file.kept, keep: file.keep, release: file.release })
  try {
    await store.seed(declarations)
    if (file.fresh) await store.reset().catch(unwritable)
  } catch (error) {
    await store.close()
    throw error
  }
  return store
}

/** Tells seeds apart; null where none was given. */
const fingerprintOf = (options: EmulatorOptions, seed: Seed) =>
  options.seed === undefined ? null : createHash('sha256').update(JSON.stringify(seed)).digest('hex')

/** A state that cannot be kept from the start is no state to work with. */
function unwritable(error: unknown): never {
  if (!(error instanceof StorageFailure)) throw error
  throw new DataFileError(`The data file cannot be written. ${error.message}`, { cause: error })
}
