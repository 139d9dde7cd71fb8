// Loaded by NODE_OPTIONS into programs for Node that `exec --intercept` runs, of whatever version: before anything of
// theirs, so that their calls come to the emulator.
import { proxyAgents } from './node-agents.js'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
/** Where NODE_USE_ENV_PROXY=1 means something. */
const knowsProxies = major >= 24 || (major === 22 && minor >= 21)

proxyAgents()
if (!knowsProxies) {
  const { proxyFetch } = await import('./node-fetch.js')
  proxyFetch()
}
