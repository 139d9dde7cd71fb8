import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import supertest from 'supertest'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ListenError, SeedError, startEmulator } from '../server/emulator.js'
import type { Committed } from '../server/journal/committed.js'
import { type MemoryOptions, MemoryStore } from '../server/state/memory.js'
import { StorageFailure } from '../server/state/store.js'
import { bulk, items, lastRequest, positions, startTestEmulator } from './emulator.js'

const item = (inventory: number) => items({ warehouse: 'New York', upc: '1', inventory })
const seed = {
  joor: { accounts: { brand: { token: 'a-token', positions: [{ warehouse: 'New York', upc: '1', inventory: 3 }] } } },
  jirafe: { sites: { shop: { token: 'site-token' } } },
}
const event = { timestamp: '2015-01-23T16:35:38+0000', product_code: 'a', inventory_level: 4 }

describe('startEmulator', () => {
  it('is resolved when the emulator accepts requests, with the addresses to point a client at', async () => {
    const emulator = await startEmulator({ port: 0 })
    onTestFinished(() => emulator.close())
    expect(emulator.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect(emulator.joor.baseUrl).toBe(emulator.url)
    expect(emulator.jirafe.baseUrl).toBe(emulator.url)
    expect((await fetch(`${emulator.url}/_backstock/ready`)).status).toBe(200)
  })

  it('is rejected with a ListenError where the port is taken', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void taken.close())
    // A TCP server that listens has an address and a port.
    const { port } = taken.address() as AddressInfo
    const started = startEmulator({ port })
    await expect(started).rejects.toThrow(ListenError)
    await expect(started).rejects.toThrow(`port ${port}`)
  })

  it('closes the storage again where it cannot listen', async () => {
    const closed = vi.spyOn(MemoryStore.prototype, 'close')
    onTestFinished(() => closed.mockRestore())
    await expect(startEmulator({ port: 0, host: '192.0.2.1' })).rejects.toThrow(ListenError)
    expect(closed).toHaveBeenCalledOnce()
  })

  // What the types forbid is what JavaScript lets in.
  it.each<[string, object, string]>([
    ['a storage beside a data file', { data: 'a.json', store: () => undefined }, 'Both data and store are given'],
    ['a setting that is not known', { settings: { contrakt: 'off' } }, 'The setting contrakt is not known'],
    ['a setting that every object has', { settings: { constructor: 'off' } }, 'The setting constructor is not known'],
    ['a value that is not known', { settings: { contract: 'on' } }, 'Right is report or enforce or off'],
    [
      'a rate limit of no form',
      { settings: { rate_limit: '5/60\n' } },
      'Right is report or enforce or off or CREDITS/SECONDS',
    ],
  ])('is rejected with a sentence for %s', async (_name, options, sentence) => {
    await expect(startEmulator({ port: 0, ...options })).rejects.toThrow(sentence)
  })

  it('keeps the bounds of the journal and the default readings where members are undefined', async () => {
    const given: object = { journal: { entries: undefined, bodyBytes: 3 }, settings: { contract: undefined } }
    const emulator = await startTestEmulator(given)
    for (let n = 0; n < 1_001; n++) await fetch(`${emulator.url}/nowhere`)
    const { body } = await supertest(emulator.url).get('/_backstock/requests?limit=1000')
    expect(body.requests).toHaveLength(1_000)
    expect(body.next).toBeNull()
    await bulk(emulator, item(1), { token: 'a-token' })
    const refused = await bulk(emulator, items({ warehouse: 'New York', upc: '1', inventory: '1' }))
    expect(refused.headers['backstock-violations']).toBe('1')
  })

  it('is rejected with a ListenError where the machine has no such address', async () => {
    await expect(startEmulator({ port: 0, host: '192.0.2.1' })).rejects.toThrow(ListenError)
  })

  it('is rejected with a SeedError for a seed that is none, and listens nowhere', async () => {
    // What the types forbid is what JavaScript lets in.
    const wrong = { joor: { accounts: { brand: { tokn: 'x' } } } } as object
    const started = startEmulator({ port: 0, seed: wrong })
    await expect(started).rejects.toThrow(SeedError)
    await expect(started).rejects.toThrow('joor.accounts.brand.tokn')
  })

  it('is rejected with a SeedError for a position that means nothing', async () => {
    const accounts = { brand: { token: 'x', positions: [{ warehouse: 'New York', inventory: 3 }] } }
    const started = startEmulator({ port: 0, seed: { joor: { accounts } } })
    await expect(started).rejects.toThrow(SeedError)
    await expect(started).rejects.toThrow('joor.accounts.brand.positions[0]')
  })

  it('is rejected with a SeedError for a seed file that is not there', async () => {
    await expect(startEmulator({ port: 0, seed: '/no/such/seed.yaml' })).rejects.toThrow(SeedError)
  })

  it('takes a seed as a value and as the path of a file, to the same state', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backstock-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const path = join(folder, 'seed.json')
    await writeFile(path, JSON.stringify(seed))
    const [fromValue, fromFile] = await Promise.all([startTestEmulator({ seed }), startTestEmulator({ seed: path })])
    for (const emulator of [fromValue, fromFile]) {
      expect(await positions(emulator)).toMatchObject([{ warehouse: 'New York', sku: { upc: '1' }, available: 3 }])
      const { body } = await supertest(emulator.url).get('/_backstock/jirafe/sites')
      expect(body.sites).toEqual([{ site: 'shop', declared: true, levels: 0, requests: 0 }])
    }
  })

  it('runs several emulators in one process that do not touch each other', async () => {
    const [one, other] = await Promise.all([startTestEmulator({ seed }), startTestEmulator({ seed })])
    expect(one.url).not.toBe(other.url)
    await bulk(one, item(9))
    expect(await positions(one)).toMatchObject([{ available: 9 }])
    expect(await positions(other)).toMatchObject([{ available: 3 }])
    const { body } = await supertest(other.url).get('/_backstock/requests')
    expect(body.requests).toEqual([])
    await one.close()
    await bulk(other, item(4))
    expect(await positions(other)).toMatchObject([{ available: 4 }])
  })

  it('dates with the clock and numbers with the ids that it is given', async () => {
    let ids = 0
    const instant = '2031-05-06T07:08:09.010Z'
    const emulator = await startTestEmulator({ clock: () => new Date(instant), ids: () => `id-${++ids}` })
    const reply = await bulk(emulator, item(1))
    expect(reply.headers['backstock-request-id']).toBe('id-1')
    expect(reply.body.response.log_id).toBe('id-2')
    expect(await lastRequest(emulator)).toMatchObject({ id: 'id-1', at: instant })
    await supertest(emulator.url).post('/v2/shop/inventory').set('Authorization', 'Bearer t').send(event)
    const { body } = await supertest(emulator.url).get('/_backstock/jirafe/sites/shop/levels')
    expect(body.levels).toMatchObject([{ code: 'a', received_at: instant }])
    const made = await supertest(emulator.url).put('/_backstock/joor/accounts/brand').send({})
    expect(made.body.token).toBe(`id-${ids}`)
  })

  it('tells the person who watches of items that were not updated, in one line', async () => {
    const lines: string[] = []
    const emulator = await startTestEmulator({ log: (line) => lines.push(line), seed })
    await bulk(emulator, item(1))
    expect(lines).toEqual([])
    const reply = await bulk(
      emulator,
      items({ warehouse: 'New York', upc: '1', inventory: 'x' }, { upc: '2', inventory: 1 }),
    )
    expect(lines).toEqual([`brand: 1 of 2 items not updated; backstock why ${reply.body.response.log_id}`])
  })

  it('tells of an account without letting its name steer a terminal or begin a line', async () => {
    const lines: string[] = []
    const name = '\u001b[31mbrand\nline'
    const emulator = await startTestEmulator({
      log: (line) => lines.push(line),
      seed: { joor: { accounts: { [name]: { token: 'a-token' } } } },
    })
    await bulk(emulator, items({ upc: '1', inventory: 'x' }))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^\\u001b\[31mbrand\\u000aline: 1 of 1 items not updated/)
  })
})

