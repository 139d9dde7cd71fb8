import { type Adapter, Low } from 'lowdb'
import { readState, type State, StateWriter } from './data-text.js'
import { type Files, hasCode, reasonOf, unlinkIfThere, writeWhole } from './files.js'
import { lockFile } from './lock.js'
import type { Keep, Kept } from './memory.js'
import type { Processes } from './processes.js'
import { replaceFile } from './replace-file.js'
import { DataFileError } from './store.js'

export interface DataFile {
  readonly kept: Kept
  readonly keep: Keep
  /** Leaves the file to others. */
  readonly release: () => Promise<void>
  /** No file was there, or none to go on with, so the seed is to be loaded. */
  readonly fresh: boolean
  /** The file was started with another seed than the one given now. */
  readonly seedChanged: boolean
  /** Where the file was copied to, because it was damaged or edited; undefined where nothing was wrong with it. */
  readonly copy: string | undefined
}

export interface DataFileOptions {
  /** The fingerprint of the seed that this start was given. */
  readonly seed: string | null
  /** A damaged or foreign file is copied aside, and what a person edited is taken. */
  readonly recover: boolean
  /** What no other lock has. */
  readonly mark: string
  readonly files: Files
  readonly processes: Processes
}

/**
 * Opens the state kept in a JSON file, for this process alone. A file that is damaged, not ours or in use is left as it
 * is (DataFileError); `recover` copies a damaged one aside.
 */
export async function openDataFile(given: string, options: DataFileOptions): Promise<DataFile> {
  const { mark, files, processes } = options
  const path = await files.real(given).catch(unusable(given))
  const lock = await lockFile(path, mark, files, processes)
  // The lock of a process that is gone is nobody's: what cannot be taken away now is taken over later.
  const release = () => lock.release().catch(() => {})
  try {
    return { ...(await open(path, options)), release }
  } catch (error) {
    await release()
    throw error
  }
}

async function open(path: string, { seed, recover, files }: DataFileOptions): Promise<Omit<DataFile, 'release'>> {
  const low = new Low<State | null>(new WholeFile(path, files), null)
  let copy: string | undefined
  try {
    await low.read()
  } catch (error) {
    if (!(error instanceof DamagedFile) || !recover) throw error
    copy = await copyAside(path, error.bytes, files)
    low.data = error.edited ?? null
    // What was edited gets its checksum.
    await low.write().catch(unusable(path))
  }
  const state = low.data
  low.data = null
  const begunWith = state === null ? seed : state.seed
  return {
    kept: state ?? { partitions: new Map(), snapshots: [] },
    keep({ partitions, snapshots }) {
      low.data = { seed: begunWith, partitions, snapshots }
      return low.write()
    },
    fresh: state === null,
    seedChanged: state !== null && seed !== null && state.seed !== seed,
    copy,
  }
}

/** An earlier copy is never written over: it may be all that is left of a state. */
async function copyAside(path: string, bytes: Buffer, files: Files): Promise<string> {
  for (let number = 1; ; number++) {
    const copy = number === 1 ? `${path}.damaged` : `${path}.damaged-${number}`
    try {
      await writeWhole(files, copy, bytes, 'new')
      return copy
    } catch (error) {
      if (!hasCode(error, 'EEXIST'))
        throw new DataFileError(`The data file ${path} cannot be copied aside: ${reasonOf(error)}.`)
    }
  }
}

/** The file is no state to go on with as it is. */
class DamagedFile extends DataFileError {
  readonly bytes: Buffer
  /** What it holds all the same, where a person may have written it. */
  readonly edited: State | undefined

  constructor(path: string, why: string, bytes: Buffer, edited?: State) {
    const taking = edited === undefined ? 'copies it aside' : 'copies it aside and takes what it says'
    const way = `It was left as it is: name another file by --data, or start with --recover, which ${taking}.`
    super(`The data file ${path} cannot be used: ${why}. ${way}`)
    this.bytes = bytes
    this.edited = edited
  }
}

/** lowdb's two verbs on one file that is replaced as a whole. */
class WholeFile implements Adapter<State | null> {
  readonly #path: string
  readonly #files: Files
  readonly #writer = new StateWriter()

  constructor(path: string, files: Files) {
    this.#path = path
    this.#files = files
  }

  async read(): Promise<State | null> {
    // A process that was killed has left it, and nobody reads it.
    await unlinkIfThere(this.#files, this.#beside).catch(unusable(this.#path))
    let bytes: Buffer
    try {
      bytes = await this.#files.read(this.#path)
    } catch (error) {
      return hasCode(error, 'ENOENT') ? null : unusable(this.#path)(error)
    }
    const read = readState(bytes)
    if (read.why !== undefined) throw new DamagedFile(this.#path, read.why, bytes, read.state)
    return read.state
  }

  /** The state is written as it is when this is called. */
  async write(state: State | null): Promise<void> {
    if (state !== null) await replaceFile(this.#files, this.#path, this.#beside, this.#writer.write(state))
  }

  /** Only who has the lock writes there. */
  get #beside(): string {
    return `${this.#path}.tmp`
  }
}

const unusable = (path: string) => (error: unknown) => {
  throw new DataFileError(`The data file ${path} cannot be used: ${reasonOf(error)}.`, { cause: error })
}
