import { readdir, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import { DocumentError, type Fault, schemaFaults, writeFault, writeLines } from '../documents/documents.js'
import { type Source, SourceError, writePlace } from '../documents/source.js'
import { readSource } from '../documents/source-file.js'
import type { Case } from './case.js'
import { caseFaults } from './case-faults.js'
import { Filling, type Variables } from './variables.js'

export type { Case } from './case.js'
export { defaultVariables, type Variables } from './variables.js'

/** The cases that come with the package; its own file tells where it stands, built or not. */
export const shippedCases = join(dirname(createRequire(import.meta.url).resolve('#package')), 'contracts', 'cases')

/**
 * Reads every case of a file, or of a folder and its folders, and notes in `used` which variables they have. Throws DocumentError or
 * SourceError naming file, line and column of what is wrong.
 */
export async function readCases(
  folder: string,
  variables: Variables,
  used: Set<string> = new Set(),
): Promise<readonly Case[]> {
  if (await isFile(folder)) return readCaseFile(folder, dirname(folder), variables, used)
  const names = await readdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    const reason = error.code === 'ENOENT' ? 'there is no such folder' : error.message
    throw new SourceError(`cannot read the cases of ${folder}: ${reason}`, { cause: error })
  })
  const files = names.filter((name) => /\.(?:ya?ml|json)$/.test(name)).sort()
  if (files.length === 0)
    throw new SourceError(`${folder} has no cases; they are files with names in .yaml, .yml or .json`)
  const read = await Promise.all(files.map((name) => readCaseFile(join(folder, name), folder, variables, used)))
  return read.flat()
}

/** What is not there is told by whoever reads it. */
const isFile = (path: string) =>
  stat(path).then(
    (found) => found.isFile(),
    () => false,
  )

async function readCaseFile(
  path: string,
  folder: string,
  variables: Variables,
  used: Set<string>,
): Promise<readonly Case[]> {
  const source = await readSource(path)
  refuse(schemaFaults('cases', source.value), source)
  const filling = new Filling(variables)
  const file = relative(folder, path)
    .replaceAll(sep, '/')
    .replace(/\.\w+$/, '')
  // The schema has judged it, and filling leaves its shape.
  const filled = filling.fill(source.value) as readonly Omit<Case, 'file'>[]
  const cases = filled.map((each) => ({ ...each, file }))
  refuse([...filling.faults, ...caseFaults(cases)], source)
  for (const name of filling.used) used.add(name)
  return cases
}

function refuse(faults: readonly Fault[], source: Source): void {
  if (faults.length === 0) return
  const lines = faults.map((fault) => {
    const place = writePlace(source.path, source.place(fault.steps, fault.about))
    return `${place}: ${writeFault(fault)}`
  })
  throw new DocumentError(faults, writeLines(lines))
}
