import { ConfigError } from '../config/config.js'
import type { Upstream } from '../drift/upstream.js'
import type { Vendor } from '../state/store.js'
import { isServerAddress } from './addresses.js'
import { readFailing } from './exec-options.js'

/** What only `proxy` has. */
export interface ProxyOptions {
  readonly joor?: string
  readonly jirafe?: string
  readonly record?: string
  readonly failOn: readonly string[]
}

const failures = ['different', 'unknown', 'violations', 'errors'] as const
export type ProxyFailing = (typeof failures)[number]

/** Checks them; throws ConfigError. */
export function readProxy({ joor, jirafe, record, failOn }: ProxyOptions) {
  if (joor === undefined && jirafe === undefined)
    throw new ConfigError(
      'proxy: it has nowhere to pass calls on to; name a real API or sandbox by --joor URL or --jirafe URL',
    )
  const upstreams: Readonly<Record<Vendor, Upstream | undefined>> = {
    joor: readUpstream('--joor', joor),
    jirafe: readUpstream('--jirafe', jirafe),
  }
  return { upstreams, record, failOn: readFailing(failOn, failures) }
}

function readUpstream(flag: string, text: string | undefined): Upstream | undefined {
  if (text === undefined) return undefined
  if (!isServerAddress(text))
    throw new ConfigError(`${flag} ${text} is not the address of a server; one is https://apisandbox.jooraccess.com`)
  return { url: new URL(text), flag }
}
