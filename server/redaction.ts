import { isUtf8 } from 'node:buffer'
import { type Carrier, carriedBy, isCredential } from './credentials.js'
import { withoutJsonEscapes, withoutPercents, withoutXmlEscapes } from './wire/escapes.js'

/** What stands in every kept copy where the request's own token stood. */
export const redacted = '«token»'

/** Shorter ones are parts of many words: they are replaced where they stand for a credential, and nowhere else. */
const shortest = 6
/** Each is looked for in all that is kept of the call; headers and parameters that hold more are replaced as a whole. */
const mostLookedFor = 40

/** A pattern for all spellings of a longer one is more than an engine takes: what holds it so is not kept at all. */
const longest = 8_192

/** Texts that give a token away: the credentials as sent and, where they are Base64, what they decode to. */
export function secretsOf(authorization: string | undefined, encoded: boolean): readonly string[] {
  const credentials = authorization?.trim().replace(/^\S+\s+/, '')
  if (credentials === undefined || credentials === '') return []
  const parts = longOnes(credentials.split(/[\s,;]+/))
  return spelled([credentials, ...parts].flatMap((part) => [part, ...(encoded ? decodedOf(part) : [])]))
}

/** The same of all that names or places say to be a credential: other headers, parameters, and members of the body. */
export function credentialsIn(carrier: Carrier, encoded: boolean, body = ''): readonly string[] {
  const carried = carriedBy(carrier, body).flatMap((text) => [text, ...decodedOf(text)])
  const long = longOnes(carried)
  const own = secretsOf(carrier.headers.authorization, encoded)
  return long.length === 0 ? own : inOrder([...own, ...spelled(long)])
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

/** As a URL, a JSON text, an XML text or Base64 may write it. */
function spellingsOf(secret: string): readonly string[] {
  // A lone surrogate is in no URL.
  const inUrl = encodeURIComponent(secret.replace(/\p{Cs}/gu, '\ufffd'))
  const inJson = JSON.stringify(secret).slice(1, -1)
  const inXml = secret.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  const lowerCase = inUrl.replace(/%../g, (triplet) => triplet.toLowerCase())
  const plain = [
    secret,
    inUrl,
    lowerCase,
    inJson,
    inJson.replaceAll('/', '\\/'),
    inXml,
    inXml.replaceAll('"', '&quot;'),
  ]
  if (secret.length < shortest) return plain
  const bytes = Buffer.from(secret)
  return [...plain, bytes.toString('base64'), bytes.toString('base64url')]
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
  const at = target.indexOf('?')
  const path = at < 0 ? target : target.slice(0, at)
  const query =
    at < 0
      ? ''
      : `?${target
          .slice(at + 1)
          .split('&')
          .map(withoutValue)
          .join('&')}`
  return redactDeep(`${path}${query}`, secrets)
}

function withoutValue(pair: string): string {
  const at = pair.indexOf('=')
  if (at < 0 || at === pair.length - 1) return pair
  const [[name = ''] = []] = new URLSearchParams(pair)
  return isCredential(name) ? `${pair.slice(0, at)}=${redacted}` : pair
}

/** The target of a call as it may be shown to anybody. */
export const shownTarget = ({ target, ...carrier }: Carrier & { readonly target: string }): string =>
  redactTarget(target, credentialsIn(carrier, true))

/** A JSON text without the secrets, those behind escapes too; as it was written wherever none stands in it. */
export function redactJson(text: string, secrets: readonly string[]): string {
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
  const readings = [text]
  if (text.includes('\\')) readings.push(withoutJsonEscapes(text))
  if (text.includes('&')) readings.push(withoutXmlEscapes(text))
  if (/%[\da-f]{2}/i.test(text)) readings.push(withoutPercents(text))
  return readings.some((reading) => secrets.some((secret) => reading.includes(secret)))
}
