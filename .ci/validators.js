import standaloneOf from 'ajv/dist/standalone/index.js'
import * as documents from '../build/server/documents/compiled.js'
import { documentKinds } from '../build/server/documents/kinds.js'
import * as jirafe from '../build/server/jirafe/compiled.js'
import '../build/server/jirafe/types.js'
import * as state from '../build/server/state/compiled.js'

// What the package has in the place of the modules named `compiled`: the functions that Ajv makes of the schemas, written
// down. So no start compiles a schema, or loads what compiles. A schema that does not compile ends the build here.
const { default: standalone } = standaloneOf

/** Jirafe's are part of the bundle: nearly every run needs them. */
export function writeEventValidators() {
  const named = [...jirafe.compiledSchemas.keys()].map((name, index) => ({ name, id: `validate_${index}` }))
  const entries = named.map(({ name, id }) => {
    const { schema } = jirafe.compiled(name)
    return `${JSON.stringify(name)}: { schema: ${JSON.stringify(schema)}, validate: ${id} },`
  })
  return [
    "import { isUnique } from './schema.js'",
    standalone(jirafe.ajv, Object.fromEntries(named.map(({ name, id }) => [id, `${name}.json`]))),
    `const schemas = {\n${entries.join('\n')}\n}`,
    'export const compiled = (name) => schemas[name]',
  ].join('\n')
}

/** The others are a file each, by the kind of document, read when the first one comes. */
export function writeDocumentValidators() {
  const rooms = [
    [documentKinds, documents],
    [state.fileKinds, state],
  ]
  return new Map(
    rooms.flatMap(([kinds, { ajv, compiled }]) => kinds.map((kind) => [kind, standalone(ajv, compiled(kind))])),
  )
}

/** The module that reads them: synchronously, as who judges a document does not wait. */
export const documentReader = [
  "import { createRequire } from 'node:module'",
  'const require = createRequire(import.meta.url)',
  "export const compiled = (kind) => require('#later/' + kind)",
].join('\n')
