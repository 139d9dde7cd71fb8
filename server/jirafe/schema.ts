import { createRequire } from 'node:module'
import { Ajv, type ValidateFunction } from 'ajv'
import type { Rule } from '../../contracts/rules/book.js'
import { ExactNumber } from '../wire/exact-json.js'

/** The part of draft-04 that the vendor's published schemas use; references are resolved. */
export interface Schema {
  readonly type?: 'string' | 'number' | 'integer' | 'boolean' | 'object' | 'array'
  readonly format?: string
  readonly enum?: readonly string[]
  readonly minLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly uniqueItems?: boolean
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly additionalProperties?: true
}

export interface EventSchema {
  readonly schema: Schema
  /** Whether a value is valid; what is wrong with it is told by `complaintsOf`, in the vendor's words. */
  readonly validate: ValidateFunction
  /** The rule by which this schema of several is the document's. */
  readonly rule?: Rule
}

const require = createRequire(import.meta.url)
// Formats are not checked, as the recordings show.
const ajv = new Ajv({ validateFormats: false, strictNumbers: false })
// Ajv compares each element with each: a hostile list of 10 MB would take hours.
ajv.removeKeyword('uniqueItems')
ajv.addKeyword({ keyword: 'uniqueItems', type: 'array', validate: (_: boolean, list: unknown[]) => isUnique(list) })

/** Loads and compiles a schema of `schemas/jirafe/`; a broken one stops the boot. */
export function loadSchema(name: string, rule?: Rule): EventSchema {
  const schema = resolve(`${name}.json`)
  return { schema, validate: ajv.compile(schema), ...(rule && { rule }) }
}

const resolved = new Map<string, Schema>()

/** The schema of a file, with those that it refers to in their places. */
function resolve(file: string): Schema {
  let schema = resolved.get(file)
  if (schema === undefined) {
    // The files are our own, and Ajv checks what comes of them against its meta-schema.
    schema = withReferences(require(`#schemas/jirafe/${file}`)) as Schema
    resolved.set(file, schema)
  }
  return schema
}

function withReferences(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withReferences)
  if (typeof value !== 'object' || value === null) return value
  if ('$ref' in value) return resolve(String(value.$ref))
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withReferences(member)]))
}

/** Whether no two elements are the same value, whatever the order of their members. */
export function isUnique(list: readonly unknown[]): boolean {
  return new Set(list.map(canonical)).size === list.length
}

/** The same text for the same value: numbers by what they are worth, whether they are written as 1, 1.0 or 1e0. */
function canonical(value: unknown): string {
  if (value instanceof ExactNumber) return exactly(value.digits)
  if (typeof value === 'number') return String(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
  return `{${members.sort().join(',')}}`
}

/** As many digits as the greatest float has in front of its point. */
const floatDigits = 309

/**
 * An integer beyond 2^53: as the float is written that is worth the same, or by its digits. Not the other way round: six
 * bytes such as 1e308 would become 309.
 */
function exactly(digits: string): string {
  const float = Number(digits)
  return digits.replace('-', '').length <= floatDigits && Number.isFinite(float) && BigInt(float) === BigInt(digits)
    ? String(float)
    : digits
}

/** The schema of a declared field; undefined for any other name. */
export function declared(schema: Schema, name: string): Schema | undefined {
  return schema.properties !== undefined && Object.hasOwn(schema.properties, name) ? schema.properties[name] : undefined
}
