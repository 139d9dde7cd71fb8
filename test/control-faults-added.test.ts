import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { bulk, items, startTestEmulator } from './emulator.js'

const faults = '/_backstock/faults'
const broken = (status: number, more: object = {}) => ({
  match: { vendor: 'joor' },
  ...more,
  fault: { kind: 'error', status },
})
const stock = items({ warehouse: 'New York', upc: '1', inventory: 1 })
const statusOf = async (emulator: Emulator) => (await bulk(emulator, stock)).status

describe('Faults that are added', () => {
  it('stand behind those that are armed, which keep their counters; a PUT would begin them anew', async () => {
    const emulator = await startTestEmulator()
    const control = supertest(emulator.url)
    await control.put(faults).send([broken(503, { times: 1 })])
    expect(await statusOf(emulator)).toBe(503)
    const added = await control.post(faults).send([broken(500, { times: 1 })])
    expect(added.status).toBe(201)
    expect(added.body).toEqual({
      faults: [{ match: { vendor: 'joor' }, times: 1, after: 0, fault: { kind: 'error', status: 500 }, hits: 0 }],
    })
    expect(await statusOf(emulator)).toBe(500)
    expect(await statusOf(emulator)).toBe(200)
    expect((await control.get(faults)).body.faults).toMatchObject([{ hits: 1 }, { hits: 1 }])
    expect(emulator.unusedFaults()).toEqual([])
    await control.put(faults).send([broken(503, { times: 1 })])
    expect(await statusOf(emulator)).toBe(503)
  })

  it('are added to one scope, whose list is their place', async () => {
    const emulator = await startTestEmulator()
    const control = supertest(emulator.url)
    await control.put('/_backstock/joor/accounts/brand').send({ token: 'a-token' })
    await control.put(faults).send([broken(500)])
    await control.post(`${faults}?account=brand`).send([broken(503)])
    expect(await statusOf(emulator)).toBe(503)
    const { body } = await control.get('/_backstock/requests?limit=1')
    const detail = await control.get(`/_backstock/requests/${body.requests[0].id}`)
    expect(detail.body.fault.by).toEqual({ account: 'brand', index: 0 })
    expect((await control.get(faults)).body.faults).toHaveLength(2)
  })

  it('are all refused where one means nothing, and where they are too many', async () => {
    const emulator = await startTestEmulator()
    const control = supertest(emulator.url)
    const wrong = await control.post(faults).send([broken(503), { fault: { kind: 'nonsense' } }])
    expect(wrong.status).toBe(400)
    expect(wrong.body.detail).toContain('/1/fault/kind')
    const many = Array.from({ length: 1_000 }, () => broken(503))
    expect((await control.post(faults).send(many)).status).toBe(201)
    const beyond = await control.post(faults).send([broken(503)])
    expect(beyond.status).toBe(409)
    expect(beyond.body.detail).toContain('1000 may be armed under one')
    expect((await control.get(faults)).body.faults).toHaveLength(1_000)
  })
})
