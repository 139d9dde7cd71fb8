import { isIP } from 'node:net'
import { readHost } from '../host-names.js'
import { readPattern } from '../pattern.js'
import type { Vendor } from '../state/store.js'
import { isLoopback } from './target.js'

/** Whose operations a host has: one vendor's, those of both by their paths, or none, where only v4 stands. */
export type Whose = Vendor | 'both' | 'v4'

const builtIn: readonly (readonly [host: string, vendor: Vendor])[] = [
  ['api.jooraccess.com', 'joor'],
  ['apisandbox.jooraccess.com', 'joor'],
  ['event.jirafe.com', 'jirafe'],
]
/** Where v4's tokens are got: `atlas`, `atlas-sandbox` and so on. */
const v4Login = /^atlas[\w-]*\.jooraccess\.com$/

/** The domains of the vendors: a certificate authority that may speak for these can answer for all built-in hosts. */
export const vendorDomains: readonly string[] = ['jooraccess.com', 'jirafe.com']

export interface NamedHost {
  readonly host: string
  readonly whose: Vendor | 'both'
}

export const namedHostForm =
  'a name such as api.example.com, or joor=api.example.com or jirafe=api.example.com where it has the paths of one vendor only'

/** A host beside the built-in ones; undefined for what is none. An address is none: no certificate of ours has one. */
export function readNamedHost(text: string): NamedHost | undefined {
  const [, vendor, name = ''] = /^(?:(joor|jirafe)=)?([^:=]+)$/i.exec(text) ?? []
  const host = readHost(name)
  if (host === undefined || isIP(host) !== 0 || isLoopback(host)) return undefined
  const whose = vendor?.toLowerCase()
  return { host, whose: whose === 'joor' || whose === 'jirafe' ? whose : 'both' }
}

export const hostGlobForm = 'a name or address without scheme and port, in which * stands for any characters'

/** A host, or several by `*`, as it is compared; undefined for what is neither. */
export function readHostGlob(text: string): string | undefined {
  if (text.includes('*')) return /^[\w.*-]+$/.test(text) ? text.toLowerCase() : undefined
  // A port would be lost in silence.
  if (/^[^:]*:\d*$|\]:/.test(text)) return undefined
  // As it stands in a URL, or without the brackets of one.
  return readHost(text) ?? readHost(`[${text}]`)
}

/** Which hosts are answered here, and which are let through. */
export class InterceptedHosts {
  readonly #named: ReadonlyMap<string, Whose>
  readonly #allowed: readonly { readonly text: string; readonly pattern: RegExp }[]

  /** Texts that `readNamedHost` and `readHostGlob` can read; a name that is given stands over a built-in one. */
  constructor(named: readonly string[], allowed: readonly string[]) {
    const given = named.map(readNamedHost).filter((each) => each !== undefined)
    this.#named = new Map([...builtIn, ...given.map(({ host, whose }) => [host, whose] as const)])
    const globs = allowed.map(readHostGlob).filter((each) => each !== undefined)
    this.#allowed = globs.map((text) => ({ text, pattern: readPattern(text) }))
  }

  /** All that are answered here, by name. */
  get names(): readonly string[] {
    return [...this.#named.keys()]
  }

  /** Undefined for a host that is not answered here. */
  whose(host: string): Whose | undefined {
    return this.#named.get(host) ?? (v4Login.test(host) ? 'v4' : undefined)
  }

  /** This machine is meant by its own name only: who allows all others may not know what else listens here. */
  allows(host: string): boolean {
    return this.#allowed.some(({ text, pattern }) => (isLoopback(host) ? text === host : pattern.test(host)))
  }
}
