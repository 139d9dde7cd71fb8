import { jirafe } from '../../contracts/rules/jirafe.js'
import { type Findings, inBody, inHeader, inPath, inQuery, inText } from '../findings.js'
import { type Limits, tellOver } from '../limits.js'
import { type Body, type Head, Refusal, type Terms, type Unreadable } from '../operation.js'
import { codingsOf, supportedCodings } from '../wire/codings.js'
import { deepest, scanJson } from '../wire/json-scan.js'
import { parseJson, placeOfFault } from '../wire/json-tree.js'
import { mediaType } from '../wire/media-types.js'
import { tokenOf } from './authorization.js'
import { EventDocument, JsonText } from './document.js'
import { type JirafeEvent, readEvent } from './event.js'
import type { EventType } from './types.js'

/** 10 MB: the documented limit for batches, read for single events too. */
export const bodyLimit = 10 * 1024 * 1024
export const eventMethods = ['POST', 'PUT']

/** The events of a call as understood; a single event is a batch of one. */
export interface EventsCommand {
  readonly events: readonly JirafeEvent[]
  /** The keys of a batch, those of empty lists too. */
  readonly lists: readonly string[]
  /** The site that a tracker's document names; undefined where it names none, and in every other call. */
  readonly site?: string
}

/** What the path alone tells. */
export function admitPath(head: Head, findings: Findings): Refusal | undefined {
  findings.applies(jirafe['call.check_order'])
  if (/^[^?]*%/.test(head.target)) findings.applies(jirafe['call.escapes'])
  if (!head.badEscape) return undefined
  findings.breach(jirafe['call.escapes'], inPath, head.target, 'escapes such as %20')
  return unknown(findings, 400, 'The path holds a malformed percent escape.')
}

/** Path, token and site: what the vendor looks at first, whatever the type. */
export function admitSite(head: Head, terms: Terms, findings: Findings): Refusal | undefined {
  const refusal = admitPath(head, findings)
  if (refusal !== undefined) return refusal
  const at = inHeader('authorization')
  const enforced = terms.settings.auth === 'enforce'
  const missing = head.headers.authorization === undefined
  findings.applies(jirafe['auth.missing'])
  if (!missing) findings.applies(jirafe['auth.token'])
  if (tokenOf(head) === undefined || (enforced && terms.opens.length === 0)) {
    const seen = missing ? 'no token' : tokenOf(head) === undefined ? 'no Bearer token' : 'an unknown token'
    const rule = missing ? jirafe['auth.missing'] : jirafe['auth.token']
    findings.breach(rule, at, seen, 'Authorization: Bearer <token>')
    return new Refusal(403, '', { type: 'invalid_token' })
  }
  findings.applies(jirafe['auth.form'])
  if (enforced) findings.applies(jirafe['auth.site'])
  if (enforced && (terms.name === undefined || !terms.opens.includes(terms.name))) {
    findings.breach(jirafe['auth.site'], at, `a token for ${terms.opens.join(', ')}`, `the token of ${terms.name}`)
    return new Refusal(403, '', { type: 'authorization' })
  }
  findings.applies(jirafe['call.type'])
  return undefined
}

/** The checks of an event that need no body, in the order of the rule `call.check_order`. */
export function admitEvent(head: Head, terms: Terms, findings: Findings): Refusal | undefined {
  const refusal = admitSite(head, terms, findings) ?? admitMethod(head, eventMethods, findings)
  if (refusal !== undefined) return refusal
  if (head.method === 'POST') findings.applies(jirafe['call.post'])
  judgeQuery(head, findings)
  return admitContent(head, findings)
}

export function judgeQuery(head: Head, findings: Findings): void {
  findings.applies(jirafe['call.query'])
  for (const [name] of head.query) findings.breach(jirafe['call.query'], inQuery(name), name, 'no query')
}

export function admitMethod(head: Head, methods: readonly string[], findings: Findings): Refusal | undefined {
  if (head.method === 'PUT' && methods.includes('PUT')) findings.applies(jirafe['call.put'])
  findings.applies(jirafe['call.method'])
  if (methods.includes(head.method)) return undefined
  const [right] = methods
  findings.breach(jirafe['call.method'], { path: 'method' }, head.method, right ?? '')
  return unknown(findings, 405, `${head.method} is not taken here. Send the call by ${right}.`, {
    Allow: methods.join(', '),
  })
}

/** What is to come as a body, as far as the headers tell. */
export function admitContent(head: Head, findings: Findings): Refusal | undefined {
  if (Number(head.headers['content-length'] ?? 0) > bodyLimit) return tooLarge(head, findings)
  const coding = head.headers['content-encoding']
  if (coding !== undefined) findings.applies(jirafe['format.codings'])
  if (codingsOf(coding) === undefined) {
    findings.breach(jirafe['format.codings'], inHeader('content-encoding'), coding ?? '', 'gzip, deflate or br')
    return unknown(
      findings,
      415,
      `The Content-Encoding ${coding} is not taken. Send ${supportedCodings}, or plain bytes.`,
    )
  }
  judgeHead(head, findings)
  return undefined
}

