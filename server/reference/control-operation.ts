import { controlExamples } from './control-examples.js'
import { oneOf, type Part, parameter, problemContent, refusedAtTheDoor, text } from './document.js'
import type { Components } from './schemas.js'

/** An operation of the control plane in as few words as say it all. */
export interface ControlOperation {
  readonly id: string
  /** `GET /joor/accounts/{account}`, below /_backstock. */
  readonly call: string
  readonly tag: string
  /** One sentence. */
  readonly summary: string
  readonly description?: string
  /** Parameters of the query, by name. */
  readonly query?: readonly QueryName[]
  /** The schema of a JSON body. */
  readonly body?: string
  readonly bodyOptional?: true
  /** Other bodies, by media type. */
  readonly otherBodies?: Part
  /** The status of success and the schema of its JSON body; null: none. */
  readonly replies: Readonly<Record<number, string | null>>
  /** Other forms of the reply, by media type. */
  readonly otherReplies?: Part
  readonly headers?: Part
  /** What may be wrong beside what may be wrong everywhere. */
  readonly errors?: Readonly<Record<number, string>>
  /** It is answered without the control token. */
  readonly open?: true
}

const flag = (...values: readonly string[]) => oneOf(...values)
const limit = { type: 'integer', minimum: 1, maximum: 1_000, default: 1_000 }
const identifier = (name: string) => [`Only SKUs with this ${name}.`, text] as const

/** Every parameter that a query of the control plane may have. */
const queries = {
  account: ['The name of the JOOR account that is meant; of account and site at most one.', text],
  site: ['The id of the Jirafe site that is meant; of account and site at most one.', text],
  limit: ['How many at most.', limit],
  cursor: ['The `next` of an earlier reply, as it was.', text],
  code: ['Only levels of this code.', text],
  history: ['Whether each level has its last 100 states with it.', flag('true', 'false')],
  sku_code: ['Only costs of this SKU.', text],
  type: ['Only events of this type.', text],
  since: ['Only what came at this instant or later: ISO 8601.', text],
  warehouse: ['Only positions of this warehouse.', text],
  inventory_date: ['Only positions of this date: YYYY-MM-DD or IMMEDIATE.', text],
  upc: identifier('upc'),
  style_number: identifier('style_number'),
  style_identifier: identifier('style_identifier'),
  style_id: identifier('style_id'),
  color_code: identifier('color_code'),
  style_color_id: identifier('style_color_id'),
  size: identifier('size'),
  size_code: identifier('size_code'),
  positionFormat: ['The form of the reply.', { ...flag('json', 'csv'), default: 'json' }],
  coverageFormat: ['The form of the reply.', { ...flag('json', 'markdown', 'html'), default: 'json' }],
  reportFormat: [
    'The form of the reply.',
    { ...flag('json', 'junit', 'sarif', 'github', 'markdown'), default: 'json' },
  ],
  of: [
    'Vendors and operations, such as joor or jirafe.batch; it may be given several times.',
    { type: 'array', items: text },
  ],
  evidence: [
    'The least evidence that counts.',
    { ...flag('documented', 'recorded', 'observed', 'assumed'), default: 'assumed' },
  ],
  run: ['`ended`: as if the run had ended now, so that what is still to come counts as missing.', flag('ended')],
  rule: ['Only places where this rule was broken, by its id.', text],
  extra: [
    'Whether rows that the table does not name are differences.',
    { ...flag('report', 'ignore'), default: 'report' },
  ],
  vendor: ["Only this vendor's calls.", flag('joor', 'jirafe')],
  operation: ['Only calls of this operation, such as joor.bulk-inventory.', text],
  method: ['Only calls by this method, in capitals.', text],
  path: ['Only calls of this path, as sent and without its query.', text],
  status: ['Only calls that were answered so; `null` for those without a reply.', text],
  outcome: ['Only calls that came out so.', flag('updated', 'partial', 'not_updated', 'refused', 'lost', 'none')],
  violations: ['`true` or `false`, how many, or the id of a rule that was broken.', text],
} as const satisfies Readonly<Record<string, readonly [string, Part]>>

