import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { command } from './command.js'
import { bulk, items, lastRequest, oauth2, positions, startTestEmulator } from './emulator.js'
import { arm, hits, isLost, level, levelsOf, sendEvent } from './faults.js'
import { cancelled, cost, customer, pageview, product } from './jirafe-events.js'

const item = (upc: string, inventory: unknown = 1, more: object = {}) => ({
  warehouse: 'New York',
  upc,
  inventory,
  ...more,
})
const stock = async (emulator: Emulator) =>
  (await positions(emulator)).map(({ sku, available }: { sku: { upc: string }; available: number }) => [
    sku.upc,
    available,
  ])
const partial = (chosen: object) => [{ fault: { kind: 'partial', items: chosen } }]

/** A call, or null where its reply is lost. */
async function call(emulator: Emulator, body: unknown, more: Parameters<typeof bulk>[2] = {}) {
  try {
    return await bulk(emulator, body, more)
  } catch (error) {
    if (isLost(error)) return null
    throw error
  }
}

describe('A retry', () => {
  it('after after_commit sends what was applied already', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ times: 1, fault: { kind: 'after_commit' } }])
    expect(await call(emulator, items(item('1', 5)))).toBeNull()
    expect(await stock(emulator)).toEqual([['1', 5]])
    expect((await call(emulator, items(item('1', 5))))?.status).toBe(200)
    const { body } = await supertest(emulator.url).get('/_backstock/requests')
    expect(body.requests).toMatchObject([{ status: 200 }, { status: null, items: { updated: 1 } }])
  })

  it('after before_commit sends what never arrived', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ times: 1, fault: { kind: 'before_commit' } }])
    expect(await call(emulator, items(item('1', 5)))).toBeNull()
    expect(await stock(emulator)).toEqual([])
    expect(await lastRequest(emulator)).toMatchObject({ status: null, items: null, reply: null, changes: [] })
    expect((await call(emulator, items(item('1', 5))))?.status).toBe(200)
    expect(await stock(emulator)).toEqual([['1', 5]])
  })

  it('after an error twice succeeds', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ times: 2, fault: { kind: 'error', status: 503 } }])
    const statuses: unknown[] = []
    for (let time = 0; time < 3; time++) {
      statuses.push((await call(emulator, items(item('1', 5))))?.status)
      statuses.push((await stock(emulator)).length)
    }
    expect(statuses).toEqual([503, 0, 503, 0, 200, 1])
  })
})

describe('A call that meets an error, or is lost before its commit', () => {
  it.each([{ kind: 'error', status: 500 }, { kind: 'before_commit' }])(
    'is not judged and costs nothing: %j',
    async (fault) => {
      const emulator = await startTestEmulator({ settings: { rate_limit: '10/300', contract: 'enforce' } })
      await arm(emulator, [{ match: { vendor: 'joor' }, times: 3, fault }])
      const wrong = items(item('1', 'many', { UPC: '2' }))
      for (let time = 0; time < 3; time++) {
        const reply = await call(emulator, wrong, { query: '?unknown=1' })
        expect(reply?.status).toBe(fault.kind === 'error' ? 500 : undefined)
        expect(reply?.headers['backstock-violations']).toBeUndefined()
        expect(await lastRequest(emulator)).toMatchObject({ violations: [], violations_total: 0, items: null })
      }
      // Two calls are within ten credits, and the third is beyond.
      const statuses: unknown[] = []
      for (let time = 0; time < 3; time++) statuses.push((await call(emulator, items(item('1'))))?.status)
      expect(statuses).toEqual([200, 200, 429])
    },
  )

  it('meets no rule but those of its reply', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ match: { path: '/v2/bulk-inventory' }, fault: { kind: 'error', status: 401 } }])
    await call(emulator, items(item('1')))
    const met = (await lastRequest(emulator)).rules.map(({ rule }: { rule: string }) => rule)
    expect(met).toContain('joor.reply.refused')
    expect(met).not.toContain('joor.auth.refusal')
    expect(met.filter((rule: string) => !/^joor\.(?:reply|rate\.header)/.test(rule))).toEqual([])
  })

  it('may be one that would be refused anyway', async () => {
    const emulator = await startTestEmulator({ settings: { auth: 'enforce' } })
    await arm(emulator, [{ times: 1, fault: { kind: 'error', status: 503 } }])
    expect((await call(emulator, '{"no json'))?.status).toBe(503)
    expect((await call(emulator, '{"no json'))?.status).toBe(401)
    expect((await supertest(emulator.url).get('/_backstock/joor/accounts')).body.accounts).toEqual([])
  })
})

