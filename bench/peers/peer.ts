import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Call } from '../calls.js'
import type { ServerCommand } from '../server-process.js'

/** Another tool, set up for Jirafe's event as well as its documentation allows. */
export interface Peer {
  readonly name: string
  /** Its command line; what it needs in files goes into the folder. */
  command(at: { readonly node: string; readonly port: number; readonly folder: string }): ServerCommand
  /** The event in the form that it takes. */
  call(event: Call): Call
  /** Seconds of load before it is measured. */
  readonly warmUp: number
}

/** A file of a package that `npm run bench:peers` installed. */
export const installed = (path: string) =>
  fileURLToPath(new URL(`../../../bench/peers/node_modules/${path}`, import.meta.url))

/** What Jirafe's inventory event has to be, for who judges by JSON Schema. */
export const eventSchema = {
  type: 'object',
  required: ['timestamp', 'product_code', 'inventory_level'],
  properties: {
    timestamp: { type: 'string', format: 'date-time' },
    product_code: { type: 'string' },
    inventory_level: { type: 'integer' },
  },
}

export const accepted = { success: true }

/** None of the peers takes a free port of its own accord and says which. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
