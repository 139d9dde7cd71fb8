import { type ClientRequest, request } from 'node:http'
import { request as secureRequest } from 'node:https'
import { bodyOf, headerOf, type Step, targetOf, vendorOf, wireOf } from './case.js'

/** Where a case is sent and with which credentials. */
export interface Destination {
  readonly url: string
  readonly joorToken: string
  readonly jirafeToken: string
  /** A Backstock: its calls tell that they are no client's. */
  readonly isBackstock?: boolean
}

/** What a connection sends once whose calls count for no coverage and no conduct. */
export const verifyHeader = 'Backstock-Verify'

export interface Received {
  readonly status: number
  /** By lower-case name; a header that came more than once has its values joined by a comma. */
  readonly headers: ReadonlyMap<string, string>
  readonly text: string
  readonly bytes: Buffer
  /** The statuses of the interim replies before it. */
  readonly interim: readonly number[]
  /** Whether the server closed the connection after it; of raw calls that ask for it. */
  readonly closed?: boolean
}

export const patience = 30_000

/** Sends one call with its headers in the order of the case; the reply's text is taken as it comes. */
export function send(step: Step, to: Destination): Promise<Received> {
  const [method = ''] = step.call.split(' ', 1)
  const url = new URL(to.url)
  const body = bodyOf(step)
  const options = {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port,
    method,
    path: url.pathname.replace(/\/$/, '') + targetOf(step),
    headers: rawHeadersOf(step, to, url.host, body),
    agent: false,
    signal: AbortSignal.timeout(patience),
  }
  const open = url.protocol === 'https:' ? secureRequest : request
  const call = open(options)
  call.end(body)
  return replyTo(call, step)
}

/** The reply to a call that is on its way. */
export function replyTo(call: ClientRequest, step: Step): Promise<Received> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(error.name === 'TimeoutError' || error.name === 'AbortError' ? late : error)
    const late = new Error(`${step.call} was not answered within ${patience / 1000} s`)
    const interim: number[] = []
    call.on('information', ({ statusCode }) => interim.push(statusCode))
    call.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      // A reply that ends before its end is an error, too.
      response.on('error', fail)
      response.on('end', () => {
        const bytes = Buffer.concat(chunks)
        const headers = readHeaders(response.rawHeaders)
        resolve({ status: response.statusCode ?? 0, headers, text: bytes.toString('utf8'), bytes, interim })
      })
    })
    call.on('error', fail)
  })
}

/** Node drops a second Content-Type; a vendor's client may see both. */
function readHeaders(raw: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>()
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase()
    const before = headers.get(name)
    const value = raw[index + 1] ?? ''
    headers.set(name, before === undefined ? value : `${before}, ${value}`)
  }
  return headers
}

/** Name and value in turn, as Node takes headers whose order matters. */
function rawHeadersOf(step: Step, to: Destination, host: string, body: Buffer | undefined): string[] {
  const headers = headersOf(step, authorizationFor(vendorOf(step), to)).flat()
  const named = (name: string) => headerOf(step, name) !== undefined
  if (!named('host')) headers.unshift('Host', host)
  if (to.isBackstock) headers.push(verifyHeader, '1')
  if (body !== undefined && !named('content-length')) headers.push('Content-Length', String(body.length))
  return headers
}

/** What a step says of its headers, and the credentials and type of the body where it does not. */
export function headersOf(step: Step, authorization: string): [name: string, value: string][] {
  const named = (name: string) => headerOf(step, name) !== undefined
  const headers: [string, string][] = []
  if (!named('authorization')) headers.push(['Authorization', authorization])
  const wire = wireOf(step)
  if (!named('content-type') && wire !== undefined) headers.push(['Content-Type', `application/${wire}`])
  for (const [name, value] of Object.entries(step.headers ?? {})) if (value !== null) headers.push([name, value])
  return headers
}

/** Each vendor's own form of the token. */
export function authorizationFor(vendor: 'joor' | 'jirafe', to: Destination): string {
  return vendor === 'joor' ? `OAuth2 ${Buffer.from(to.joorToken).toString('base64')}` : `Bearer ${to.jirafeToken}`
}
