import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import supertest from 'supertest'
import { describe, expect, inject, it, onTestFinished } from 'vitest'
import { DatabaseError, startEmulator } from '../server/emulator.js'
import { Database } from '../server/state/postgres/database.js'
import { onServer, schemaOfTest } from './database.js'
import { bulk, items, oauth2 } from './emulator.js'
import { sendEvent } from './faults.js'
import { ask, startReplicas } from './replicas.js'

const row = (upc: string, inventory: number) => ({ warehouse: 'New York', upc, inventory })

describe('Replicas on one database', () => {
  it('have the same state and accounts, whoever was called', async () => {
    const [one, other] = await startReplicas(2)
    if (one === undefined || other === undefined) throw new Error('Two were started.')
    await ask(one, 'PUT', 'joor/accounts/brand', { token: 'a-token', warehouses: ['New York'] })
    await bulk(other, items(row('1', 5), row('2', 6)))
    await bulk(one, items(row('2', 7)))
    for (const replica of [one, other]) {
      const { body } = await ask(replica, 'GET', 'joor/accounts/brand/positions')
      const stock = body.positions.map(({ sku, available }: { sku: { upc: string }; available: number }) => [
        sku.upc,
        available,
      ])
      expect(stock).toEqual([
        ['1', 5],
        ['2', 7],
      ])
      expect((await ask(replica, 'GET', 'joor/accounts')).body.accounts).toMatchObject([
        { account: 'brand', requests: 2 },
      ])
    }
    // What one changes holds for the other's next call.
    await ask(other, 'PUT', 'joor/accounts/brand', { token: 'a-token', warehouses: ['Paris'] })
    const { body } = await bulk(one, items(row('3', 1)))
    expect(body.response.items_not_updated ?? body.items_not_updated).not.toEqual([[]])
    await ask(one, 'DELETE', 'joor/accounts/brand')
    expect((await ask(other, 'GET', 'joor/accounts/brand')).status).toBe(404)
  })

  it('judge each call by what is so now, although they remember its caller from the last one', async () => {
    const [one, other] = await startReplicas(2, { settings: { auth: 'enforce' } })
    if (one === undefined || other === undefined) throw new Error('Two were started.')
    const account = (token: string) => ask(other, 'PUT', 'joor/accounts/brand', { token, warehouses: ['New York'] })
    const site = (token: string) => ask(other, 'PUT', 'jirafe/sites/shop', { token })
    const call = async (token = 'a-token') => (await bulk(one, items(row('1', 5)), { token })).status
    const event = async (token: string) =>
      (
        await supertest(one.url)
          .post('/v2/shop/inventory')
          .set('Authorization', `Bearer ${token}`)
          .send({ timestamp: '2015-01-23T16:35:38+0000', product_code: 'SKU-1', inventory_level: 1 })
      ).status
    await account('a-token')
    await site('a-token')
    for (let remembered = 0; remembered < 3; remembered++)
      expect([await call(), await event('a-token')]).toEqual([200, 200])
    // Who was let in is not.
    await account('another-token')
    await site('another-token')
    expect([await call(), await event('a-token')]).toEqual([401, 403])
    for (let remembered = 0; remembered < 2; remembered++)
      expect([await call('another-token'), await event('another-token')]).toEqual([200, 200])
    // Who was not is.
    await account('a-token')
    await site('a-token')
    expect([await call(), await event('a-token')]).toEqual([200, 200])
    expect([await call('another-token'), await event('another-token')]).toEqual([401, 403])
    // An account that is gone, and one that is there again.
    await ask(other, 'DELETE', 'joor/accounts/brand')
    expect(await call()).toBe(401)
    await account('a-token')
    expect(await call()).toBe(200)
    const { body } = await ask(one, 'GET', 'joor/accounts/brand/positions')
    expect(body.positions).toMatchObject([{ available: 5 }])
  })

  it('make no account or site for a call that hangs up, and ask for no body of who is turned away', async () => {
    const [one, other] = await startReplicas(2, { settings: { auth: 'enforce' } })
    if (one === undefined || other === undefined) throw new Error('Two were started.')
    await ask(other, 'PUT', 'joor/accounts/brand', { token: 'a-token' })
    expect((await bulk(one, items(row('1', 5)))).status).toBe(200)
    await ask(other, 'DELETE', 'joor/accounts/brand')
    const { port, hostname } = new URL(one.url)
    const head = (more: string) =>
      `POST /v2/bulk-inventory HTTP/1.1\r\nHost: shop\r\nAuthorization: ${oauth2('a-token')}\r\n` +
      `Content-Type: application/json\r\nContent-Length: 500\r\n${more}\r\n`
    const waiting = connect(Number(port), hostname)
    waiting.write(head('Expect: 100-continue\r\n'))
    expect(String((await once(waiting, 'data'))[0])).toMatch(/^HTTP\/1.1 401 /)
    waiting.destroy()
    const gone = connect(Number(port), hostname)
    gone.write(`${head('')}{"inv`)
    await delay(100)
    gone.resetAndDestroy()
    await delay(100)
    expect((await ask(other, 'GET', 'joor/accounts')).body.accounts).toEqual([])
  })

  it('list more accounts than they remember, long ones among them', async () => {
    const [one] = await startReplicas(1)
    if (one === undefined) throw new Error('One was started.')
    const warehouses = Array.from({ length: 300 }, (_, n) => `a warehouse of a long name, number ${n}`)
    const accounts = Array.from({ length: 1_100 }, (_, n) => [`brand-${n}`, {}] as const)
    const seed = { joor: { accounts: { ...Object.fromEntries(accounts), zzz: { warehouses } } } }
    expect((await ask(one, 'PUT', 'seed', seed)).status).toBeLessThan(300)
    for (let asked = 0; asked < 3; asked++) {
      const { status, body } = await ask(one, 'GET', 'joor/accounts')
      expect([status, body.accounts.length]).toEqual([200, 1_101])
    }
    expect((await ask(one, 'GET', 'joor/accounts/zzz')).body.warehouses).toEqual(warehouses)
  })

  it('have one journal in one order, by the same cursors, and empty it together', async () => {
    const replicas = await startReplicas(3)
    const calls = Array.from({ length: 60 }, (_, call) => {
      const replica = replicas[call % 3]
      if (replica === undefined) throw new Error('Three were started.')
      return bulk(replica, items(row(String(call), call)), { token: `token-of-${call % 7}` })
    })
    await Promise.all(calls)
    const lists = await Promise.all(replicas.map((replica) => ask(replica, 'GET', 'requests')))
    const ids = lists.map(({ body }) => body.requests.map(({ id }: { id: string }) => id))
    expect(new Set(ids[0]).size).toBe(60)
    expect(ids[1]).toEqual(ids[0])
    expect(ids[2]).toEqual(ids[0])
    // Each page from another replica.
    const paged: string[] = []
    let cursor = ''
    for (let page = 0; page < 20; page++) {
      const replica = replicas[page % 3]
      if (replica === undefined) throw new Error('Three were started.')
      const { body } = await ask(replica, 'GET', `requests?limit=7${cursor}`)
      paged.push(...body.requests.map(({ id }: { id: string }) => id))
      if (body.next === null) break
      cursor = `&cursor=${body.next}`
    }
    expect(paged).toEqual(ids[0])
    // What one was called with, the other tells in all detail.
    const details = await Promise.all(replicas.map((replica) => ask(replica, 'GET', `requests/${ids[0]?.[0]}`)))
    const [detail, ...others] = details.map(({ body }) => ({ ...body, curl: undefined }))
    expect(detail).toMatchObject({ status: 200, changes_total: 1 })
    for (const each of others) expect(each).toEqual(detail)
    await replicas.at(0)?.reset()
    await Promise.all(replicas.slice(1, 2).map((replica) => ask(replica, 'DELETE', 'requests')))
    for (const replica of replicas) expect((await ask(replica, 'GET', 'requests')).body.requests).toEqual([])
  })

  it('tell a stream and who waits of calls that came to another one', async () => {
    const [one, other] = await startReplicas(2)
    if (one === undefined || other === undefined) throw new Error('Two were started.')
    const waiting = ask(one, 'POST', 'requests/wait', { match: { method: 'POST' }, count: 2, timeout_ms: 15_000 })
    await bulk(other, items(row('1', 5)))
    await bulk(other, items(row('1', 6)))
    expect((await waiting).body).toMatchObject({ verdict: 'pass', count: 2 })
  })

  it('meet each armed fault as often as it is to be met, and no more, by all of them together', async () => {
    const [one, other] = await startReplicas(2)
    if (one === undefined || other === undefined) throw new Error('Two were started.')
    const fault = { times: 25, after: 5, match: { vendor: 'jirafe' }, fault: { kind: 'error', status: 503 } }
    await ask(one, 'PUT', 'faults', [fault])
    const event = (call: number) => ({
      timestamp: '2015-01-23T16:35:38+0000',
      product_code: 'a',
      inventory_level: call,
    })
    const statuses = await Promise.all(
      Array.from({ length: 60 }, async (_, call) => {
        const replica = call % 2 === 0 ? one : other
        const headers = { Authorization: 'Bearer t', 'Content-Type': 'application/json' }
        // Of several sites, so that only the faults are what the calls have in common.
        const path = `${replica.url}/v2/shop-${call % 5}/inventory`
        return (await fetch(path, { method: 'POST', headers, body: JSON.stringify(event(call)) })).status
      }),
    )
    expect(statuses.filter((status) => status === 503)).toHaveLength(25)
    expect(statuses.filter((status) => status === 200)).toHaveLength(35)
    for (const replica of [one, other])
      expect((await ask(replica, 'GET', 'faults')).body.faults).toMatchObject([{ times: 25, hits: 25 }])
    await ask(other, 'DELETE', 'faults')
    expect((await ask(one, 'GET', 'faults')).body.faults).toEqual([])
  })

  it('go by one clock, and by one sequence of ids', async () => {
    const [one, other] = await startReplicas(2)
    if (one === undefined || other === undefined) throw new Error('Two were started.')
    await ask(one, 'PUT', 'clock', { freeze: '2026-01-23T12:00:00Z' })
    await ask(other, 'PUT', 'ids', { seed: 5 })
    for (const replica of [one, other, one]) await bulk(replica, items(row('1', 5)))
    const { body } = await ask(other, 'GET', 'requests')
    expect(body.requests.map(({ at }: { at: string }) => at)).toEqual(Array(3).fill('2026-01-23T12:00:00.000Z'))
    // As one emulator alone gives them.
    const alone = await startEmulator({ port: 0, seedIds: 5, levels: { '*.conduct.*': 'off' } })
    onTestFinished(() => alone.close())
    for (let call = 0; call < 3; call++) await bulk(alone, items(row('1', 5)))
    const ids = (requests: readonly { id: string }[]) => requests.map(({ id }) => id)
    expect(ids(body.requests)).toEqual(ids((await ask(alone, 'GET', 'requests')).body.requests))
    await ask(other, 'PUT', 'clock', { advance: 60 })
    expect((await ask(one, 'GET', 'clock')).body).toMatchObject({ now: '2026-01-23T12:01:00.000Z', frozen: true })
    // The same number once more begins anew.
    await ask(one, 'PUT', 'ids', { seed: 5 })
    await bulk(other, items(row('1', 5)))
    expect((await ask(one, 'GET', 'requests?limit=1')).body.requests[0].id).toBe(ids(body.requests).at(-1))
    await ask(other, 'DELETE', 'ids')
    await ask(other, 'DELETE', 'clock')
    expect((await ask(one, 'GET', 'ids')).body).toEqual({ seed: null, set_for: null })
    expect((await ask(one, 'GET', 'clock')).body).toMatchObject({ frozen: false, set_for: null })
  })

  it('save, restore and reset for all', async () => {
    const [one, other] = await startReplicas(2, { seed: { joor: { accounts: { brand: { token: 'a-token' } } } } })
    if (one === undefined || other === undefined) throw new Error('Two were started.')
    await bulk(one, items(row('1', 5)))
    expect((await ask(one, 'PUT', 'snapshots/night')).status).toBe(201)
    await bulk(other, items(row('1', 6), row('2', 1)))
    expect((await ask(other, 'GET', 'snapshots')).body.snapshots).toMatchObject([{ name: 'night', accounts: 1 }])
    await ask(other, 'POST', 'snapshots/night/restore')
    const stock = async (replica: { url: string }) =>
      (await ask(replica, 'GET', 'joor/accounts/brand/positions')).body.positions.map(
        ({ available }: { available: number }) => available,
      )
    expect(await stock(one)).toEqual([5])
    await ask(one, 'POST', 'reset')
    expect(await stock(other)).toEqual([])
    expect((await ask(other, 'POST', 'joor/accounts/brand/fork', { name: 'copy' })).status).toBe(201)
    expect((await ask(one, 'GET', 'joor/accounts')).body.accounts).toHaveLength(2)
  })

  it('lose no update of what calls read and write', async () => {
    const replicas = await startReplicas(3)
    await Promise.all(
      Array.from({ length: 90 }, (_, call) => {
        const replica = replicas[call % 3]
        if (replica === undefined) throw new Error('Three were started.')
        return sendEvent(replica, { timestamp: '2015-01-23T16:35:38+0000', product_code: 'a', inventory_level: call })
      }),
    )
    const [one] = replicas
    if (one === undefined) throw new Error('Three were started.')
    const { body } = await ask(one, 'GET', 'jirafe/sites')
    expect(body.sites).toMatchObject([{ requests: 90 }])
    const site = body.sites[0].site
    const { body: told } = await ask(one, 'GET', `jirafe/sites/${site}/levels?history=true`)
    const levels = told.levels[0].history.map(({ inventory_level }: { inventory_level: number }) => inventory_level)
    expect(new Set(levels).size).toBe(levels.length)
    const { body: events } = await ask(one, 'GET', `jirafe/sites/${site}/events?type=inventory`)
    expect(events.events).toHaveLength(90)
  })

  it('let the calls of others by while one of an account is under way, and hold up its own', async () => {
    const place = schemaOfTest()
    const [one, other] = await startReplicas(2, place)
    if (one === undefined || other === undefined) throw new Error('Two were started.')
    await bulk(one, items(row('1', 1)), { token: 'held' })
    const client = new pg.Client(place.database)
    await client.connect()
    onTestFinished(() => client.end())
    await client.query(`BEGIN; SELECT 1 FROM ${place.databaseSchema}.parties WHERE copy = 0 FOR UPDATE`)
    let isAnswered = false
    const held = bulk(other, items(row('1', 2)), { token: 'held' }).then(({ status }) => {
      isAnswered = true
      return status
    })
    for (const replica of [one, other])
      expect((await bulk(replica, items(row('1', 3)), { token: 'another' })).status).toBe(200)
    expect(isAnswered).toBe(false)
    await client.query('COMMIT')
    expect(await held).toBe(200)
  })

  it('send the same few statements for ten thousand items as for a hundred', async () => {
    const [one] = await startReplicas(1, { settings: { rate_limit: 'off' } })
    if (one === undefined) throw new Error('One was started.')
    const { written } = Database.prototype
    let statements: string[] = []
    Database.prototype.written = function (text) {
      statements.push(text)
      return written.call(this, text)
    }
    onTestFinished(() => {
      Database.prototype.written = written
    })
    const changing = async (count: number) => {
      statements = []
      const { status } = await bulk(one, items(...Array.from({ length: count }, (_, sku) => row(String(sku), count))))
      expect(status).toBe(200)
      // What reads the journal goes on beside it.
      return statements.filter((text) => /@rows|@parties|INSERT INTO @journal/.test(text)).length
    }
    // The first makes the account, and from the third on the replica remembers it.
    await changing(1)
    await changing(1)
    const few = await changing(100)
    expect(few).toBeLessThanOrEqual(5)
    // Whose body is still arriving is asked for anew: it may be turned away before that is read.
    expect(await changing(10_000)).toBe(few + 1)
  }, 60_000)

  it('find each row by its key, also while the server takes a table that grows for an empty one', async () => {
    const place = schemaOfTest()
    // What the URL says of its own stands beside what Backstock says.
    const database = `${place.database}?options=${encodeURIComponent('-c work_mem=8MB')}`
    const [one] = await startReplicas(1, { ...place, database, settings: { rate_limit: 'off' } })
    if (one === undefined) throw new Error('One was started.')
    const client = new pg.Client(place.database)
    await client.connect()
    onTestFinished(() => client.end())
    const looks = async () => {
      const { rows } = await client.query<Record<'seq_scan' | 'idx_scan' | 'idx_tup_fetch', string>>(
        `SELECT sum(seq_scan) AS seq_scan, sum(idx_scan) AS idx_scan, sum(idx_tup_fetch) AS idx_tup_fetch
         FROM pg_stat_user_tables WHERE schemaname = $1 AND relname IN ('rows', 'journal')`,
        [place.databaseSchema],
      )
      return {
        seqScan: Number(rows[0]?.seq_scan),
        indexScan: Number(rows[0]?.idx_scan),
        fetched: Number(rows[0]?.idx_tup_fetch),
      }
    }
    // Each connection tells of its looks once a second, and when it has done something.
    const told = async () => {
      await delay(2_500)
      await client.query('SELECT 1')
      return looks()
    }
    const call = async (...skus: number[]) =>
      expect((await bulk(one, items(...skus.map((sku) => row(String(sku), sku))))).status).toBe(200)
    // What makes an index looks through its table, too.
    const { seqScan } = await told()
    await client.query(`ALTER TABLE ${place.databaseSchema}.rows SET (autovacuum_enabled = false)`)
    await call(1)
    await call(...Array.from({ length: 20_000 }, (_, sku) => sku))
    const before = await told()
    for (let sku = 0; sku < 10; sku++) await call(sku)
    const after = await told()
    expect(after.indexScan).toBeGreaterThan(before.indexScan)
    expect(after.fetched - before.fetched).toBeLessThan(1_000)
    expect(after.seqScan).toBe(seqScan)
    // What looks through a table is told of.
    await client.query(`SELECT count(*) FROM ${place.databaseSchema}.rows WHERE value = 'none'`)
    expect((await told()).seqScan).toBe(seqScan + 1)
  }, 60_000)
})

