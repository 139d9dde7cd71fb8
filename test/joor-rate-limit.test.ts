import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import supertest from 'supertest'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Emulator, EmulatorOptions, Settings } from '../server/emulator.js'
import { MemoryStore } from '../server/state/memory.js'
import { brokenRules, bulk, items, lastRequest, oauth2, positions, startTestEmulator } from './emulator.js'

const call = (emulator: Emulator, inventory: number, token = 'a-token') =>
  bulk(emulator, items({ warehouse: 'NY', upc: '1', inventory }), { token })

/** An emulator whose clock stands until it is moved. */
async function withClock(settings: Partial<Settings>, more: EmulatorOptions = {}) {
  let now = Date.parse('2026-01-23T12:00:00.000Z')
  const emulator = await startTestEmulator({ ...more, settings, clock: () => new Date(now) })
  return {
    emulator,
    move(seconds: number) {
      now += seconds * 1000
    },
  }
}

const statusOf = async (sent: Promise<{ status: number }>) => (await sent).status

describe('the window of the rate limit', () => {
  test.each([
    [0, 429, '60'],
    [0.001, 429, '60'],
    [1, 429, '59'],
    [59, 429, '1'],
    [59.999, 429, '1'],
    [60, 200, undefined],
    [1e6, 200, undefined],
    [-0.001, 200, undefined],
    [-1e6, 200, undefined],
  ])('is open for its length from its first call: %d seconds later %i', async (later, status, wait) => {
    const { emulator, move } = await withClock({ rate_limit: '5/60' })
    expect(await statusOf(call(emulator, 1))).toBe(200)
    move(later)
    const reply = await call(emulator, 2)
    expect(reply.status).toBe(status)
    expect(reply.headers['retry-after']).toBe(wait)
    expect(await positions(emulator)).toMatchObject([{ available: status === 200 ? 2 : 1 }])
  })

  test('does not slide: what is left is for its rest, and the next one is whole', async () => {
    const { emulator, move } = await withClock({ rate_limit: '10/60' })
    expect(await statusOf(call(emulator, 1))).toBe(200)
    move(59)
    expect(await statusOf(call(emulator, 2))).toBe(200)
    expect(await statusOf(call(emulator, 3))).toBe(429)
    move(1)
    expect(await statusOf(call(emulator, 4))).toBe(200)
    expect(await statusOf(call(emulator, 5))).toBe(200)
    expect(await statusOf(call(emulator, 6))).toBe(429)
    // The next one began with its own first call.
    move(59)
    expect(await statusOf(call(emulator, 7))).toBe(429)
    move(1)
    expect(await statusOf(call(emulator, 8))).toBe(200)
    expect(await positions(emulator)).toMatchObject([{ available: 8 }])
  })

  test('takes no call where it has fewer credits than one costs', async () => {
    const { emulator } = await withClock({ rate_limit: '4/999999' })
    const reply = await call(emulator, 1)
    expect(reply.status).toBe(429)
    expect(reply.headers['retry-after']).toBe('999999')
    expect(reply.body.response.comment).toBe(
      'The rate limit is reached by any call: a write costs 5, and there are 4 credits. Raise it.',
    )
    expect(await positions(emulator)).toEqual([])
  })

  test('is of each account', async () => {
    const { emulator } = await withClock({ rate_limit: '5/60' })
    for (const token of ['one', 'two', 'three']) {
      expect(await statusOf(call(emulator, 1, token))).toBe(200)
      expect(await statusOf(call(emulator, 2, token))).toBe(429)
      expect(await positions(emulator, token)).toMatchObject([{ available: 1 }])
    }
  })
})

describe('with rate_limit=report, which is the default', () => {
  test('one call of each window is reported, and all are taken', async () => {
    const { emulator, move } = await withClock({})
    const violations: number[] = []
    for (let sent = 1; sent <= 125; sent++) {
      if (sent === 64) move(300)
      const reply = await call(emulator, sent)
      expect(reply.status).toBe(200)
      expect(reply.headers['retry-after']).toBeUndefined()
      if (reply.headers['backstock-violations'] !== undefined) violations.push(sent)
    }
    // The second window began with call 64.
    expect(violations).toEqual([61, 63 + 61])
    expect(await positions(emulator)).toMatchObject([{ available: 125 }])
  })

  test('the report says what the vendor would have answered it for', async () => {
    const { emulator } = await withClock({})
    for (let sent = 1; sent <= 61; sent++) await call(emulator, sent)
    const { violations } = await lastRequest(emulator)
    expect(violations).toMatchObject([
      {
        rule: 'joor.rate.within',
        evidence: 'documented',
        at: { path: 'account' },
        seen: '5 credits more than the 300 since 2026-01-23T12:00:00.000Z',
        right: 'at most 300 credits in 300 seconds',
      },
    ])
  })

  test('contract=enforce answers every call beyond the credits 429, contract=off says nothing of them', async () => {
    for (const [contract, status] of [
      ['enforce', 429],
      ['off', 200],
    ] as const) {
      const { emulator } = await withClock({ contract })
      for (let sent = 1; sent <= 60; sent++) expect(await statusOf(call(emulator, sent))).toBe(200)
      for (const sent of [61, 62]) {
        const reply = await call(emulator, sent)
        expect(reply.status).toBe(status)
        expect(reply.headers['backstock-violations']).toBe(contract === 'off' ? undefined : '1')
      }
      expect(await positions(emulator)).toMatchObject([{ available: status === 200 ? 62 : 60 }])
    }
  })
})

