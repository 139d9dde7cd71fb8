import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installed, type Peer } from './peer.js'

/**
 * It knows no paths of its own: the event replaces a single resource. As a new one of many each would be written to a
 * file that grows, which is worse for it.
 */
export const jsonServer: Peer = {
  name: 'json-server',
  warmUp: 2,
  command({ node, port, folder }) {
    const file = join(folder, 'db.json')
    // It does not start without this folder.
    mkdirSync(join(folder, 'public'))
    writeFileSync(file, '{"inventory":{}}')
    const args = ['--port', String(port), '--host', '127.0.0.1', file]
    return { command: [node, installed('.bin/json-server'), ...args], env: { NODE_ENV: 'production' }, cwd: folder }
  },
  call: (event) => ({ ...event, method: 'PUT', path: '/inventory' }),
}
