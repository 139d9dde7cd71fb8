import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { readJson } from './json-source.js'
import { type Source, SourceError } from './source.js'

/** Reads a YAML or JSON file, by its extension; throws SourceError. */
export async function readSource(path: string): Promise<Source> {
  const read = readers.get(extname(path).toLowerCase())
  if (read === undefined) throw new SourceError(`cannot read ${path}: its name must end in .yaml, .yml or .json`)
  return read(path, await readText(path))
}

type Reader = (path: string, text: string) => Source | Promise<Source>

/** YAML costs a library, so only who writes YAML loads it. */
const readYaml: Reader = async (path, text) => (await import('./yaml-source.js')).readYaml(path, text)

const readers: ReadonlyMap<string, Reader> = new Map([
  ['.yaml', readYaml],
  ['.yml', readYaml],
  ['.json', readJson],
])

const reasons: ReadonlyMap<string | undefined, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['ENOTDIR', 'there is no such file'],
  ['EISDIR', 'it is a directory'],
  ['EACCES', 'it may not be read'],
])

/** Why a file cannot be read. */
export const writeReason = (error: NodeJS.ErrnoException) => reasons.get(error.code) ?? error.message

/** The text of a UTF-8 file, without its byte order mark; throws SourceError. */
export async function readText(path: string): Promise<string> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new SourceError(`cannot read ${path}: ${writeReason(error)}`, { cause: error })
  })
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new SourceError(`cannot read ${path}: it is not UTF-8`)
  }
}
