import { type Answer, call } from './call.js'
import type { Evidence, RuleTold } from './evidence.js'

/** The documents of the API reference, in the order in which they are offered. */
export const documentNames = ['joor', 'jirafe', 'control'] as const
export type DocumentName = (typeof documentNames)[number]

export type Named<Value> = Readonly<Record<string, Value>>

/** A rule beside the statement that rests on it. What it says stands once, in the document's `x-rules`. */
export interface EvidenceBeside {
  readonly rule: string
  readonly evidence: Evidence
  readonly source: string
}

/** A row of the rule book, under its id. */
export interface BookRule extends Omit<RuleTold, 'rule'> {
  /** What a breach leads to. */
  readonly breach: string
}

export type Schema = boolean | SchemaObject

/** What of JSON Schema the documents have. */
export interface SchemaObject {
  readonly $ref?: string
  readonly title?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly properties?: Named<Schema>
  readonly required?: readonly string[]
  readonly additionalProperties?: Schema
  readonly propertyNames?: Schema
  readonly items?: Schema
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly if?: Schema
  readonly then?: Schema
  readonly else?: Schema
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly format?: string
  readonly pattern?: string
  readonly minimum?: number | bigint
  readonly maximum?: number | bigint
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly uniqueItems?: boolean
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly xml?: { readonly name?: string }
  readonly 'x-evidence'?: readonly EvidenceBeside[]
}

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly description?: string
  readonly required?: boolean
  readonly schema?: Schema
  readonly example?: unknown
  readonly 'x-evidence'?: readonly EvidenceBeside[]
}

export interface MediaType {
  readonly schema?: Schema
  readonly example?: unknown
  readonly examples?: Named<{ readonly summary?: string; readonly value: unknown }>
}

export interface RequestBody {
  readonly description?: string
  readonly required?: boolean
  readonly content: Named<MediaType>
  readonly 'x-evidence'?: readonly EvidenceBeside[]
}

export interface ReplyHeader {
  readonly description?: string
  readonly schema?: Schema
  readonly 'x-evidence'?: readonly EvidenceBeside[]
}

export interface Reply {
  readonly description: string
  readonly headers?: Named<ReplyHeader>
  readonly content?: Named<MediaType>
  readonly 'x-evidence'?: readonly EvidenceBeside[]
}

export interface OperationObject {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly tags: readonly string[]
  readonly security?: readonly Named<readonly string[]>[]
  readonly parameters: readonly Parameter[]
  readonly requestBody?: RequestBody
  readonly responses: Named<Reply | { readonly $ref: string }>
  readonly 'x-rules'?: readonly string[]
}

/** A row of a vendor's error table. */
export interface VendorError {
  readonly status: number
  readonly error_type?: string
  readonly message?: string
  readonly headers: readonly string[]
  readonly 'x-evidence': readonly EvidenceBeside[]
}

/** A document as it is served, in OpenAPI 3.1. */
export interface OpenApi {
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  readonly tags: readonly { readonly name: string; readonly description: string }[]
  readonly security: readonly Named<readonly string[]>[]
  readonly paths: Named<Named<OperationObject>>
  readonly components: {
    readonly schemas: Named<Schema>
    readonly responses?: Named<Reply>
    readonly securitySchemes: Named<{
      readonly description: string
      readonly 'x-evidence'?: readonly EvidenceBeside[]
    }>
  }
  /** The vendor's rule book, by id; the control plane has none. */
  readonly 'x-rules'?: Named<BookRule>
  readonly 'x-errors'?: readonly VendorError[]
}

export const readDocument = (name: DocumentName): Promise<Answer<OpenApi>> => call('GET', `openapi/${name}.json`)

/** Both books in one, each row with its id. */
export const listRules = (): Promise<Answer<{ readonly rules: readonly (BookRule & { readonly rule: string })[] }>> =>
  call('GET', 'rules')
