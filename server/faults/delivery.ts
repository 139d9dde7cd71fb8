import type { Reply } from '../operation.js'
import type { Fault } from './fault.js'
import type { Met } from './meeting.js'

/** How a reply goes out where a fault has a say in it. */
export interface Delivery {
  /** Milliseconds before the first byte. */
  readonly delayMs: number
  /** How the connection ends instead of a reply: by RST or by FIN. */
  readonly lost?: 'reset' | 'close'
  /** Bytes of the body after which the connection ends. */
  readonly cutAt?: number
  readonly bytesPerSecond?: number
}

/** A reply as the faults leave it, and how it goes out; no reply where it is lost on its way. */
export function delivered(
  reply: Reply,
  { delayMs, delay, fault }: Met,
): { readonly reply: Reply | undefined; readonly delivery: Delivery | undefined } {
  const wire = fault && wireOf(fault.fault, reply)
  const left = fault === undefined ? reply : spoilt(reply, fault.fault)
  return {
    reply: wire?.lost === undefined ? left : undefined,
    delivery: delay === undefined && wire === undefined ? undefined : { delayMs, ...wire },
  }
}

/** How a fault has a reply sent; undefined where it goes out as any other. */
function wireOf(fault: Fault, { body }: Reply): Omit<Delivery, 'delayMs'> | undefined {
  switch (fault.kind) {
    case 'reset':
    case 'after_commit':
      return { lost: 'reset' }
    case 'close':
      return { lost: 'close' }
    case 'truncate': {
      const whole = Buffer.byteLength(body)
      // Something is always missing: a reply that is shorter than expected is cut before its end.
      return { cutAt: Math.min(fault.bytes ?? Math.floor(whole / 2), Math.max(whole - 1, 0)) }
    }
    case 'slow_body':
      return { bytesPerSecond: fault.bytesPerSecond }
    default:
      return undefined
  }
}

function spoilt(reply: Reply, fault: Fault): Reply {
  switch (fault.kind) {
    case 'garble':
      return { ...reply, body: garbled(reply.body) }
    case 'wrong_content_type':
      return { ...reply, headers: { ...reply.headers, 'Content-Type': fault.contentType } }
    case 'empty':
      return { ...reply, body: '' }
    default:
      return reply
  }
}

/** No JSON and no XML ends so, whatever stands before it. */
function garbled(body: Reply['body']): Reply['body'] {
  if (typeof body === 'string') return `${body.slice(0, -1)}<`
  return Buffer.concat([body.subarray(0, -1), Buffer.from('<')])
}
