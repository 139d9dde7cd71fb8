import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import { bulk, items, positions, startTestEmulator } from './emulator.js'
import { arm, armed, hits, level, levelsOf, sendEvent } from './faults.js'

const item = (upc: string) => ({ warehouse: 'New York', upc, inventory: 1 })
const reset = { kind: 'reset' }
const unavailable = { kind: 'error', status: 503 }

describe('The list of faults', () => {
  it('is empty at first', async () => {
    expect(await armed(await startTestEmulator())).toEqual([])
  })

  it('is shown as it was armed, with hits, by PUT and by GET', async () => {
    const emulator = await startTestEmulator()
    const specs = [
      { match: { operation: 'joor.bulk-inventory' }, times: 2, after: 1, fault: { ...unavailable, message: 'Later.' } },
      { fault: { kind: 'latency', distribution: 'normal', mean_ms: 5, deviation_ms: 1, seed: 7 } },
    ]
    const reply = await supertest(emulator.url).put('/_backstock/faults').send(specs)
    expect(reply.status).toBe(200)
    expect(reply.body).toEqual({
      faults: [
        { ...specs[0], hits: 0 },
        { match: {}, times: null, after: 0, fault: specs[1]?.fault, hits: 0 },
      ],
    })
    expect(await armed(emulator)).toEqual(reply.body.faults)
    expect((await bulk(emulator, items(item('1')))).status).toBe(200)
    expect((await bulk(emulator, items(item('1')))).status).toBe(503)
    expect(await hits(emulator)).toEqual([1, 2])
  })

  it('is replaced by PUT, hits and all, and emptied by an empty one', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ fault: unavailable }])
    expect((await sendEvent(emulator, level(1)))?.status).toBe(503)
    await arm(emulator, [{ fault: unavailable }])
    expect(await hits(emulator)).toEqual([0])
    await arm(emulator, [])
    expect(await armed(emulator)).toEqual([])
    expect((await sendEvent(emulator, level(1)))?.status).toBe(200)
  })

  it('is disarmed by DELETE, and a second DELETE finds nothing wrong', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ fault: reset }])
    for (let time = 0; time < 2; time++)
      expect((await supertest(emulator.url).delete('/_backstock/faults')).status).toBe(204)
    expect((await sendEvent(emulator, level(1)))?.status).toBe(200)
  })

  it('outlives a reset, which is about the state', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ fault: reset }])
    await supertest(emulator.url).post('/_backstock/reset').expect(200)
    expect(await armed(emulator)).toHaveLength(1)
  })

  it('never meets a call of the control plane, nor a path where no vendor has anything', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ fault: reset }])
    for (const [path, status] of [
      ['/_backstock/health', 200],
      ['/nowhere', 404],
      ['/v4/orders', 404],
      ['/v2/shop/no-type', 403],
    ])
      expect([path, (await supertest(emulator.url).get(`${path}`)).status]).toEqual([path, status])
    expect(await hits(emulator)).toEqual([0])
  })
})

describe('Faults that no call met', () => {
  it('are told, those disarmed since too, and met ones are not', async () => {
    const emulator = await startTestEmulator()
    const never = () => emulator.unusedFaults()
    expect(never()).toEqual([])
    await arm(emulator, [{ match: { method: 'PUT' }, fault: reset }, { fault: unavailable }], '?site=shop')
    await arm(emulator, [{ fault: { kind: 'garble' } }], '?account=brand')
    expect(never()).toEqual([
      'reset of site shop for {"method":"PUT"}',
      'error of site shop',
      'garble of account brand',
    ])
    expect((await sendEvent(emulator, level(1)))?.status).toBe(503)
    await supertest(emulator.url).delete('/_backstock/faults')
    await arm(emulator, [{ fault: { kind: 'empty' } }])
    expect(never()).toEqual(['reset of site shop for {"method":"PUT"}', 'garble of account brand', 'empty'])
  })

  it('are remembered by the thousand, not more', async () => {
    const emulator = await startTestEmulator()
    for (let time = 0; time < 4; time++) await arm(emulator, Array(400).fill({ fault: reset }))
    await arm(emulator, [])
    expect(emulator.unusedFaults()).toHaveLength(1_000)
  })
})

