import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { compiled } from './compiled.js'
import { hasCode, machineFiles, reasonOf } from './files.js'
import { type KeptSnapshot, keptSnapshot, restoredSnapshot } from './kept.js'
import { replaceFile } from './replace-file.js'
import { compareBytes, compareKeys } from './rows.js'
import type { Snapshot } from './snapshots.js'
import { DataFileError, type Partition } from './store.js'

/** Makes a snapshot outlive the process, or takes it away; rejected where it could not. */
export type KeepSnapshot = (name: string, of: Partition | undefined, snapshot: Snapshot | undefined) => Promise<void>

/** A snapshot as its file has it: one row a line, in the order of the keys, and nothing of the time it was made. */
type Content = Pick<KeptSnapshot, 'name' | 'of' | 'partitions'> & { readonly backstock_snapshot: 1 }

/** A folder with a file for each snapshot, to be looked at, compared and kept beside tests. */
export interface SnapshotFolder {
  readonly snapshots: readonly Snapshot[]
  readonly keep: KeepSnapshot
}

/** Reads the snapshots of a folder, which need not be there yet; throws DataFileError for a file that is none. */
export async function openSnapshotFolder(folder: string): Promise<SnapshotFolder> {
  const paths = await pathsIn(folder)
  return {
    snapshots: await Promise.all(paths.map(readSnapshot)),
    async keep(name, of, snapshot) {
      const path = pathOf(folder, name, of)
      if (snapshot === undefined) return rm(path, { force: true })
      await mkdir(dirname(path), { recursive: true })
      // Several processes may write to one folder, each to a file of its own.
      await replaceFile(machineFiles, path, `${path}.${process.pid}.tmp`, Buffer.from(writeSnapshot(snapshot)))
    },
  }
}

async function pathsIn(folder: string): Promise<readonly string[]> {
  try {
    const names = await readdir(folder, { recursive: true })
    return names.filter((name) => name.endsWith('.json')).map((name) => join(folder, name))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return []
    throw new DataFileError(`The snapshots in ${folder} cannot be read: ${reasonOf(error)}.`)
  }
}

async function readSnapshot(path: string): Promise<Snapshot> {
  try {
    const [text, { mtime }] = await Promise.all([readFile(path, 'utf8'), stat(path)])
    const content: unknown = JSON.parse(text)
    const validate = compiled<Content>('snapshot')
    if (validate(content)) return restoredSnapshot({ ...content, at: mtime.toISOString() })
    const [error] = validate.errors ?? []
    throw new Error(`${error?.instancePath || 'the root'} ${error?.message ?? 'is wrong'}`)
  } catch (error) {
    const way = 'It was left as it is: take it away, or name another folder by --snapshots.'
    throw new DataFileError(`The file ${path} is no snapshot of Backstock: ${reasonOf(error)}. ${way}`)
  }
}

/** `night.json`, or `joor/brand/night.json` for one account. */
function pathOf(folder: string, name: string, of: Partition | undefined): string {
  if (of === undefined) return join(folder, `${name}.json`)
  const [vendor = '', ...rest] = of.split(':')
  return join(folder, vendor, encodeSegment(rest.join(':')), `${name}.json`)
}

/** Any name as that of a folder; a dot at its start would hide it, or be the folder above. */
const encodeSegment = (name: string) => encodeURIComponent(name).replace(/^\./, '%2E').replaceAll('*', '%2A')

/** The text of a snapshot's file; who wrote a row last is left out, for that is another one in each run. */
export function writeSnapshot(snapshot: Snapshot): string {
  const { name, of, partitions } = keptSnapshot(snapshot)
  const sorted = partitions.toSorted((one, other) => compareBytes(nameOf(one), nameOf(other)))
  const head = JSON.stringify({ backstock_snapshot: 1, name, of }).slice(1, -1)
  return `{${head},\n"partitions":[${sorted.map(writePartition).join(',')}]}\n`
}

const nameOf = ({ setup }: KeptSnapshot['partitions'][number]) => `${setup.vendor} ${setup.name}`

function writePartition({ setup, rows }: KeptSnapshot['partitions'][number]): string {
  const sorted = rows.toSorted((one, other) => compareBytes(one.table, other.table) || compareKeys(one.key, other.key))
  const lines = sorted.map(({ table, key, value }) => `\n${JSON.stringify({ table, key, value })}`)
  return `\n{"setup":${JSON.stringify(setup, null, 1)},\n"rows":[${lines.join(',')}]}`
}
