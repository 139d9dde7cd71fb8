import { type IncomingMessage, request } from 'node:http'
import { request as requestSecurely } from 'node:https'
import type { Readable } from 'node:stream'
import { passedOn } from '../intercept/passing.js'
import { type Limits, tellOver } from '../limits.js'
import type { NoReply, Real, Sent } from './exchange.js'

/** The address of a real API, or of its sandbox. */
export interface Upstream {
  readonly url: URL
  /** The option that names it. */
  readonly flag: string
}

/** Nothing came within the time that a call may take. */
class TooLate extends Error {}

/** A call that is passed on while it arrives. */
export interface Passed {
  readonly sent: Pick<Sent, 'method' | 'target' | 'rawHeaders'>
  readonly body: Readable
  /** Whether a body is told by its chunks, and not by its length. */
  readonly chunked: boolean
  /** Called where the client waits for it and the real API says 100. */
  readonly proceed: (() => void) | undefined
}

/** Sends a call on as it arrives, but for the host and what is about the connection, and waits for the whole reply. */
export async function passOn(passed: Passed, upstream: Upstream, takes: Limits): Promise<Real | NoReply> {
  try {
    return await send(passed, upstream.url, takes)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const sentence =
      `Passing the call on to ${upstream.url.origin} (${upstream.flag}) failed: ${reason}. ` +
      'These are the words of Backstock and not of the vendor, which may or may not have carried the call out.'
    return { status: error instanceof TooLate ? 504 : 502, sentence }
  }
}

function send({ sent, body, chunked, proceed }: Passed, url: URL, takes: Limits): Promise<Real> {
  const { method, target, rawHeaders } = sent
  return new Promise((resolve, reject) => {
    const call = (url.protocol === 'https:' ? requestSecurely : request)({
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port,
      method,
      path: url.pathname.replace(/\/$/, '') + target,
      headers: [
        ...['Host', url.host],
        // Nothing tells that it came by a proxy: some servers answer otherwise then.
        ...rawHeaders,
        ...(chunked ? ['Transfer-Encoding', 'chunked'] : []),
        ...(proceed === undefined ? [] : ['Expect', '100-continue']),
      ],
      // No connection outlives the call that it was made for.
      agent: false,
    })
    const { request_seconds: seconds } = takes
    const late = setTimeout(
      () => call.destroy(new TooLate(`the reply did not end within ${seconds} s (--limit request_seconds)`)),
      seconds * 1_000,
    )
    call.once('close', () => clearTimeout(late))
    call.on('error', reject)
    call.once('response', (reply) => readReply(reply, takes).then(resolve, reject))
    if (proceed !== undefined) call.once('continue', proceed)
    call.flushHeaders()
    body.once('close', () => {
      if (!body.readableEnded) call.destroy(new Error('the client broke the call off'))
    })
    body.pipe(call)
  })
}

function readReply(reply: IncomingMessage, takes: Limits): Promise<Real> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    reply.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      chunks.push(chunk)
      if (bytes > takes.body_bytes) reply.destroy(new Error(tellOver('body_bytes', takes)))
    })
    // A reply that ends before its end is an error, too.
    reply.once('error', reject)
    reply.once('end', () => {
      const { statusCode: status = 502, statusMessage: reason = '' } = reply
      resolve({ status, reason, rawHeaders: passedOn(reply), body: Buffer.concat(chunks, bytes) })
    })
  })
}