describe('A call whose reply is spoilt', () => {
  it.each([
    { kind: 'latency', ms: 1 },
    { kind: 'slow_body', bytes_per_second: 1_000_000 },
    { kind: 'garble' },
    { kind: 'wrong_content_type' },
    { kind: 'empty' },
    { kind: 'truncate' },
    { kind: 'reset' },
    { kind: 'close' },
    { kind: 'after_commit' },
  ])('is judged and charged as any other: %j', async (fault) => {
    const emulator = await startTestEmulator({ settings: { rate_limit: '5/300' } })
    await arm(emulator, [{ times: 1, fault }])
    const sent = fetch(`${emulator.url}/v2/bulk-inventory?unknown=1`, {
      method: 'POST',
      headers: { authorization: oauth2('a-token'), 'content-type': 'application/json' },
      body: JSON.stringify(items(item('1', 3), item('2', 'many'))),
    })
    await sent.then((reply) => reply.text()).catch(() => {})
    expect(await stock(emulator)).toEqual([['1', 3]])
    const detail = await lastRequest(emulator)
    expect(detail).toMatchObject({ fault, items: { updated: 1, not_updated: 1 }, changes_total: 1 })
    expect(detail.violations_total).toBeGreaterThan(1)
    expect((await call(emulator, items(item('1'))))?.status).toBe(429)
  })

  it('is shown in the journal as it left', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ times: 1, fault: { kind: 'garble' } }, { fault: { kind: 'empty' } }])
    await sendEvent(emulator, level(1)).catch(() => {})
    expect((await lastRequest(emulator)).reply.body).toMatch(/true\n<$/)
    await sendEvent(emulator, level(1))
    expect((await lastRequest(emulator)).reply).toMatchObject({ body: '', bytes: 0, cut: false })
  })
})

