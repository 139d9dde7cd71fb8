import { readFileSync } from 'node:fs'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import { parseStringPromise } from 'xml2js'
import { documentNames } from '../server/control/openapi.js'

/** What the tests read of a document; the linter holds it to OpenAPI. */
export interface Reference {
  readonly openapi: string
  readonly servers: readonly { readonly url: string }[]
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>
    readonly responses?: Readonly<Record<string, Response>>
  }
  readonly 'x-rules'?: Readonly<Record<string, unknown>>
}

export interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly 'x-operation'?: string
  readonly 'x-rules'?: readonly string[]
  readonly parameters: readonly Parameter[]
  readonly requestBody?: { readonly required: boolean; readonly content: Content }
  readonly responses: Readonly<Record<string, Response | { readonly $ref: string }>>
}

export interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly schema: Schema
  readonly example?: unknown
}

export interface Response {
  readonly content?: Content
  readonly headers?: Readonly<Record<string, unknown>>
}

export type Content = Readonly<Record<string, Media>>

export interface Media {
  readonly schema: Schema
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
}

export type Schema = Readonly<Record<string, unknown>>

export const textOf = (name: string) => readFileSync(`contracts/openapi/${name}.json`, 'utf8')

// The shape is that of OpenAPI, which the linter holds.
export const readReference = (name: string) => JSON.parse(textOf(name)) as Reference

export const references = Object.fromEntries(documentNames.map((name) => [name, readReference(name)]))

export interface Located {
  readonly path: string
  readonly method: string
  readonly operation: Operation
}

export const operationsIn = ({ paths }: Reference): readonly Located[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  )

/** The response of an operation, of its own or shared; undefined where the document has none of that status. */
export function responseOf({ components }: Reference, operation: Operation, status: number): Response | undefined {
  const response = operation.responses[status]
  if (response === undefined || !('$ref' in response)) return response
  return components.responses?.[response.$ref.slice('#/components/responses/'.length)]
}

/** Judges values by the schemas of one document. */
export class Judge {
  readonly #reference: Reference
  readonly #ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: false })
  readonly #validators = new Map<string, ValidateFunction>()

  constructor(reference: Reference) {
    this.#reference = reference
    this.#ajv.addSchema({ $id: 'document', ...reference })
  }

  /** What is wrong with a value; undefined where nothing is. */
  fault(schema: Schema, value: unknown): string | undefined {
    const key = JSON.stringify(schema)
    const validate = this.#validators.get(key) ?? this.#ajv.compile(absolute(schema))
    this.#validators.set(key, validate)
    return validate(value) ? undefined : this.#ajv.errorsText(validate.errors)
  }

  /** What is wrong with a body of a media type; undefined where nothing is, or where it is no document. */
  async faultOfBody(content: Content, type: string, text: string): Promise<string | undefined> {
    const media = content[type]
    if (media === undefined) return `the document has no ${type}, but ${Object.keys(content).join(', ') || 'no body'}`
    if (type.endsWith('json')) return this.fault(media.schema, JSON.parse(text))
    if (type === 'application/xml' && this.#isObject(media.schema))
      return this.fault(media.schema, await this.readXml(media.schema, text))
    return undefined
  }

  /** The value that a text in XML has by a schema: elements are properties, and an integer is one where it can be. */
  async readXml(schema: Schema, text: string): Promise<unknown> {
    const read: Readonly<Record<string, unknown>> = await parseStringPromise(text, { emptyTag: '' })
    const [[root = '', node] = []] = Object.entries(read)
    const { xml } = this.#resolved(schema)
    const name = typeof xml === 'object' && xml !== null && 'name' in xml ? xml.name : undefined
    // A text is no object, which the schema of every root asks for.
    return root === name ? this.#valueOf(schema, node) : root
  }

  #isObject(schema: Schema): boolean {
    return this.#resolved(schema).type === 'object'
  }

  #valueOf(schema: Schema, node: unknown): unknown {
    const { type, properties, items, enum: values = [] } = this.#resolved(schema)
    if (type === 'object') {
      const known: Readonly<Record<string, Schema>> = Object(properties)
      const members = Object.entries(Object(node)).map(([name, nodes]: [string, unknown]) => [
        name,
        this.#member(known[name] ?? {}, Array.isArray(nodes) ? nodes : [nodes]),
      ])
      return typeof node === 'string' ? (node === '' ? {} : node) : Object.fromEntries(members)
    }
    if (items !== undefined) return node
    const isNumber = type === 'integer' || (Array.isArray(values) && values.some((each) => typeof each === 'number'))
    return isNumber && typeof node === 'string' && /^\s*-?\d+\s*$/.test(node) ? Number(node) : node
  }

  #member(schema: Schema, nodes: readonly unknown[]): unknown {
    const { type, items } = this.#resolved(schema)
    if (type === 'array') return nodes.map((each) => this.#valueOf(Object(items), each))
    return nodes.length === 1 ? this.#valueOf(schema, nodes[0]) : nodes
  }

  #resolved(schema: Schema): Schema {
    if (typeof schema.$ref !== 'string') return schema
    return this.#reference.components.schemas[schema.$ref.slice('#/components/schemas/'.length)] ?? {}
  }
}

/** The same where its references lead to the whole document. */
function absolute(value: unknown): Schema {
  const text = JSON.stringify(value).replaceAll('"$ref":"#/', '"$ref":"document#/')
  return JSON.parse(text)
}
