import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { isOtherCredential } from '../credentials.js'
import { mayHold, redactDeep, redactTarget } from '../redaction.js'
import type { Case, ExpectedReply, Step } from '../verify/case.js'
import { mayClear } from '../verify/effect.js'
import { type Exchange, isReply, type Real } from './exchange.js'
import { withoutIds, withoutInstants } from './forms.js'
import { recordedHeaders } from './headers.js'
import { readableReply } from './reply-values.js'
import { rulesAt } from './vendor.js'
import { repliesOf } from './vendors.js'

/** A contract case without its file; what it takes for granted stands beside it. */
export type RecordedCase = Omit<Case, 'file' | 'given'> & { readonly recorded: string }

/** Why an exchange is not recorded. */
interface Left {
  readonly why: string
}

const left = (why: string): Left => ({ why })

/** An exchange as a contract case that anybody may replay: without credentials, and with variables for ids and site. */
export function caseOf(exchange: Exchange): RecordedCase | Left {
  const { number, emulated, comparison, real, vendor } = exchange
  const { entry } = emulated
  if (comparison.verdict === 'unknown' || !isReply(real)) return left(comparison.why ?? 'it could not be compared')
  const step = stepOf(exchange)
  if ('why' in step) return step
  const reply = replyOf(exchange, real)
  if ('why' in reply) return reply
  const touched = comparison.differences.flatMap(({ rules }) => rules)
  const about = ['status', ''].flatMap((place) => rulesAt(place, repliesOf(vendor), entry))
  const rules = [...new Set([...touched, ...about].map(({ id }) => id))]
  if (rules.length === 0) return left('no rule was met, as where contract=off')
  const [path = ''] = step.call.split('?', 1)
  return {
    case: `exchange ${number}: ${path} was answered ${reply.status}`,
    recorded: entry.at.toISOString(),
    rules,
    effect: mayClear(step) ? 'destructive' : 'safe',
    steps: [{ ...step, reply }],
  }
}

/** Where a text holds this, a case would take it for a variable. */
const template = /\{\{/

function stepOf(exchange: Exchange): Step | Left {
  const { head, sent, secrets, vendor } = exchange
  const { body } = sent
  if (body === undefined) return left('its body had not arrived when it was answered')
  if (redactTarget(head.target, secrets) !== head.target) return left('its URL holds a credential')
  if (!/^[A-Z]+$/.test(head.method) || !/^\/[!-~]*$/.test(head.target) || template.test(head.target))
    return left('its request line cannot be written down')
  const authorization = authorizationOf(exchange)
  if (typeof authorization === 'object') return authorization
  const written = bodyOf(exchange, body)
  if ('why' in written) return written
  const target = vendor === 'jirafe' && !head.badEscape ? withSite(head.target) : head.target
  const own = authorization === undefined ? [] : [`Authorization: ${authorization}`]
  const raw = { head: ['Host: {{host}}', ...own, ...headOf(sent.rawHeaders, body.length, secrets)] }
  return { call: `${head.method} ${target}`, raw, ...written }
}

/** The Authorization header with the token of whoever replays it; undefined where there was none. */
function authorizationOf({ head, vendor, emulated: { entry } }: Exchange): string | undefined | Left {
  const { authorization } = head.headers
  if (authorization === undefined) return undefined
  if (entry.status === 401 || entry.status === 403)
    return left('its credentials were refused, and are not written down')
  const [, scheme = '', credentials = ''] = /^([!-~]+ +)([!-~]+)$/.exec(authorization) ?? []
  if (vendor === 'jirafe') return credentials === '' ? oddToken : `${scheme}{{jirafe_token}}`
  const isUsual = Buffer.from(credentials, 'base64').toString('base64') === credentials
  const isOdd = entry.breaches.some(({ rule }) => oddTokens.has(rule.id))
  return isUsual && credentials !== '' && !isOdd ? `${scheme}{{joor_base64}}` : oddToken
}

const oddToken = left('its token is written in a way that another one cannot be')
const oddTokens: ReadonlySet<string> = new Set(['joor.auth.printable', 'joor.auth.line_feed', 'joor.auth.token_alone'])

/** The lines of the head that the vendor may go by, as they were sent: no credentials, and no coding of the reply. */
function headOf(rawHeaders: readonly string[], bytes: number, secrets: readonly string[]): readonly string[] {
  const lines: string[] = []
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    const is = name.toLowerCase()
    if (is === 'authorization' || is === 'accept-encoding' || is === 'content-length' || isOtherCredential(is)) continue
    const line = `${name}: ${value}`
    if (/^[\t -~]*$/.test(line) && !template.test(line) && !mayHold(line, secrets)) lines.push(line)
  }
  return bytes > 0 || rawHeaders.some((name, at) => at % 2 === 0 && name.toLowerCase() === 'content-length')
    ? [...lines, 'Content-Length: {{length}}']
    : lines
}

/** The site of a path is whoever replays it has; a tracker's is in its document. */
const withSite = (target: string) => target.replace(/^(\/+v2\/+)(?!tracker\/)[^/?]+(?=\/)/, '$1{{site}}')

/** A text as it is, and what is none, or could not be seen in a file, as its bytes. */
function bodyOf({ head, sentText, secrets }: Exchange, body: Buffer): Omit<Step, 'call'> | Left {
  if (body.length === 0) return {}
  const coded = (head.headers['content-encoding'] ?? '') !== ''
  const plain = !coded && isUtf8(body)
  const text = plain ? redactDeep(body.toString('utf8'), secrets) : sentText
  if (plain && text !== undefined && isPlainText(text))
    return text.trimStart().startsWith('<') ? { xml: text } : { json: text }
  if (plain && text !== undefined) return { base64: Buffer.from(text).toString('base64') }
  if (text === undefined || mayHold(text, secrets)) return left('its body cannot be read, and may hold the token')
  return { base64: body.toString('base64') }
}

const isPlainText = (text: string) => !template.test(text) && !/[^\P{C}\n\r\t]/u.test(text)

/** Characters of a reply beyond which its hash stands for it. */
const longest = 65_536

/** What the real API answered, as far as it was compared. */
function replyOf({ emulated, readable, sentText = '', secrets }: Exchange, { status }: Real): ExpectedReply | Left {
  if (readable === undefined || emulated.reply === undefined) return left('its reply cannot be read')
  const ours = readableReply(emulated.reply)
  const expected = { status, headers: recordedHeaders(readable, ours) }
  const { text, bytes } = readable
  if (text === undefined) {
    const shown = bytes.toString('latin1')
    return mayHold(shown, secrets)
      ? left('its reply holds the token')
      : { ...expected, base64: bytes.toString('base64') }
  }
  const safe = redactDeep(text, secrets)
  if (safe.length > longest) {
    if (safe !== text || withoutIds(safe, sentText) !== safe) return left('its reply is too long to be written down')
    return { ...expected, sha256: createHash('sha256').update(bytes).digest('hex') }
  }
  if (template.test(safe)) return left('its reply has {{ in it, which stands for a variable')
  const body = withoutIds(safe, sentText)
  // Such a sentence is another one at each replay.
  const instants = withoutInstants(body) !== body && withoutInstants(sentText) === sentText
  return instants ? left('its reply tells of an instant') : { ...expected, body }
}