describe('The faults of a scope', () => {
  async function twoAccounts() {
    const emulator = await startTestEmulator()
    for (const name of ['one', 'two'])
      await supertest(emulator.url)
        .put(`/_backstock/joor/accounts/${name}`)
        .send({ token: `${name}-token` })
    return emulator
  }
  const call = async (emulator: Awaited<ReturnType<typeof twoAccounts>>, name: string) =>
    (await bulk(emulator, items(item('1')), { token: `${name}-token` })).status

  it('meet its own calls only, and PUT and DELETE leave the other scopes alone', async () => {
    const emulator = await twoAccounts()
    await arm(emulator, [{ fault: { kind: 'error', status: 500 } }], '?account=one')
    await arm(emulator, [{ fault: { kind: 'error', status: 429 } }], '?account=two')
    await arm(emulator, [{ match: { vendor: 'jirafe' }, fault: unavailable }])
    expect([await call(emulator, 'one'), await call(emulator, 'two'), await call(emulator, 'none')]).toEqual([
      500, 429, 200,
    ])
    expect(await armed(emulator)).toMatchObject([
      { account: 'one' },
      { account: 'two' },
      { match: { vendor: 'jirafe' } },
    ])
    expect(await armed(emulator, '?account=two')).toMatchObject([{ account: 'two', hits: 1 }])
    expect(await armed(emulator, '?account=nobody')).toEqual([])

    await arm(emulator, [])
    expect(await call(emulator, 'one')).toBe(500)
    await supertest(emulator.url).delete('/_backstock/faults?account=one')
    expect([await call(emulator, 'one'), await call(emulator, 'two')]).toEqual([200, 429])
    await supertest(emulator.url).delete('/_backstock/faults')
    expect(await call(emulator, 'two')).toBe(200)
  })

  it('are asked before those of everyone', async () => {
    const emulator = await twoAccounts()
    await arm(emulator, [{ fault: { kind: 'error', status: 413 } }])
    await arm(emulator, [{ times: 1, fault: { kind: 'error', status: 500 } }], '?account=one')
    expect([await call(emulator, 'one'), await call(emulator, 'one'), await call(emulator, 'two')]).toEqual([
      500, 413, 413,
    ])
  })

  it('may be armed for an account or site that no call has made yet', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ times: 1, fault: unavailable }], '?site=new-shop')
    expect((await sendEvent(emulator, level(3), 'other/inventory'))?.status).toBe(200)
    expect((await sendEvent(emulator, level(3), 'new-shop/inventory'))?.status).toBe(503)
    expect(await levelsOf(emulator, 'new-shop')).toEqual([])
  })

  it('are met by no stranger, who could use them up', async () => {
    const emulator = await startTestEmulator({
      settings: { auth: 'enforce' },
      seed: { jirafe: { sites: { shop: { token: 'right' } } } },
    })
    await arm(emulator, [{ fault: unavailable }], '?site=shop')
    expect((await sendEvent(emulator, level(1)))?.status).toBe(403)
    expect(await hits(emulator)).toEqual([0])
  })

  it('may be meant by match instead, in the list of everyone', async () => {
    const emulator = await twoAccounts()
    await arm(emulator, [{ match: { account: 'two' }, fault: { kind: 'error', status: 500 } }])
    expect([await call(emulator, 'one'), await call(emulator, 'two')]).toEqual([200, 500])
  })
})

