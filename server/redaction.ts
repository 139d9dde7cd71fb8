import { isUtf8 } from 'node:buffer'
import { type Carrier, carriedBy, carriedIn, isCredential } from './credentials.js'
import { Sent, sentNothing } from './sent.js'
import type { Slices } from './slices.js'
import { withoutJsonEscapes, withoutPercents, withoutXmlEscapes } from './wire/escapes.js'

/** What stands in every kept copy where the request's own token stood. */
export const redacted = '«token»'

/** Shorter ones are parts of many words: they are replaced where they stand for a credential, and nowhere else. */
const shortest = 6
/** Each is looked for in all that is kept of the call; headers and parameters that hold more are replaced as a whole. */
const mostLookedFor = 40

/** A pattern for all spellings of a longer one is more than an engine takes: what holds it so is not kept at all. */
const longest = 8_192

/** The texts that give away what a call has of credentials; worked out once, when they are first asked for. */
export class Secrets {
  readonly #carrier: Carrier
  readonly #ofToken: (authorization: string | undefined) => readonly string[]
  #ofHead: readonly string[] | undefined
  #ofBody: { readonly body: string; readonly secrets: readonly string[]; isThere: boolean | undefined } | undefined

  /** `ofToken` gives those of the Authorization header, by one of the two below. */
  constructor(carrier: Carrier, ofToken: (authorization: string | undefined) => readonly string[]) {
    this.#carrier = carrier
    this.#ofToken = ofToken
  }

  /** Those of the Authorization header. */
  get ofToken(): readonly string[] {
    return this.#carrier.authorization.read(this.#ofToken)
  }

  /** The same of all that names say to be a credential: other headers and parameters. */
  get ofHead(): readonly string[] {
    this.#ofHead ??= together(this.ofToken, carriedBy(this.#carrier))
    return this.#ofHead
  }

  /** The same with the members of a body. */
  with(body: string): readonly string[] {
    return this.#of(body).secrets
  }

  /** Whether one of them stands in the body. */
  standIn(body: string): boolean {
    const of = this.#of(body)
    of.isThere ??= mayHold(body, of.secrets)
    return of.isThere
  }

  /** Both take a while where a body has megabytes: here between two pauses each, and known from then on. */
  *lookThrough(body: string): Slices<void> {
    yield
    this.with(body)
    yield
    this.standIn(body)
    yield
  }

  #of(body: string) {
    if (this.#ofBody?.body !== body)
      this.#ofBody = { body, secrets: together(this.ofHead, carriedIn(body)), isThere: undefined }
    return this.#ofBody
  }
}

/** Those of a document that no call brought. */
export const noSecrets = new Secrets({ sentHeaders: new Sent({}), authorization: sentNothing, query: [] }, () => [])

/** What gives away the credentials of an Authorization header, as they were sent. */
export const secretsOfToken = (authorization: string | undefined) => secretsOf(authorization, false)

/** The same where they may be Base64: what they decode to is a secret as well. */
export const secretsOfEncodedToken = (authorization: string | undefined) => secretsOf(authorization, true)

function secretsOf(authorization: string | undefined, encoded: boolean): readonly string[] {
  const credentials = authorization?.trim().replace(/^\S+\s+/, '')
  if (credentials === undefined || credentials === '') return []
  const parts = longOnes(credentials.split(/[\s,;]+/))
  return spelled([credentials, ...parts].flatMap((part) => [part, ...(encoded ? decodedOf(part) : [])]))
}

/** Secrets, and what else is carried that may be Base64. */
function together(secrets: readonly string[], carried: readonly string[]): readonly string[] {
  if (carried.length === 0) return secrets
  const long = longOnes(carried.flatMap((text) => [text, ...decodedOf(text)]))
  return long.length === 0 ? secrets : inOrder([...secrets, ...spelled(long)])
}

const longOnes = (texts: readonly string[]) =>
  [...new Set(texts)].filter((text) => text.length >= shortest).slice(0, mostLookedFor)

