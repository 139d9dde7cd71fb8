import { jirafe } from '../../contracts/rules/jirafe.js'
import { type Findings, inBody, inHeader, inPath, inQuery } from '../findings.js'
import { type Body, type BodyFault, type Head, Refusal, type Terms } from '../operation.js'
import { codingsOf, supportedCodings } from '../wire/codings.js'
import { scanJson } from '../wire/json-scan.js'
import { parseJson } from '../wire/json-tree.js'
import { mediaType } from '../wire/media-types.js'
import { tokenOf } from './authorization.js'
import { type EventDocument, type InventoryEvent, readInventory } from './inventory.js'

/** 10 MB: the documented limit for batches, read for single events too. */
export const bodyLimit = 10 * 1024 * 1024
const methods = ['POST', 'PUT']

/** The events of a call as understood; a single event is a batch of one. */
export interface EventsCommand {
  readonly events: readonly InventoryEvent[]
}

/** Path, token and site: what the vendor looks at first, whatever the type. */
export function admitSite(head: Head, terms: Terms, findings: Findings): Refusal | undefined {
  findings.applies(jirafe['call.check_order'])
  if (head.badEscape) {
    findings.breach(jirafe['call.escapes'], inPath, head.target, 'escapes such as %20')
    return unknown(findings, 400, 'The path holds a malformed percent escape.')
  }
  const at = inHeader('authorization')
  const enforced = terms.settings.auth === 'enforce'
  if (tokenOf(head) === undefined || (enforced && terms.opens.length === 0)) {
    const seen = tokenOf(head) === undefined ? 'no Bearer token' : 'an unknown token'
    findings.breach(jirafe['auth.token'], at, seen, 'Authorization: Bearer <token>')
    return new Refusal(403, '', { type: 'invalid_token' })
  }
  findings.applies(jirafe['auth.form'])
  if (enforced && (terms.name === undefined || !terms.opens.includes(terms.name))) {
    findings.breach(jirafe['auth.site'], at, `a token for ${terms.opens.join(', ')}`, `the token of ${terms.name}`)
    return new Refusal(403, '', { type: 'authorization' })
  }
  return undefined
}

/** The checks of an event that need no body, in the order of the rule `call.check_order`. */
export function admitEvent(head: Head, terms: Terms, findings: Findings): Refusal | undefined {
  const refusal = admitSite(head, terms, findings)
  if (refusal !== undefined) return refusal
  if (!methods.includes(head.method)) {
    findings.breach(jirafe['call.method'], { path: 'method' }, head.method, 'POST')
    return unknown(findings, 405, `${head.method} is not taken here. Send the event by POST.`, {
      Allow: methods.join(', '),
    })
  }
  findings.applies(head.method === 'PUT' ? jirafe['call.put'] : jirafe['call.post'])
  if (Number(head.headers['content-length'] ?? 0) > bodyLimit) return tooLarge(findings)
  const coding = head.headers['content-encoding']
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
  if (type !== undefined && type !== 'application/json')
    findings.breach(jirafe['format.content_type'], inHeader('content-type'), type, 'application/json')
  else findings.applies(jirafe['format.content_type'])
  if (head.repeatedSlashes) findings.breach(jirafe['call.repeated_slashes'], inPath, head.target, 'single slashes')
  if (/\/(?:\?|$)/.test(head.target)) findings.applies(jirafe['call.trailing_slash'])
  if (head.segments.at(-1) === 'product.inventory') findings.applies(jirafe['call.both_paths'])
  for (const [name] of head.query) findings.breach(jirafe['call.query'], inQuery(name), name, 'no query')
}

/** What the vendor has no error type for. */
function unknown(findings: Findings, status: number, message: string, headers: Record<string, string> = {}): Refusal {
  findings.applies(jirafe['reply.no_seventh'])
  return new Refusal(status, message, { headers, type: 'unknown' })
}

function tooLarge(findings: Findings): Refusal {
  findings.breach(jirafe['format.size'], inBody, 'more than 10 MB', 'at most 10,485,760 bytes')
  return unknown(findings, 413, 'The body has more than 10 MB (10,485,760 bytes). Send the events in several calls.')
}

export async function readEvent(
  _head: Head,
  body: Body,
  terms: Terms,
  findings: Findings,
): Promise<EventsCommand | Refusal> {
  const received = await body.text(bodyLimit)
  if (typeof received !== 'string') return faulty(received.fault, findings)
  findings.applies(jirafe['format.utf8'])
  const text = received.startsWith('\ufeff') ? received.slice(1) : received
  if (text !== received) findings.breach(jirafe['format.bom'], inBody, 'a byte order mark', 'none')
  const document = readDocument(text, findings)
  if (document instanceof Refusal) return document
  return { events: [readInventory(document, 0, terms.settings, findings)] }
}

function readDocument(text: string, findings: Findings): EventDocument | Refusal {
  const parsed = parseJson(text)
  if ('fault' in parsed) {
    const rule = parsed.about === 'depth' ? jirafe['format.depth'] : jirafe['format.json']
    findings.breach(rule, inBody, parsed.fault, 'well-formed JSON')
    return badJson
  }
  const scan = scanJson(text)
  if (scan.tooDeep) {
    findings.breach(jirafe['format.depth'], inBody, 'more than 64 levels', 'at most 64 levels')
    return badJson
  }
  findings.applies(jirafe['format.json'])
  return { text, value: parsed.value, exact: !scan.oddNumbers && scan.names === countNames(parsed.value) }
}

const badJson = new Refusal(400, '', { type: 'bad_json' })

/** Names that survived `JSON.parse`: fewer than the text has where one was repeated. */
function countNames(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const own = Array.isArray(value) ? 0 : Object.keys(value).length
  return Object.values(value).reduce((sum: number, member) => sum + countNames(member), own)
}

function faulty(fault: BodyFault, findings: Findings): Refusal {
  switch (fault) {
    case 'too large':
      return tooLarge(findings)
    case 'bad encoding':
      findings.breach(jirafe['format.coded_body'], inBody, 'bytes that are not coded so', 'what Content-Encoding says')
      return badJson
    case 'not UTF-8':
      findings.breach(jirafe['format.utf8'], inBody, 'bytes that are no UTF-8', 'UTF-8')
      return badJson
  }
}
