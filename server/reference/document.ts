import { createRequire } from 'node:module'
import type { DocumentName } from '../control/openapi.js'
import { evidenceOf } from './evidence.js'
import type { Components } from './schemas.js'

/** A part of a document; what of OpenAPI 3.1 it is, the linter judges. */
export type Part = Readonly<Record<string, unknown>>

/** Methods in small letters, each an operation. */
export type Path = Readonly<Record<string, Part>>

interface Document {
  readonly title: string
  readonly description: string
  readonly tags: readonly Part[]
  readonly paths: Readonly<Record<string, Path>>
  readonly security: readonly Part[]
  readonly securitySchemes: Part
  readonly responses?: Part
  readonly parameters?: Part
  readonly more?: Part
}

const require = createRequire(import.meta.url)
// The package's own file; its version is a string.
const { version } = require('#package') as { version: string }

/** The text of a document. It says nothing of when or where it was written, so that the same sources give the same. */
export function writeDocument(name: DocumentName, document: Document, components: Components): string {
  const { title, description, tags, paths, security, securitySchemes, responses, parameters, more } = document
  const whole = {
    openapi: '3.1.0',
    info: { title, version, description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/', description: 'The emulator that serves this document.' }],
    ...more,
    tags,
    security,
    paths,
    components: {
      securitySchemes,
      ...(parameters && { parameters }),
      ...(responses && { responses }),
      schemas: components.all,
    },
    'x-backstock': { document: name },
  }
  return `${JSON.stringify(whole, null, 2)}\n`
}

/** A parameter with the rules that it rests on. */
export function parameter(
  place: 'query' | 'path' | 'header',
  name: string,
  description: string,
  schema: Part,
  {
    rules = [],
    example,
    more,
  }: { readonly rules?: readonly string[]; readonly example?: unknown; readonly more?: Part } = {},
): Part {
  return {
    name,
    in: place,
    description,
    ...(place === 'path' && { required: true }),
    schema,
    ...(example !== undefined && { example }),
    ...more,
    ...(rules.length > 0 && { 'x-evidence': evidenceOf(rules) }),
  }
}

/** A header of a reply with the rules that it rests on. */
export const header = (description: string, schema: Part, rules: readonly string[] = []): Part => ({
  description,
  schema,
  ...(rules.length > 0 && { 'x-evidence': evidenceOf(rules) }),
})

export const text: Part = { type: 'string' }
export const count: Part = { type: 'integer', minimum: 0 }
export const oneOf = (...values: readonly string[]): Part => ({ type: 'string', enum: values })

/** The content of problem+json, which is ours and no vendor's. */
export const problemContent = (components: Components): Part => ({
  'application/problem+json': { schema: components.ref('problem.json') },
})

/** What anybody is answered before a call is looked at: by the emulator, in no vendor's words. */
export const refusedAtTheDoor: Readonly<Record<number, string>> = {
  400: 'What came is no HTTP/1.1.',
  408: 'The call took too long to arrive.',
  413: 'The body has more than the emulator takes of anybody.',
  421: 'The call is for a host that is not this emulator.',
  431: 'Request line and headers have more than the emulator takes of anybody.',
  500: 'The emulator failed, and its own output says why.',
}
