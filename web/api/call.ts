import { signal } from '@preact/signals'

/** What went wrong, in the words of the emulator; `status` is null where it was not reached. */
export interface ProblemDetail {
  readonly status: number | null
  readonly detail: string
}

export type Answer<Value> = { readonly value: Value } | { readonly problem: ProblemDetail }

/** The emulator asks for its control token: nothing else is answered until somebody signs in. */
export const isSignedOut = signal(false)

interface Asked {
  readonly query?: URLSearchParams | undefined
  /** Sent as JSON; a file as the bytes that it has. */
  readonly body?: unknown
  readonly signal?: AbortSignal
}

/**
 * Asks the control plane; `path` is below /_backstock/, its names encoded. What fails is a value, with what the
 * emulator says; only an aborted call throws. The type is that of the control plane, whose names are fixed.
 */
export async function call<Value>(method: string, path: string, asked: Asked = {}): Promise<Answer<Value>> {
  const answer = await exchange(method, path, asked)
  if ('problem' in answer) return answer
  return { value: readJson(answer.value.text) as Value }
}

/** A reply that is no JSON. */
export interface Text {
  readonly text: string
  readonly headers: Headers
}

/** The same for a reply that is taken as the text that it is. */
export async function exchange(method: string, path: string, asked: Asked = {}): Promise<Answer<Text>> {
  const { query, body, signal: stop } = asked
  const search = query === undefined || query.size === 0 ? '' : `?${query}`
  let reply: Response
  let text: string
  try {
    reply = await fetch(`/_backstock/${path}${search}`, {
      method,
      ...(stop !== undefined && { signal: stop }),
      ...(body !== undefined && {
        body: body instanceof Blob ? body : writeJson(body),
        headers: { 'Content-Type': 'application/json' },
      }),
    })
    text = await reply.text()
  } catch (error) {
    if (stop?.aborted) throw error
    return { problem: { status: null, detail: 'The emulator does not answer. Is it still running?' } }
  }
  if (reply.status === 401 && path !== 'session') isSignedOut.value = true
  if (reply.ok) return { value: { text, headers: reply.headers } }
  const detail = detailOf(readJson(text)) ?? `The emulator answered ${reply.status}.`
  return { problem: { status: reply.status, detail } }
}

/** Integers of any size keep their digits: those that a number would round are bigints. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text, keepDigits)
  } catch {
    return undefined
  }
}

// Older browsers hand in no source; there, integers beyond 2^53 are shown rounded.
function keepDigits(_name: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value
  const source = context?.source ?? ''
  return /^-?\d+$/.test(source) ? BigInt(source) : value
}

// The emulator takes an integer that a number cannot hold as the text of its digits.
const writeJson = (value: unknown) =>
  JSON.stringify(value, (_name, each: unknown) => (typeof each === 'bigint' ? String(each) : each))

function detailOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('detail' in value)) return undefined
  return typeof value.detail === 'string' ? value.detail : undefined
}
