import type { IncomingMessage } from 'node:http'
import { authorityOf } from '../head.js'
import { isMeant, isOurOwn, readHost, readHostPattern } from '../host-names.js'
import type { Reply } from '../operation.js'
import { printable } from '../printable.js'
import { writeProblem } from '../wire/problem.js'

/** Refused hosts that the person is told of; a page can make up as many as it likes. */
const mostTold = 20
/** Characters of a host that are told: no name in the DNS is longer. */
const longest = 255

/**
 * Refuses calls that were meant for another host. A page whose name its owner lets lead here (DNS rebinding) is to the
 * browser of one origin with us, and may read and write all that we have; the name in its calls gives it away.
 */
export function hostGuard(allowed: readonly string[], log: (line: string) => void) {
  const patterns = allowed.map(readHostPattern).filter((pattern) => pattern !== undefined)
  const told = new Set<string>()
  /** The last one that was: most clients send the same with every call. */
  let admitted: string | undefined

  return (request: IncomingMessage): Reply | undefined => {
    const hosts = hostsOf(request)
    if (hosts.length > 1)
      return writeProblem(400, 'Bad request', `There are ${hosts.length} Host headers. Right is one of them.`)
    // Whoever goes by a proxy names the host twice, and which of the two counts others may see differently.
    const stranger = hosts.find(isStranger) ?? authorityOf(request).find(isStranger)
    if (stranger === undefined) return undefined
    const sentence = writeRefusal(stranger)
    tell(stranger, sentence)
    return writeProblem(421, 'Misdirected request', sentence)
  }

  function isStranger(authority: string): boolean {
    if (authority === admitted) return false
    const host = readHost(authority)
    if (host === undefined || !(isOurOwn(host) || patterns.some((pattern) => isMeant(host, pattern)))) return true
    admitted = authority
    return false
  }

  function tell(authority: string, sentence: string): void {
    const host = readHost(authority) ?? authority
    if (told.has(host) || told.size > mostTold) return
    told.add(host)
    const last = told.size > mostTold
    log(last ? 'Calls for still other hosts are refused, and no longer told here.' : `Refused: ${printable(sentence)}`)
  }
}

/** Of several the parser keeps the first; a server before us may have gone by the last. */
function hostsOf({ rawHeaders }: IncomingMessage): readonly string[] {
  // A client of HTTP/1.0 may have none; a browser always has one.
  const hosts: string[] = []
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? ''
    if (name.length === 4 && name.toLowerCase() === 'host') hosts.push(rawHeaders[index + 1] ?? '')
  }
  return hosts
}

function writeRefusal(authority: string): string {
  const seen = authority.length > longest ? `${authority.slice(0, longest)}…` : authority
  const host = readHost(authority)
  const way =
    host === undefined
      ? 'Right is a name or address with a port, such as localhost:4350.'
      : `If that is meant, start the emulator with --allowed-host ${host.slice(0, longest)}.`
  return `The call is for the host ${JSON.stringify(seen)}. This emulator answers as localhost, by address, and by names without a dot. ${way}`
}