function decodedOf(text: string): readonly string[] {
  if (!/^[A-Za-z0-9+/_-]+=*$/.test(text)) return []
  const bytes = Buffer.from(text, 'base64')
  if (!isUtf8(bytes)) return []
  const decoded = bytes.toString('utf8')
  // Of "user:password" the second half is one by itself.
  const password = /^[^:]+:(.+)$/s.exec(decoded)?.[1] ?? ''
  return [decoded, decoded.trim(), ...(password.length >= shortest ? [password] : [])]
}

const spelled = (secrets: readonly string[]) => inOrder(secrets.flatMap(spellingsOf))

/** The longest first: one may be a part of another. */
const inOrder = (secrets: readonly string[]) =>
  [...new Set(secrets)].filter((secret) => secret !== '').sort((one, other) => other.length - one.length)

/** What a URL, a JSON text and an XML text write as it is. */
const plain = /^[\w.~-]*$/

/** As a URL, a JSON text, an XML text or Base64 may write it. */
function spellingsOf(secret: string): readonly string[] {
  const texts = plain.test(secret) ? [secret] : escapedFormsOf(secret)
  if (secret.length < shortest) return texts
  const bytes = Buffer.from(secret)
  return [...texts, bytes.toString('base64'), bytes.toString('base64url')]
}

function escapedFormsOf(secret: string): readonly string[] {
  // A lone surrogate is in no URL.
  const inUrl = encodeURIComponent(secret.replace(/\p{Cs}/gu, '\ufffd'))
  const inJson = JSON.stringify(secret).slice(1, -1)
  const inXml = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const lowerCase = inUrl.replace(/%../g, (triplet) => triplet.toLowerCase())
  return [secret, inUrl, lowerCase, inJson, inJson.replaceAll('/', '\\/'), inXml, inXml.replaceAll('"', '&quot;')]
}

/** The text without the secrets; what is replaced already stays as it is, also where a token is a word of the mark. */
export function redact(text: string, secrets: readonly string[]): string {
  let safe = text
  for (const secret of secrets)
    if (safe.includes(secret)) safe = betweenMarks(safe, (part) => part.replaceAll(secret, redacted))
  return safe
}

/** The same of a text that may write each character of a secret as JSON, XML or a URL can. */
export function redactDeep(text: string, secrets: readonly string[]): string {
  if (!mayHold(text, secrets)) return text
  const safe = redact(text, secrets)
  const unmarked = safe.replaceAll(redacted, '')
  if (!mayHold(unmarked, secrets)) return safe
  const hidden = secrets.filter((secret) => mayHold(unmarked, [secret]))
  if (hidden.some((secret) => secret.length > longest)) return redacted
  return hidden.reduce(
    (rest, secret) => betweenMarks(rest, (part) => part.replace(anySpelling(secret), redacted)),
    safe,
  )
}

/** In so many characters any spelling of a secret ends of which a pattern can be made. */
const longestSpelling = 16 * longest

/**
 * The same of no more of a text than it takes for so many characters of what is kept. A text that holds a secret too long
 * for a pattern is looked at as a whole.
 */
export function redactStart(text: string, secrets: readonly string[], most: number): string {
  const part = 2 * most + longestSpelling
  if (text.length <= part || secrets.some((secret) => secret.length > longest)) return redactDeep(text, secrets)
  const safe = redactDeep(text.slice(0, part), secrets)
  // At its end the part may have cut a secret in two, which is kept by nobody.
  return safe.length >= most + longestSpelling ? safe : redactDeep(text, secrets)
}

function betweenMarks(text: string, change: (part: string) => string): string {
  return text.split(redacted).map(change).join(redacted)
}

