import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import { kinds } from '../server/faults/fault.js'
import { bulk, items, lastRequest, startTestEmulator } from './emulator.js'
import { arm, armed, hits } from './faults.js'

const faults = '/_backstock/faults'
const stock = items({ warehouse: 'New York', upc: '1', inventory: 1 })
const error = (status: number, more: object = {}) => ({
  match: { vendor: 'joor' },
  ...more,
  fault: { kind: 'error', status },
})

describe('One fault of a list', () => {
  it('is disarmed by its place, and the others keep their counters', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [error(503, { times: 1 }), error(500), error(400)])
    expect((await bulk(emulator, stock)).status).toBe(503)
    expect((await bulk(emulator, stock)).status).toBe(500)
    expect((await supertest(emulator.url).delete(`${faults}/1`)).status).toBe(204)
    expect(await armed(emulator)).toMatchObject([{ fault: { status: 503 }, hits: 1 }, { fault: { status: 400 } }])
    // The first one's one time is over: it does not begin anew.
    expect((await bulk(emulator, stock)).status).toBe(400)
    expect((await lastRequest(emulator)).fault.by).toEqual({ index: 1 })
    await supertest(emulator.url)
      .post(faults)
      .send([error(405)])
    expect(await hits(emulator)).toEqual([1, 1, 0])
    await supertest(emulator.url).delete(`${faults}/1`)
    expect((await bulk(emulator, stock)).status).toBe(405)
    expect((await lastRequest(emulator)).fault.by).toEqual({ index: 1 })
  })

  it('is that of the very scope, whose list it leaves empty where it was the last', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [error(503)])
    await arm(emulator, [error(500)], '?account=brand')
    expect((await supertest(emulator.url).delete(`${faults}/0?account=brand`)).status).toBe(204)
    expect(await armed(emulator)).toMatchObject([{ fault: { status: 503 } }])
    expect((await supertest(emulator.url).delete(`${faults}/0`)).status).toBe(204)
    expect(await armed(emulator)).toEqual([])
    expect((await bulk(emulator, stock)).status).toBe(200)
    expect(emulator.unusedFaults()).toHaveLength(2)
  })

  it.each(['2', '-1', '1.0', 'one', '99999', '%00'])('is none at %s, and nothing is disarmed', async (place) => {
    const emulator = await startTestEmulator()
    await arm(emulator, [error(503), error(500)])
    const reply = await supertest(emulator.url).delete(`${faults}/${place}`)
    expect(reply.status).toBe(404)
    expect(reply.body.detail).toContain('Right is a place from 0 to 1: GET /_backstock/faults lists what is armed.')
    expect(await armed(emulator)).toHaveLength(2)
    const elsewhere = await supertest(emulator.url).delete(`${faults}/0?site=shop`)
    expect(elsewhere.body.detail).toContain('Nothing is armed under this scope')
    expect(await armed(emulator)).toHaveLength(2)
  })
})

describe('What can be armed', () => {
  it('is told: every kind, and the errors of every operation, each of which is taken', async () => {
    const emulator = await startTestEmulator()
    const { body } = await supertest(emulator.url).get(`${faults}/kinds`)
    expect(body.kinds.map(({ kind }: { kind: string }) => kind)).toEqual(Object.keys(kinds))
    expect(body.kinds[0]).toEqual({
      kind: 'error',
      says: "one of the vendor's errors, in its envelope",
      applied: 'no',
      magic: 'BACKSTOCK-ERROR',
    })
    expect(body.operations.length).toBeGreaterThan(10)
    for (const { operation, errors } of body.operations)
      for (const { status, error_type, retry_after } of errors) {
        const fault = { kind: 'error', status, ...(error_type && { error_type }), ...(retry_after && { retry_after }) }
        const reply = await supertest(emulator.url)
          .put(faults)
          .send([{ match: { operation }, fault }])
        expect([operation, fault, reply.status]).toEqual([operation, fault, 200])
      }
  })

  it('takes no parameters, and what it tells is armed nowhere', async () => {
    const emulator = await startTestEmulator()
    expect((await supertest(emulator.url).get(`${faults}/kinds?account=brand`)).status).toBe(400)
    expect(await armed(emulator)).toEqual([])
  })
})
