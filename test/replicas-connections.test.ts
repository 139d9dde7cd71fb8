import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { describe, expect, it, onTestFinished } from 'vitest'
import { startEmulator } from '../server/emulator.js'
import { onServer, schemaOfTest } from './database.js'
import { bulk, items, positions } from './emulator.js'
import { ask, startReplicas } from './replicas.js'

const row = (upc: string, inventory: number) => ({ warehouse: 'New York', upc, inventory })

/** The last that a server says at the start of a connection: it is ready, and in no transaction. */
const readyForQuery = Buffer.from([0x5a, 0, 0, 0, 5, 0x49])

/** What it says to who is sent away, as by pg_terminate_backend. */
function farewell(): Buffer {
  const fields = Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection due to administrator command\0\0')
  const head = Buffer.from([0x45, 0, 0, 0, 0])
  head.writeInt32BE(fields.length + 4, 1)
  return Buffer.concat([head, fields])
}

/**
 * Stands before the server; while `isHarsh` says so, each connection is sent away in one breath with being made. `asked` is
 * what the server gets of what it is asked.
 */
async function inFrontOf(database: string, isHarsh: () => boolean, asked = (chunk: Buffer) => chunk) {
  const { hostname, port } = new URL(database)
  const sockets = new Set<Socket>()
  const proxy = createServer((client) => {
    const server = connect(Number(port), hostname)
    for (const socket of [client, server]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    client.on('data', (chunk: Buffer) => server.write(asked(chunk)))
    client.on('close', () => server.destroy())
    server.on('close', () => client.destroy())
    server.on('data', (chunk: Buffer) => {
      if (isHarsh() && chunk.subarray(-readyForQuery.length).equals(readyForQuery)) {
        client.end(Buffer.concat([chunk, farewell()]))
        server.destroy()
      } else client.write(chunk)
    })
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  /** Ends the connections that there are. */
  const cut = () => {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
  }
  onTestFinished(() => {
    cut()
    proxy.close()
  })
  const address = proxy.address()
  if (typeof address !== 'object' || address === null) throw new Error('The proxy listens on no port.')
  return { url: Object.assign(new URL(database), { port: String(address.port) }).href, cut }
}

describe('Connections to the database', () => {
  it('that begin no transaction let nothing of a call in', async () => {
    let isRefused = false
    const place = schemaOfTest()
    // As where somebody cancels it: what is sent behind it is carried out, each statement by itself.
    const begin = Buffer.from('BEGIN ISOLATION LEVEL READ COMMITTED')
    const { url } = await inFrontOf(
      place.database,
      () => false,
      (chunk) => {
        const at = isRefused ? chunk.indexOf(begin) : -1
        return at < 0 ? chunk : Buffer.from(chunk).fill('X', at, at + 5)
      },
    )
    const [one] = await startReplicas(1, { ...place, database: url })
    if (one === undefined) throw new Error('One was started.')
    expect((await bulk(one, items(row('1', 5)))).status).toBe(200)
    isRefused = true
    expect((await bulk(one, items(row('1', 6), row('2', 6)))).status).toBeGreaterThanOrEqual(500)
    isRefused = false
    const stock = await positions(one)
    expect(stock).toMatchObject([{ sku: { upc: '1' }, available: 5 }])
  })

  it('that end in the moment in which they are made end calls, and not the replica', async () => {
    let isHarsh = false
    const { database, databaseSchema } = schemaOfTest()
    const { url, cut } = await inFrontOf(database, () => isHarsh)
    const emulator = await startEmulator({
      ...{ port: 0, databaseSchema, levels: { '*.conduct.*': 'off' } as const },
      database: url,
    })
    onTestFinished(() => emulator.close())
    expect((await bulk(emulator, items(row('1', 5)))).status).toBe(200)
    isHarsh = true
    cut()
    const refused = await Promise.all([6, 7, 8].map((inventory) => bulk(emulator, items(row('1', inventory)))))
    expect(refused.map(({ status }) => status)).toEqual([503, 503, 503])
    expect((await ask(emulator, 'GET', 'ready')).status).toBe(503)
    isHarsh = false
    expect((await bulk(emulator, items(row('1', 9)))).status).toBe(200)
    const { body } = await ask(emulator, 'POST', 'requests/count', { match: { status: 503 } })
    expect(body.count).toBe(3)
  }, 60_000)

  it('are waited for as long as locks are: who has many calls is not refused for them', async () => {
    const place = schemaOfTest()
    const [one] = await startReplicas(1, { ...place, settings: { rate_limit: 'off' } })
    if (one === undefined) throw new Error('One was started.')
    await bulk(one, items(row('1', 0)))
    const holder = new pg.Client(place.database)
    await holder.connect()
    onTestFinished(() => holder.end())
    await holder.query(`BEGIN; SELECT 1 FROM ${place.databaseSchema}.parties FOR UPDATE`)
    const calls = Array.from({ length: 25 }, (_, inventory) => bulk(one, items(row('1', inventory))))
    const others = bulk(one, items(row('1', 1)), { token: 'another' })
    // Longer than a connection may take to be made.
    await delay(6_000)
    await holder.query('ROLLBACK')
    const statuses = (await Promise.all([...calls, others])).map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([200]))
  }, 60_000)
})

describe('A schema that is another one behind a running replica', () => {
  it('is told of while it is gone, and is all that counts once it is there again', async () => {
    const place = schemaOfTest()
    const [one] = await startReplicas(1, place)
    if (one === undefined) throw new Error('One was started.')
    await ask(one, 'PUT', 'joor/accounts/before', { token: 'a-token', warehouses: ['Paris'] })
    for (const inventory of [1, 2, 3]) await bulk(one, items(row('1', inventory)))
    expect((await ask(one, 'POST', 'requests/count', { match: {} })).body.count).toBe(3)
    await onServer(place.database, `DROP SCHEMA ${place.databaseSchema} CASCADE`)
    expect((await bulk(one, items(row('1', 4)))).status).toBe(500)
    expect((await ask(one, 'GET', 'ready')).status).toBe(500)
    const [other] = await startReplicas(1, place)
    if (other === undefined) throw new Error('One was started.')
    await ask(other, 'PUT', 'joor/accounts/after', { token: 'a-token', warehouses: ['New York'] })
    await bulk(other, items(row('1', 5)))
    const { body } = await bulk(one, items(row('2', 6)))
    expect(body.items_updated).toHaveLength(1)
    for (const replica of [one, other]) {
      const { accounts } = (await ask(replica, 'GET', 'joor/accounts')).body
      expect(accounts).toMatchObject([{ account: 'after', positions: 2, requests: 2 }])
      const { requests } = (await ask(replica, 'GET', 'requests?account=after')).body
      expect(requests).toHaveLength(2)
      expect((await ask(replica, 'POST', 'requests/count', { match: { status: 200 } })).body.count).toBe(2)
    }
  }, 60_000)
})
