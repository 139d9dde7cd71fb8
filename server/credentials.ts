import { withoutJsonEscapes, withoutPercents, withoutXmlEscapes } from './wire/escapes.js'

/** What of a call may carry a credential beside its body. */
export interface Carrier {
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly query: readonly (readonly [name: string, value: string])[]
}

/** Names of headers, parameters and members that are there to hold a credential, by their last words. */
const names =
  'authorization|(?:api|access|private|secret|subscription|auth)[-_.]?key|(?:[a-z]+[-_.]?)?(?:token|secret|password|passwd|bearer|cookie)'
const credential = new RegExp(`(?:^|[-_.])(?:${names})$`)

/** Whether a name says that its value is a credential: `access_token`, `apiKey`, `X-API-Key`, `key`, `Cookie`. */
export function isCredential(name: string): boolean {
  const words = name.replace(/([a-z\d])([A-Z])/g, '$1-$2').toLowerCase()
  return words === 'key' || credential.test(words)
}

/** All that is said to be a credential, but for what the Authorization header says: its scheme has to be read first. */
export function carriedBy({ headers, query }: Carrier, body: string): readonly string[] {
  const inHeaders = Object.entries(headers).flatMap(([name, value]) =>
    name === 'authorization' || value === undefined ? [] : isCredential(name) ? partsOf(value) : inText(value),
  )
  const inQuery = query.flatMap(([name, value]) => (isCredential(name) ? [value, value.replaceAll(' ', '+')] : []))
  return [...inHeaders, ...inQuery, ...inBody(body)].map((text) => text.trim()).filter(Boolean)
}

/** A cookie is a list of pairs, and other headers have schemes and parameters. */
const partsOf = (value: string) => [
  value,
  ...value.split(/[\s,;]+/).flatMap((part) => [part, part.replace(/^[^=]+=/, '')]),
]

/** A header may hold the URL of another page, with all its parameters. */
function inText(value: string): readonly string[] {
  const pairs = [...value.matchAll(/[?&;]([^=&;\s]+)=([^&;\s#]+)/g)]
  return pairs.flatMap(([, name = '', text = '']) => (isCredential(name) ? [text, withoutPercents(text)] : []))
}

const mayName = /token|secret|passw|bearer|cookie|key|authorization/i
const member = /"([\w.-]{2,40})"\s*:\s*"((?:[^"\\]|\\.)*)"/g
const element = /<([\w.-]{2,40})>(?:<!\[CDATA\[)?([^<]*?)(?:<|\]\]>)/g
const field = /(?:^|&)([\w.-]{2,40})=([^&\s]*)/g

/** Members of JSON, elements of XML and fields of a form, as they are written. */
function inBody(body: string): readonly string[] {
  if (!mayName.test(body)) return []
  const first = body.trimStart()[0]
  const pattern = first === '{' || first === '[' ? member : first === '<' ? element : field
  return [...body.matchAll(pattern)].flatMap(([, name = '', text = '']) =>
    isCredential(name)
      ? [text, withoutJsonEscapes(text), withoutXmlEscapes(text), withoutPercents(text.replaceAll('+', ' '))]
      : [],
  )
}