describe('A match', () => {
  it.each<[string, object, readonly number[]]>([
    ['vendor', { vendor: 'joor' }, [503, 503, 200]],
    ['operation', { operation: 'jirafe.inventory' }, [200, 200, 503]],
    ['method', { method: 'PUT' }, [200, 200, 200]],
    ['path', { path: '/v2/bulk-inventory' }, [503, 503, 200]],
    ['query', { query: { overwrite: '1' } }, [200, 503, 200]],
    ['an absent parameter', { vendor: 'joor', query: { overwrite: null } }, [503, 200, 200]],
    ['headers', { headers: { 'Content-Type': 'application/xml' } }, [200, 503, 200]],
    ['the command, JSON and XML alike', { command: { '/inventory_items/0/upc': '7' } }, [503, 503, 200]],
    ['the command of an event', { command: { '/product_code': 'SKU-1' } }, [200, 200, 503]],
    ['several at once', { vendor: 'joor', command: { '/inventory_items/0/upc': '8' } }, [200, 200, 200]],
  ])('means calls by %s', async (_part, match, statuses) => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ match, fault: unavailable }])
    const xml =
      '<inventory_items><inventory_item><warehouse>A</warehouse><upc>7</upc><inventory>1</inventory></inventory_item></inventory_items>'
    const replies = [
      await bulk(emulator, items(item('7'))),
      await bulk(emulator, xml, { type: 'application/xml', query: '?overwrite=1' }),
      await sendEvent(emulator, level(1)),
    ]
    expect(replies.map((reply) => reply?.status)).toEqual(statuses)
  })
})

