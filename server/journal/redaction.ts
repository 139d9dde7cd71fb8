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

export function redact(text: string, secrets: readonly string[]): string {
  let safe = text
  for (const secret of secrets) if (safe.includes(secret)) safe = safe.replaceAll(secret, redacted)
  return safe
}

/** The same for a value made of plain JSON. */
export function redactValue<Value>(value: Value, secrets: readonly string[]): Value {
  // Redaction only changes what stands inside strings, so the value keeps its shape.
  return JSON.parse(JSON.stringify(value), (_name, member) =>
    typeof member === 'string' ? redact(member, secrets) : member,
  ) as Value
}
