import { createRequire } from 'node:module'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { jirafe } from '../../contracts/rules/jirafe.js'
import type { JsonNode } from '../wire/json-tree.js'
import { isFloat, repr } from './python.js'

/** The part of draft-04 that the vendor's published schemas use. */
export interface Schema {
  readonly type: string
  readonly format?: string
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}

export interface EventSchema {
  readonly schema: Schema
  readonly validate: ValidateFunction
}

const require = createRequire(import.meta.url)
// Formats are not checked, as the recordings show; all errors are wanted, one for each path is told.
const ajv = new Ajv({ allErrors: true, validateFormats: false, strictNumbers: false })

/** Loads and compiles a schema of `schemas/jirafe/`; a broken one stops the boot. */
export function loadSchema(name: string): EventSchema {
  // The files are our own and Ajv checks them against its meta-schema in the next line.
  const schema = require(`#schemas/jirafe/${name}.json`) as Schema
  return { schema, validate: ajv.compile(schema) }
}

/** What is told of several keywords that one value breaks: the first of these. */
const precedence = ['type', 'enum', 'minLength', 'minimum', 'maximum', 'uniqueItems']

/** One message of the vendor's, for the value at `path`; `node` is undefined where a field is missing. */
interface Complaint {
  readonly path: readonly string[]
  readonly node: JsonNode | undefined
  readonly message: string
  readonly rule: (typeof jirafe)['event.schema'] | (typeof jirafe)['event.float_integers']
}

/** The complaints about a document in the Python library's wording: one for each path, in the order of discovery. */
export function complaintsOf(errors: readonly ErrorObject[], schema: Schema, tree: JsonNode): readonly Complaint[] {
  const told = new Map<string, { rank: number; complaint: Complaint }>()
  const tell = (rank: number, complaint: Complaint) => {
    const key = JSON.stringify(complaint.path)
    const before = told.get(key)
    if (before === undefined || rank < before.rank) told.set(key, { rank, complaint })
  }
  for (const error of errors) {
    const at = stepsOf(error.instancePath)
    const rule = jirafe['event.schema']
    if (error.keyword === 'required') {
      const name = String(error.params.missingProperty)
      tell(0, { path: [...at, name], node: undefined, message: `'${name}' is a required property`, rule })
      continue
    }
    const node = nodeAt(tree, at)
    tell(precedence.indexOf(error.keyword), { path: at, node, message: messageOf(error, node), rule })
  }
  for (const { path, node, literal } of floatIntegers(tree, schema, [])) {
    const message = `${repr({ kind: 'number', literal, start: 0, end: 0 })} is not of type 'integer'`
    tell(0, { path, node, message, rule: jirafe['event.float_integers'] })
  }
  return [...told.values()].map(({ complaint }) => complaint)
}

function messageOf(error: ErrorObject, node: JsonNode | undefined): string {
  const seen = node === undefined ? '' : repr(node)
  switch (error.keyword) {
    case 'type':
      return `${seen} is not of type '${error.params.type}'`
    case 'minLength':
      return `${seen} is too short`
    default:
      // The schemas are ours: a keyword without its wording is a fault of this table, not of the client.
      throw new Error(`No wording for the schema keyword ${error.keyword}.`)
  }
}

/** Integers that `JSON.parse` cannot tell from floats: the Python library takes neither 5.0 nor 1e2 for one. */
function* floatIntegers(
  node: JsonNode,
  schema: Schema,
  path: readonly string[],
): Iterable<{ path: readonly string[]; node: JsonNode; literal: string }> {
  if (node.kind === 'number' && schema.type === 'integer' && isFloat(node.literal))
    yield { path, node, literal: node.literal }
  if (node.kind === 'object')
    for (const [name, value] of membersOf(node)) {
      const property = declared(schema, name)
      if (property !== undefined) yield* floatIntegers(value, property, [...path, name])
    }
  if (node.kind === 'list' && schema.items !== undefined)
    for (const [index, element] of node.elements.entries())
      yield* floatIntegers(element, schema.items, [...path, String(index)])
}

export function declared(schema: Schema, name: string): Schema | undefined {
  return schema.properties !== undefined && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
}

/** The members of an object; of a repeated name the last, as every reader takes it. */
export function membersOf(node: JsonNode): ReadonlyMap<string, JsonNode> {
  return new Map(node.kind === 'object' ? node.members.map(({ name, node: value }) => [name, value]) : [])
}

function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function nodeAt(root: JsonNode, path: readonly string[]): JsonNode | undefined {
  let node: JsonNode | undefined = root
  for (const step of path) {
    if (node?.kind === 'object') node = membersOf(node).get(step)
    else node = node?.kind === 'list' ? node.elements[Number(step)] : undefined
  }
  return node
}