describe('An emulator', () => {
  it('goes back to its seed on reset, and says what is there', async () => {
    const emulator = await startTestEmulator({ seed })
    await bulk(emulator, item(9))
    await bulk(emulator, item(9), { token: 'another-token' })
    expect(await emulator.reset()).toEqual({ accounts: 1, sites: 1 })
    expect(await positions(emulator)).toMatchObject([{ available: 3 }])
    const { body } = await supertest(emulator.url).get('/_backstock/joor/accounts')
    expect(body.accounts.map(({ account }: { account: string }) => account)).toEqual(['brand'])
  })

  it('tells no log of a call that failed in the storage', async () => {
    const lines: string[] = []
    let fails = true
    const failsOnce: MemoryStore<Committed>['call'] = async (caller, needs, settle) => {
      if (!fails) return call(caller, needs, settle)
      fails = false
      settle({ id: 'a', now: new Date(), newId: () => 'lost', setup: undefined, view: { get: () => undefined } })
      throw new StorageFailure('The disk is full.')
    }
    let call: MemoryStore<Committed>['call'] = failsOnce
    const store = (parts: MemoryOptions<Committed>) => {
      const memory = new MemoryStore(parts)
      call = memory.call.bind(memory)
      memory.call = failsOnce
      return memory
    }
    const emulator = await startTestEmulator({ log: (line) => lines.push(line), store })
    const wrong = items({ warehouse: 'New York', upc: '1', inventory: 'many' })
    await bulk(emulator, wrong).expect(503)
    expect(lines.join()).not.toContain('lost')
    const { body } = await bulk(emulator, wrong).expect(200)
    expect(lines.at(-1)).toContain(`backstock why ${body.response.log_id}`)
  })

  it('is gone after close, which may be called twice', async () => {
    const emulator = await startEmulator({ port: 0 })
    await emulator.close()
    await emulator.close()
    await expect(fetch(`${emulator.url}/_backstock/ready`)).rejects.toThrow()
    await Promise.all([emulator.close(), emulator.close()])
  })

  it('leaves its port for the next', async () => {
    const first = await startEmulator({ port: 0 })
    await first.close()
    const second = await startEmulator({ port: Number(new URL(first.url).port) })
    onTestFinished(() => second.close())
    expect(second.url).toBe(first.url)
  })

  it('names file, line and column of a row of the seed that means nothing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backstock-library-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const seed = join(folder, 'seed.yaml')
    const account = ['joor:', '  accounts:', '    a:', '      warehouses: [NY]', '      positions:']
    await writeFile(seed, [...account, '        - { warehouse: LA, upc: "1", inventory: 3 }', ''].join('\n'))
    await expect(startEmulator({ port: 0, seed })).rejects.toThrow(`${seed}:6:11: joor.accounts.a.positions[0]: `)
  })
})
