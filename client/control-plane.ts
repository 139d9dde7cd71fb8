/** A call of the control plane that failed: the message is what the emulator said of it, or why nobody answered. */
export class BackstockError extends Error {
  /** Null where there was no reply. */
  readonly status: number | null
  /** `PUT http://127.0.0.1:4350/_backstock/joor/accounts/brand` */
  readonly call: string

  constructor(call: string, status: number | null, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'BackstockError'
    this.status = status
    this.call = call
  }
}

type Method = 'GET' | 'PUT' | 'POST' | 'DELETE'
type Parameter = string | number | boolean | null | undefined | readonly string[]
export type Parameters = { readonly [name: string]: Parameter }

interface Sent {
  readonly query?: Parameters
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/** The control plane over HTTP. Every call is rejected with BackstockError where it fails. */
export class ControlPlane {
  /** Without a slash at its end. */
  readonly url: string
  readonly #fetch: typeof fetch
  readonly #headers: { readonly [name: string]: string }

  constructor(url: string, fetch: typeof globalThis.fetch, token: string | undefined) {
    this.url = url
    this.#fetch = fetch
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
  }

  /** The replies are those of `replies.ts`, which a test holds against real ones. */
  async call<Reply>(method: Method, path: string, { query = {}, body, signal }: Sent = {}): Promise<Reply> {
    const target = `${this.url}/_backstock/${path}`
    const call = `${method} ${target}`
    const search = writeQuery(query)
    const init = {
      method,
      headers: { ...this.#headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    }
    let response: Response
    let text: string
    try {
      // Called as a method it would be refused by browsers, whose own it is.
      const fetch = this.#fetch
      response = await fetch(search === '' ? target : `${target}?${search}`, init)
      text = await response.text()
    } catch (cause) {
      throw new BackstockError(call, null, `${call} got no reply: ${reasonOf(cause)}.`, { cause })
    }
    const { status } = response
    const reply = text === '' ? undefined : readJson(text)
    if (response.ok && (reply !== undefined || status === 204)) return reply as Reply
    throw new BackstockError(call, status, detailOf(reply) ?? `${call} was answered ${status}, and not by Backstock.`)
  }

  /** All pages of a list, from its start on. */
  async list<Row>(path: string, name: string, query: Parameters): Promise<readonly Row[]> {
    const rows: Row[] = []
    let cursor: string | null = null
    do {
      const page: Page<Row> = await this.call('GET', path, { query: { ...query, cursor: cursor ?? undefined } })
      for (const row of page[name] ?? []) rows.push(row)
      cursor = page.next
    } while (cursor !== null)
    return rows
  }
}

type Page<Row> = { readonly [name: string]: readonly Row[] } & { readonly next: string | null }

/** A parameter that is undefined is not given; null is a word of its own, and each of a list is given. */
function writeQuery(query: Parameters): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined)
  const pairs = given.flatMap(([name, value]) => [value].flat().map((each): [string, string] => [name, String(each)]))
  return new URLSearchParams(pairs).toString()
}

/** Undefined where the text is no JSON. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What a problem (RFC 9457) says. */
function detailOf(reply: unknown): string | undefined {
  if (typeof reply !== 'object' || reply === null || !('detail' in reply)) return undefined
  return typeof reply.detail === 'string' ? reply.detail : undefined
}

/** `fetch` itself only says that it failed; why is the cause of its error, or the first of several. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (cause instanceof AggregateError && cause.errors.length > 0) return reasonOf(cause.errors[0])
  return cause instanceof Error ? reasonOf(cause) : error.message
}
