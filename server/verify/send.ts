import { request } from 'node:http'
import { request as secureRequest } from 'node:https'
import type { Step } from './cases.js'

/** Where a case is sent and with which credentials. */
export interface Destination {
  readonly url: string
  readonly joorToken: string
  readonly jirafeToken: string
}

export interface Received {
  readonly status: number
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

export type Wire = 'json' | 'xml' | undefined

/** The format of a step's body. */
export function wireOf(step: Step): Wire {
  if (step.json !== undefined) return 'json'
  return step.xml === undefined ? undefined : 'xml'
}

/** The bytes that a step sends; a JSON value is written compactly, a text goes as it is. */
export function bodyOf(step: Step): Buffer | undefined {
  if (step.base64 !== undefined) return Buffer.from(step.base64, 'base64')
  if (step.xml !== undefined) return Buffer.from(step.xml)
  if (step.json === undefined) return undefined
  return Buffer.from(typeof step.json === 'string' ? step.json : JSON.stringify(step.json))
}

const patience = 30_000

/** Sends one call with its headers in the order of the case; the reply's text is taken as it comes. */
export function send(step: Step, to: Destination): Promise<Received> {
  const [method = '', target = ''] = step.call.split(/ (.*)/s)
  const url = new URL(to.url)
  const body = bodyOf(step)
  const headers = headersOf(step, to, url.host, body)
  const open = url.protocol === 'https:' ? secureRequest : request
  return new Promise((resolve, reject) => {
    const call = open(
      {
        host: url.hostname.replace(/^\[|\]$/g, ''),
        port: url.port,
        method,
        path: target,
        headers,
        agent: false,
        timeout: patience,
      },
      (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const received: Record<string, string> = {}
          for (const [name, value] of Object.entries(response.headers)) received[name] = String(value)
          resolve({ status: response.statusCode ?? 0, headers: received, text: Buffer.concat(chunks).toString('utf8') })
        })
      },
    )
    call.on('timeout', () => call.destroy(new Error(`${step.call} was not answered within ${patience / 1000} s`)))
    call.on('error', reject)
    call.end(body)
  })
}

/** Name and value in turn, as Node takes headers whose order matters. */
function headersOf(step: Step, to: Destination, host: string, body: Buffer | undefined): string[] {
  const given = new Map(Object.entries(step.headers ?? {}))
  const named = (name: string) => [...given.keys()].some((each) => each.toLowerCase() === name)
  const headers = ['Host', host]
  if (!named('authorization')) headers.push('Authorization', authorizationFor(step, to))
  const wire = wireOf(step)
  if (!named('content-type') && wire !== undefined) headers.push('Content-Type', `application/${wire}`)
  for (const [name, value] of given) if (value !== null) headers.push(name, value)
  if (body !== undefined) headers.push('Content-Length', String(body.length))
  return headers
}

/** Each vendor's own form of the token; JOOR's calls are told by their path. */
export function authorizationFor(step: Step, to: Destination): string {
  const joor = /^[A-Z]+ \/+v2\/+(?:bulk-inventory|style-number)/.test(step.call)
  return joor ? `OAuth2 ${Buffer.from(to.joorToken).toString('base64')}` : `Bearer ${to.jirafeToken}`
}
