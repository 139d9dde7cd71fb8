import type { IncomingMessage } from 'node:http'
import { noAuthorization } from './authorization.js'
import { bareRecord } from './bare-record.js'
import type { Head } from './operation.js'

/** Reads URL and headers; repeated slashes count as one, at the start too. `last` is that of the call before. */
export function readHead(request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>, last = noAuthorization): Head {
  const target = targetOf(request)
  const [path = '', ...search] = target.split('?')
  let badEscape = false
  const segments: string[] = []
  for (const raw of path.split('/')) {
    if (raw === '') continue
    const segment = decode(raw)
    if (segment === undefined) badEscape = true
    segments.push(segment ?? raw)
  }
  return {
    method: request.method ?? '',
    target,
    segments,
    repeatedSlashes: path.includes('//'),
    badEscape,
    query: search.length === 0 ? noQuery : [...new URLSearchParams(search.join('?'))],
    headers: joined(request.headers),
    authorization: last.next(request.headers.authorization),
  }
}

const noQuery: Head['query'] = []

const none: readonly string[] = []

/** The authority of a request line that holds a whole URL, as those to proxies do. */
export function authorityOf(request: Pick<IncomingMessage, 'url'>): readonly string[] {
  if (request.url?.startsWith('/')) return none
  const authority = /^[a-z]+:\/\/([^/?]*)/i.exec(request.url ?? '')?.[1]
  return authority === undefined ? none : [authority]
}

/** The request target without the origin that a proxy's request line holds. */
export function targetOf(request: Pick<IncomingMessage, 'url'>): string {
  const target = request.url ?? '/'
  return target.startsWith('/') ? target : target.replace(/^[a-z]+:\/\/[^/?]*/i, '')
}

function decode(raw: string): string | undefined {
  if (!raw.includes('%')) return raw
  try {
    return decodeURIComponent(raw)
  } catch {
    return undefined
  }
}

function joined(headers: IncomingMessage['headers']): Head['headers'] {
  const plain = bareRecord<string | undefined>()
  for (const name in headers) {
    const value = headers[name]
    plain[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return plain
}
