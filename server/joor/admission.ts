import type { Breakable } from '../../contracts/rules/book.js'
import { joor } from '../../contracts/rules/joor.js'
import { type Findings, inBody, inHeader, inPath } from '../findings.js'
import { type Head, Refusal, type Terms } from '../operation.js'
import { judgeAuthorization } from './authorization.js'

/** 20 MB: the vendor's limit for its file upload, read for calls too. */
export const bodyLimit = 20 * 1024 * 1024

/** The methods of a call, and the rule that another breaks. */
export interface Methods {
  readonly names: readonly string[]
  readonly rule: Breakable
}

/** The checks that come before the rate limit, in the order of the rule `call.check_order`. */
export function admitCall(methods: Methods, head: Head, terms: Terms, findings: Findings): Refusal | undefined {
  findings.applies(joor['call.check_order'])
  const refusal =
    judgeMethod(methods, head, findings) ??
    judgeDeclaredSize(head, findings) ??
    judgeAuthorization(head, findings) ??
    judgeKnown(terms, findings)
  if (refusal !== undefined && head.headers.expect !== undefined) findings.applies(joor['call.expect'])
  if (refusal !== undefined && terms.settings.rate_limit !== 'off') findings.applies(joor['rate.free'])
  return refusal
}

function judgeMethod({ names, rule }: Methods, { method }: Head, findings: Findings): Refusal | undefined {
  findings.applies(rule)
  if (names.includes(method)) return undefined
  const right = names.join(' or ')
  findings.breach(rule, { path: 'method' }, method, right)
  const headers = { Allow: names.join(', ') }
  return new Refusal(405, `${method} is not taken here. Send the call by ${right}.`, { headers })
}

function judgeDeclaredSize(head: Head, findings: Findings): Refusal | undefined {
  return Number(head.headers['content-length'] ?? 0) > bodyLimit ? tooLarge(findings) : undefined
}

/** `way`: what to do instead. */
export function tooLarge(findings: Findings, way = 'Send the items in several calls.'): Refusal {
  findings.breach(joor['format.size'], inBody, 'more than 20 MB', 'at most 20,971,520 bytes')
  return new Refusal(413, `The body has more than 20 MB (20,971,520 bytes). ${way}`)
}

function judgeKnown(terms: Terms, findings: Findings): Refusal | undefined {
  if (terms.settings.auth !== 'enforce') return undefined
  findings.applies(joor['auth.known'])
  if (terms.setup?.declared && terms.setup.token !== null) return undefined
  findings.breach(joor['auth.known'], inHeader('authorization'), 'an unknown token', 'the token of a declared account')
  const message = 'The token is not that of a declared account, and tokens are enforced (auth=enforce).'
  return new Refusal(401, message, { headers: { 'WWW-Authenticate': 'OAuth2' } })
}

export function judgeSlashes(head: Head, findings: Findings): void {
  findings.applies(joor['call.repeated_slashes'])
  if (head.repeatedSlashes) findings.breach(joor['call.repeated_slashes'], inPath, head.target, 'single slashes')
}
