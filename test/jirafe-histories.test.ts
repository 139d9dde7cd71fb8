import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { startTestEmulator } from './emulator.js'

/** Levels come in this order, a day after the other. */
const send = (emulator: Emulator, site: string, level: number) =>
  supertest(emulator.url)
    .post(`/v2/${site}/inventory`)
    .set('Authorization', 'Bearer a-token')
    .send({
      timestamp: new Date(Date.UTC(2015, 0, level)).toISOString().replace('.000Z', '+0000'),
      product_code: 'A',
      inventory_level: level,
    })
    .expect(200)

const control = (emulator: Emulator) => supertest(`${emulator.url}/_backstock`)

/** What is remembered of a site, newest first: the levels of its code, and those of its events. */
async function remembered(emulator: Emulator, site: string) {
  const { body } = await control(emulator).get(`/jirafe/sites/${site}/levels?history=true`)
  const { body: kept } = await control(emulator).get(`/jirafe/sites/${site}/events`)
  return {
    history: body.levels[0].history.map((each: { inventory_level: number }) => each.inventory_level),
    events: kept.events.map(({ event }: { event: { inventory_level: number } }) => event.inventory_level),
  }
}

const both = (...levels: number[]) => ({ history: levels, events: levels })

describe('What is remembered of a site', () => {
  it('is its own, where a fork and the site go on from the same past', async () => {
    const emulator = await startTestEmulator()
    for (const level of [1, 2]) await send(emulator, 'shop', level)
    await control(emulator).post('/jirafe/sites/shop/fork').send({ name: 'fork', token: 'a-token' }).expect(201)
    await send(emulator, 'shop', 3)
    await send(emulator, 'fork', 4)
    await send(emulator, 'shop', 5)
    await send(emulator, 'fork', 6)
    expect(await remembered(emulator, 'shop')).toEqual(both(5, 3, 2, 1))
    expect(await remembered(emulator, 'fork')).toEqual(both(6, 4, 2, 1))
  })

  it('is what a snapshot has each time that one goes back to it, whatever came since', async () => {
    const emulator = await startTestEmulator()
    for (const level of [1, 2]) await send(emulator, 'shop', level)
    await control(emulator).put('/snapshots/two').expect(201)
    for (const round of [3, 5]) {
      for (const level of [round, round + 1]) await send(emulator, 'shop', level)
      expect(await remembered(emulator, 'shop')).toEqual(both(round + 1, round, 2, 1))
      await control(emulator).post('/snapshots/two/restore').expect(200)
      expect(await remembered(emulator, 'shop')).toEqual(both(2, 1))
    }
  })

  it('is the last hundred, in their order, however many came', async () => {
    const emulator = await startTestEmulator()
    for (let level = 1; level <= 260; level++) await send(emulator, 'shop', level)
    const last = Array.from({ length: 100 }, (_, index) => 260 - index)
    expect(await remembered(emulator, 'shop')).toEqual(both(...last))
  })
})
