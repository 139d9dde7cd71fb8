import { joor } from '../../contracts/rules/joor.js'
import { type Findings, inHeader } from '../findings.js'
import { type Head, Refusal } from '../operation.js'
import { fingerprint } from '../state/store.js'

/** What the Authorization header says: whose token it is, by its fingerprint, or what is wrong with it. */
export type Authorization =
  | { readonly fingerprint: string; readonly scheme: 'oauth2' | 'bearer'; readonly decoded: string }
  | { readonly fault: string }

const howTo = 'Send "Authorization: OAuth2 <Base64>": Base64-encode the v2 token, the token alone.'
const base64 = /^[A-Za-z0-9+/]+={0,2}$/

export const authorizationOf = (head: Head): Authorization => head.authorization.read(readAuthorization)

/** `OAuth2` or `Bearer` in any case, then standard Base64 whose padding may be left out. */
export function readAuthorization(header: string | undefined): Authorization {
  if (header === undefined) return { fault: 'There is no Authorization header.' }
  const [scheme = '', credentials = '', ...rest] = header.trim().split(/\s+/)
  const known = scheme.toLowerCase()
  if (known !== 'oauth2' && known !== 'bearer')
    return { fault: 'The scheme of the Authorization header is not OAuth2.' }
  if (credentials === '') return { fault: 'The Authorization header holds no token.' }
  if (rest.length > 0 || !isBase64(credentials)) return { fault: 'What follows the scheme is not standard Base64.' }
  const bytes = Buffer.from(credentials, 'base64')
  return { fingerprint: fingerprint(bytes), scheme: known, decoded: bytes.toString('latin1') }
}

function isBase64(credentials: string): boolean {
  if (!base64.test(credentials)) return false
  return credentials.endsWith('=') ? credentials.length % 4 === 0 : credentials.length % 4 !== 1
}

/** What each usable token is held to. */
const rulesOfToken = [
  joor['auth.required'],
  joor['auth.account'],
  joor['auth.token_alone'],
  joor['auth.bearer'],
  joor['auth.line_feed'],
  joor['auth.printable'],
]

/** 401 where the call carries no usable token; reports one that works and looks wrong. */
export function judgeAuthorization(head: Head, findings: Findings): Refusal | undefined {
  const at = inHeader('authorization')
  const authorization = authorizationOf(head)
  if ('fault' in authorization) {
    findings.applies(joor['auth.refusal'])
    findings.breach(joor['auth.required'], at, authorization.fault, howTo)
    return unauthorized(`${authorization.fault} ${howTo}`)
  }
  findings.appliesAll(rulesOfToken)
  if (authorization.scheme === 'bearer') findings.breach(joor['auth.bearer'], at, 'the scheme Bearer', 'OAuth2')
  else if (!/^\s*OAuth2/.test(head.headers.authorization ?? '')) findings.applies(joor['auth.scheme_case'])
  const { decoded } = authorization
  if (decoded.endsWith('\n'))
    findings.breach(
      joor['auth.line_feed'],
      at,
      'a token that ends in a line feed',
      'encode it without: printf %s, not echo',
    )
  if (/[^\x20-\x7e]/.test(decoded.replace(/\n$/, '')))
    findings.breach(joor['auth.printable'], at, 'this looks like the token itself, not its Base64', howTo)
  return undefined
}

function unauthorized(message: string): Refusal {
  return new Refusal(401, message, { headers: { 'WWW-Authenticate': 'OAuth2' } })
}
