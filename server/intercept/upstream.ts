import { type LookupAddress, lookup } from 'node:dns'
import type { LookupFunction } from 'node:net'
import { isLoopback, plainHost, type Target } from './target.js'

/** Options of `net.connect` and of requests for a host that is allowed. */
export function addressOf({ host, port }: Target) {
  return { host: plainHost(host), port, ...(isLoopback(host) ? {} : { lookup: lookupElsewhere }) }
}

/** As any other, but for names that lead back to this machine: whoever allows them by `*` has not meant what listens here. */
const lookupElsewhere: LookupFunction = (name, options, done) => {
  lookup(name, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return done(error, '')
    const elsewhere = addresses.filter(({ address }) => !isLoopback(address))
    const [first] = elsewhere
    if (first === undefined) return done(leadsHere(name, addresses), '')
    if (options.all === true) done(null, elsewhere)
    else done(null, first.address, first.family)
  })
}

function leadsHere(name: string, addresses: readonly LookupAddress[]): NodeJS.ErrnoException {
  return new Error(`${name} leads to this machine (${addresses.map(({ address }) => address).join(', ')})`)
}
