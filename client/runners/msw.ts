import type { EmulatorInProcess, InProcessOptions } from 'backstock'
import { type HttpHandler, HttpResponse, http } from 'msw'
import { type Backstock, connect } from '../client.js'

/** Hosts beside the vendors' own, with a port where theirs is not the usual one: `stock.test`, `localhost:8080`. */
export interface Hosts {
  readonly joor?: readonly string[]
  readonly jirafe?: readonly string[]
}

export interface BackstockOptions {
  readonly hosts?: Hosts
  /** What the emulator is started with; what is about a port is refused, for there is none. */
  readonly emulator?: InProcessOptions
}

/** An emulator in this process that MSW leads calls to; nothing listens and nothing connects. */
export interface InterceptedBackstock {
  /** For `setupServer(...handlers)`: every path of the vendors' hosts, and of `url`. */
  readonly handlers: readonly HttpHandler[]
  /** Where it is under no vendor's name, for what takes a base URL; it leads nowhere without the handlers. */
  readonly url: string
  /** The client of the control plane. It needs neither a port nor the handlers. Rejected where the emulator could not start. */
  connect(): Promise<Backstock>
  /** Lets calls under way finish. */
  close(): Promise<void>
}

const url = 'http://backstock.localhost'
/** Clients have them built in. */
const builtIn = { joor: ['api.jooraccess.com', 'apisandbox.jooraccess.com'], jirafe: ['event.jirafe.com'] } as const

/** Starts an emulator without a port, and gives the handlers that lead the vendors' hosts to it. */
export function createBackstock(options: BackstockOptions = {}): InterceptedBackstock {
  checkNames('createBackstock', options, ['hosts', 'emulator'])
  const { hosts = {}, emulator: given } = options
  checkNames('hosts', hosts, ['joor', 'jirafe'])
  const starting = import('backstock').then(({ startInProcess }) => startInProcess(given))
  // Whoever calls or connects is told why it did not start.
  starting.catch(() => {})
  const lead = (vendor: 'joor' | 'jirafe') =>
    [...builtIn[vendor], ...(hosts[vendor] ?? [])].map((host) => handlerFor(host, starting, vendor))
  return {
    handlers: [...lead('joor'), ...lead('jirafe'), handlerFor(new URL(url).host, starting, undefined)],
    url,
    async connect() {
      const emulator = await starting
      return connect(url, { fetch: (input, init) => emulator.fetch(new Request(input, init)) })
    },
    async close() {
      // One that could not start has told so already.
      const emulator = await starting.catch(() => undefined)
      await emulator?.close()
    },
  }
}

/** A pattern, not a path of MSW's: that one decodes what it takes, and fails at escapes that a vendor has an answer to. */
function handlerFor(host: string, starting: Promise<EmulatorInProcess>, vendor: 'joor' | 'jirafe' | undefined) {
  return http.all(patternOf(host), async ({ request }) => {
    const emulator = await starting
    try {
      return await emulator.fetch(request, vendor)
    } catch (error) {
      // A fault lost the connection, or the client has called it off.
      if (request.signal.aborted || (error instanceof TypeError && error.message === 'fetch failed'))
        return HttpResponse.error()
      throw error
    }
  })
}

function patternOf(host: string): RegExp {
  if (!/^[\w-]+(?:\.[\w-]+)*(?::\d{1,5})?$/.test(host))
    throw new TypeError(`The host is ${JSON.stringify(host)}. Right is a name such as stock.test, or localhost:8080.`)
  return new RegExp(`^https?://${host.toLowerCase().replaceAll('.', '\\.')}(?:/|$)`)
}

function checkNames(what: string, given: object, known: readonly string[]): void {
  for (const name of Object.keys(given))
    if (!known.includes(name))
      throw new TypeError(`The option ${name} of ${what} is not known. Known are ${known.join(', ')}.`)
}
