import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { bulk, items, oauth2, positions, startTestEmulator } from './emulator.js'

const control = (emulator: Emulator) => supertest(emulator.url)
const account = '/_backstock/joor/accounts/brand'
const site = '/_backstock/jirafe/sites/shop'
const stock = (inventory: number, upc = '1') => items({ warehouse: 'New York', upc, inventory })
const seed = {
  joor: {
    accounts: {
      brand: {
        token: 'origin',
        warehouses: ['New York'],
        settings: { partial_code: '1' as const },
        pending: [{ warehouse: 'New York', upc: '1', quantity: 2 }],
        positions: [{ warehouse: 'New York', upc: '1', inventory: 5 }],
      },
    },
  },
  jirafe: {
    sites: {
      shop: {
        token: 'origin',
        levels: [{ timestamp: '2015-01-23T16:35:38+0000', product_code: 'a', inventory_level: 4 }],
      },
    },
  },
}
const available = async (emulator: Emulator, token: string) =>
  (await positions(emulator, token)).map((row: { available: number }) => row.available)

describe('A fork of an account', () => {
  it('has all that its origin has, a name and a token of its own, and is shown as GET shows it', async () => {
    const emulator = await startTestEmulator({ seed })
    const { status, body } = await control(emulator).post(`${account}/fork`)
    expect(status).toBe(201)
    const { token, ...shown } = body
    expect(shown.account).toMatch(/^brand-[0-9a-f]{8}$/)
    expect(shown).toMatchObject({ positions: 1, requests: 0, declared: true, settings: { partial_code: '1' } })
    expect(shown.pending).toHaveLength(1)
    expect((await control(emulator).get(`/_backstock/joor/accounts/${shown.account}`)).body).toEqual(shown)
    expect(await available(emulator, token)).toEqual([5])
  })

  it('goes its own way, and so does its origin', async () => {
    const emulator = await startTestEmulator({ seed })
    await control(emulator).post(`${account}/fork`).send({ name: 'fork', token: 'fork-token' })
    await bulk(emulator, stock(6), { token: 'fork-token' })
    await bulk(emulator, stock(1, '2'), { token: 'origin' })
    expect(await available(emulator, 'fork-token')).toEqual([6])
    expect(await available(emulator, 'origin')).toEqual([5, 1])
    await bulk(emulator, stock(0), { token: 'origin', query: '?overwrite=1' })
    expect(await available(emulator, 'fork-token')).toEqual([6])
    const { body } = await control(emulator).get('/_backstock/requests?account=fork')
    expect(body.requests).toHaveLength(1)
  })

  it('is gone after a reset, for no seed names it', async () => {
    const emulator = await startTestEmulator({ seed })
    await control(emulator).post(`${account}/fork`).send({ name: 'fork' })
    await control(emulator).post('/_backstock/reset')
    expect((await control(emulator).get('/_backstock/joor/accounts/fork')).status).toBe(404)
  })

  it('may be one of an account that nobody declared', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, stock(3), { token: 'anyone' })
    const { body } = await control(emulator).get('/_backstock/joor/account').set('Authorization', oauth2('anyone'))
    const fork = await control(emulator).post(`/_backstock/joor/accounts/${body.account}/fork`).send({ name: 'named' })
    expect(fork.body).toMatchObject({ account: 'named', declared: true, positions: 1 })
    expect(await available(emulator, fork.body.token)).toEqual([3])
  })

  it.each([
    ['an account that is not there', 'nobody', undefined, 404, 'There is no account nobody'],
    ['the name of another', 'brand', { name: 'brand' }, 409, 'There is a brand already'],
    ['the token of another', 'brand', { token: 'origin' }, 409, 'The token is that of the account brand'],
    ['the name of an account that nobody declared', 'brand', { name: 'token-01234567' }, 400, 'Choose another'],
    ['an unknown field', 'brand', { nmae: 'x' }, 400, 'did you mean "name"'],
    ['an empty name', 'brand', { name: ' ' }, 400, 'white space'],
  ])('is refused for %s', async (_what, of, document, status, detail) => {
    const emulator = await startTestEmulator({ seed })
    const reply = await control(emulator).post(`/_backstock/joor/accounts/${of}/fork`).send(document)
    expect(reply.status).toBe(status)
    expect(reply.body.detail).toContain(detail)
    const { body } = await control(emulator).get('/_backstock/joor/accounts')
    expect(body.accounts).toHaveLength(1)
  })
})

describe('A fork of a site', () => {
  it('has the levels of its origin, and a token that opens it alone', async () => {
    const emulator = await startTestEmulator({ seed, settings: { auth: 'enforce' } })
    const { status, body } = await control(emulator).post(`${site}/fork`).send({ name: 'fork' })
    expect(status).toBe(201)
    expect(body).toMatchObject({ site: 'fork', declared: true, levels: 1, token: expect.any(String) })
    const send = (at: string, token: string) =>
      control(emulator)
        .post(`/v2/${at}/inventory`)
        .set('Authorization', `Bearer ${token}`)
        .send({ timestamp: '2015-01-24T16:35:38+0000', product_code: 'a', inventory_level: 9 })
    expect((await send('fork', 'origin')).status).toBe(403)
    expect((await send('fork', body.token)).status).toBe(200)
    const level = async (at: string) =>
      (await control(emulator).get(`/_backstock/jirafe/sites/${at}/levels`)).body.levels[0].inventory_level
    expect([await level('shop'), await level('fork')]).toEqual([4, 9])
  })

  it('is refused for a site that is not there', async () => {
    const emulator = await startTestEmulator()
    expect((await control(emulator).post('/_backstock/jirafe/sites/nowhere/fork')).status).toBe(404)
  })
})