describe('A database', () => {
  it('is made ready once by replicas that start together, and its seed is loaded once', async () => {
    const seed = { joor: { accounts: { brand: { token: 'a-token' } } }, jirafe: { sites: { shop: {} } } }
    const replicas = await startReplicas(6, { seed })
    for (const replica of replicas)
      expect((await ask(replica, 'GET', 'joor/accounts')).body.accounts).toMatchObject([{ account: 'brand' }])
  })

  it('goes on where it was, and takes another seed for reset alone', async () => {
    const place = schemaOfTest()
    const told: string[] = []
    const start = (token: string) =>
      startEmulator({
        ...{ port: 0, ...place, seed: { joor: { accounts: { brand: { token } } } } },
        log: (line) => told.push(line),
      })
    const first = await start('a-token')
    await bulk(first, items(row('1', 5)))
    await first.close()
    const again = await start('a-token')
    expect(told).toEqual([])
    expect((await ask(again, 'GET', 'joor/accounts/brand/positions')).body.positions).toHaveLength(1)
    expect((await ask(again, 'GET', 'requests')).body.requests).toHaveLength(1)
    await again.close()
    const other = await start('another-token')
    onTestFinished(() => other.close())
    expect(told).toEqual([expect.stringContaining('another seed')])
    expect((await bulk(other, items(row('1', 6)))).status).toBe(200)
    await other.reset()
    expect((await ask(other, 'GET', 'joor/accounts/brand/positions')).body.positions).toEqual([])
  })

  it('keeps several apart by their schemas', async () => {
    const [one] = await startReplicas(1)
    const [other] = await startReplicas(1)
    if (one === undefined || other === undefined) throw new Error('Two were started.')
    await bulk(one, items(row('1', 5)))
    expect((await ask(other, 'GET', 'joor/accounts')).body.accounts).toEqual([])
    expect((await ask(other, 'GET', 'requests')).body.requests).toEqual([])
  })

  it('of a newer Backstock is refused and left as it is', async () => {
    const place = schemaOfTest()
    await (await startEmulator({ port: 0, ...place })).close()
    await onServer(place.database, `UPDATE ${place.databaseSchema}.format SET format = 99`)
    const started = startEmulator({ port: 0, ...place })
    await expect(started).rejects.toThrow(DatabaseError)
    await expect(started).rejects.toThrow(/its format is 99.*--database-schema/s)
    const { rows } = await onServer(place.database, `SELECT format FROM ${place.databaseSchema}.format`)
    expect(rows).toEqual([{ format: 99 }])
  })

  it.each([
    ['that nobody serves', 'postgres://backstock@127.0.0.1:1/postgres', /ECONNREFUSED.*Is it running/],
    ['that is not there', 'nowhere', /database "nowhere" does not exist/],
  ])('%s is told of', async (_, where, says) => {
    const url = new URL(inject('postgres'))
    url.pathname = '/nowhere'
    const started = startEmulator({ port: 0, database: where === 'nowhere' ? url.href : where })
    await expect(started).rejects.toThrow(DatabaseError)
    await expect(started).rejects.toThrow(says)
  })

  it('is asked for by no password that a message shows', async () => {
    const started = startEmulator({ port: 0, database: 'postgres://user:hunter2@127.0.0.1:1/postgres' })
    await expect(started).rejects.toThrow(DatabaseError)
    await expect(started).rejects.not.toThrow(/hunter2/)
  })
})
