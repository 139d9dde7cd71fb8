import { createServer, type IncomingMessage, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Exchange } from '../server/drift/exchange.js'
import { type Passing, passingTraffic } from '../server/drift/passing-traffic.js'
import { type Emulator, type EmulatorOptions, startEmulator, startTaking } from '../server/emulator.js'

/** An emulator whose calls are answered by a real API, and what was told of them. */
export interface Passed {
  readonly emulator: Emulator
  readonly exchanges: Exchange[]
  readonly refused: string[]
}

const upstream = (url: string | undefined, vendor: string) =>
  url === undefined ? undefined : { url: new URL(url), flag: `--${vendor}` }

/** Puts an emulator before what stands for the real APIs. */
export async function startProxy(
  { joor, jirafe }: { readonly joor?: string; readonly jirafe?: string },
  options: EmulatorOptions = {},
): Promise<Passed> {
  const exchanges: Exchange[] = []
  const refused: string[] = []
  const passing: Passing = {
    upstreams: { joor: upstream(joor, 'joor'), jirafe: upstream(jirafe, 'jirafe') },
    exchanged: (exchange) => exchanges.push(exchange),
    refused: (vendor, { target }) => refused.push(`${vendor} ${target}`),
  }
  const emulator = await startTaking(passingTraffic(passing), { port: 0, ...options })
  onTestFinished(() => emulator.close())
  return { emulator, exchanges, refused }
}

/** Starts what stands for a real API. */
export async function startServer(answer: RequestListener): Promise<string> {
  const server = createServer(answer)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  // A TCP server that listens has an address and a port.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** A reply of the twin, as text. */
export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
}

/** Headers of the twin's reply that are the vendor's. */
const kept = new Set(['content-type', 'www-authenticate', 'allow', 'retry-after', 'x-throttling-account-id'])

/** A real API that is an emulator, but for what is planted into its replies. */
export async function startPlanted(plant: (reply: Reply) => Reply): Promise<string> {
  const twin = await startEmulator({ port: 0 })
  onTestFinished(() => twin.close())
  return startServer(async (request, response) => {
    const { host: _host, connection: _connection, ...headers } = request.headers
    const reply = await fetch(twin.url + request.url, {
      method: request.method ?? 'GET',
      headers: Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]),
      ...(request.method !== 'GET' && { body: await textOf(request) }),
    })
    const planted = plant({
      status: reply.status,
      headers: Object.fromEntries([...reply.headers].filter(([name]) => kept.has(name))),
      body: await reply.text(),
    })
    response.writeHead(planted.status, planted.headers).end(planted.body)
  })
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}
