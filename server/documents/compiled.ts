import { createRequire } from 'node:module'
import { Ajv, type ValidateFunction } from 'ajv'
import { entryOf } from '../entry-of.js'
import type { DocumentKind } from './kinds.js'

const require = createRequire(import.meta.url)
// With its source a function can be written into the package.
export const ajv = new Ajv({ allErrors: true, verbose: true, allowUnionTypes: true, code: { source: true } })
const validators = new Map<DocumentKind, ValidateFunction>()

/** Compiled when the first document of a kind comes: most starts see none. The package brings it compiled: .ci/validators.js. */
export function compiled(kind: DocumentKind): ValidateFunction {
  return entryOf(validators, kind, () => {
    // A seed is made of accounts and sites, so their schemas have to be known before its own.
    if (kind === 'seed') for (const part of ['account', 'site'] as const) compiled(part)
    if (kind === 'sequence') compiled('question')
    return ajv.compile(require(`#schemas/${kind}.json`))
  })
}
