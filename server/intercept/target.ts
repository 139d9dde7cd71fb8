import { isIPv4, isIPv6 } from 'node:net'
import { readHost } from '../host-names.js'

/** Whom a call to a proxy is for. */
export interface Target {
  /** In lower case; an IPv6 address in its brackets. */
  readonly host: string
  readonly port: number
}

/** `api.jooraccess.com:443`; without a port the usual one counts, where there is one. Undefined for what is none. */
export function readTarget(authority: string, usualPort?: number): Target | undefined {
  const host = readHost(authority)
  if (host === undefined) return undefined
  const [, written] = /:(\d+)$/.exec(authority.replace(/^\[[^\]]*\]/, '')) ?? []
  const port = written === undefined ? usualPort : Number(written)
  return port === undefined || port < 1 || port > 65_535 ? undefined : { host, port }
}

export const writeTarget = ({ host, port }: Target) => `${host}:${port}`

/** The address of a host that is one, as sockets take it; the name of any other. */
export const plainHost = (host: string) => host.replace(/^\[(.*)\]$/, '$1')

/** Whether it means this machine, or none in particular, whatever a name server says. */
export function isLoopback(host: string): boolean {
  const plain = plainHost(host).replace(/^::ffff:(?=\d+\.)/, '')
  if (isIPv4(plain)) return /^(?:127|0)\./.test(plain)
  // Of all its spellings only these are short, and a longer one may name an IPv4 address by numbers of its own.
  if (isIPv6(plain)) return /^[0:]*1?$/.test(plain) || /^[0:]*:ffff:/.test(plain)
  return plain === 'localhost' || plain.endsWith('.localhost')
}
