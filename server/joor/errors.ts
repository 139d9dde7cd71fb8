import { joor } from '../../contracts/rules/joor.js'
import type { VendorError } from '../operation.js'
import type { Methods } from './admission.js'

/** What the vendor answers when it does not serve a call, of which a fault may choose. */
export function errorsOf({ names, rule }: Methods): readonly VendorError[] {
  return [
    { status: 400, rule: joor['reply.refused'], message: 'The call cannot be read.' },
    {
      status: 401,
      rule: joor['auth.refusal'],
      message: 'The token is not valid.',
      headers: { 'WWW-Authenticate': 'OAuth2' },
    },
    { status: 405, rule, message: 'The method is not taken here.', headers: { Allow: names.join(', ') } },
    { status: 413, rule: joor['format.size'], message: 'The body is too large.' },
    { status: 415, rule: joor['format.unsupported'], message: 'The Content-Type is not taken.' },
    {
      status: 429,
      rule: joor['rate.limit'],
      message: 'The rate limit is reached. Send the call again later.',
      retryAfter: 1,
    },
    { status: 500, rule: joor['reply.failure'], message: 'The call failed.' },
    {
      status: 503,
      rule: joor['reply.failure'],
      message: 'The service is not available. Send the call again later.',
      retryAfter: 1,
    },
  ]
}
