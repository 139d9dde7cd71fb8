import { isIPv4, isIPv6 } from 'node:net'

const name = /^[\w-]+(?:\.[\w-]+)*$/

/**
 * The host of an authority such as `LOCALHOST.:4350`: in lower case, without the port and the dot that may stand at the
 * end of a name; an IPv6 address in its brackets. Undefined for what is none.
 */
export function readHost(authority: string): string | undefined {
  const [, address, named = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{0,5})?$/.exec(authority) ?? []
  if (address !== undefined) return isIPv6(address) ? `[${address.toLowerCase()}]` : undefined
  const host = named.toLowerCase().replace(/\.$/, '')
  return name.test(host) ? host : undefined
}

/**
 * Whether no stranger can have made the host lead here. A page of theirs reaches us under a name of their own, which
 * has a dot; an address is no name, and what is below `localhost` leads nowhere else.
 */
export function isOurOwn(host: string): boolean {
  return host.startsWith('[') || isIPv4(host) || !host.includes('.') || host.endsWith('.localhost')
}

export const hostPatternForm = 'a name without scheme and port, such as stock.test, or *.stock.test for all below it'

/** A name that is allowed, or all names below one, as it is compared; undefined for what is neither. */
export function readHostPattern(text: string): string | undefined {
  const [, below = '', named = ''] = /^(\*\.)?([^:]*)$/.exec(text) ?? []
  const host = readHost(named)
  return host && `${below}${host}`
}

export function isMeant(host: string, pattern: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern
}
