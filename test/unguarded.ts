import { createServer, type IncomingMessage, request as send } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** Headers by which the guards tell who calls. */
const telling = /^(?:origin|referer|sec-fetch-.*)$/i

/**
 * A planted fault: the way to an emulator as it would be if the guards let the calls through that `lets` names. It
 * takes away what gives such a call away; all others it passes on as they are. Its URL.
 */
export async function withoutGuard(url: string, lets: (call: IncomingMessage) => boolean): Promise<string> {
  const { host, hostname, port } = new URL(url)
  const server = createServer((request, response) => {
    const { method, url: path, rawHeaders } = request
    const headers = pairsOf(rawHeaders)
    const kept = lets(request)
      ? headers
          .filter(([name]) => !telling.test(name))
          .map(([name, value]) => (/^host$/i.test(name) ? [name, host] : [name, value]))
      : headers
    const onward = send({ hostname, port, method, path, setHost: false }, (reply) => {
      response.writeHead(reply.statusCode ?? 502, reply.rawHeaders)
      reply.pipe(response)
    })
    for (const [name = '', value = ''] of kept) onward.appendHeader(name, value)
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  // A server that listens on a port has an address.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

function pairsOf(raw: readonly string[]): readonly (readonly [string, string])[] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1] ?? ''] as const] : []))
}