describe('A partial failure at JOOR', () => {
  const three = [item('1', 1), item('2', 2), item('3', 3)]

  it.each<[object, readonly string[]]>([
    [{ index: [1] }, ['2']],
    [{ index: [0, 2, 9] }, ['1', '3']],
    [{ sku: ['3', 'none'] }, ['3']],
    [{ every: 2 }, ['2']],
    [{ every: 1 }, ['1', '2', '3']],
  ])('by %j sends these to items_not_updated, and the others count', async (chosen, failed) => {
    const emulator = await startTestEmulator()
    await arm(emulator, partial(chosen))
    for (const more of [{}, { query: '?return_format=xml' }]) {
      const reply = await call(emulator, items(...three), more)
      expect(reply?.status).toBe(200)
      expect(reply?.headers['backstock-not-updated']).toMatch(new RegExp(`^${failed.length};`))
      expect(reply?.headers['backstock-violations']).toBeUndefined()
    }
    const { body } = (await call(emulator, items(...three))) ?? {}
    const isFailed = ({ upc }: { upc: string }) => failed.includes(upc)
    expect(body.items_not_updated).toEqual([three.filter(isFailed)])
    expect(body.items_updated).toEqual(failed.length === 3 ? [] : [three.filter((each) => !isFailed(each))])
    expect(body.response).toMatchObject({ code: '0', comment: '' })
    expect(await stock(emulator)).toEqual(
      three.filter((each) => !isFailed(each)).map((each) => [each.upc, each.inventory]),
    )
    expect(await hits(emulator)).toEqual([3])
  })

  it('is told by the log of the call', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, partial({ index: [0] }))
    const reply = await call(emulator, items(item('1'), item('2')))
    const log = await supertest(emulator.url).get(`/_backstock/joor/logs/${reply?.body.response.log_id}`)
    expect(log.body.items).toMatchObject([
      {
        index: 0,
        outcome: 'not_updated',
        reason: expect.stringContaining('fault'),
        rule: null,
        position: { sku: { upc: '1' } },
      },
      { index: 1, outcome: 'updated', reason: null },
    ])
    const told = await command('why', reply?.body.response.log_id, '--url', emulator.url)
    expect(told.printed.join('\n')).toContain('fault: partial, on purpose')
    expect(told.printed.join('\n')).toContain('item 0: not updated (New York, IMMEDIATE, upc 1): A fault made it fail')
  })

  it('leaves an item that is wrong itself its own reason', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, partial({ every: 1 }))
    await call(emulator, items(item('1', 'many')))
    const { outcomes, violations } = await lastRequest(emulator)
    expect(outcomes).toMatchObject([{ rule: 'joor.inventory.integer' }])
    expect(violations).toMatchObject([{ rule: 'joor.inventory.integer' }])
  })

  it('of an overwrite clears what the others name, and breaks no rule', async () => {
    for (const contract of ['report', 'enforce'] as const) {
      const emulator = await startTestEmulator({ settings: { contract } })
      await call(emulator, items(item('old', 9), item('kept', 8, { warehouse: 'Boston' })))
      await arm(emulator, partial({ index: [1] }))
      const body = items(item('1', 1), item('2', 2, { warehouse: 'Boston' }))
      const reply = await call(emulator, body, { query: '?overwrite=1' })
      expect(reply?.status).toBe(200)
      expect(await stock(emulator)).toEqual([
        ['kept', 8],
        ['1', 1],
      ])
      expect((await lastRequest(emulator)).violations).toEqual([])
    }
  })

  it('of an overwrite that has refused items of its own tells of those', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, partial({ index: [1] }))
    await call(emulator, items(item('1'), item('2'), item('3', 'many')), { query: '?overwrite=1' })
    const broken = (await lastRequest(emulator)).violations
    expect(broken).toContainEqual(
      expect.objectContaining({ rule: 'joor.overwrite.complete', seen: '1 of 2 items refused' }),
    )
  })

  it('finds no second item for a position where the first fails', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, partial({ index: [0] }))
    await call(emulator, items(item('1', 1), item('1', 2)))
    expect((await lastRequest(emulator)).violations).toEqual([])
    expect(await stock(emulator)).toEqual([['1', 2]])
  })

  it('of the single-SKU call is its only one', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, partial({ sku: ['ID1'] }))
    const reply = await supertest(emulator.url)
      .put('/v2/style-number/ST1/ID1/inventory?upc=1&inventory=5')
      .set('Authorization', oauth2('a-token'))
    expect(reply.body).toMatchObject({ sku_count: 0, inventory_log: [{ status: 'fail' }] })
    expect(await stock(emulator)).toEqual([])
  })

  it('without a chosen item is none: the call is as any other, and nothing is counted', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [...partial({ sku: ['x'] }), ...partial({ index: [5] }), ...partial({ every: 3 })])
    const reply = await call(emulator, items(item('1'), item('2')))
    expect(reply?.headers['backstock-fault']).toBeUndefined()
    expect(await stock(emulator)).toHaveLength(2)
    expect(await hits(emulator)).toEqual([0, 0, 0])
  })

  it('is not used up by a call that is refused as a whole', async () => {
    const emulator = await startTestEmulator({ settings: { contract: 'enforce' } })
    await arm(emulator, [{ ...partial({ index: [0] })[0], times: 1 }])
    expect((await call(emulator, '[]'))?.status).toBe(400)
    const refused = await call(emulator, items(item('1')), { query: '?unknown=1' })
    expect([refused?.status, refused?.headers['backstock-fault']]).toEqual([400, undefined])
    expect(await hits(emulator)).toEqual([0])
    expect((await call(emulator, items(item('1'))))?.body.items_not_updated).toHaveLength(1)
  })
})

