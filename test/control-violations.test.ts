import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { bulk, items, startTestEmulator } from './emulator.js'

const row = (upc: string, inventory: unknown = 1) => ({ warehouse: 'New York', upc, inventory })
const get = (emulator: Emulator, query = '') => supertest(emulator.url).get(`/_backstock/violations${query}`)
const list = async (emulator: Emulator, query = '') => (await get(emulator, query)).body
interface Told {
  readonly rule: string
  readonly seen: string
  readonly request: string
}
const seenIn = ({ violations }: { violations: Told[] }) => violations.map(({ seen }) => seen)

describe('The list of violations', () => {
  it('shows what clients broke in the order in which they did, as the detail of the call does', async () => {
    const emulator = await startTestEmulator()
    expect(await list(emulator)).toEqual({ violations: [], next: null })
    await bulk(emulator, items(row('1')))
    const first = await bulk(emulator, items(row('1', '5'), row('2', 'many')))
    const second = await bulk(emulator, items(row('3', '6')))
    const ids = [first, second].map(({ headers }) => headers['backstock-request-id'])
    const details = await Promise.all(
      ids.map(async (id) => (await supertest(emulator.url).get(`/_backstock/requests/${id}`)).body.violations),
    )
    expect(details.map((violations) => violations.length)).toEqual([2, 1])
    expect(await list(emulator)).toEqual({ violations: details.flat(), next: null })
    expect((await get(emulator)).text).toBe((await get(emulator, '?format=json')).text)
  })

  it('is scoped to one account or one site', async () => {
    const emulator = await startTestEmulator()
    await supertest(emulator.url).put('/_backstock/joor/accounts/shop').send({ token: 'a-token' })
    await bulk(emulator, items(row('1', '5')))
    await bulk(emulator, items(row('1', '6')), { token: 'another' })
    const event = { timestamp: '2015-01-23T16:35:38+0000', product_code: 'a', inventory_level: 'x' }
    await supertest(emulator.url).post('/v2/shop/inventory').set('Authorization', 'Bearer t').send(event)
    expect((await list(emulator)).violations).toHaveLength(3)
    expect((await list(emulator, '?account=shop')).violations).toMatchObject([{ seen: expect.stringContaining('5') }])
    expect((await list(emulator, '?site=shop')).violations).toMatchObject([
      { rule: expect.stringMatching(/^jirafe\./) },
    ])
    expect((await list(emulator, '?account=nobody')).violations).toEqual([])
  })

  it('goes on by its cursor, within a call too, and neither repeats nor skips while calls come in', async () => {
    const emulator = await startTestEmulator()
    for (let n = 0; n < 3; n++) await bulk(emulator, items(row('1', `${n}1`), row('2', `${n}2`), row('3', `${n}3`)))
    const whole = seenIn(await list(emulator))
    expect(whole).toHaveLength(9)
    const seen: string[] = []
    let query = '?limit=2'
    for (let pages = 0; pages < 5; pages++) {
      const page = await list(emulator, query)
      seen.push(...seenIn(page))
      if (pages === 0) await bulk(emulator, items(row('1', '31')))
      query = `?limit=2&cursor=${page.next}`
      expect(page.next === null).toBe(pages === 4)
    }
    expect(seen.slice(0, 9)).toEqual(whole)
    expect(seen).toHaveLength(10)
  })

  it('forgets with the journal', async () => {
    const emulator = await startTestEmulator({ journal: { entries: 1 } })
    await bulk(emulator, items(row('1', '5')))
    await bulk(emulator, items(row('1', '6')))
    expect(seenIn(await list(emulator))).toEqual([expect.stringContaining('6')])
    await supertest(emulator.url).delete('/_backstock/requests')
    expect((await list(emulator)).violations).toEqual([])
  })

  it.each([
    ['?format=sarif', ['sarif', 'json']],
    ['?format=', ['format', 'json']],
    ['?rules=a', ['rules']],
    ['?account=a&site=b', ['account', 'site']],
    ['?limit=0', ['limit', '1 to 1000']],
    ['?cursor=none', ['cursor']],
    ['?cursor=WzEsMiwzXQ', ['cursor']],
    ['?cursor=WyJhIl0', ['cursor']],
    ['?cursor=MQ', ['cursor']],
  ])('refuses %s', async (query, told) => {
    const { status, headers, body } = await get(await startTestEmulator(), query)
    expect(status).toBe(400)
    expect(headers['content-type']).toContain('application/problem+json')
    for (const part of told) expect(body.detail).toContain(part)
  })
})