function judgeHead(head: Head, findings: Findings): void {
  const type = mediaType(head.headers['content-type'])
  // A body that is declared empty has no type; curl -d '' sends one all the same.
  if (type !== undefined && type !== 'application/json' && head.headers['content-length'] !== '0')
    findings.breach(jirafe['format.content_type'], inHeader('content-type'), type, 'application/json')
  else findings.applies(jirafe['format.content_type'])
  judgePath(head, findings)
}

/** What of a path is served and told. */
export function judgePath(head: Head, findings: Findings): void {
  findings.applies(jirafe['call.repeated_slashes'])
  if (head.repeatedSlashes) findings.breach(jirafe['call.repeated_slashes'], inPath, head.target, 'single slashes')
  if (/\/(?:\?|$)/.test(head.target)) findings.applies(jirafe['call.trailing_slash'])
  if (head.segments.at(-1) === 'product.inventory') findings.applies(jirafe['call.both_paths'])
}

/** What the vendor has no error type for. */
function unknown(findings: Findings, status: number, message: string, headers: Record<string, string> = {}): Refusal {
  findings.applies(jirafe['reply.no_seventh'])
  return new Refusal(status, message, { headers, type: 'unknown' })
}

/** More events than the emulator takes of anybody. */
export const overItems = (takes: Limits, findings: Findings) => unknown(findings, 413, tellOver('items', takes))

/** More events than a batch may have. */
export function tooMany(count: number, most: number, findings: Findings): Refusal {
  findings.breach(jirafe['batch.event_limit'], inBody, `${count} events`, `at most ${most}`)
  return unknown(findings, 413, `The batch has ${count} events, more than ${most}. Send them in several batches.`)
}

const ruleOfSize = ({ segments }: Head) =>
  segments.at(-1) === 'batch' ? jirafe['format.batch_size'] : jirafe['format.size']

function tooLarge(head: Head, findings: Findings): Refusal {
  findings.breach(ruleOfSize(head), inBody, 'more than 10 MB', 'at most 10,485,760 bytes')
  return unknown(findings, 413, 'The body has more than 10 MB (10,485,760 bytes). Send the events in several calls.')
}

/** The event of a path, understood by its type. */
export function readSingle(name: string, type: EventType) {
  return async (head: Head, body: Body, terms: Terms, findings: Findings): Promise<EventsCommand | Refusal> => {
    const document = readDocument(await body.text(bodyLimit), head, terms, findings)
    if (document instanceof Refusal) return document
    const event = readEvent(document, type, { index: 0, list: name }, terms.settings, findings)
    const site = type.siteOf?.(document.value)
    return { events: [event], lists: [], ...(site !== undefined && { site }) }
  }
}

const rulesOfText = [jirafe['format.utf8'], jirafe['format.bom']]
const rulesOfJson = [jirafe['format.json'], jirafe['format.depth']]

/** Where a body begins. */
const start = { line: 1, column: 1 }

/** The JSON document of a body, whatever it means. */
export function readDocument(
  received: string | Unreadable,
  head: Head,
  terms: Terms,
  findings: Findings,
): EventDocument | Refusal {
  const text = readText(received, head, findings)
  return text instanceof Refusal ? text : parseDocument(text, terms, findings)
}

export function readText(received: string | Unreadable, head: Head, findings: Findings): string | Refusal {
  findings.applies(ruleOfSize(head))
  if (typeof received !== 'string') return faulty(received, head, findings)
  findings.appliesAll(rulesOfText)
  if (head.headers['content-encoding'] !== undefined) findings.applies(jirafe['format.coded_body'])
  const text = received.startsWith('\ufeff') ? received.slice(1) : received
  if (text !== received) findings.breach(jirafe['format.bom'], inText(start), 'a byte order mark', 'none')
  return text
}

export function parseDocument(text: string, { takes }: Terms, findings: Findings): EventDocument | Refusal {
  const parsed = parseJson(text)
  if ('fault' in parsed) {
    const rule = parsed.about === 'depth' ? jirafe['format.depth'] : jirafe['format.json']
    findings.breach(rule, inText(parsed.at), parsed.fault, 'well-formed JSON')
    return badJson
  }
  const scan = scanJson(text)
  if (scan.depth > deepest) {
    findings.breach(jirafe['format.depth'], inText(placeOfFault(text)), 'more than 64 levels', 'at most 64 levels')
    return badJson
  }
  findings.appliesAll(rulesOfJson)
  if (scan.depth > takes.depth) return unknown(findings, 400, tellOver('depth', takes))
  const json = new JsonText(text, scan.oddNumbers, scan.names !== countNames(parsed.value))
  return new EventDocument(json, parsed.value)
}

const badJson = new Refusal(400, '', { type: 'bad_json' })

/** Names that survived `JSON.parse`: fewer than the text has where one was repeated. */
function countNames(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const own = Array.isArray(value) ? 0 : Object.keys(value).length
  return Object.values(value).reduce((sum: number, member) => sum + countNames(member), own)
}

function faulty({ fault, at }: Unreadable, head: Head, findings: Findings): Refusal {
  switch (fault) {
    case 'too large':
      return tooLarge(head, findings)
    case 'bad encoding':
      findings.breach(jirafe['format.coded_body'], inBody, 'bytes that are not coded so', 'what Content-Encoding says')
      return badJson
    case 'not UTF-8':
      findings.breach(jirafe['format.utf8'], inText(at ?? start), 'bytes that are no UTF-8', 'UTF-8')
      return badJson
  }
}
