import { isUtf8 } from 'node:buffer'

/** What stands in every kept copy where the request's own token stood. */
export const redacted = '«token»'

/** Texts that give a token away: the credentials as sent and, where they are Base64, what they decode to. */
export function secretsOf(authorization: string | undefined, encoded: boolean): readonly string[] {
  const credentials = authorization?.trim().replace(/^\S+\s+/, '')
  if (credentials === undefined || credentials === '') return []
  const bytes = encoded && /^[A-Za-z0-9+/]+=*$/.test(credentials) ? Buffer.from(credentials, 'base64') : Buffer.from('')
  const decoded = isUtf8(bytes) ? bytes.toString('utf8') : ''
  const secrets = [credentials, decoded, decoded.trim()]
  const spellings = secrets.flatMap(spellingsOf)
  return [...new Set(spellings)].filter((secret) => secret !== '').sort((one, other) => other.length - one.length)
}

/** As a URL, a JSON text or an XML text may write it. */
function spellingsOf(secret: string): readonly string[] {
  const inUrl = encodeURIComponent(secret)
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

function betweenMarks(text: string, change: (part: string) => string): string {
  return text.split(redacted).map(change).join(redacted)
}

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
  return JSON.parse(JSON.stringify(value), (_name, member) =>
    typeof member === 'string' ? replace(member) : member,
  ) as Value
}

/** Whether one of the secrets stands in a body, as it is or behind the escapes of JSON or XML. */
export function mayHold(text: string, secrets: readonly string[]): boolean {
  if (secrets.length === 0) return false
  const readings = [text]
  if (text.includes('\\')) readings.push(withoutJsonEscapes(text))
  if (text.includes('&')) readings.push(withoutXmlEscapes(text))
  return readings.some((reading) => secrets.some((secret) => reading.includes(secret)))
}

const jsonEscapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }

function withoutJsonEscapes(text: string): string {
  return text.replace(/\\(?:u([\da-f]{4})|(.))/gis, (_escape, unit: string | undefined, letter: string) =>
    unit === undefined ? (jsonEscapes[letter] ?? letter) : String.fromCharCode(Number.parseInt(unit, 16)),
  )
}

const xmlEntities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function withoutXmlEscapes(text: string): string {
  return text.replace(/&(?:#x([\da-f]+)|#(\d+)|(amp|lt|gt|quot|apos));/gi, (whole, hex, decimal, entity) => {
    if (entity !== undefined) return xmlEntities[entity] ?? whole
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    return point <= 0x10ffff ? String.fromCodePoint(point) : whole
  })
}
