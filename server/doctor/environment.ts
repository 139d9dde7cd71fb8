import { printable } from '../printable.js'
import { type Finding, failure, ok, warning } from './finding.js'

type Environment = Readonly<Record<string, string | undefined>>

/** What clients of either vendor are told their base URL by, and `exec` sets. */
const baseUrls: readonly string[] = ['JOOR_BASE_URL', 'JIRAFE_BASE_URL']
const longest = 20

/**
 * Variables that lead clients to the real vendors. Of a value only the host is told: the rest of it may be a secret.
 */
export function checkVendors(env: Environment): readonly Finding[] {
  const check = 'vendors'
  const found = Object.entries(env).flatMap(([name, value = '']) => {
    const host = vendorIn(value)
    if (host === undefined) return []
    const told = `${printable(name)} names ${host}`
    return baseUrls.includes(name)
      ? [failure(check, told, `Set ${name}=http://127.0.0.1:4350, or run the client by "backstock exec -- COMMAND".`)]
      : [warning(check, told, 'Where a test reads it, give it the address of Backstock instead.')]
  })
  if (found.length === 0) return [ok(check, 'no variable names a host of JOOR or Jirafe')]
  const [failures, warnings] = [
    found.filter(({ verdict }) => verdict === 'failure'),
    found.filter(({ verdict }) => verdict !== 'failure'),
  ]
  return [...failures, ...warnings].slice(0, longest)
}

/** A host of the vendors that stands somewhere in a text. */
function vendorIn(value: string): string | undefined {
  const names = value.toLowerCase().match(/[a-z0-9-]+(?:\.[a-z0-9-]+)+/g) ?? []
  return names.find((name) => /(?:^|\.)(?:jooraccess|jirafe)\.com$/.test(name))
}

const proxies = ['http_proxy', 'https_proxy', 'all_proxy']
const own = ['localhost', '127.0.0.1', '::1']

/** Proxies that would take calls to this machine away from it. */
export function checkProxies(env: Environment): readonly Finding[] {
  const check = 'proxies'
  const set = Object.entries(env).filter(([name, value]) => proxies.includes(name.toLowerCase()) && value)
  if (set.length === 0) return [ok(check, 'none is set')]
  const spared = (env.no_proxy || env.NO_PROXY || '').split(/[\s,]+/).map((each) => each.toLowerCase())
  const missing = spared.includes('*') ? [] : own.filter((each) => !isSpared(each, spared))
  if (missing.length === 0) return [ok(check, `${namesOf(set)} set; NO_PROXY spares this machine`)]
  const right = [...spared.filter((each) => each !== ''), ...missing].join(',')
  return [
    warning(
      check,
      `${namesOf(set)} set, and NO_PROXY does not spare ${missing.join(', ')}`,
      `Set NO_PROXY=${printable(right)}: clients would send calls for Backstock to the proxy.`,
    ),
  ]
}

const namesOf = (set: readonly (readonly [string, unknown])[]) =>
  `${set.map(([name]) => name).join(', ')} ${set.length === 1 ? 'is' : 'are'}`

/** Clients write an IPv6 address with brackets or without, and some a network for an address. */
function isSpared(host: string, spared: readonly string[]): boolean {
  const forms = [host, `[${host}]`, ...(host === '127.0.0.1' ? ['127.0.0.0/8', '127.*'] : [])]
  return forms.some((form) => spared.includes(form))
}
