import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { accepted, eventSchema, installed, type Peer } from './peer.js'

const json = (schema: object, more: object = {}) => ({ content: { 'application/json': { schema, ...more } } })

const document = {
  openapi: '3.0.3',
  info: { title: 'Jirafe', version: '2' },
  paths: {
    '/v2/{site}/inventory': {
      parameters: [{ name: 'site', in: 'path', required: true, schema: { type: 'string' } }],
      post: {
        requestBody: { required: true, ...json(eventSchema) },
        responses: { 200: { description: 'Accepted', ...json({ type: 'object' }, { example: accepted }) } },
      },
    },
  },
}

/** Requests are judged by the document; nothing is logged and one process does it all. */
export const prism: Peer = {
  name: 'Prism',
  warmUp: 2,
  command({ node, port, folder }) {
    const file = join(folder, 'openapi.json')
    writeFileSync(file, JSON.stringify(document))
    const args = ['mock', '--port', String(port), '--multiprocess=false', '--verboseLevel', 'silent', file]
    return { command: [node, installed('.bin/prism'), ...args], env: { NODE_ENV: 'production' } }
  },
  call: (event) => event,
}
