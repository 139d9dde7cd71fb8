// The whole of undici would make the package half as large again, and its parts have no types of their own.
declare module 'undici/lib/dispatcher/agent.js' {
  import { Agent } from 'undici'
  export default Agent
}
declare module 'undici/lib/dispatcher/proxy-agent.js' {
  import { ProxyAgent } from 'undici'
  export default ProxyAgent
}
declare module 'undici/lib/dispatcher/dispatcher.js' {
  import { Dispatcher } from 'undici'
  export default Dispatcher
}
declare module 'undici/lib/api/api-connect.js' {
  import type { Dispatcher } from 'undici'

  const connect: Dispatcher['connect']
  export default connect
}
declare module 'undici/lib/global.js' {
  import { setGlobalDispatcher } from 'undici'

  export { setGlobalDispatcher }
}
declare module 'proxy-from-env' {
  /** The proxy for a URL by the environment's variables; empty for none. */
  export function getProxyForUrl(url: string): string
}
