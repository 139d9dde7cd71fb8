import { jirafeOperations } from '../jirafe/operations.js'
import type { AnyOperation, VendorError } from '../operation.js'
import { header, type Part, type Path, parameter, text, writeDocument } from './document.js'
import { errorsByStatus, errorTable, rulesOfCall } from './endpoint.js'
import { bookOf, evidenceOf } from './evidence.js'
import type { Examples } from './examples.js'
import { type Call, callsOf, reply } from './jirafe-calls.js'
import { jirafeExamples } from './jirafe-examples.js'
import { Components } from './schemas.js'
import { contentEncoding, type Dialect, Refusals, refusalsOf } from './vendor.js'

const site = parameter('path', 'site', 'The id of the site.', { ...text, minLength: 1 }, { example: 'examples' })
const retryAfter = header('After how many seconds the call may be sent again.', { type: 'integer', minimum: 0 })

function dialectOf(name: string, operation: AnyOperation, components: Components, takesBody: boolean): Dialect {
  const errors = errorsByStatus(operation)
  return {
    name,
    words: {
      400: takesBody
        ? 'The body is no JSON or breaks its schema, or the path holds a malformed escape; under `contract=enforce` any broken rule of the call.'
        : 'The path holds a malformed escape; under `contract=enforce` any broken rule of the call.',
      403: 'The token is missing, malformed or unknown, or not that of the site; it is never 401.',
      405: 'The method is not taken here.',
      413: 'The body has more than 10 MB, or a batch more events than it may have.',
      415: 'The Content-Encoding is not taken.',
      431: 'The call has more headers than the emulator takes.',
      503: 'The event could not be processed or stored, or no further undeclared site is taken; nothing of the call is applied.',
    },
    headers: { Allow: header('The methods that are taken.', text), 'Retry-After': retryAfter },
    always: {},
    rules: {
      400: [...(takesBody ? ['jirafe.event.schema', 'jirafe.event.messages'] : []), 'jirafe.call.escapes'],
      403: ['jirafe.auth.missing'],
      503: ['jirafe.reply.unknown_message', 'jirafe.call.anonymous_limit'],
    },
    content(status) {
      const types = new Set((errors.get(status) ?? []).map(({ type = 'unknown' }) => type))
      if (status === 431) types.add('unknown')
      if (status === 400) for (const type of ['validation', 'unknown']) types.add(type)
      const schemas = [...types].map((type) => components.ref(reply(type.replace('_', '-'))))
      const examples = Object.fromEntries(
        [...types].map((type) => [type, { value: exampleOf(type, errors.get(status)) }]),
      )
      return { 'application/json': { schema: schemas.length === 1 ? schemas[0] : { oneOf: schemas }, examples } }
    },
  }
}

/** A refusal as it is recorded, or as the table of errors tells it. */
function exampleOf(type: string, errors: readonly VendorError[] = []): Part {
  const told = { error_type: type, success: false }
  if (type === 'validation') return { ...told, errors: { product_code: "None is not of type 'string'" } }
  const message = errors.find((each) => each.type === type)?.message ?? 'What is wrong, and what would be right.'
  return type === 'unknown' ? { ...told, message } : told
}

function describe(call: Call, method: string, examples: Examples, components: Components, shared: Refusals): Part {
  const { path, operation, tag, summary, description, body, word } = call
  const isTracker = tag === 'Trackers'
  const takesBody = method !== 'get'
  const printed = jirafeExamples(path, examples)
  const media = { schema: body === undefined ? { type: 'object', additionalProperties: false } : components.ref(body) }
  const ok = printed === undefined ? call.accepted : withExamples(call.accepted, printed.replies)
  return {
    operationId: idOf(method, path),
    'x-operation': operation.name,
    tags: [tag],
    summary,
    ...(description !== undefined && { description }),
    ...(isTracker && { security: [] }),
    parameters: [
      ...(path.includes('{site}') ? [site] : []),
      ...(takesBody ? [contentEncoding(['jirafe.format.codings', 'jirafe.format.coded_body'])] : []),
    ],
    ...(takesBody && {
      requestBody: {
        required: body !== undefined,
        description: body === undefined ? 'None, or {}.' : 'One JSON document.',
        content: { 'application/json': { ...media, ...(printed && { examples: printed.requests }) } },
        'x-evidence': evidenceOf([
          'jirafe.format.content_type',
          'jirafe.format.json',
          ...(body === undefined
            ? ['jirafe.site_check.body']
            : ['jirafe.event.schema', 'jirafe.event.undeclared', 'jirafe.event.formats']),
        ]),
      },
    }),
    responses: {
      200: ok,
      ...refusalsOf(
        operation,
        dialectOf(nameOf(call, takesBody), operation, components, takesBody),
        components,
        shared,
      ),
    },
    'x-rules': rulesOfCall('Jirafe', word),
  }
}

function withExamples(response: Part, examples: Part): Part {
  const [[type, media] = ['application/json', {}]] = Object.entries(response.content ?? {})
  return { ...response, content: { [type]: { ...media, examples } } }
}

/** Calls with the same refusals: those of events, of the credential check, of trackers and of their images. */
function nameOf({ tag }: Call, takesBody: boolean): string {
  if (tag === 'Trackers') return takesBody ? 'Tracker' : 'Pixel'
  if (tag === 'Site') return takesBody ? 'Check' : 'CheckByGet'
  return 'Event'
}

/** `postProductCost`, `getTrackerPageviewGif`. */
function idOf(method: string, path: string): string {
  const words = path.replace(/^\/v2\/|\{site\}\//g, '').split(/[/._]/)
  return method + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')
}

/** The document of Jirafe's calls. */
export function writeJirafe(examples: Examples): string {
  const components = new Components()
  const shared = new Refusals()
  const paths: Record<string, Path> = {}
  for (const call of callsOf(components))
    paths[call.path] = Object.fromEntries(
      call.methods.map((method) => [method, describe(call, method, examples, components, shared)]),
    )
  return writeDocument(
    'jirafe',
    {
      title: 'Jirafe events, as Backstock emulates them',
      description:
        "Jirafe's Events API, with what is known of each statement: `x-evidence` names the rule, how well it is known and " +
        'where it stands, and `x-rules` holds the whole book. The schemas are those that events are judged by. ' +
        'Fields that a schema does not declare are accepted and reported. Every other type of a site is answered 400 invalid_type.',
      tags: [
        { name: 'Inventory', description: 'How much of a product there is, by either published revision.' },
        { name: 'Events', description: 'What happens in a shop.' },
        { name: 'Site', description: 'The site and its credentials.' },
        { name: 'Trackers', description: "What a shop's pages send." },
      ],
      paths,
      security: [{ token: [] }],
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: 'The token of the site. Without `auth=enforce` any token is taken.',
          'x-evidence': evidenceOf(['jirafe.auth.token', 'jirafe.auth.form', 'jirafe.auth.site']),
        },
      },
      responses: shared.all,
      more: { 'x-rules': bookOf('jirafe'), 'x-errors': errorTable(jirafeOperations) },
    },
    components,
  )
}