describe('a limit that is enforced', () => {
  test.each(['report', 'enforce', 'off'] as const)('holds under contract=%s', async (contract) => {
    const { emulator } = await withClock({ contract, rate_limit: '5/60' })
    expect(await statusOf(call(emulator, 1))).toBe(200)
    const reply = await call(emulator, 2)
    expect(reply.status).toBe(429)
    expect(reply.headers['retry-after']).toBe('60')
    expect(await positions(emulator)).toMatchObject([{ available: 1 }])
  })

  test('is told in both formats, and alone among the violations', async () => {
    const { emulator } = await withClock({ rate_limit: '5/60' })
    await call(emulator, 1)
    const inJson = await bulk(emulator, items({ upc: '', inventory: -1.5 }), { query: '?what=1' })
    expect(inJson.body).toEqual({
      response: { comment: expect.stringMatching(/Send the call again in 60 seconds\.$/), code: '1', log_id: anyId },
      items_updated: [],
      items_not_updated: [],
    })
    expect(await brokenRules(emulator)).toEqual(['joor.rate.limit'])
    const inXml = await bulk(emulator, '<no>items', { type: 'application/xml' })
    expect(inXml.status).toBe(429)
    expect(inXml.headers['content-type']).toBe('application/xml')
    expect(inXml.text).toMatch(/^<bulk_inventory><response><code>1<\/code><comment>The rate limit .*<items_updated \/>/)
    expect(await brokenRules(emulator)).toEqual(['joor.rate.limit'])
    const log = await supertest(emulator.url).get(`/_backstock/joor/logs/${inJson.body.response.log_id}`)
    expect(log.body).toMatchObject({ status: 429, code: '1', comment: inJson.body.response.comment, items: [] })
  })

  test('costs a call that is refused before it nothing, and one behind it as much as any', async () => {
    const { emulator } = await withClock({ rate_limit: '20/60', auth: 'enforce' }, { seed: brand })
    const origin = supertest(emulator.url)
    const typed = { Authorization: oauth2('a-token'), 'Content-Type': 'application/json' }
    const free = [
      () => origin.get('/v2/bulk-inventory').set(typed),
      () => origin.put('/v2/style').set(typed),
      () => call(emulator, 1, 'unknown'),
      () => origin.post('/v2/bulk-inventory').send({}),
    ]
    for (const send of free) expect([401, 404, 405]).toContain((await send()).status)
    const charged: [() => PromiseLike<{ status: number }>, number][] = [
      [
        () =>
          origin
            .post('/v2/bulk-inventory')
            .set({ ...typed, 'Content-Type': 'text/plain' })
            .send('x'),
        415,
      ],
      [
        () =>
          origin
            .post('/v2/bulk-inventory')
            .set({ ...typed, 'Content-Encoding': 'x' })
            .send('{}'),
        415,
      ],
      [() => bulk(emulator, '{'), 400],
      [() => bulk(emulator, items('no object')), 200],
    ]
    for (const [send, status] of charged) expect((await send()).status).toBe(status)
    for (const send of free) expect([401, 404, 405]).toContain((await send()).status)
    const reply = await call(emulator, 1)
    expect(reply.status).toBe(429)
    expect(reply.body.response.comment).toContain('20 of 20 credits')
  })

  test('keeps the charge of a call that contract=enforce refuses, and nothing else of it', async () => {
    const { emulator } = await withClock({ rate_limit: '5/60', contract: 'enforce' })
    const refused = await bulk(emulator, items({ warehouse: 'NY', upc: '1', inventory: 1 }), { query: '?what=1' })
    expect(refused.status).toBe(400)
    expect(await statusOf(call(emulator, 2))).toBe(429)
    expect(await positions(emulator)).toEqual([])
  })

  test('of forty calls at once takes exactly as many as it has credits for', async () => {
    const { emulator } = await withClock({ rate_limit: '85/60' })
    const statuses = await Promise.all(Array.from({ length: 40 }, (_, n) => statusOf(call(emulator, n).then((r) => r))))
    expect(statuses.filter((status) => status === 200)).toHaveLength(17)
    expect(statuses.filter((status) => status === 429)).toHaveLength(23)
  })
})

const brand = { joor: { accounts: { brand: { token: 'a-token' } } } }
const anyId = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)

