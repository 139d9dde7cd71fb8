import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { accepted, installed, type Peer } from './peer.js'

const response = {
  uuid: '1c9e5c35-3a3b-4d2c-9f4c-4d2f4b1a0003',
  statusCode: 200,
  body: JSON.stringify(accepted),
  latency: 0,
  label: 'Accepted',
  headers: [{ key: 'Content-Type', value: 'application/json' }],
  bodyType: 'INLINE',
  filePath: '',
  databucketID: '',
  sendFileAsBody: false,
  rules: [],
  rulesOperator: 'OR',
  disableTemplating: true,
  fallbackTo404: false,
  default: true,
  crudKey: 'id',
  callbacks: [],
}

const route = {
  uuid: '1c9e5c35-3a3b-4d2c-9f4c-4d2f4b1a0002',
  type: 'http',
  documentation: '',
  method: 'post',
  endpoint: 'v2/:site/inventory',
  responses: [response],
  responseMode: null,
  streamingMode: null,
  streamingInterval: 0,
}

const environment = (port: number) => ({
  uuid: '1c9e5c35-3a3b-4d2c-9f4c-4d2f4b1a0001',
  lastMigration: 33,
  name: 'Jirafe',
  port,
  hostname: '127.0.0.1',
  endpointPrefix: '',
  latency: 0,
  routes: [route],
  rootChildren: [{ type: 'route', uuid: route.uuid }],
  folders: [],
  proxyMode: false,
  proxyHost: '',
  proxyRemovePrefix: false,
  proxyReqHeaders: [],
  proxyResHeaders: [],
  cors: false,
  headers: [],
  tlsOptions: { enabled: false },
  data: [],
  callbacks: [],
})

/** One route with a fixed reply; no templating, no log file, no administration, and of transactions as few as may be. */
export const mockoon: Peer = {
  name: 'Mockoon',
  warmUp: 2,
  command({ node, port, folder }) {
    const file = join(folder, 'environment.json')
    writeFileSync(file, JSON.stringify(environment(port)))
    const quiet = ['--disable-log-to-file', '--disable-admin-api', '--max-transaction-logs', '1']
    const args = ['start', '--data', file, '--port', String(port), '--repair', ...quiet]
    return { command: [node, installed('.bin/mockoon-cli'), ...args], env: { NODE_ENV: 'production' } }
  },
  call: (event) => event,
}