describe('What cannot be armed', () => {
  it.each<[string, unknown, readonly string[], string?]>([
    ['no list', {}, ['list', 'object']],
    ['an unknown field', [{ tims: 1, fault: reset }], ['/0/tims', 'times']],
    ['no fault', [{ match: {} }], ['/0', 'fault']],
    ['an unknown kind', [{ fault: reset }, { fault: { kind: 'resett' } }], ['/1/fault/kind', 'resett', '"reset"']],
    ['no kind', [{ fault: {} }], ['/0/fault', 'kind']],
    ['a field of another kind', [{ fault: { kind: 'reset', ms: 1 } }], ['/0/fault/ms', 'kind']],
    ['no times', [{ times: 0, fault: reset }], ['/0/times', 'at least 1']],
    ['a part of a time', [{ times: 1.5, fault: reset }], ['/0/times', 'integer']],
    ['a negative after', [{ after: -1, fault: reset }], ['/0/after', 'at least 0']],
    [
      'an unknown operation',
      [{ match: { operation: 'joor.bulk' }, fault: reset }],
      ['/0/match/operation', 'joor.bulk-inventory'],
    ],
    ['a path where nothing is', [{ match: { path: '/nowhere' }, fault: reset }], ['/0/match/path', 'no such call']],
    ['a path of another vendor', [{ match: { vendor: 'joor', path: '/v2/a/cart' }, fault: reset }], ['/0/match/path']],
    ['an operation where nothing is', [{ match: { operation: 'joor.unknown' }, fault: reset }], ['/0/match/operation']],
    ['an unknown part', [{ match: { acount: 'a' }, fault: reset }], ['/0/match/acount', 'account']],
    [
      'what comes later',
      [{ match: { status: 200 }, fault: reset }],
      ['/0/match/status', 'before the call is answered'],
    ],
    [
      'two vendors',
      [{ match: { account: 'a', operation: 'jirafe.cart' }, fault: reset }],
      ['/0/match/operation', 'account'],
    ],
    [
      'a token',
      [{ match: { headers: { authorization: 'OAuth2 secret' } }, fault: reset }],
      ['/0/match/headers/authorization', 'account'],
    ],
    [
      'another account than the scope',
      [{ match: { account: 'b' }, fault: reset }],
      ['/0/match/account', 'a'],
      '?account=a',
    ],
    ['a site in an account', [{ match: { site: 'a' }, fault: reset }], ['/0/match/site'], '?account=a'],
    [
      'an operation of another vendor',
      [{ match: { operation: 'jirafe.cart' }, fault: reset }],
      ['/0/match/operation'],
      '?account=a',
    ],
    ['another vendor', [{ match: { vendor: 'joor' }, fault: reset }], ['/0/match/vendor', 'the site a'], '?site=a'],
    ['an account and a site', [], ['account', 'site'], '?site=a&account=b'],
    ['an unknown parameter', [], ['acount', 'account'], '?acount=b'],
  ])('%s', async (_case, specs, told, query = '') => {
    await refused(specs, told, query)
  })

  it.each<[string, object, object, readonly string[]]>([
    ['401', { vendor: 'jirafe' }, { status: 401 }, ['/0/fault/status', '401', 'jirafe', '403', '503']],
    ['429', { operation: 'jirafe.batch' }, { status: 429 }, ['429', 'jirafe.batch', '503']],
    ['500', { site: 'shop' }, { status: 500 }, ['500', '503']],
    ['403', { operation: 'joor.bulk-inventory' }, { status: 403 }, ['403', '401', '429', '500']],
    ['404', { vendor: 'joor' }, { status: 404 }, ['404']],
    ['200', { vendor: 'joor' }, { status: 200 }, ['200']],
    ['418', {}, { status: 418 }, ['418']],
    ['429 on a path of Jirafe', { path: '/v2/shop/cart' }, { status: 429 }, ['429', 'jirafe.cart']],
    ['401 for both', {}, { status: 401 }, ['401', 'jirafe never answers', 'match by vendor']],
    ['403 of a tracker, which has no token', { operation: 'jirafe.tracker/visit' }, { status: 403 }, ['403', '503']],
    ['no status', { vendor: 'joor' }, {}, ['status']],
    [
      'a Retry-After of 500',
      { vendor: 'joor' },
      { status: 500, retry_after: 3 },
      ['/0/fault/retry_after', '429 or 503'],
    ],
    ['a negative Retry-After', { vendor: 'joor' }, { status: 503, retry_after: -1 }, ['/0/fault/retry_after']],
    ['an error_type of JOOR', { vendor: 'joor' }, { status: 500, error_type: 'x' }, ['/0/fault/error_type']],
    [
      'another error_type',
      { vendor: 'jirafe' },
      { status: 403, error_type: 'validation' },
      ['authorization or invalid_token'],
    ],
    [
      'a sentence where the vendor has none',
      { vendor: 'jirafe' },
      { status: 403, message: 'No.' },
      ['/0/fault/message'],
    ],
    ['an empty sentence', { vendor: 'joor' }, { status: 500, message: '' }, ['/0/fault/message']],
  ])('an error: %s', async (_case, match, fault, told) => {
    await refused([{ match, fault: { kind: 'error', ...fault } }], told)
  })

  it.each<[object, readonly string[]]>([
    [{ kind: 'latency' }, ['ms']],
    [{ kind: 'latency', ms: -1 }, ['/0/fault/ms', 'at least 0']],
    [{ kind: 'latency', ms: 600_001 }, ['/0/fault/ms', 'at most 600000']],
    [{ kind: 'latency', ms: 1, seed: 1 }, ['/0/fault/seed']],
    [{ kind: 'latency', distribution: 'gaussian' }, ['/0/fault/distribution', 'normal']],
    [{ kind: 'latency', distribution: 'uniform', min_ms: 1 }, ['max_ms']],
    [{ kind: 'latency', distribution: 'uniform', min_ms: 2, max_ms: 1 }, ['/0/fault/min_ms', 'more than max_ms']],
    [{ kind: 'latency', distribution: 'normal', mean_ms: 2, deviation_ms: 1, seed: -1 }, ['/0/fault/seed']],
    [{ kind: 'latency', distribution: 'lognormal', median_ms: 2, sigma: 11 }, ['/0/fault/sigma']],
    [{ kind: 'slow_body' }, ['bytes_per_second']],
    [{ kind: 'slow_body', bytes_per_second: 0 }, ['/0/fault/bytes_per_second', 'at least 1']],
    [{ kind: 'truncate', bytes: -1 }, ['/0/fault/bytes', 'at least 0']],
    [{ kind: 'truncate', bytes: '1' }, ['/0/fault/bytes', 'integer']],
    [{ kind: 'wrong_content_type', content_type: 'a\r\nb: c' }, ['/0/fault/content_type']],
    [{ kind: 'garble', bytes: 1 }, ['/0/fault/bytes']],
    [{ kind: 'partial' }, ['items']],
    [{ kind: 'partial', items: {} }, ['/0/fault/items', 'exactly one']],
    [{ kind: 'partial', items: { index: [0], every: 2 } }, ['/0/fault/items', 'exactly one']],
    [{ kind: 'partial', items: { index: [] } }, ['/0/fault/items/index']],
    [{ kind: 'partial', items: { index: [-1] } }, ['/0/fault/items/index/0']],
    [{ kind: 'partial', items: { every: 0 } }, ['/0/fault/items/every', 'at least 1']],
    [{ kind: 'partial', items: { sku: [7] } }, ['/0/fault/items/sku/0', 'text']],
  ])('%j', async (fault, told) => {
    await refused([{ fault }], told)
  })

  it.each(['jirafe.site_check', 'jirafe.tracker.gif'])(
    'a partial failure of %s, which has no items',
    async (operation) => {
      await refused(
        [{ match: { operation }, fault: { kind: 'partial', items: { every: 1 } } }],
        ['/0/fault/kind', operation],
      )
    },
  )

  it('more than a thousand in a list, and more than ten thousand in all', async () => {
    await refused(Array(1_001).fill({ fault: reset }), ['1000'])
    const emulator = await startTestEmulator()
    for (let n = 0; n < 10; n++) await arm(emulator, Array(1_000).fill({ fault: reset }), `?site=${n}`)
    const beyond = await supertest(emulator.url)
      .put('/_backstock/faults?site=x')
      .send([{ fault: reset }])
    expect(beyond.status).toBe(409)
    expect(beyond.body.detail).toContain('DELETE /_backstock/faults')
    await arm(emulator, [{ fault: reset }], '?site=0')
    await arm(emulator, [{ fault: reset }], '?site=x')
  })

  /** Refused by a problem that tells all of it, with nothing armed and what was armed still there. */
  async function refused(specs: unknown, told: readonly string[], query = '') {
    const emulator = await startTestEmulator()
    const standing = { match: { site: 'standing' }, fault: { kind: 'empty' } }
    await arm(emulator, [standing])
    const send = specs as object
    const reply = await supertest(emulator.url).put(`/_backstock/faults${query}`).send(send)
    expect(reply.status).toBe(400)
    expect(reply.headers['content-type']).toContain('application/problem+json')
    for (const part of told) expect(reply.body.detail).toContain(part)
    expect(await armed(emulator)).toMatchObject([standing])
  }
})

