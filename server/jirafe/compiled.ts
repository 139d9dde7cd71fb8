import { createRequire } from 'node:module'
import { _, Ajv, type ValidateFunction } from 'ajv'
import { entryOf } from '../entry-of.js'
import { isUnique, type Schema } from './schema.js'

/** A schema of `schemas/jirafe/` with its references resolved, and the function that it compiles to. */
export interface Compiled {
  readonly schema: Schema
  /** Whether a value is valid; what is wrong with it is told by `complaintsOf`, in the vendor's words. */
  readonly validate: ValidateFunction
}

const require = createRequire(import.meta.url)
// Formats are not checked, as the recordings show.
export const ajv = new Ajv({
  ...{ validateFormats: false, strictNumbers: false },
  // With its source a function can be written into the package, and what several files refer to is in it once.
  ...{ code: { source: true, esm: true }, inlineRefs: false },
})
// Ajv compares each element with each: a hostile list of 10 MB would take hours.
ajv.removeKeyword('uniqueItems').addKeyword({
  keyword: 'uniqueItems',
  type: 'array',
  // Said as code and not as a function, so that it can be written into the package, which imports `isUnique` for it.
  code: (check) => check.pass(_`${check.gen.scopeValue('func', { ref: isUnique, code: _`isUnique` })}(${check.data})`),
})

/** What was compiled so far, by its name. */
export const compiledSchemas = new Map<string, Compiled>()
const resolved = new Map<string, Schema>()

/** Compiles a schema by the name of its file. The package has this module with the functions in it: .ci/validators.js. */
export function compiled(name: string): Compiled {
  return entryOf(compiledSchemas, name, () => {
    const file = `${name}.json`
    const schema = resolve(file)
    const validate = ajv.getSchema(file)
    if (validate === undefined) throw new Error(`Ajv has lost the schema ${file}.`)
    return { schema, validate }
  })
}

/** The schema of a file, with those that it refers to in their places. */
function resolve(file: string): Schema {
  return entryOf(resolved, file, () => {
    const schema: object = require(`#schemas/jirafe/${file}`)
    ajv.addSchema(schema, file)
    // The files are our own, and Ajv checks them against its meta-schema.
    return withReferences(schema) as Schema
  })
}

function withReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withReferences)
  if (typeof value !== 'object' || value === null) return value
  if ('$ref' in value) return resolve(String(value.$ref))
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withReferences(member)]))
}
