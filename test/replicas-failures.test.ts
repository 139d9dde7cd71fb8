import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { type PostgresServer, startPostgres } from '../bench/postgres-server.js'
import { startEmulator } from '../server/emulator.js'
import { onServer } from './database.js'
import { bulk, items, oauth2 } from './emulator.js'
import { isFull, seed, tell } from './proof.js'
import { ask } from './replicas.js'
import { seededRandom } from './strict-store.js'

const cli = fileURLToPath(new URL('../dist/server/cli.js', import.meta.url))

let server: PostgresServer
beforeEach(async () => {
  server = await startPostgres({ durable: true })
}, 60_000)
afterEach(() => server.close())

const row = (upc: string, inventory: number) => ({ warehouse: 'New York', upc, inventory })

async function until(is: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await is()) return
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('It did not come to be in 30 seconds.')
}

describe('A database that goes away', () => {
  it('is told of in each vendor’s own words, by the control plane and by ready, and is used again when it is back', async () => {
    const emulator = await startEmulator({ port: 0, database: server.url, levels: { '*.conduct.*': 'off' } })
    onTestFinished(() => emulator.close())
    expect((await bulk(emulator, items(row('1', 5)))).status).toBe(200)
    await server.crash()
    const refused = await bulk(emulator, items(row('1', 6)))
    expect(refused.status).toBe(503)
    expect(refused.type).toBe('application/json')
    expect(refused.body).toHaveProperty('response')
    const headers = { Authorization: 'Bearer t', 'Content-Type': 'application/json' }
    const event = { timestamp: '2015-01-23T16:35:38+0000', product_code: 'a', inventory_level: 4 }
    const jirafe = await fetch(`${emulator.url}/v2/shop/inventory`, {
      method: 'POST',
      headers,
      body: JSON.stringify(event),
    })
    expect(jirafe.status).toBe(503)
    expect((await ask(emulator, 'GET', 'health')).status).toBe(200)
    for (const path of ['ready', 'requests', 'joor/accounts', 'faults', 'clock'])
      expect({ path, status: (await ask(emulator, 'GET', path)).status }).toEqual({ path, status: 503 })
    const reset = await ask(emulator, 'POST', 'reset')
    expect(reset.body.detail).toContain('Nothing was changed')
    await server.start()
    await until(async () => (await ask(emulator, 'GET', 'ready')).status === 200)
    expect((await bulk(emulator, items(row('1', 7)))).status).toBe(200)
    const [account] = (await ask(emulator, 'GET', 'joor/accounts')).body.accounts
    const { body } = await ask(emulator, 'GET', `joor/accounts/${account.account}/positions`)
    expect(body.positions).toMatchObject([{ available: 7 }])
    // Those that were refused are told of, too.
    const { requests } = (await ask(emulator, 'GET', 'requests')).body
    expect(requests.map(({ status }: { status: number }) => status).sort()).toEqual([200, 200, 503, 503])
  }, 120_000)
})

/** What became of the calls that one client sent, by the number that each set. */
interface Sent {
  readonly acknowledged: number[]
  readonly refused: number[]
  readonly unknown: number[]
}