export type QueryName = keyof typeof queries

export const scope = ['account', 'site'] as const
export const pages = ['limit', 'cursor'] as const
export const filters = [
  'vendor',
  ...scope,
  'operation',
  'method',
  'path',
  'status',
  'since',
  'outcome',
  'violations',
] as const
export const identifiers = [
  'upc',
  'style_number',
  'style_identifier',
  'style_id',
  'color_code',
  'style_color_id',
  'size',
  'size_code',
] as const

const paths: Readonly<Record<string, string>> = {
  account: 'The name of the account.',
  site: 'The id of the site.',
  id: 'The id of the call, as `Backstock-Request-Id` tells it.',
  log_id: "The log_id of JOOR's reply.",
  name: 'A letter or digit, then letters, digits, ".", "_" and "-", at most 100 in all.',
  place: "The place of the fault in the scope's list, from 0.",
  document: 'joor.json, jirafe.json or control.json.',
}

/** Each reply that may come of every operation, as a component. */
export function sharedProblems(components: Components): Part {
  const words: Readonly<Record<number, string>> = {
    ...refusedAtTheDoor,
    400: 'The call is wrong: the detail says what, and what would have been right.',
    401: 'The emulator was started with a control token, and it is not in the call.',
    403: 'A page of another origin made a browser send the call.',
    415: 'The Content-Encoding is not taken.',
  }
  return Object.fromEntries(
    Object.entries(words).map(([status, description]) => [
      `Problem${status}`,
      { description, content: problemContent(components) },
    ]),
  )
}

const everywhere = [400, 401, 403, 408, 413, 415, 421, 431, 500]

export function describe(operation: ControlOperation, components: Components): Part {
  const { id, call, tag, summary, description, query = [], replies, errors = {}, open } = operation
  const shared = everywhere.filter((status) => !(open && status === 401))
  return {
    operationId: id,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(open && { security: [] }),
    parameters: [...[...call.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => inPath(name)), ...query.map(inQuery)],
    ...bodyOf(operation, components),
    responses: {
      ...Object.fromEntries(
        Object.entries(replies).map(([status, schema]) => [status, replyOf(operation, status, schema, components)]),
      ),
      ...Object.fromEntries(shared.map((status) => [status, { $ref: `#/components/responses/Problem${status}` }])),
      ...Object.fromEntries(
        Object.entries(errors).map(([status, told]) => [
          status,
          { description: told, content: problemContent(components) },
        ]),
      ),
    },
  }
}

const inPath = (name: string) => parameter('path', name, paths[name] ?? name, { ...text, minLength: 1 })

function inQuery(name: QueryName): Part {
  const [description, schema] = queries[name]
  return parameter('query', name.endsWith('Format') ? 'format' : name, description, schema)
}

function bodyOf({ id, body, bodyOptional, otherBodies }: ControlOperation, components: Components): Part {
  if (body === undefined) return {}
  const examples = Object.entries(controlExamples[id] ?? {}).map(([what, value], place) => [
    String(place + 1),
    { summary: what, value },
  ])
  const json = { schema: components.ref(body), examples: Object.fromEntries(examples) }
  const content = { 'application/json': json, ...otherBodies }
  return {
    requestBody: {
      required: bodyOptional === undefined,
      description: 'JSON, whatever the Content-Type says.',
      content,
    },
  }
}

function replyOf(
  { otherReplies, headers }: ControlOperation,
  status: string,
  schema: string | null,
  components: Components,
): Part {
  const description = status === '204' ? 'It is done.' : status === '201' ? 'It is new.' : 'It is so.'
  const json = schema === null ? {} : { 'application/json': { schema: components.ref(schema) } }
  const content = { ...json, ...otherReplies }
  return { description, ...(headers && { headers }), ...(Object.keys(content).length > 0 && { content }) }
}
