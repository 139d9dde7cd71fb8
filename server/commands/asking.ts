import { controlTokenForm, isControlToken } from '../control-token.js'
import { printable } from '../printable.js'
import { parseExact } from '../wire/exact-json.js'
import { isRecord } from '../wire/json-values.js'
import type { Outside } from './outside.js'

export const defaultUrl = 'http://127.0.0.1:4350'
const patience = 10_000

/** There is nothing to go on with; the message says why, and the code is the exit code. */
export class NoAnswer extends Error {
  readonly code: 1 | 2
  /** The status of the answer, where there was one. */
  readonly status: number | undefined
  constructor(code: 1 | 2, message: string, status?: number) {
    super(message)
    this.code = code
    this.status = status
  }
}

export interface Address {
  readonly url?: string
  readonly controlToken?: string
}

/** Parameters of the query by name; a list is given as often as it has values, and what is undefined is left out. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>

export interface Question {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly query?: Query
  readonly body?: string
}

export interface Answer {
  /** As it was sent, without the line's end. */
  readonly text: string
  /** What the text means, with integers of any size by their own digits; undefined for an answer without a body. */
  readonly value: unknown
}

/** Does what a verb does with the running emulator, and says why where it cannot; the exit code. */
export async function withEmulator(
  { url, controlToken }: Address,
  outside: Outside,
  work: (emulator: RunningEmulator) => Promise<void>,
): Promise<number> {
  try {
    await work(new RunningEmulator(originOf(url, outside), tokenOf(controlToken, outside), outside))
    return 0
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    for (const line of error.message.split('\n')) outside.complain(printable(line))
    return error.code
  }
}

export function originOf(url: string | undefined, { env }: Outside): string {
  const origin = url ?? (env.BACKSTOCK_URL || defaultUrl)
  if (/^https?:/.test(origin) && URL.canParse(origin)) return new URL(origin).origin
  throw new NoAnswer(2, `"${origin}" is not the address of an emulator; one looks like ${defaultUrl}`)
}

/** The token that its control plane asks for; undefined where none is known. */
function tokenOf(given: string | undefined, { env }: Outside): string | undefined {
  const token = given ?? (env.BACKSTOCK_CONTROL_TOKEN || undefined)
  if (token === undefined || isControlToken(token)) return token
  throw new NoAnswer(
    2,
    `${given === undefined ? 'BACKSTOCK_CONTROL_TOKEN' : '--control-token'}: must be ${controlTokenForm}`,
  )
}

/** The control plane of an emulator that runs somewhere. Whatever it does not answer throws NoAnswer. */
export class RunningEmulator {
  readonly origin: string
  readonly #headers: Readonly<Record<string, string>>
  readonly #stopped: AbortSignal
  readonly #patience: number

  /** Milliseconds that an answer may take are `wait`. */
  constructor(origin: string, token: string | undefined, outside: Outside, wait = patience) {
    this.origin = origin
    this.#patience = wait
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    const stop = new AbortController()
    this.#stopped = stop.signal
    outside.stopped.then(() => stop.abort())
  }

  async ask(path: string, question: Question = {}): Promise<Answer> {
    const { method = 'GET', query = {}, body = null } = question
    const signal = AbortSignal.any([AbortSignal.timeout(this.#patience), this.#stopped])
    try {
      const response = await fetch(this.#urlOf(path, query), { method, body, headers: this.#headers, signal })
      return this.#read(response, await response.text())
    } catch (error) {
      throw this.#silence(error)
    }
  }

  /** An answer that goes on until the signal ends it; throws NoAnswer where it does not begin. */
  async open(path: string, query: Query, headers: Readonly<Record<string, string>>, signal: AbortSignal) {
    try {
      const response = await fetch(this.#urlOf(path, query), { headers: { ...this.#headers, ...headers }, signal })
      if (response.headers.get('content-type')?.startsWith('text/event-stream') && response.body) return response.body
      this.#read(response, await response.text())
      throw this.strange(response.status)
    } catch (error) {
      throw this.#silence(error)
    }
  }

  /** What is said of an answer that is none of Backstock's. */
  strange(status = 200): NoAnswer {
    return new NoAnswer(1, `what answers at ${this.origin} does not answer as Backstock does: status ${status}`, status)
  }

  #urlOf(path: string, query: Query): URL {
    const url = new URL(`/_backstock/${path}`, this.origin)
    for (const [name, value] of Object.entries(query))
      for (const each of [value ?? []].flat()) url.searchParams.append(name, each)
    return url
  }

  #read({ status, ok, headers }: Response, text: string): Answer {
    if (status === 204) return { text: '', value: undefined }
    const parsed = parseExact(text)
    if ('fault' in parsed) throw new NoAnswer(1, `what answers at ${this.origin} is not Backstock`, status)
    const { value } = parsed
    if (ok) return { text: text.trimEnd(), value }
    const isProblem = headers.get('content-type')?.startsWith('application/problem+json') ?? false
    if (!isProblem || !isRecord(value) || typeof value.detail !== 'string') throw this.strange(status)
    // What the emulator cannot understand is an option that was given wrongly.
    throw new NoAnswer(status === 400 ? 2 : 1, value.detail, status)
  }

  #silence(error: unknown): unknown {
    if (error instanceof NoAnswer) return error
    if (this.#stopped.aborted) return new NoAnswer(1, `stopped before the emulator at ${this.origin} had answered`)
    const why = writeCause(error)
    const way = 'start one with "backstock", or name its address with --url'
    return new NoAnswer(1, `no emulator answers at ${this.origin} (${why}); ${way}`)
  }
}

/** `fetch` hides the reason in the cause of what it throws. */
function writeCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message
  return error.message
}
