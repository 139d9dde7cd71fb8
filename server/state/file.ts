import { constants, copyFile, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import { type Adapter, Low } from 'lowdb'
import {
  type KeptPartition,
  type KeptSnapshot,
  keptPartition,
  keptSnapshot,
  restoredPartitions,
  restoredSnapshot,
} from './kept.js'
import type { Keep, Kept } from './memory.js'
import { hasCode, reasonOf, replaceFile } from './replace-file.js'
import { DataFileError } from './store.js'

/** What the file holds; its schema is `schemas/data-file.json`. */
interface Content {
  readonly backstock: 1
  readonly seed: string | null
  readonly partitions: readonly KeptPartition[]
  /** Absent in files of before there were any. */
  readonly snapshots?: readonly KeptSnapshot[]
}

export interface DataFile {
  readonly kept: Kept
  readonly keep: Keep
  /** No file was there, so the seed is to be loaded. */
  readonly fresh: boolean
  /** The file was started with another seed than the one given now. */
  readonly seedChanged: boolean
}

const validate = new Ajv({ allowUnionTypes: true }).compile<Content>(
  createRequire(import.meta.url)('#schemas/data-file.json'),
)

/**
 * Opens the state kept in a JSON file. `seed` is the fingerprint of the seed that this start was given. A damaged or
 * foreign file is left as it is (DataFileError); with `recover` it is copied aside and a new one begun.
 */
export async function openDataFile(path: string, seed: string | null, recover: boolean): Promise<DataFile> {
  const low = new Low<Content | null>(new WholeFile(path), null)
  try {
    await low.read()
  } catch (error) {
    if (!(error instanceof DataFileError) || !recover) throw error
    await copyAside(path)
    low.data = null
  }
  const content = low.data
  low.data = null
  const begunWith = content === null ? seed : content.seed
  const keep: Keep = ({ partitions, snapshots }) => {
    low.data = {
      backstock: 1,
      seed: begunWith,
      partitions: [...partitions.values()].map(keptPartition),
      snapshots: [...snapshots].map(keptSnapshot),
    }
    // The state is in memory already; between two writes nobody needs its copy.
    return low.write().finally(() => {
      low.data = null
    })
  }
  return {
    kept: {
      partitions: restoredPartitions(content?.partitions ?? []),
      snapshots: (content?.snapshots ?? []).map(restoredSnapshot),
    },
    keep,
    fresh: content === null,
    seedChanged: content !== null && seed !== null && content.seed !== seed,
  }
}

/** An earlier copy is never written over: it may be all that is left of a state. */
async function copyAside(path: string): Promise<void> {
  for (let copy = 1; ; copy++) {
    try {
      return await copyFile(path, copy === 1 ? `${path}.damaged` : `${path}.damaged-${copy}`, constants.COPYFILE_EXCL)
    } catch (error) {
      if (!hasCode(error, 'EEXIST'))
        throw new DataFileError(`The data file ${path} cannot be copied aside: ${reasonOf(error)}.`)
    }
  }
}

/** lowdb's two verbs on one file that is replaced as a whole: another process never sees half of it. */
class WholeFile implements Adapter<Content | null> {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  async read(): Promise<Content | null> {
    let text: string
    try {
      text = await readFile(this.#path, 'utf8')
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return null
      throw new DataFileError(`The data file ${this.#path} cannot be read: ${reasonOf(error)}.`)
    }
    let content: unknown
    try {
      content = JSON.parse(text)
    } catch (error) {
      throw this.#damaged(`it is no JSON (${reasonOf(error)})`)
    }
    const format = formatOf(content)
    if (typeof format === 'number' && format > 1)
      throw this.#damaged(`a newer Backstock wrote it (format ${format}; this one reads format 1)`)
    if (!validate(content)) {
      const [error] = validate.errors ?? []
      throw this.#damaged(
        `it is not of Backstock (${error?.instancePath || 'the root'} ${error?.message ?? 'is wrong'})`,
      )
    }
    return content
  }

  write(content: Content | null): Promise<void> {
    return replaceFile(this.#path, `${JSON.stringify(content, null, 2)}\n`)
  }

  #damaged(why: string): DataFileError {
    const way = 'It was left as it is: name another file by --data, or start with --recover, which copies it aside.'
    return new DataFileError(`The data file ${this.#path} cannot be used: ${why}. ${way}`)
  }
}

function formatOf(content: unknown): unknown {
  return typeof content === 'object' && content !== null && 'backstock' in content ? content.backstock : undefined
}