describe('A partial failure at Jirafe', () => {
  const failed = {
    error_type: 'unknown',
    message: 'The event could not be processed. Send it again later.',
    success: false,
  }

  it('is the failure of that event in its batch, and the others count', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, partial({ sku: ['B'] }))
    const batch = {
      'product.inventory': [level(1, 'A'), level(2, 'B'), { product_code: 'B' }],
      customer: [{ id: 'c', create_date: '2015-01-23', change_date: '2015-01-23' }],
    }
    const reply = await sendEvent(emulator, batch, 'shop/batch')
    expect(reply?.status).toBe(200)
    expect(reply?.body).toMatchObject({
      customer: [{ success: true }],
      'product.inventory': [{ success: true }, failed, { error_type: 'validation' }],
    })
    expect(await levelsOf(emulator)).toEqual([1])
    const { body } = await supertest(emulator.url).get('/_backstock/jirafe/sites/shop/events')
    expect(body.events.map(({ type }: { type: string }) => type).sort()).toEqual(['customer', 'inventory'])
    const detail = await lastRequest(emulator)
    expect(detail.outcomes).toMatchObject([
      { outcome: 'updated' },
      { outcome: 'not_updated', reason: expect.stringContaining('fault'), rule: null },
      { outcome: 'not_updated', rule: 'jirafe.event.schema' },
      { outcome: 'updated' },
    ])
    const atB = detail.violations.filter(({ at }: { at: { pointer: string } }) => /inventory\/1/.test(at.pointer))
    expect(atB).toEqual([])
  })

  it.each<[name: string, list: string, event: object, code: string]>([
    ['product_code', 'inventory', level(1, 'A-1'), 'A-1'],
    ['sku_code', 'product.cost', cost, 'SKU-1'],
    ['code', 'product', product, 'P-1'],
    ['id', 'customer', customer, 'c1'],
    ['order_number', 'order', cancelled, 'o1'],
  ])('chooses an event by its %s', async (_name, list, event, code) => {
    const emulator = await startTestEmulator()
    await arm(emulator, partial({ sku: [code] }))
    const reply = await sendEvent(emulator, { [list]: [event] }, 'shop/batch')
    expect(reply?.body).toEqual({ [list]: [failed] })
    expect(await hits(emulator)).toEqual([1])
    const { rules } = await lastRequest(emulator)
    expect(rules.map(({ rule }: { rule: string }) => rule)).toContain('jirafe.reply.unknown_message')
  })

  it('passes by an event that is none, or whose code is no text', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, partial({ sku: ['7', 'B'] }))
    const batch = { inventory: [null, 'B', ['B'], { ...level(1), product_code: 7 }, level(2, 'A')] }
    const reply = await sendEvent(emulator, batch, 'shop/batch')
    expect(reply?.status).toBe(200)
    expect(JSON.stringify(reply?.body)).not.toContain(failed.message)
    expect(await hits(emulator)).toEqual([0])
    expect(await levelsOf(emulator)).toEqual([2])
    const { rules } = await lastRequest(emulator)
    expect(rules.map(({ rule }: { rule: string }) => rule)).not.toContain('jirafe.reply.unknown_message')
  })

  it('of a single event is 503 unknown', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, partial({ index: [0] }))
    const reply = await sendEvent(emulator, level(1))
    expect([reply?.status, reply?.body]).toEqual([503, failed])
    expect(await levelsOf(emulator)).toEqual([])
  })
})

describe('An error of the wrong method', () => {
  it.each([
    ['jirafe.tracker/pageview', 'post', '/v2/tracker/pageview', 'POST, PUT'],
    ['jirafe.tracker/visit', 'post', '/v2/tracker/visit', 'POST, PUT'],
    ['jirafe.tracker.gif', 'get', '/v2/tracker/pageview.gif', 'GET'],
    ['jirafe.cart', 'post', '/v2/shop/cart', 'POST, PUT'],
  ] as const)('of %s names its methods', async (operation, method, path, allow) => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ match: { operation }, fault: { kind: 'error', status: 405 } }])
    const reply = await supertest(emulator.url)[method](path).set('Authorization', 'Bearer a-token')
    expect([reply.status, reply.headers.allow]).toEqual([405, allow])
  })
})

