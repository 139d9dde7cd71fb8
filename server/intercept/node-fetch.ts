import { getProxyForUrl } from 'proxy-from-env'
import type { Dispatcher } from 'undici'
import connect from 'undici/lib/api/api-connect.js'
import Agent from 'undici/lib/dispatcher/agent.js'
import AnyDispatcher from 'undici/lib/dispatcher/dispatcher.js'
import ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js'
import { setGlobalDispatcher } from 'undici/lib/global.js'

// As the package's own entry does it, which brings all the rest along; a proxy is asked by it for a tunnel.
AnyDispatcher.prototype.connect = connect

/** Calls each origin by the proxy that the environment names for it. undici's own one warns on stderr that it may change. */
class ByEnvironment extends Agent {
  readonly #proxies = new Map<string, Dispatcher>()

  override dispatch(options: Agent.DispatchOptions, handler: Dispatcher.DispatchHandlers): boolean {
    const uri = getProxyForUrl(String(options.origin))
    return uri === '' ? super.dispatch(options, handler) : this.#by(uri).dispatch(options, handler)
  }

  /** A program has one or two of them. */
  #by(uri: string): Dispatcher {
    const proxy = this.#proxies.get(uri) ?? new ProxyAgent({ uri })
    this.#proxies.set(uri, proxy)
    return proxy
  }
}

/** Makes `fetch` go by the environment's proxy, where this version of Node does not do that itself. */
export const proxyFetch = (): void => setGlobalDispatcher(new ByEnvironment())