const named: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' }
const short: Readonly<Record<string, string>> = { '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't' }

/** A pattern for every way to write a text. */
function anySpelling(secret: string): RegExp {
  return new RegExp([...secret].map(anyCharacter).join(''), 'g')
}

function anyCharacter(character: string): string {
  const point = character.codePointAt(0) ?? 0
  const units = character.split('').map((unit) => `\\\\u${hexOf(unit.charCodeAt(0), 4)}`)
  const bytes = [...Buffer.from(character)].map((byte) => `%${hexOf(byte, 2)}`)
  const entity = named[character]
  const escaped = short[character] ?? ('"\\/'.includes(character) ? literally(character) : undefined)
  const ways = [literally(character), units.join(''), bytes.join(''), `&#0*${point};`, `&#[xX]0*${hexOf(point, 1)};`]
  if (entity !== undefined) ways.push(`&${entity};`)
  if (escaped !== undefined) ways.push(`\\\\${escaped}`)
  if (character === ' ') ways.push('\\+')
  return `(?:${ways.join('|')})`
}

/** A number in hexadecimal digits of either case. */
const hexOf = (value: number, digits: number) =>
  value
    .toString(16)
    .padStart(digits, '0')
    .replace(/[a-f]/g, (digit) => `[${digit}${digit.toUpperCase()}]`)

const literally = (text: string) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')

/** A request target without the secrets, and without the value of any parameter that is there to hold one. */
export function redactTarget(target: string, secrets: readonly string[]): string {
  const [path = '', ...search] = target.split('?')
  const query = search.join('?')
  return redactDeep(search.length === 0 ? path : `${path}?${query.split('&').map(withoutValue).join('&')}`, secrets)
}

function withoutValue(pair: string): string {
  const at = pair.indexOf('=')
  if (at < 0 || at === pair.length - 1) return pair
  const [[name = ''] = []] = new URLSearchParams(pair)
  return isCredential(name) ? `${pair.slice(0, at)}=${redacted}` : pair
}

/** The target of a call as it may be shown to anybody. */
export const shownTarget = ({ target, ...carrier }: Carrier & { readonly target: string }): string =>
  redactTarget(target, new Secrets(carrier, secretsOfEncodedToken).ofHead)

/** A JSON text without the secrets, those behind escapes too; as it was written wherever none stands in it. */
export function redactJson(text: string, secrets: readonly string[]): string {
  if (!mayHold(text, secrets)) return text
  const safe = redact(text, secrets)
  if (!mayHold(safe.replaceAll(redacted, ''), secrets)) return safe
  const plain = mapTexts<unknown>(JSON.parse(text), (each) => redact(each, secrets))
  return redact(JSON.stringify(plain), secrets)
}

/** The same value made of plain JSON, with each text in it replaced. */
export function mapTexts<Value>(value: Value, replace: (text: string) => string): Value {
  // Only what stands inside strings is changed, so the value keeps its shape.
  return withTexts(value, replace) as Value
}

function withTexts(value: unknown, replace: (text: string) => string): unknown {
  if (typeof value === 'string') return replace(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((each) => withTexts(each, replace))
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withTexts(member, replace)]))
}

/** Whether one of the secrets stands in a text, as it is or behind the escapes of JSON, XML or a URL. */
export function mayHold(text: string, secrets: readonly string[]): boolean {
  if (secrets.length === 0) return false
  const { stems, least } = looksOf(secrets)
  // No way to write a character is shorter than itself.
  if (text.length < least) return false
  return (
    holds(text, stems, secrets) ||
    (text.includes('\\') && holds(withoutJsonEscapes(text), stems, secrets)) ||
    (text.includes('&') && holds(withoutXmlEscapes(text), stems, secrets)) ||
    (text.includes('%') && holds(withoutPercents(text), stems, secrets))
  )
}

/** A body may have megabytes, which are looked through for a few beginnings first. */
const holds = (text: string, stems: readonly string[], secrets: readonly string[]) =>
  includesAny(text, stems) && includesAny(text, secrets)

function includesAny(text: string, parts: readonly string[]): boolean {
  for (const part of parts) if (text.includes(part)) return true
  return false
}

const stemLength = 12
const looks = new WeakMap<readonly string[], { readonly stems: readonly string[]; readonly least: number }>()

/** What the secrets begin with, for the spellings of one begin alike; and the length of the shortest. */
function looksOf(secrets: readonly string[]) {
  const known = looks.get(secrets)
  if (known !== undefined) return known
  const made = {
    stems: [...new Set(secrets.map((secret) => secret.slice(0, stemLength)))],
    least: Math.min(...secrets.map(({ length }) => length)),
  }
  looks.set(secrets, made)
  return made
}