/** A replica as a process; it ends with the test. */
async function startReplica(url: string) {
  const options = ['--port', '0', '--database', url, '--setting', 'rate_limit=off', '--journal-entries', '1000000']
  const child = spawn(process.execPath, [cli, ...options], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  for await (const line of createInterface(child.stdout)) {
    const found = /http:\/\/\S+$/.exec(line)?.[0]
    if (found !== undefined) return { child, url: found }
  }
  throw new Error(`It did not start: ${await text(child.stderr)}`)
}

/** Sends one call after the other, each setting another number, to whichever replica answers. */
async function sendUntil(over: () => boolean, replicas: readonly { url: string }[], upc: string, sent: Sent) {
  for (let number = 1; !over(); number++) {
    const { url } = replicas[number % replicas.length] ?? { url: '' }
    try {
      const reply = await fetch(`${url}/v2/bulk-inventory`, {
        method: 'POST',
        headers: { Authorization: oauth2('a-token'), 'Content-Type': 'application/json' },
        body: JSON.stringify(items(row(upc, number))),
      })
      await reply.text()
      if (reply.status === 200) sent.acknowledged.push(number)
      else if (reply.status === 503) sent.refused.push(number)
      else throw new Error(`It was answered ${reply.status}.`)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      sent.unknown.push(number)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}

describe('Three replicas under load', () => {
  const rounds = isFull ? 20 : 2
  it(`lose nothing and apply nothing twice while they are killed and their server restarts, ${rounds} times each`, {
    timeout: 1_800_000,
  }, async () => {
    const random = seededRandom(seed)
    const replicas = await Promise.all([1, 2, 3].map(() => startReplica(server.url)))
    const clients = Array.from({ length: 6 }, (_, n) => ({
      upc: `sku-${n}`,
      sent: { acknowledged: [], refused: [], unknown: [] } as Sent,
    }))
    let isOver = false
    const sending = clients.map(({ upc, sent }) => sendUntil(() => isOver, replicas, upc, sent))
    const pause = () => new Promise((resolve) => setTimeout(resolve, 200 + random() * 800))
    for (let round = 1; round <= rounds; round++) {
      await pause()
      const victim = Math.floor(random() * replicas.length)
      const killed = replicas[victim]
      if (killed === undefined) throw new Error('There are three.')
      killed.child.kill('SIGKILL')
      await once(killed.child, 'exit')
      await pause()
      replicas[victim] = await startReplica(server.url)
      await pause()
      await server.crashAndStart()
    }
    await pause()
    isOver = true
    await Promise.all(sending)
    const [one] = replicas
    if (one === undefined) throw new Error('There are three.')
    await until(async () => (await ask(one, 'GET', 'ready')).status === 200)
    const { rows } = await onServer(server.url, "SELECT scope, entry FROM backstock.journal WHERE kind = 'call'")
    const entries = rows.map(({ entry }) => JSON.parse(entry))
    const applied = new Map<string, number>()
    for (const { status, request } of entries) {
      if (status !== 200) continue
      const [{ upc, inventory }] = JSON.parse(request.body.text).inventory_items
      applied.set(`${upc} ${inventory}`, (applied.get(`${upc} ${inventory}`) ?? 0) + 1)
    }
    const all = (what: keyof Sent) => clients.flatMap(({ upc, sent }) => sent[what].map((number) => `${upc} ${number}`))
    const told = `${all('acknowledged').length} acknowledged, ${all('refused').length} refused, ${all('unknown').length} unanswered`
    tell('test:postgres', `${rounds} kills of replicas and ${rounds} restarts of their server under load: ${told}`)
    expect(all('acknowledged').length).toBeGreaterThan(0)
    expect(all('acknowledged').filter((call) => applied.get(call) === undefined)).toEqual([])
    expect([...applied].filter(([, times]) => times > 1)).toEqual([])
    expect(all('refused').filter((call) => applied.has(call))).toEqual([])
    // Each replica counts the same, and what the account has counted.
    const [account] = (await ask(one, 'GET', 'joor/accounts')).body.accounts
    // One that was refused after it was known whose it is has been counted, too.
    expect(account.requests).toBe(rows.filter(({ scope }) => JSON.parse(scope).includes(':')).length)
    for (const replica of replicas) {
      const { body } = await ask(replica, 'POST', 'requests/count', { match: { status: 200 } })
      expect(body.count).toBe(applied.size)
    }
    const { body } = await ask(one, 'GET', `joor/accounts/${account.account}/positions`)
    for (const { sku, available } of body.positions) {
      const { sent } = clients.find(({ upc }) => upc === sku.upc) ?? {}
      const last = Math.max(
        ...[...(sent?.acknowledged ?? []), ...(sent?.unknown ?? [])].filter((number) =>
          applied.has(`${sku.upc} ${number}`),
        ),
      )
      expect(available).toBe(last)
    }
  })
})