describe('what is spent', () => {
  const spend = async (emulator: Emulator) => {
    expect(await statusOf(call(emulator, 1))).toBe(200)
    expect(await statusOf(call(emulator, 2))).toBe(429)
  }

  test.each<[string, (emulator: Emulator) => Promise<unknown>]>([
    ['reset', async ({ url }) => supertest(url).post('/_backstock/reset').expect(200)],
    ['reset of the account', async ({ url }) => supertest(url).post('/_backstock/reset?account=brand').expect(200)],
    ['PUT', async ({ url }) => supertest(url).put('/_backstock/joor/accounts/brand').send(brand.joor.accounts.brand)],
    ['DELETE', async ({ url }) => supertest(url).delete('/_backstock/joor/accounts/brand').expect(204)],
  ])('goes with %s', async (_name, renew) => {
    const { emulator } = await withClock({ rate_limit: '5/60' }, { seed: brand })
    await spend(emulator)
    await renew(emulator)
    await spend(emulator)
  })

  test('stays where only the pending orders are replaced', async () => {
    const { emulator } = await withClock({ rate_limit: '5/60' }, { seed: brand })
    await spend(emulator)
    await supertest(emulator.url).put('/_backstock/joor/accounts/brand/pending').send([]).expect(200)
    expect(await statusOf(call(emulator, 2))).toBe(429)
  })

  test('is not kept in the data file, which a call that changes no stock leaves as it is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'backstock-rate-'))
    onTestFinished(() => rm(folder, { recursive: true }))
    const data = join(folder, 'data.json')
    const first = await withClock({ rate_limit: '10/60' }, { data })
    expect(await statusOf(call(first.emulator, 1))).toBe(200)
    const { ino, mtimeMs } = await stat(data)
    expect(await statusOf(bulk(first.emulator, items({ warehouse: 'NY' })))).toBe(200)
    expect(await statusOf(call(first.emulator, 2))).toBe(429)
    // The file is replaced as a whole where it is written.
    expect(await stat(data)).toMatchObject({ ino, mtimeMs })
    expect(await readFile(data, 'utf8')).not.toContain('meters')
    await first.emulator.close()
    const second = await withClock({ rate_limit: '10/60' }, { data })
    expect(await statusOf(call(second.emulator, 3))).toBe(200)
    expect(await statusOf(call(second.emulator, 4))).toBe(200)
    expect(await statusOf(call(second.emulator, 5))).toBe(429)
    expect(await positions(second.emulator)).toMatchObject([{ available: 4 }])
  })

  test('is taken back with a call that cannot be kept', async () => {
    let full = false
    const keep = async () => {
      if (full) throw new Error('no space left')
    }
    const store: EmulatorOptions['store'] = (parts) => new MemoryStore({ ...parts, keep })
    const { emulator } = await withClock({ rate_limit: '10/60' }, { store })
    expect(await statusOf(call(emulator, 1))).toBe(200)
    full = true
    expect(await statusOf(call(emulator, 2))).toBe(503)
    full = false
    expect(await statusOf(call(emulator, 3))).toBe(200)
    expect(await statusOf(call(emulator, 4))).toBe(429)
    expect(await positions(emulator)).toMatchObject([{ available: 3 }])
  })

  test('is no change of the call, which the journal shows', async () => {
    const { emulator } = await withClock({})
    await bulk(emulator, items({ warehouse: 'NY' }))
    expect(await lastRequest(emulator)).toMatchObject({ status: 200, changes: [], changes_total: 0 })
    await call(emulator, 1)
    expect(await lastRequest(emulator)).toMatchObject({ changes: [{ kind: 'set' }], changes_total: 1 })
  })
})

describe('the header X-Throttling-Account-Id', () => {
  test.each([
    ['brand', 'brand'],
    ['a brand: 100%', 'a brand: 100%'],
    ['Zürich 😀', 'Z%C3%BCrich %F0%9F%98%80'],
    ['two\r\nX-Header: lines', 'two%0D%0AX-Header: lines'],
  ])('names the account %j', async (name, header) => {
    const emulator = await startTestEmulator({ seed: { joor: { accounts: { [name]: { token: 'a-token' } } } } })
    const reply = await call(emulator, 1)
    expect(reply.headers['x-throttling-account-id']).toBe(header)
  })

  test('names an account that nobody declared, from its first call on', async () => {
    const emulator = await startTestEmulator()
    const reply = await call(emulator, 1)
    const { body } = await supertest(emulator.url)
      .get('/_backstock/joor/account')
      .set('Authorization', oauth2('a-token'))
    expect(reply.headers['x-throttling-account-id']).toBe(body.account)
  })

  test('is missing where no account is known, and where nothing is counted', async () => {
    const emulator = await startTestEmulator({ anonymousLimit: 0 })
    const name = 'x-throttling-account-id'
    expect((await call(emulator, 1)).status).toBe(503)
    expect((await call(emulator, 1)).headers).not.toHaveProperty(name)
    expect((await supertest(emulator.url).post('/v2/bulk-inventory')).headers).not.toHaveProperty(name)
    const off = await startTestEmulator({ settings: { rate_limit: 'off' } })
    expect((await call(off, 1)).headers).not.toHaveProperty(name)
  })
})
