import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { Ajv } from 'ajv'
import { reasonOf } from './files.js'
import {
  type KeptPartition,
  type KeptSnapshot,
  keptPartition,
  keptSnapshot,
  restoredPartitions,
  restoredSnapshot,
} from './kept.js'
import type { Kept } from './memory.js'

/** What a data file holds. */
export interface State extends Kept {
  /** The fingerprint of the seed that was loaded first. */
  readonly seed: string | null
}

/** The same as plain JSON; its schema is `schemas/data-file.json`. */
interface Content {
  readonly backstock: 1
  readonly seed: string | null
  readonly partitions: readonly KeptPartition[]
  readonly snapshots?: readonly KeptSnapshot[]
}

const validate = new Ajv({ allowUnionTypes: true }).compile<Content>(
  createRequire(import.meta.url)('#schemas/data-file.json'),
)

/**
 * The bytes of a data file: one row a line, so that a person can read it. The checksum is of every byte behind its own
 * line, and the bytes before are the same in every file: no byte is another one unnoticed.
 */
export function writeState({ seed, partitions, snapshots }: State): Buffer {
  const written = [...partitions.values()].map((each) => writePartition(keptPartition(each)))
  const copies = [...snapshots].map((each) => writeSnapshot(keptSnapshot(each)))
  const body = `"seed": ${JSON.stringify(seed)},\n"partitions": [${written.join(',')}],\n"snapshots": [${copies.join(',')}]\n}\n`
  return summed(Buffer.from(body))
}

/** What a file holds, or `why` it is not to be used as it is, and what it holds all the same. */
type Read =
  | { readonly state: State; readonly why?: undefined }
  | { readonly state?: State; readonly why: string }

export function readState(bytes: Buffer): Read {
  let content: unknown
  try {
    content = JSON.parse(bytes.toString())
  } catch (error) {
    return { why: `it is no JSON (${reasonOf(error)})` }
  }
  const format = formatOf(content)
  if (typeof format === 'number' && format > 1)
    return { why: `a newer Backstock wrote it (format ${format}; this one reads format 1)` }
  if (!validate(content)) {
    const [error] = validate.errors ?? []
    return { why: `it is not of Backstock (${error?.instancePath || 'the root'} ${error?.message ?? 'is wrong'})` }
  }
  const { seed, partitions, snapshots = [] } = content
  const state = { seed, partitions: restoredPartitions(partitions), snapshots: snapshots.map(restoredSnapshot) }
  if (summed(bytes.subarray(headLength)).equals(bytes)) return { state }
  return { state, why: 'its checksum is wrong: it was damaged, or a person edited it' }
}

function writePartition({ setup, requests, rows }: KeptPartition): string {
  const lines = rows.map((row) => `\n${JSON.stringify(row)}`)
  const calls = requests === undefined ? '' : `"requests": ${requests},\n`
  return `\n{"setup": ${JSON.stringify(setup, null, 1)},\n${calls}"rows": [${lines.join(',')}]}`
}

function writeSnapshot({ name, of, at, partitions }: KeptSnapshot): string {
  const head = JSON.stringify({ name, of, at }).slice(0, -1)
  return `\n${head},\n"partitions": [${partitions.map(writePartition).join(',')}]}`
}

const head = (sum: string) => `{\n"backstock": 1,\n"sha256": "${sum}",\n`
const sumOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const headLength = head(sumOf(Buffer.of())).length

const summed = (body: Uint8Array) => Buffer.concat([Buffer.from(head(sumOf(body))), body])

function formatOf(content: unknown): unknown {
  return typeof content === 'object' && content !== null && 'backstock' in content ? content.backstock : undefined
}
