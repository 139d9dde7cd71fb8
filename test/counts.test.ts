import { connect } from 'node:net'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Entry } from '../server/journal/entry.js'
import { Tally } from '../server/journal/tally.js'
import { bulk, items, startTestEmulator } from './emulator.js'

const row = (inventory: unknown) => ({ warehouse: 'New York', upc: '1', inventory })
const event = { timestamp: '2015-01-23T16:35:38+0000', product_code: 'a', inventory_level: 4 }
const none = { calls: 0, refused: 0, hungUp: 0, updated: 0, notUpdated: 0, violations: new Map() }
const integer = 'joor.inventory.integer'

describe('The counts of an emulator', () => {
  it('are of all calls, and of each account and site by itself', async () => {
    const emulator = await startTestEmulator()
    expect(emulator.counts()).toEqual(none)
    await supertest(emulator.url).put('/_backstock/joor/accounts/brand').send({ token: 'a-token' })
    await bulk(emulator, items(row(1), row('many')))
    await bulk(emulator, '{')
    await supertest(emulator.url).post('/v2/shop/inventory').set('Authorization', 'Bearer t').send(event)
    await supertest(emulator.url).get('/nowhere')
    expect(emulator.counts()).toMatchObject({ calls: 4, refused: 2, hungUp: 0, updated: 2, notUpdated: 1 })
    expect(emulator.counts().violations.get(integer)).toBe(1)
    expect(emulator.countsOf({ account: 'brand' })).toMatchObject({ calls: 2, refused: 1, updated: 1, notUpdated: 1 })
    expect(emulator.countsOf({ site: 'shop' })).toEqual({ ...none, calls: 1, updated: 1 })
    expect(emulator.countsOf({ account: 'shop' })).toBeUndefined()
  })

  it('outlive the journal’s bound and a reset, and count places beyond those that are kept', async () => {
    const emulator = await startTestEmulator({ journal: { entries: 1 } })
    for (let call = 0; call < 3; call++) await bulk(emulator, items(...Array.from({ length: 30 }, () => row('x'))))
    await bulk(emulator, items(row(1)))
    await emulator.reset()
    expect(emulator.counts()).toMatchObject({ calls: 4, updated: 1, notUpdated: 90 })
    expect(emulator.counts().violations.get(integer)).toBe(90)
    // Planted: what the journal still knows is less.
    const { body } = await supertest(emulator.url).get('/_backstock/requests')
    expect(body.requests).toHaveLength(1)
  })

  it('follow an account to its new name, and are those of then', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(row(1)))
    const before = emulator.counts()
    await supertest(emulator.url).put('/_backstock/joor/accounts/brand').send({ token: 'a-token' })
    await bulk(emulator, items(row(1)))
    expect(emulator.countsOf({ account: 'brand' })).toMatchObject({ calls: 2, updated: 2 })
    expect(before).toMatchObject({ calls: 1, updated: 1 })
  })

  it('tell calls whose client went away', async () => {
    const emulator = await startTestEmulator()
    const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1')
    const head = ['POST /v2/shop/inventory HTTP/1.1', 'Host: a', 'Authorization: Bearer t']
    const request = [...head, 'Content-Type: application/json', 'Content-Length: 9', '', '{'].join('\r\n')
    socket.write(request, () => socket.destroy())
    await expect.poll(() => emulator.counts(), { timeout: 5_000 }).toEqual({ ...none, calls: 1, hungUp: 1 })
  })

  it('tell them apart from calls that a fault loses, and count an error that is armed as a refusal', async () => {
    const emulator = await startTestEmulator()
    const arm = (fault: object) => supertest(emulator.url).put('/_backstock/faults').send([{ fault }]).expect(200)
    await arm({ kind: 'before_commit' })
    await expect(bulk(emulator, items(row(1)))).rejects.toThrow()
    expect(emulator.counts()).toEqual({ ...none, calls: 1 })
    await arm({ kind: 'error', status: 503 })
    await bulk(emulator, items(row('many')))
    expect(emulator.counts()).toEqual({ ...none, calls: 2, refused: 1 })
  })

  it('hold no call of the control plane', async () => {
    const emulator = await startTestEmulator()
    await supertest(emulator.url).get('/_backstock/health')
    await supertest(emulator.url).put('/_backstock/clock').send({ advance: 1 })
    expect(emulator.counts()).toEqual(none)
  })
})

describe('A tally', () => {
  it('keeps ten thousand accounts by themselves, those that called last, and counts all', () => {
    // Of an entry only what is counted is looked at.
    const entry = {
      status: 200,
      fault: null,
      refusal: null,
      items: { updated: 1, notUpdated: 0 },
      broken: new Map(),
    } as Partial<Entry>
    const tally = new Tally()
    for (let account = 0; account < 10_001; account++) {
      tally.add(`joor:${account}`, { entry: entry as Entry })
      tally.add('joor:busy', { entry: entry as Entry })
    }
    expect(tally.of('joor:busy')).toMatchObject({ calls: 10_001, updated: 10_001 })
    expect(tally.of('joor:0')).toBeUndefined()
    expect(tally.of('joor:1')).toBeUndefined()
    expect(tally.of('joor:2')).toMatchObject({ calls: 1 })
    expect(tally.all()).toMatchObject({ calls: 20_002 })
  })
})
