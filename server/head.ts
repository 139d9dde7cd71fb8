import type { IncomingMessage } from 'node:http'
import { bareRecord } from './bare-record.js'
import type { Head } from './operation.js'
import { Sent, sentNothing } from './sent.js'

type Request = Pick<IncomingMessage, 'method' | 'url' | 'headers'>

/** Reads URL and headers; repeated slashes count as one, at the start too. */
export const readHead = (request: Request): Head =>
  headOf(request, new Sent(targetOf(request)), new Sent(joined(request.headers)), sentNothing)

/** So many lengths of bodies are told apart; a connection that sends more begins anew. */
const lengthsKept = 100

/** The heads of a connection's calls: nearly all say the same, but for the length of their bodies. */
export class Heads {
  #last: Head | undefined
  #raw: readonly string[] = []
  /** Headers that differ in the length of the body alone, by that length. */
  readonly #byLength = new Map<string | undefined, Head['sentHeaders']>()

  /** Of what is the same as before, the same object is given back, with all that was made of it. */
  read(request: Request & Pick<IncomingMessage, 'rawHeaders'>): Head {
    const last = this.#last
    const target = targetOf(request)
    const sentTarget = last?.sentTarget.next(target) ?? new Sent(target)
    const sentHeaders = this.#headersOf(request)
    if (sentTarget === last?.sentTarget && sentHeaders === last.sentHeaders && request.method === last.method)
      return last
    this.#last = headOf(request, sentTarget, sentHeaders, last?.authorization ?? sentNothing)
    return this.#last
  }

  #headersOf({ rawHeaders, headers }: Parameters<Heads['read']>[0]): Head['sentHeaders'] {
    if (!sayTheSame(rawHeaders, this.#raw) || this.#byLength.size > lengthsKept) {
      this.#raw = rawHeaders
      this.#byLength.clear()
    }
    const length = headers['content-length']
    return this.#byLength.get(length) ?? this.#keep(length, headers)
  }

  #keep(length: string | undefined, headers: Request['headers']): Head['sentHeaders'] {
    const sent = new Sent(joined(headers, this.#last?.headers))
    this.#byLength.set(length, sent)
    return sent
  }
}

/** Whether two lists of names and values are the same but for the length of the body. */
function sayTheSame(one: readonly string[], other: readonly string[]): boolean {
  if (one.length !== other.length) return false
  for (let at = 0; at < one.length; at++)
    if (one[at] !== other[at] && (at % 2 === 0 || one[at - 1]?.toLowerCase() !== 'content-length')) return false
  return true
}

function headOf(
  { method = '', headers }: Request,
  sentTarget: Head['sentTarget'],
  sentHeaders: Head['sentHeaders'],
  before: Head['authorization'],
): Head {
  const { segments, repeatedSlashes, badEscape, query } = sentTarget.read(partsOf)
  return {
    method,
    target: sentTarget.value,
    segments,
    repeatedSlashes,
    badEscape,
    query,
    headers: sentHeaders.value,
    sentTarget,
    sentHeaders,
    authorization: before.next(headers.authorization),
  }
}

function partsOf(target: string): Pick<Head, 'segments' | 'repeatedSlashes' | 'badEscape' | 'query'> {
  const [path = '', ...search] = target.split('?')
  let badEscape = false
  const segments: string[] = []
  for (const raw of path.split('/')) {
    if (raw === '') continue
    const segment = decode(raw)
    if (segment === undefined) badEscape = true
    segments.push(segment ?? raw)
  }
  const query = search.length === 0 ? noQuery : [...new URLSearchParams(search.join('?'))]
  return { segments, repeatedSlashes: path.includes('//'), badEscape, query }
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

/** A value that is the same as before is the same text: the journal keeps it once for all calls. */
function joined(headers: IncomingMessage['headers'], before?: Head['headers']): Head['headers'] {
  const plain = bareRecord<string | undefined>()
  for (const name in headers) {
    const value = headers[name]
    const text = Array.isArray(value) ? value.join(', ') : value
    plain[name] = text === before?.[name] ? before?.[name] : text
  }
  return plain
}