describe('An error of a vendor', () => {
  it.each([
    [400, {}],
    [401, { 'www-authenticate': 'OAuth2' }],
    [405, { allow: 'POST, PUT' }],
    [413, {}],
    [415, {}],
    [429, { 'retry-after': '1' }],
    [500, {}],
    [503, { 'retry-after': '1' }],
  ])('%i of JOOR stands in its envelope, in the format of the reply', async (status, headers) => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ match: { vendor: 'joor' }, fault: { kind: 'error', status, message: 'A & B.' } }])
    const json = await bulk(emulator, items(item('1')))
    expect(json.status).toBe(status)
    expect(json.headers).toMatchObject(headers)
    expect(json.headers['backstock-violations']).toBeUndefined()
    expect(json.body).toEqual({
      response: { comment: 'A & B.', code: '1', log_id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      items_updated: [],
      items_not_updated: [],
    })
    const xml = await bulk(emulator, items(item('1')), { query: '?return_format=xml' })
    expect(xml.status).toBe(status)
    expect(xml.headers['content-type']).toBe('application/xml')
    expect(xml.text).toContain('<code>1</code><comment>A &amp; B.</comment>')
    expect(await positions(emulator)).toEqual([])
  })

  it.each<[number, object, object]>([
    [403, {}, { error_type: 'invalid_token', success: false }],
    [403, { error_type: 'authorization' }, { error_type: 'authorization', success: false }],
    [400, {}, { error_type: 'bad_json', success: false }],
    [413, { message: 'Too much.' }, { error_type: 'unknown', message: 'Too much.', success: false }],
    [503, { message: 'Later.', retry_after: 9 }, { error_type: 'unknown', message: 'Later.', success: false }],
  ])('%i of Jirafe has its error_type: %j', async (status, more, body) => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ match: { site: 'shop' }, fault: { kind: 'error', status, ...more } }])
    const reply = await sendEvent(emulator, level(1))
    expect(reply?.status).toBe(status)
    expect(reply?.body).toEqual(body)
    expect(reply?.text).toMatch(/^\{\n {2}"error_type"/)
    expect(reply?.headers['retry-after']).toBe(status === 503 ? '9' : undefined)
    expect(await levelsOf(emulator)).toEqual([])
  })
})
