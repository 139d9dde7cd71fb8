import { createRequire } from 'node:module'
import { Ajv, type ValidateFunction } from 'ajv'
import { entryOf } from '../entry-of.js'

/** The files that keep state, each with a schema of that name. */
export const fileKinds = ['data-file', 'snapshot'] as const
export type FileKind = (typeof fileKinds)[number]

const require = createRequire(import.meta.url)
// With its source a function can be written into the package.
export const ajv = new Ajv({ allowUnionTypes: true, code: { source: true } })
const validators = new Map<FileKind, ValidateFunction>()

/** Compiled when the first file of a kind is read: most starts read none. The package brings it compiled: .ci/validators.js. */
export function compiled<Content>(kind: FileKind): ValidateFunction<Content> {
  const validate = entryOf(validators, kind, () => {
    // A snapshot is made of what a data file is made of.
    if (kind === 'snapshot') compiled('data-file')
    return ajv.compile({ $id: `${kind}.json`, ...require(`#schemas/${kind}.json`) })
  })
  // The schema judges it, and the caller's type is that of the kind.
  return validate as ValidateFunction<Content>
}
