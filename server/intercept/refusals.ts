import type { Reply } from '../operation.js'
import { printable } from '../printable.js'
import { writeProblem } from '../wire/problem.js'
import { isLoopback, type Target, writeTarget } from './target.js'

/** Hosts that the person is told of; a client can make up as many as it likes. */
const mostTold = 20
/** Characters of what was sent that are shown: no name in the DNS is longer. */
const longest = 255

/** What a proxy says to calls that it does not pass on. */
export class Refusals {
  readonly #log: (line: string) => void
  readonly #told = new Set<string>()

  constructor(log: (line: string) => void) {
    this.#log = log
  }

  /** Told to the person as well, once a host: many clients show nothing of a proxy's reply. */
  notAllowed(target: Target): Reply {
    const { host } = target
    const way = isLoopback(host)
      ? `Call this machine without a proxy: NO_PROXY=${host}; or start the emulator with --allow-host ${host}.`
      : `If calls are to go to the real ${host}, start the emulator with --allow-host ${host}; if it is a vendor's, with --intercept-host ${host}.`
    const sentence = `The call is for ${writeTarget(target)}, which this emulator neither answers nor passes on. ${way}`
    this.tell(host, `Refused: ${sentence}`)
    return writeProblem(403, 'Host not allowed', sentence)
  }

  notReached(target: Target, reason: string): Reply {
    const sentence = `Passing the call on to ${writeTarget(target)} failed: ${reason}. The emulator has no part in it; is the host up?`
    this.tell(target.host, sentence)
    return writeProblem(502, 'Bad gateway', sentence)
  }

  /** One line a host, and no more hosts than a person reads. */
  tell(host: string, sentence: string): void {
    if (this.#told.has(host) || this.#told.size > mostTold) return
    this.#told.add(host)
    const last = this.#told.size > mostTold
    this.#log(last ? 'More hosts are refused or fail, and no longer told here.' : printable(sentence))
  }
}

/** Without what stands before an `@`, which would be a password. */
const shown = (text: string) => JSON.stringify(text.replace(/^.*@/s, '…@').slice(0, longest))

export function notATarget(sent: string, right: string): Reply {
  return writeProblem(400, 'Bad request', `The target of the call is ${shown(sent)}. Right is ${right}.`)
}

/** The name in a header is not the one that the tunnel or the target is for: others may go by the one or the other. */
export function misdirected(named: string, host: string): Reply {
  const sentence = `The call came for the host ${host}, and names ${shown(named)} in it. Right is the same host in both.`
  return writeProblem(421, 'Misdirected request', sentence)
}

export const badConnect = (detail: string): Reply => writeProblem(400, 'Bad request', detail)
