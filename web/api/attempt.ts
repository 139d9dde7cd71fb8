import type { Answer } from './call.js'

/** A call as a person wrote it, to any path of this emulator. */
export interface Attempt {
  readonly method: string
  /** From the first slash on, encoded. */
  readonly address: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body?: string
  /** Whether the session goes along, which is the control plane's and no vendor's. */
  readonly withSession: boolean
}

export interface AttemptReply {
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Null where it is no text. */
  readonly text: string | null
  readonly bytes: number
  readonly ms: number
  /** How it ended: not yet, with its last byte, because somebody stopped it, too long for a page, or in the middle. */
  readonly end: 'comes' | 'whole' | 'stopped' | 'long' | 'broken'
}

/** Bytes of a reply that are read; a page shows no more. */
const longest = 8_000_000

/**
 * Sends it and reads the reply, whatever its status. `stop` ends it with what has come; `onPart` is told of a stream
 * of events while it comes.
 */
export async function attempt(
  sent: Attempt,
  stop: AbortSignal,
  onPart: (reply: AttemptReply) => void,
): Promise<Answer<AttemptReply>> {
  const start = performance.now()
  let reply: Response
  try {
    reply = await fetch(sent.address, {
      method: sent.method,
      headers: sent.headers.map(([name, value]) => [name, value]),
      ...(sent.body !== undefined && { body: sent.body }),
      credentials: sent.withSession ? 'same-origin' : 'omit',
      cache: 'no-store',
      signal: stop,
    })
  } catch (error) {
    if (stop.aborted) return failed('It was stopped before a reply came. The emulator may have taken it all the same.')
    // Its own words name what it could not read, which may be a credential.
    if (error instanceof TypeError && hasUnsendable(sent))
      return failed('A header has a character that none can have. Right is Latin text without line breaks.')
    return failed('No reply came. Is the emulator still running, or has a fault spoken? Requests shows what arrived.')
  }
  const head = {
    status: reply.status,
    headers: [...reply.headers],
    ms: Math.round(performance.now() - start),
  }
  const type = reply.headers.get('content-type') ?? ''
  const isStream = type.startsWith('text/event-stream')
  const isText = !type.startsWith('image/')
  const decoder = new TextDecoder()
  let [text, bytes] = ['', 0]
  const told = (end: AttemptReply['end']): AttemptReply => ({ ...head, text: isText ? text : null, bytes, end })
  const reader = reply.body?.getReader()
  if (reader === undefined) return { value: told('whole') }
  // The first event may be a long time off.
  if (isStream) onPart(told('comes'))
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      bytes += value.byteLength
      if (isText) text += decoder.decode(value, { stream: true })
      if (bytes > longest) {
        await reader.cancel()
        return { value: told('long') }
      }
      if (isStream) onPart(told('comes'))
    }
  } catch {
    return { value: told(stop.aborted ? 'stopped' : 'broken') }
  }
  return { value: told('whole') }
}

const failed = (detail: string) => ({ problem: { status: null, detail } })

function hasUnsendable({ headers }: Attempt): boolean {
  try {
    new Headers(headers.map(([name, value]): [string, string] => [name, value]))
    return false
  } catch {
    return true
  }
}