describe('A fault by what a call says', () => {
  it.each([
    ['/v2/tracker/pageview', pageview, { '/site': 'shop' }],
    ['/v2/shop/site_check', { site: 'shop' }, { '/site': 'shop' }],
    ['/v2/shop/cart', { id: 'a1' }, { '/id': 'a1' }],
  ])('is met at %s', async (path, body, command) => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ match: { command }, fault: { kind: 'error', status: 503 } }])
    const send = (document: object) =>
      supertest(emulator.url).post(path).set('Authorization', 'Bearer a-token').send(document)
    expect((await send(body)).status).toBe(503)
    expect((await send({ other: 'shop' })).status).not.toBe(503)
    expect(await hits(emulator)).toEqual([1])
  })
})

describe('A call whose reply a fault lost', () => {
  it.each(['before_commit', 'after_commit'])('can be repeated, and meets no fault then: %s', async (kind) => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ fault: { kind } }])
    expect(await call(emulator, items(item('1', 5)))).toBeNull()
    const { id } = await lastRequest(emulator)
    const repeated = await supertest(emulator.url).post(`/_backstock/requests/${id}/repeat`)
    expect(repeated.body).toMatchObject({ status: 200 })
    expect(await stock(emulator)).toEqual([['1', 5]])
    expect((await lastRequest(emulator)).fault).toBeNull()
    expect(await hits(emulator)).toEqual([1])
  })

  it('is found by its outcome: lost before its commit, updated after it', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ times: 1, fault: { kind: 'before_commit' } }, { fault: { kind: 'after_commit' } }])
    for (let time = 0; time < 2; time++) await call(emulator, items(item('1', 5)))
    for (const outcome of ['lost', 'updated']) {
      const count = supertest(emulator.url).post('/_backstock/requests/count')
      expect((await count.send({ match: { outcome, status: null } })).body).toMatchObject({ count: 1 })
    }
  })
})

describe('The log of a call', () => {
  it('says that an error was a fault, and nothing of faults where there was none', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ times: 1, fault: { kind: 'error', status: 503 } }])
    const logOf = async () => {
      const reply = await call(emulator, items(item('1')))
      return (await supertest(emulator.url).get(`/_backstock/joor/logs/${reply?.body.response.log_id}`)).body
    }
    expect(await logOf()).toMatchObject({ status: 503, items: [], fault: { kind: 'error', by: { index: 0 } } })
    expect(await logOf()).not.toHaveProperty('fault')
  })
})

describe('What the journal tells of a fault', () => {
  it('is where it was armed, and on what evidence the vendor answers so', async () => {
    const emulator = await startTestEmulator()
    await supertest(emulator.url).put('/_backstock/joor/accounts/brand').send({ token: 'a-token' })
    const fault = { kind: 'error', status: 429, retry_after: 7 }
    await arm(emulator, [{ after: 9, fault: { kind: 'reset' } }, { fault }], '?account=brand')
    await call(emulator, items(item('1')))
    expect((await lastRequest(emulator)).fault).toEqual({
      ...fault,
      by: { account: 'brand', index: 1 },
      rule: 'joor.rate.limit',
      statement: expect.any(String),
      evidence: 'documented',
      source: expect.any(String),
    })
  })

  it('never holds the token of the request, whatever was armed', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [
      { match: { vendor: 'joor' }, fault: { kind: 'error', status: 500, message: 'no secret-token!' } },
    ])
    await call(emulator, items(item('1')), { token: 'secret-token' })
    const detail = JSON.stringify(await lastRequest(emulator))
    expect(detail).toContain('«token»')
    expect(detail).not.toContain('secret-token')
  })
})
