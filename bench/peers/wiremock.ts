import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { accepted, eventSchema, installed, type Peer } from './peer.js'

const stub = {
  request: {
    method: 'POST',
    urlPathPattern: '/v2/[^/]+/inventory',
    headers: { Authorization: { matches: 'Bearer .+' } },
    bodyPatterns: [{ matchesJsonSchema: eventSchema }],
  },
  response: { status: 200, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(accepted) },
}

function jar(): string {
  const folder = installed('wiremock/build')
  const [file = ''] = readdirSync(folder).filter((name) => name.endsWith('.jar'))
  return join(folder, file)
}

/** A stub that judges by JSON Schema; nothing is logged, nothing rendered, and the virtual machine gets to warm up. */
const wiremock = (name: string, journal: readonly string[]): Peer => ({
  name,
  warmUp: 20,
  command({ port, folder }) {
    mkdirSync(join(folder, 'mappings'), { recursive: true })
    writeFileSync(join(folder, 'mappings', 'event.json'), JSON.stringify(stub))
    const bare = ['--disable-banner', '--disable-gzip', '--disable-request-logging', '--disable-response-templating']
    const args = ['--port', String(port), '--bind-address', '127.0.0.1', '--root-dir', folder, ...bare, ...journal]
    return { command: ['java', '-jar', jar(), ...args] }
  },
  call: (event) => event,
})

export const wiremocks: readonly Peer[] = [
  wiremock('WireMock, warm, journal off', ['--no-request-journal']),
  wiremock('WireMock, warm, journal on', ['--max-request-journal-entries', '1000']),
]
