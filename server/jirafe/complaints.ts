import { jirafe } from '../../contracts/rules/jirafe.js'
import { exactValue } from '../wire/exact-json.js'
import { type JsonNode, membersOf } from '../wire/json-tree.js'
import { isFloat, repr, reprString } from './python.js'
import { declared, isUnique, type Schema } from './schema.js'

/** One message of the vendor's, for the value at `path`; `node` is undefined where a field is missing. */
export interface Complaint {
  readonly path: readonly string[]
  readonly node: JsonNode | undefined
  /** The value, or the object that a field is missing from. */
  readonly stands: JsonNode
  readonly message: string
  /** What would be right there. */
  readonly right: Schema
  readonly rule: (typeof jirafe)['event.schema'] | (typeof jirafe)['event.float_integers']
  /** The value breaks a further keyword, of which nothing is told. */
  readonly several?: boolean
}

/**
 * What is wrong with a document, in the words of the Python jsonschema library: one complaint for each path, of several
 * broken keywords the first of type, enum, minLength, minimum, maximum, uniqueItems. It reads the document's literals,
 * for `JSON.parse` cannot tell 5.0 from 5 or 2^53 + 1 from 2^53.
 */
export function* complaintsOf(node: JsonNode, schema: Schema, path: readonly string[] = []): Iterable<Complaint> {
  const complaint = complaintOf(node, schema)
  if (complaint !== undefined) yield { path, node, stands: node, right: schema, ...complaint }
  if (node.kind === 'object') {
    const members = membersOf(node)
    for (const name of schema.required ?? []) {
      const right = declared(schema, name)
      if (right === undefined || members.has(name)) continue
      const message = `${reprString(name)} is a required property`
      yield { path: [...path, name], node: undefined, stands: node, message, right, rule: jirafe['event.schema'] }
    }
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const member = members.get(name)
      if (member !== undefined) yield* complaintsOf(member, property, [...path, name])
    }
  }
  if (node.kind === 'list' && schema.items !== undefined)
    for (const [index, element] of node.elements.entries())
      yield* complaintsOf(element, schema.items, [...path, String(index)])
}

function complaintOf(node: JsonNode, schema: Schema): Pick<Complaint, 'message' | 'rule' | 'several'> | undefined {
  const rule = jirafe['event.schema']
  if (schema.type !== undefined && !isOfType(node, schema.type)) {
    const isFloatInteger = schema.type === 'integer' && node.kind === 'number'
    const message = `${repr(node)} is not of type '${schema.type}'`
    const several = schema.enum !== undefined
    return { message, rule: isFloatInteger ? jirafe['event.float_integers'] : rule, several }
  }
  const told = brokenKeyword(node, schema)
  return told === undefined ? undefined : { message: `${repr(node)} ${told}`, rule }
}

function isOfType(node: JsonNode, type: NonNullable<Schema['type']>): boolean {
  switch (type) {
    case 'array':
      return node.kind === 'list'
    case 'integer':
      return node.kind === 'number' && !isFloat(node.literal)
    default:
      return node.kind === type
  }
}

/** What the library says behind the value of the first keyword that it breaks. */
function brokenKeyword(node: JsonNode, schema: Schema): string | undefined {
  const { minLength, minimum, maximum } = schema
  if (schema.enum !== undefined && !(node.kind === 'string' && schema.enum.includes(node.value)))
    return `is not one of [${schema.enum.map(reprString).join(', ')}]`
  if (node.kind === 'string') {
    // Python counts characters, not UTF-16 units.
    if (minLength !== undefined && [...node.value].length < minLength) return 'is too short'
  }
  if (node.kind === 'number') {
    if (minimum !== undefined && compare(node.literal, minimum) < 0) return `is less than the minimum of ${minimum}`
    if (maximum !== undefined && compare(node.literal, maximum) > 0) return `is greater than the maximum of ${maximum}`
  }
  if (node.kind === 'list' && schema.uniqueItems === true && !isUnique(node.elements.map(exactValue)))
    return 'has non-unique elements'
  return undefined
}

/** More digits than any bound has. */
const manyDigits = 20

/** Less than 0, 0 or more than 0. An integer compares by its digits: `JSON.parse` takes 2^53 + 1 for 2^53. */
function compare(literal: string, bound: number): number {
  // BigInt takes long for megabytes of digits, and beyond twenty a rounded float is on the same side of every bound.
  if (isFloat(literal) || literal.length > manyDigits) return Number(literal) - bound
  return Number(BigInt(literal) - BigInt(bound))
}
