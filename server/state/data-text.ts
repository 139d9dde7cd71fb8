import { createHash } from 'node:crypto'
import { compiled } from './compiled.js'
import { reasonOf } from './files.js'
import { type KeptPartition, type KeptSnapshot, restoredPartitions, restoredSnapshot } from './kept.js'
import type { Kept } from './memory.js'
import type { PartitionState } from './partitions.js'
import { RowTexts } from './row-texts.js'
import type { Snapshot } from './snapshots.js'

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

/** Bytes of rows that are kept between two writes, so that a change of some rows need not write out all. */
const mostHeld = 32 * 1024 * 1024

/**
 * The bytes of a data file: one row a line, so that a person can read it. The checksum is of every byte behind its own
 * line, and the bytes before are the same in every file: no byte is another one unnoticed.
 */
export class StateWriter {
  readonly #rows = new RowTexts(mostHeld)

  write({ seed, partitions, snapshots }: State): Buffer {
    return this.#rows.write((textsOf) => {
      const partition = (state: PartitionState) => writePartition(state, textsOf(state.tables))
      const snapshot = ({ name, of, at, states }: Snapshot) => {
        const head = JSON.stringify({ name, of: of ?? null, at }).slice(0, -1)
        return [`\n${head},\n"partitions": [`, ...list([...states.values()].map(partition)), ']}']
      }
      const parts = [
        ...[`"seed": ${JSON.stringify(seed)},\n"partitions": [`, ...list([...partitions.values()].map(partition))],
        ...['],\n"snapshots": [', ...list([...snapshots].map(snapshot)), ']\n}\n'],
      ]
      return summed(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)))
    })
  }
}

/** What a file holds, or `why` it is not to be used as it is, and what it holds all the same. */
type Read = { readonly state: State; readonly why?: undefined } | { readonly state?: State; readonly why: string }

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
  const validate = compiled<Content>('data-file')
  if (!validate(content)) {
    const [error] = validate.errors ?? []
    return { why: `it is not of Backstock (${error?.instancePath || 'the root'} ${error?.message ?? 'is wrong'})` }
  }
  const { seed, partitions, snapshots = [] } = content
  const state = { seed, partitions: restoredPartitions(partitions), snapshots: snapshots.map(restoredSnapshot) }
  if (summed([bytes.subarray(headLength)]).equals(bytes)) return { state }
  return { state, why: 'its checksum is wrong: it was damaged, or a person edited it' }
}

type Part = string | Buffer

function writePartition({ setup, requests }: PartitionState, rows: Iterable<Buffer>): Part[] {
  const head = `\n{"setup": ${JSON.stringify(setup, null, 1)},\n"requests": ${requests},\n"rows": [`
  return [head, ...list([...rows].map((piece) => [piece])), ']}']
}

const list = (elements: readonly (readonly Part[])[]): Part[] =>
  elements.flatMap((element, index) => (index === 0 ? element : [',', ...element]))

const head = (sum: string) => Buffer.from(`{\n"backstock": 1,\n"sha256": "${sum}",\n`)
const headLength = head('0'.repeat(64)).length

function summed(body: readonly Buffer[]): Buffer {
  const hash = createHash('sha256')
  for (const part of body) hash.update(part)
  return Buffer.concat([head(hash.digest('hex')), ...body])
}

function formatOf(content: unknown): unknown {
  return typeof content === 'object' && content !== null && 'backstock' in content ? content.backstock : undefined
}
