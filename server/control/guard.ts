import type { IncomingMessage } from 'node:http'
import type { Reply } from '../operation.js'
import { writeProblem } from '../wire/problem.js'
import { type Admission, bringsToken, tokenHeader } from './admission.js'
import { isPage } from './pages.js'

/** On every reply of the control plane: no page of another origin may use it as an image, a script or anything else. */
export const guardHeaders = {
  'Cross-Origin-Resource-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
}

/** What is answered without a token: whether the emulator is there, and the way to bring one, for programs and in a browser. */
const named: ReadonlySet<string> = new Set(['/health', '/ready', '/version', '/session'])
const reads: ReadonlySet<string | undefined> = new Set(['GET', 'HEAD'])
const isOpen = (method: string | undefined, path: string) => named.has(path) || (reads.has(method) && isPage(path))

/** Refuses calls that a page of another origin made a browser send, and those without the token where there is one. */
export function controlGuard(admission: Admission | undefined) {
  /** `path` is that below /_backstock, without its query. */
  return (request: IncomingMessage, path: string): Reply | undefined => {
    const reason = foreign(request)
    if (reason !== undefined) return writeProblem(403, 'Forbidden', reason, guardHeaders)
    if (admission === undefined || isOpen(request.method, path) || admission.admits(request)) return undefined
    return unauthorized(request)
  }
}

/** Why a call comes from a page that is not ours; nothing but a browser sends these headers by itself. */
function foreign({ headers }: IncomingMessage): string | undefined {
  const { origin, host, 'sec-fetch-site': site } = headers
  const own = host === undefined ? undefined : `http://${host.toLowerCase()}`
  if (origin !== undefined && origin !== own)
    return `The header Origin is ${origin}. Right is ${own ?? 'none'}: the control plane takes calls from its own pages and from programs only. Call it from a program, and leave Origin out.`
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return `The header Sec-Fetch-Site is ${site}. Right is same-origin or none: the control plane takes calls from its own pages and from programs only. Call it from a program, or open its address by hand.`
  return undefined
}

export function unauthorized(request: IncomingMessage): Reply {
  const seen = bringsToken(request) ? 'What came is not the control token' : 'There is no control token in the call'
  const ways = `Authorization: Bearer TOKEN, ${tokenHeader}: TOKEN, or a cookie from POST /_backstock/session {"token": TOKEN}`
  const detail = `${seen} of this emulator. Right is ${ways}; backstock's commands take it by --control-token or BACKSTOCK_CONTROL_TOKEN.`
  return writeProblem(401, 'Unauthorized', detail, { ...guardHeaders, 'WWW-Authenticate': 'Bearer' })
}
