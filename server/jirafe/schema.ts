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
