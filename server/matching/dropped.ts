import type { Scope, Vendor } from '../state/store.js'
import type { Handled } from './call.js'
import type { Match } from './match.js'

/** Calls that the journal dropped, as far as it still knows them. */
export interface Dropped {
  /** Whose they were; undefined where only the vendor is still known. */
  readonly scope: Scope | undefined
  readonly vendor: Vendor | null
  /** The latest instant of them, in milliseconds since 1970. */
  readonly latest: number
}

/** Whether one of them may have been a call that is meant: nothing that is still known of them speaks against it. */
export function mayHave(match: Match<Handled>, dropped: Dropped, operations: ReadonlyMap<string, Vendor | null>) {
  return match.checks.every(({ part, expected }) => {
    switch (part) {
      case 'vendor':
        return dropped.vendor === expected
      case 'operation':
        return dropped.vendor === operations.get(String(expected))
      case 'account':
        return mayBeOf(dropped, `joor:${expected}`)
      case 'site':
        return mayBeOf(dropped, `jirafe:${expected}`)
      case 'since':
        return dropped.latest >= Date.parse(String(expected))
      default:
        return true
    }
  })
}

function mayBeOf({ scope, vendor }: Dropped, named: string): boolean {
  return scope === undefined ? named.startsWith(`${vendor}:`) : scope === named
}
