import { firstOf } from './first-of.js'
import type { Sent } from './sent.js'
import { withoutJsonEscapes, withoutPercents, withoutXmlEscapes } from './wire/escapes.js'

type Headers = Readonly<Record<string, string | undefined>>

/** What of a call may carry a credential beside its body. */
export interface Carrier {
  readonly sentHeaders: Sent<Headers>
  readonly authorization: Sent<string | undefined>
  readonly query: readonly (readonly [name: string, value: string])[]
}

/** Names of headers, parameters and members that are there to hold a credential, by their last words. */
const names =
  'authorization|(?:api|access|private|secret|subscription|auth)[-_.]?key|(?:[a-z]+[-_.]?)?(?:token|secret|password|passwd|bearer|cookie)'
const credential = new RegExp(`(?:^|[-_.])(?:${names})$`)
/** One of these is in each of the names. */
const word = /token|secret|passw|bearer|cookie|key|authorization/i

/** Whether a name says that its value is a credential: `access_token`, `apiKey`, `X-API-Key`, `key`, `Cookie`. */
export function isCredential(name: string): boolean {
  if (!word.test(name)) return false
  const words = name.replace(/([a-z\d])([A-Z])/g, '$1-$2').toLowerCase()
  return words === 'key' || credential.test(words)
}

/** Whether a header is a credential beside the Authorization header: it is kept by nobody, and means nothing to the vendors. */
export const isOtherCredential = (header: string) => header !== 'authorization' && isCredential(header)

/** All that headers and parameters say to be one, but for the Authorization header: its scheme has to be read first. */
export function carriedBy({ sentHeaders, query }: Carrier): readonly string[] {
  const inHeaders = sentHeaders.read(carriedByHeaders)
  if (query.length === 0) return inHeaders
  const found: string[] = []
  for (const [name, value] of query) if (isCredential(name)) found.push(value, value.replaceAll(' ', '+'))
  return [...inHeaders, ...trimmed(found)]
}

function carriedByHeaders(headers: Headers): readonly string[] {
  const found: string[] = []
  for (const name in headers) {
    const value = headers[name]
    if (name === 'authorization' || value === undefined) continue
    if (isCredential(name)) found.push(...partsOf(value))
    else if (value.includes('=')) found.push(...inText(value))
  }
  return trimmed(found)
}

const trimmed = (texts: readonly string[]) => texts.map((text) => text.trim()).filter(Boolean)

/** A cookie is a list of pairs, and other headers have schemes and parameters. */
const partsOf = (value: string) => [
  value,
  ...value.split(/[\s,;]+/).flatMap((part) => [part, part.replace(/^[^=]+=/, '')]),
]

const nothing: readonly string[] = []

/** A header may hold the URL of another page, with all its parameters. */
function inText(value: string): readonly string[] {
  const pairs = [...value.matchAll(/[?&;]([^=&;\s]+)=([^&;\s#]+)/g)]
  return pairs.flatMap(([, name = '', text = '']) => (isCredential(name) ? [text, withoutPercents(text)] : []))
}

/** Each is looked for, in all its spellings, in all that is kept of the call, and a body may hold any number of them. */
const mostInBody = 20
/** So often is a name looked at that may be one of a credential. */
const mostLooked = 10_000
/** No client has one that is longer. */
const longestInBody = 8_192

/** Looked for as a whole: of a large body nearly all other names are passed over. */
const named = '([\\w.-]{0,40}(?:token|secret|passw|bearer|cookie|key|authorization)[\\w.-]{0,8})'
const member = { start: new RegExp(`"${named}"\\s*:\\s*"`, 'gi'), end: /"/g }
const element = { start: new RegExp(`<${named}>(?:<!\\[CDATA\\[)?`, 'gi'), end: /<|\]\]>/g }
const field = { start: new RegExp(`(?:^|&)${named}=`, 'gi'), end: /[&\s]|$/g }

/** What members of JSON, elements of XML and fields of a form say to be one, as they are written. */
export function carriedIn(body: string): readonly string[] {
  if (!word.test(body)) return nothing
  const first = /\S/.exec(body)?.[0]
  const { start, end } = first === '{' || first === '[' ? member : first === '<' ? element : field
  const found = new Set<string>()
  for (const { 0: whole, 1: name = '', index } of firstOf(body.matchAll(start), mostLooked)) {
    if (!isCredential(name)) continue
    const text = upTo(end, body, index + whole.length)
    if (text) found.add(text)
    if (found.size === mostInBody) break
  }
  return trimmed(
    [...found].flatMap((text) => [
      ...[text, withoutJsonEscapes(text), withoutXmlEscapes(text), withoutPercents(text.replaceAll('+', ' '))],
    ]),
  )
}

/** What stands before the end; undefined where it is too long, or has none. A quote behind a backslash ends nothing. */
function upTo(end: RegExp, body: string, from: number): string | undefined {
  const text = body.slice(from, from + longestInBody)
  for (const { 0: mark, index } of text.matchAll(end)) {
    const before = /\\*$/.exec(text.slice(Math.max(0, index - 100), index))?.[0].length ?? 0
    if (mark !== '"' || before % 2 === 0) return text.slice(0, index)
  }
  return undefined
}
