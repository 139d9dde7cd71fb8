import { jirafe } from '../../contracts/rules/jirafe.js'
import type { VendorError } from '../operation.js'

/** A call whose token does not open the site; a tracker needs none. */
const forbidden: readonly VendorError[] = [
  { status: 403, type: 'invalid_token', rule: jirafe['auth.token'], message: '' },
  { status: 403, type: 'authorization', rule: jirafe['auth.site'], message: '' },
]

/** A call whose body is not taken. */
const unreadable: readonly VendorError[] = [
  { status: 400, type: 'bad_json', rule: jirafe['format.json'], message: '' },
  { status: 413, type: 'unknown', rule: jirafe['format.size'], message: 'The body is too large.' },
  { status: 415, type: 'unknown', rule: jirafe['reply.no_seventh'], message: 'The Content-Encoding is not taken.' },
]

/** A call by another method; `allow` as in the header. */
const misdirected = (allow: string): VendorError => ({
  status: 405,
  type: 'unknown',
  rule: jirafe['call.method'],
  message: 'The method is not taken here.',
  headers: { Allow: allow },
})

const unavailable: VendorError = {
  status: 503,
  type: 'unknown',
  rule: jirafe['reply.unknown'],
  message: 'The service is not available. Send the call again later.',
  retryAfter: 1,
}

/** What the vendor answers when it does not serve a call, of which a fault may choose. */
export const siteErrors = (allow: string) => [...forbidden, ...unreadable, misdirected(allow), unavailable]
export const trackerErrors = (allow: string) => [...unreadable, misdirected(allow), unavailable]
export const pixelErrors = (allow: string) => [misdirected(allow), unavailable]
