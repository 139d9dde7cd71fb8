import { inPath, type Place } from '../findings.js'
import type { Head } from '../operation.js'
import { redact } from '../redaction.js'
import type { Vendor } from '../state/store.js'
import type { Heard } from './heard.js'

/** Query parameters that are there to hold a token, in small letters and without what parts their words. */
const names: ReadonlySet<string> = new Set([
  'token',
  'accesstoken',
  'apikey',
  'apitoken',
  'authtoken',
  'oauthtoken',
  'bearer',
  'bearertoken',
  'authorization',
])
const plainOf = (name: string) => name.toLowerCase().replace(/[-_.]/g, '')

/** A shorter token is a part of many words. */
const shortest = 6
/** Segments that are the vendor's own words. */
const words: ReadonlySet<string> = new Set(['v2', 'v4', 'bulk-inventory', 'style-number', 'inventory'])

export interface InUrl {
  readonly at: Place
  readonly seen: string
  readonly right: string
}

/** Where a call has a token in its URL; what the token is, is told nowhere. */
export function tokenInUrl({ head, ofToken: secrets, secrets: hidden }: Heard, vendor: Vendor): InUrl | undefined {
  // What else may be a credential is kept out of sight, and is no breach.
  if (head.query.length > 0) {
    const tokens = [...secrets, ...encoded(head, vendor)]
    for (const [name, value] of head.query) {
      // A plus sign of Base64 is a blank once it is decoded as a query's.
      const holds = isOrHolds(value, tokens) || isOrHolds(value.replaceAll(' ', '+'), tokens)
      if (!holds && !(value.trim() !== '' && names.has(plainOf(name)))) continue
      const shown = redact(name, [...tokens, ...hidden])
      return { at: { path: `query.${shown}` }, seen: `a token as the parameter ${shown}`, right: rightOf(vendor) }
    }
  }
  const inSegments = head.segments.some(
    (segment, index) => isOfClient(segment, index, vendor) && isOrHolds(segment, secrets),
  )
  if (inSegments) return { at: inPath, seen: 'the token in the path', right: rightOf(vendor) }
  return undefined
}

const rightOf = (vendor: Vendor) =>
  `the header Authorization: ${vendor === 'joor' ? 'OAuth2 <Base64 of the token>' : 'Bearer <token>'}`

function isOrHolds(text: string, tokens: readonly string[]): boolean {
  if (text === '') return false
  for (const token of tokens) if (text === token || (token.length >= shortest && text.includes(token))) return true
  return false
}

/** Jirafe's token is sent as it is; in a URL somebody may have encoded it. */
function encoded({ headers }: Head, vendor: Vendor): readonly string[] {
  const token = vendor === 'jirafe' ? headers.authorization?.trim().replace(/^\S+\s+/, '') : undefined
  return token ? [Buffer.from(token).toString('base64'), Buffer.from(token).toString('base64url')] : []
}

/** Whether a client writes something of its own there; a Jirafe site may be called as its token. */
function isOfClient(segment: string, index: number, vendor: Vendor): boolean {
  return !words.has(segment) && !(vendor === 'jirafe' && index === 1)
}
