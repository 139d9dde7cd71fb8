import { createHash } from 'node:crypto'
import { v4 as uuid } from 'uuid'
import { declarationsOf } from './declarations.js'
import type { Seed } from './documents/seed.js'
import type { Committed } from './journal/committed.js'
import type { EmulatorOptions } from './options.js'
import { openDataFile } from './state/file.js'
import { machineFiles } from './state/files.js'
import { type MemoryOptions, MemoryStore } from './state/memory.js'
import { machineProcesses } from './state/processes.js'
import { openSnapshotFolder } from './state/snapshot-folder.js'
import { DataFileError, StorageFailure, type Store } from './state/store.js'

/** The store with its seed: in memory, or over a file that a later start finds again. */
export async function openStore(
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
  const fingerprint =
    options.seed === undefined ? null : createHash('sha256').update(JSON.stringify(seed)).digest('hex')
  const file = await openDataFile(options.data, {
    ...{ seed: fingerprint, recover: options.recover ?? false, mark: uuid() },
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

/** A state that cannot be kept from the start is no state to work with. */
function unwritable(error: unknown): never {
  if (!(error instanceof StorageFailure)) throw error
  throw new DataFileError(`The data file cannot be written. ${error.message}`, { cause: error })
}
