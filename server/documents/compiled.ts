import { createRequire } from 'node:module'
import { Ajv, type ValidateFunction } from 'ajv'
import { entryOf } from '../entry-of.js'
import type { DocumentKind } from './kinds.js'

const require = createRequire(import.meta.url)
// With its source a function can be written into the package.
export const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true, code: { source: true } })
const validators = new Map<DocumentKind, ValidateFunction>()
/** The schemas that have to be known before one of this kind. */
const refersTo: { readonly [Kind in DocumentKind]?: readonly DocumentKind[] } = {
  site: ['account'],
  seed: ['account', 'site'],
  sequence: ['question'],
}

/** Compiled when the first document of a kind comes: most starts see none. The package brings it compiled: .ci/validators.js. */
export function compiled(kind: DocumentKind): ValidateFunction {
  return entryOf(validators, kind, () => {
    for (const part of refersTo[kind] ?? []) compiled(part)
    return ajv.compile(require(`#schemas/${kind}.json`))
  })
}
