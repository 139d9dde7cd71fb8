import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/** Browsers that are signed in at the same time; the one that came first has to sign in again. */
const mostSessions = 100

/** The header that brings the token where `Authorization` is the client's own. */
export const tokenHeader = 'Backstock-Control-Token'

/**
 * Who may speak to the control plane of an emulator that was given a token. Of the token and of what browsers were
 * given in its place only hashes are kept, and those are compared, so that no time taken tells of either.
 */
export class Admission {
  readonly #token: Buffer
  readonly #random: () => Buffer
  /** They live in this process only: neither a restart nor an emulator with another token knows them. */
  readonly #sessions = new Set<string>()

  /** `random` gives 32 bytes or more that nobody can guess. */
  constructor(token: string, random: () => Buffer) {
    this.#token = hashOf(token)
    this.#random = random
  }

  isToken(text: string): boolean {
    return timingSafeEqual(hashOf(text), this.#token)
  }

  /** Whether the call brings the token, or the cookie that a browser got for it. */
  admits(request: IncomingMessage): boolean {
    return broughtBy(request).some((text) => this.isToken(text)) || this.#isSignedIn(request)
  }

  /** The value of the cookie for one browser. */
  signIn(): string {
    const value = this.#random().toString('base64url')
    for (const oldest of this.#sessions) {
      if (this.#sessions.size < mostSessions) break
      this.#sessions.delete(oldest)
    }
    this.#sessions.add(keyOf(value))
    return value
  }

  signOut(request: IncomingMessage): void {
    for (const value of cookiesOf(request)) this.#sessions.delete(keyOf(value))
  }

  #isSignedIn(request: IncomingMessage): boolean {
    return cookiesOf(request).some((value) => this.#sessions.has(keyOf(value)))
  }
}

/**
 * Browsers tell cookies of one host apart by name and path, and not by port: each port has a name of its own, or one
 * emulator's dashboard would sign out that of another.
 */
export function cookieName({ headers }: IncomingMessage): string {
  return `backstock_session_${/:(\d+)$/.exec(headers.host ?? '')?.[1] ?? 80}`
}

/** Whether the call brings a token at all, right or wrong. */
export const bringsToken = (request: IncomingMessage) => broughtBy(request).length > 0

function broughtBy({ headers }: IncomingMessage): readonly string[] {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  const own = headers[tokenHeader.toLowerCase()]
  return [bearer, own].filter((text) => typeof text === 'string')
}

function cookiesOf(request: IncomingMessage): readonly string[] {
  const start = `${cookieName(request)}=`
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim())
  return pairs.filter((pair) => pair.startsWith(start)).map((pair) => pair.slice(start.length))
}

const hashOf = (text: string) => createHash('sha256').update(text).digest()
const keyOf = (value: string) => hashOf(value).toString('hex')
