import type { OpenApi, Schema, SchemaObject } from '../../api/documents.js'
import { lookUp } from './reference-context.js'
import { writeValue } from './values.js'

/** What stands below a schema in the tree: a field, what a list holds, or one of several ways. */
export interface Branch {
  readonly label: string
  readonly isField: boolean
  readonly isRequired: boolean
  readonly schema: Schema
}

/** A schema with what it points to in its place; what it says itself goes before, and evidence adds up. */
export function resolve(document: OpenApi, schema: Schema): SchemaObject {
  if (typeof schema === 'boolean') return schema ? {} : { title: 'Nothing is taken here' }
  const { $ref, ...own } = schema
  const target = $ref === undefined ? undefined : lookUp(document.components.schemas, $ref)
  if (target === undefined) return own
  const theirs = resolve(document, target)
  const evidence = [...(own['x-evidence'] ?? []), ...(theirs['x-evidence'] ?? [])]
  return { ...theirs, ...own, ...(evidence.length > 0 && { 'x-evidence': evidence }) }
}

/** The ways of `oneOf` or `anyOf`, without the one that only says that null is taken as well. */
const waysOf = ({ oneOf, anyOf }: SchemaObject): readonly Schema[] => (oneOf ?? anyOf ?? []).filter(isMore)
const isMore = (schema: Schema) => typeof schema === 'boolean' || schema.type !== 'null'

/** Looks through a schema that only says "this, or null". */
export function shownOf(document: OpenApi, schema: Schema): { readonly shown: SchemaObject; readonly orNull: boolean } {
  const whole = resolve(document, schema)
  const ways = waysOf(whole)
  const [only] = ways
  if (only === undefined || ways.length > 1) return { shown: whole, orNull: false }
  const { oneOf: _one, anyOf: _any, ...own } = whole
  return { shown: { ...resolve(document, only), ...own }, orNull: true }
}

/** What stands below a schema, in the order in which the document has it. */
export function branchesOf(document: OpenApi, schema: SchemaObject): readonly Branch[] {
  const required = new Set(schema.required)
  const fields = Object.entries(schema.properties ?? {}).map(([label, each]) => ({
    label,
    isField: true,
    isRequired: required.has(label),
    schema: each,
  }))
  const { items, additionalProperties: others } = schema
  const held = items === undefined ? [] : heldBy(document, items)
  const rest = typeof others === 'object' ? [part('any other name', others)] : []
  const ways = waysOf(schema).map((way, index) => part(`way ${index + 1}`, way))
  return [...fields, ...held, ...rest, ...ways, ...conditionsOf(document, schema)]
}

const part = (label: string, schema: Schema): Branch => ({ label, isField: false, isRequired: false, schema })

/** A list of objects has their fields below it; one of plain values says all in its type. */
function heldBy(document: OpenApi, items: Schema): readonly Branch[] {
  const { shown } = shownOf(document, items)
  const isPlain = branchesOf(document, shown).length === 0 && factsOf(shown).length === 0
  return isPlain && shown.description === undefined ? [] : [part('each', items)]
}

function conditionsOf(document: OpenApi, schema: SchemaObject): readonly Branch[] {
  const all = (schema.allOf ?? []).flatMap((each) =>
    typeof each === 'boolean' ? [] : each.if === undefined ? [part('as well', each)] : conditionsOf(document, each),
  )
  if (schema.if === undefined) return all
  const condition = writeCondition(document, schema.if)
  const then = schema.then === undefined ? [] : [part(`if ${condition}`, schema.then)]
  const otherwise = schema.else === undefined ? [] : [part(`if not ${condition}`, schema.else)]
  return [...then, ...otherwise, ...all]
}

function writeCondition(document: OpenApi, schema: Schema): string {
  if (typeof schema === 'boolean') return String(schema)
  const { properties = {}, required = [] } = schema
  const told = Object.entries(properties).map(([name, each]) => `${name} is ${writeType(document, each)}`)
  const there = required.filter((name) => !Object.hasOwn(properties, name)).map((name) => `${name} is there`)
  return [...told, ...there].join(' and ') || writeType(document, schema)
}

/** The type in words, such as "list of string" or "integer or null"; "any value" where the schema says nothing of it. */
export function writeType(document: OpenApi, schema: Schema): string {
  if (schema === false) return 'nothing'
  const { shown, orNull } = shownOf(document, schema)
  const { type, const: only, enum: values, items } = shown
  if (orNull) return `${writeType(document, shown)} or null`
  if (only !== undefined) return writeValue(only)
  if (type === undefined && values !== undefined) return values.map(writeValue).join(' or ')
  if (type === undefined)
    return waysOf(shown).length > 1 ? 'one of these ways' : holdsFields(shown) ? 'object' : 'any value'
  const types = typeof type === 'string' ? [type] : type
  const held = () => (items === undefined ? 'any values' : writeType(document, items))
  return types.map((each) => (each === 'array' ? `list of ${held()}` : each)).join(' or ')
}

const holdsFields = ({ properties, allOf, if: condition }: SchemaObject) =>
  properties !== undefined || allOf !== undefined || condition !== undefined

/** What else a value has to be, each in a few words; values that are listed stand in `enum`. */
export function factsOf(schema: SchemaObject): readonly string[] {
  const { format, pattern, default: unsaid, uniqueItems, additionalProperties, propertyNames, xml } = schema
  const facts = [
    format,
    between(schema.minimum, schema.maximum, ''),
    between(schema.minLength, schema.maxLength, 'characters'),
    between(schema.minItems, schema.maxItems, 'items'),
    between(schema.minProperties, schema.maxProperties, 'fields'),
    pattern && `matches ${pattern}`,
    unsaid === undefined ? undefined : `without it ${writeValue(unsaid)}`,
    uniqueItems ? 'none twice' : undefined,
    additionalProperties === false ? 'no other fields' : undefined,
    typeof propertyNames === 'object' ? `names: ${propertyNames.description ?? propertyNames.pattern}` : undefined,
    xml?.name && `<${xml.name}> in XML`,
  ]
  return facts.flatMap((fact) => (fact ? [fact] : []))
}

function between(least: number | bigint | undefined, most: number | bigint | undefined, unit: string) {
  if (least === undefined && most === undefined) return undefined
  const range =
    most === undefined ? `at least ${least}` : least === undefined ? `at most ${most}` : `${least} to ${most}`
  return unit === '' ? range : `${range} ${unit}`
}
