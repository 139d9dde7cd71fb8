import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { gzipSync } from 'node:zlib'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { bulk, items, lastRequest, oauth2, positions, startTestEmulator } from './emulator.js'

const control = (emulator: Emulator) => supertest(emulator.url)
const row = (upc: string, inventory: unknown = 1, more: object = {}) => ({
  warehouse: 'New York',
  upc,
  inventory,
  ...more,
})
const event = { timestamp: '2015-01-23T16:35:38+0000', product_code: 'a', inventory_level: 4 }
const send = (emulator: Emulator, site: string, body: object = event) =>
  control(emulator).post(`/v2/${site}/inventory`).set('Authorization', 'Bearer site-token').send(body)
const list = async (emulator: Emulator, query = '') =>
  (await control(emulator).get(`/_backstock/requests${query}`)).body
const run = promisify(execFile)

describe('The list of requests', () => {
  it('shows each call of both vendors, newest first', async () => {
    const emulator = await startTestEmulator()
    const joor = await bulk(emulator, items(row('1'), row('2', 'many')), { query: '?overwrite=1' })
    await send(emulator, 'shop')
    await control(emulator).get('/nowhere')
    const { requests, next } = await list(emulator)
    expect(next).toBeNull()
    expect(requests).toMatchObject([
      { vendor: null, method: 'GET', path: '/nowhere', status: 404, items: null },
      {
        vendor: 'jirafe',
        operation: 'jirafe.inventory',
        site: 'shop',
        status: 200,
        items: { updated: 1, not_updated: 0 },
      },
      {
        id: joor.headers['backstock-request-id'],
        vendor: 'joor',
        operation: 'joor.bulk-inventory',
        method: 'POST',
        path: '/v2/bulk-inventory?overwrite=1',
        status: 200,
        items: { updated: 1, not_updated: 1 },
        violations: Number(joor.headers['backstock-violations']),
      },
    ])
    expect(Object.keys(requests[2])).toEqual([
      'id',
      'at',
      'vendor',
      'operation',
      'account',
      'method',
      'path',
      'status',
      'items',
      'violations',
      'ms',
    ])
    expect(requests[0]).not.toHaveProperty('account')
    expect(requests[0]).not.toHaveProperty('site')
    expect(requests[1]).not.toHaveProperty('account')
  })

  it('never shows calls of the control plane', async () => {
    const emulator = await startTestEmulator()
    await control(emulator).get('/_backstock/health')
    await control(emulator).put('/_backstock/joor/accounts/brand').send({})
    await control(emulator).get('//_backstock//health')
    expect((await list(emulator)).requests).toEqual([])
  })

  it('is scoped to one account or one site', async () => {
    const emulator = await startTestEmulator()
    await control(emulator).put('/_backstock/joor/accounts/shop').send({ token: 'a-token' })
    await bulk(emulator, items(row('1')))
    await bulk(emulator, items(row('1')), { token: 'another' })
    await send(emulator, 'shop')
    expect((await list(emulator, '?account=shop')).requests).toMatchObject([{ vendor: 'joor', account: 'shop' }])
    expect((await list(emulator, '?site=shop')).requests).toMatchObject([{ vendor: 'jirafe', site: 'shop' }])
    expect((await list(emulator, '?site=nobody')).requests).toEqual([])
  })

  it('goes on by its cursor, and neither repeats nor skips while calls come in', async () => {
    const emulator = await startTestEmulator()
    for (let n = 0; n < 7; n++) await bulk(emulator, items(row(`${n}`)))
    const ids = (await list(emulator)).requests.map(({ id }: { id: string }) => id)
    const seen: string[] = []
    let query = '?limit=3'
    for (;;) {
      const { requests, next } = await list(emulator, query)
      seen.push(...requests.map(({ id }: { id: string }) => id))
      if (next === null) break
      await bulk(emulator, items(row('x')))
      query = `?limit=3&cursor=${next}`
    }
    expect(seen).toEqual(ids)
  })

  it('names no account for who was not let in, and makes none', async () => {
    const emulator = await startTestEmulator({ settings: { auth: 'enforce' } })
    expect((await bulk(emulator, items(row('1')))).status).toBe(401)
    expect((await send(emulator, 'shop')).status).toBe(403)
    const { requests } = await list(emulator)
    expect(requests).toMatchObject([
      { vendor: 'jirafe', status: 403 },
      { vendor: 'joor', status: 401 },
    ])
    for (const request of requests) expect(request).not.toHaveProperty('account')
    for (const request of requests) expect(request).not.toHaveProperty('site')
    expect((await control(emulator).get('/_backstock/joor/accounts')).body.accounts).toEqual([])
    expect((await control(emulator).get('/_backstock/jirafe/sites')).body.sites).toEqual([])
  })

  it.each([
    ['?vendor=joor', [0, 1, 2]],
    ['?vendor=jirafe', [3]],
    ['?operation=joor.bulk-inventory', [0, 1, 2]],
    ['?method=PUT', []],
    ['?path=/v2/bulk-inventory', [0, 1, 2]],
    ['?path=/nowhere', [4]],
    ['?status=404', [4]],
    ['?status=null', []],
    ['?outcome=updated', [0, 3]],
    ['?outcome=not_updated', [1]],
    ['?outcome=refused', [2, 4]],
    ['?violations=true', [1, 2]],
    ['?violations=false', [0, 3, 4]],
    ['?violations=1', [1, 2]],
    ['?violations=joor.inventory.integer', [1]],
    ['?since=2026-01-31T12:00:02Z', [2, 3, 4]],
    ['?since=2026-01-31T13:00:02%2B01:00&status=200', [3]],
    ['?account=token-fece50d2&status=200', []],
  ])('is filtered: %s', async (query, shown) => {
    let now = Date.parse('2026-01-31T12:00:00Z')
    const emulator = await startTestEmulator({ clock: () => new Date(now) })
    const ids: (string | undefined)[] = []
    for (const call of [
      () => bulk(emulator, items(row('1'))),
      () => bulk(emulator, items(row('1', 'many'))),
      () => bulk(emulator, '{'),
      () => send(emulator, 'shop'),
      () => control(emulator).get('/nowhere'),
    ]) {
      ids.push((await call()).headers['backstock-request-id'])
      now += 1_000
    }
    const { requests } = await list(emulator, query)
    expect(requests.map(({ id }: { id: string }) => ids.indexOf(id)).sort()).toEqual(shown)
  })

  it('goes on by its cursor through what its filter shows', async () => {
    const emulator = await startTestEmulator()
    for (let n = 0; n < 9; n++) await (n % 2 === 0 ? bulk(emulator, items(row(`${n}`))) : send(emulator, 'shop'))
    const seen: string[] = []
    let query = '?vendor=joor&limit=2'
    const sizes: number[] = []
    for (;;) {
      const { requests, next } = await list(emulator, query)
      sizes.push(requests.length)
      seen.push(...requests.map(({ id }: { id: string }) => id))
      if (next === null) break
      query = `?vendor=joor&limit=2&cursor=${next}`
    }
    expect(sizes).toEqual([2, 2, 1])
    expect(seen).toEqual((await list(emulator, '?vendor=joor')).requests.map(({ id }: { id: string }) => id))
  })

  it.each([
    ['?status=ok', ['status', 'integer']],
    ['?status=', ['status', 'integer']],
    ['?outcome=done', ['outcome', 'updated, partial']],
    ['?violations=joor.nothing', ['violations', 'no rule']],
    ['?method=post', ['method', 'capitals']],
    ['?vendor=shopify', ['vendor', 'joor or jirafe']],
    ['?operation=joor.bulk', ['operation', 'no operation']],
    ['?since=yesterday', ['since', 'ISO 8601']],
    ['?path=/a%3Fb', ['path']],
    ['?account=a&operation=jirafe.batch', ['operation', 'different vendors']],
    ['?query=a', ['query']],
    ['?acount=brand', ['acount', 'account']],
    ['?account=a&site=b', ['account', 'site']],
    ['?limit=0', ['limit', '1 to 1000']],
    ['?limit=1001', ['limit', '1 to 1000']],
    ['?limit=many', ['limit']],
    ['?limit=1&limit=2', ['limit', 'twice']],
    ['?cursor=none', ['cursor']],
    ['?cursor=', ['cursor']],
    ['?cursor=WyJhIl0', ['cursor']],
    ['?__proto__=1', ['__proto__']],
  ])('refuses %s', async (query, told) => {
    const emulator = await startTestEmulator()
    const { status, headers, body } = await control(emulator).get(`/_backstock/requests${query}`)
    expect(status).toBe(400)
    expect(headers['content-type']).toContain('application/problem+json')
    for (const part of told) expect(body.detail).toContain(part)
  })
})

describe('DELETE requests', () => {
  it('empties the journal, of an account or of all, and leaves what the calls did', async () => {
    const emulator = await startTestEmulator({ seed: { joor: { accounts: { brand: { token: 'a-token' } } } } })
    const first = await bulk(emulator, items(row('1')))
    await send(emulator, 'brand')
    await bulk(emulator, items(row('1')), { token: 'another' })
    const { status, text } = await control(emulator).delete('/_backstock/requests?account=brand')
    expect([status, text]).toEqual([204, ''])
    expect((await list(emulator)).requests).toHaveLength(2)
    expect((await list(emulator, '?account=brand')).requests).toEqual([])
    const id = first.headers['backstock-request-id']
    expect((await control(emulator).get(`/_backstock/requests/${id}`)).status).toBe(404)
    expect((await control(emulator).get(`/_backstock/joor/logs/${first.body.response.log_id}`)).status).toBe(404)
    await control(emulator).delete('/_backstock/requests').expect(204)
    expect((await list(emulator)).requests).toEqual([])
    expect(await positions(emulator)).toHaveLength(1)
  })

  it.each(['?acount=brand', '?account=a&site=b', '?status=200'])('refuses %s, and deletes nothing', async (query) => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(row('1')))
    expect((await control(emulator).delete(`/_backstock/requests${query}`)).status).toBe(400)
    expect((await list(emulator)).requests).toHaveLength(1)
  })
})

describe('The detail of a request', () => {
  it('shows both messages, the rules met and broken, and what the call changed', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(row('1', 5), row('2', 6)))
    const first = (await lastRequest(emulator)).id
    const body = items(row('1', '7'), row('3', 8), { upc: '4', warehouse: 'New York', made_to_order: true })
    const reply = await bulk(emulator, body, { query: '?overwrite=1' })
    const detail = await lastRequest(emulator)
    expect(detail.request).toMatchObject({ body: JSON.stringify(body), cut: false })
    expect(detail.request.headers['content-type']).toBe('application/json')
    expect(detail.reply).toMatchObject({ body: reply.text, cut: false, taken: true })
    expect(detail.reply.headers['Backstock-Request-Id']).toBe(detail.id)
    expect(detail.fault).toBeNull()
    expect(detail.rules.map(({ rule }: { rule: string }) => rule)).toEqual(
      expect.arrayContaining(['joor.overwrite.warehouses']),
    )
    expect(detail.violations).toEqual([
      {
        rule: expect.stringMatching(/^joor\./),
        statement: expect.any(String),
        evidence: expect.any(String),
        source: expect.any(String),
        level: 'warn',
        at: { pointer: '/inventory_items/0/inventory', line: 1, column: expect.any(Number) },
        seen: expect.stringContaining('7'),
        right: expect.any(String),
        request: detail.id,
      },
    ])
    const byKind = (kind: string) => detail.changes.filter((change: { kind: string }) => change.kind === kind)
    expect(detail.changes_total).toBe(4)
    expect(detail.changes).toHaveLength(4)
    expect(byKind('clear')).toMatchObject([{ key: { sku: { upc: '2' } }, before: { available: 6 }, after: null }])
    expect(byKind('mark')).toMatchObject([{ key: { sku: { upc: '4' } }, before: null, after: { made_to_order: true } }])
    expect(byKind('set')).toMatchObject([
      {
        key: { warehouse: 'New York', inventory_date: 'IMMEDIATE', sku: { upc: '1' } },
        before: { available: 5 },
        after: { available: 7 },
      },
      { key: { sku: { upc: '3' } }, before: null, after: { available: 8 } },
    ])
    expect(first).not.toBe(detail.id)
  })

  it('tells marks taken away, and levels', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items({ upc: '1', warehouse: 'New York', made_to_order: true }))
    await bulk(emulator, items(row('1', 2)))
    const { changes } = await lastRequest(emulator)
    expect(changes.map(({ kind }: { kind: string }) => kind).sort()).toEqual(['set', 'unmark'])
    await send(emulator, 'shop')
    await send(emulator, 'shop', { ...event, inventory_level: 9 })
    const level = await lastRequest(emulator)
    expect(level.changes).toMatchObject([
      {
        kind: 'level',
        key: { code: 'a', revision: 'first' },
        before: { inventory_level: 4 },
        after: { inventory_level: 9 },
      },
    ])
    expect(level.changes_total).toBe(1)
  })

  it('has no changes where nothing changed, and says what refused the call', async () => {
    const emulator = await startTestEmulator()
    const reply = await bulk(emulator, '{"inventory_items":')
    expect(reply.status).toBe(400)
    const detail = await lastRequest(emulator)
    expect(detail).toMatchObject({ status: 400, items: null, changes: [], changes_total: 0 })
    expect(detail.violations).toMatchObject([{ level: 'error' }])
  })

  it('that nobody knows is a 404 problem', async () => {
    const emulator = await startTestEmulator()
    const { status, headers, body } = await control(emulator).get('/_backstock/requests/nothing')
    expect(status).toBe(404)
    expect(headers['content-type']).toContain('application/problem+json')
    expect(body.detail).toContain('nothing')
  })
})

describe('The token of a request', () => {
  const token = 'a-very/secret+token&of=mine'
  const inLowerCase = (text: string) => text.replace(/%../g, (triplet) => triplet.toLowerCase())
  const base64 = Buffer.from(token).toString('base64')
  const spellings = [token, base64, encodeURIComponent(token), inLowerCase(encodeURIComponent(base64))]

  it('is nowhere in what is kept and shown of it, raw or encoded', async () => {
    const emulator = await startTestEmulator()
    const body = `{"inventory_items":[${JSON.stringify({ ...row(token), [token]: 1, note: token })},${JSON.stringify(
      row(`x${base64}`, `${token} units`),
    )},{"upc":"${token.replaceAll('/', '\\/')}2","inventory":"${[...token].map((each) => `\\u00${each.charCodeAt(0).toString(16)}`).join('')}"}]}`
    const query = `?${encodeURIComponent(token)}=${inLowerCase(encodeURIComponent(base64))}`
    const reply = await bulk(emulator, body, { token, query })
    expect(reply.status).toBe(200)
    const { id } = await lastRequest(emulator)
    const shown = await Promise.all(
      ['requests', `requests/${id}`, `joor/logs/${reply.body.response.log_id}`, 'joor/accounts'].map(
        async (path) => (await control(emulator).get(`/_backstock/${path}`)).text,
      ),
    )
    for (const text of shown) for (const spelled of spellings) expect(text).not.toContain(spelled)
    expect(shown[1]).not.toContain(token.replaceAll('/', '\\\\/'))
    const detail = await lastRequest(emulator)
    expect(detail.request.headers.authorization).toBe('OAuth2 «token»')
    expect(detail.changes[0].key.sku.upc).toContain('«token»')
  })

  it('leaves no part of itself where a long value is cut', async () => {
    const emulator = await startTestEmulator()
    for (let before = 150; before <= 210; before += 5) {
      await bulk(emulator, items(row('1', 'x'.repeat(before) + token)), { token })
      const { violations } = await lastRequest(emulator)
      expect(JSON.stringify(violations)).not.toContain('a-very')
    }
  })

  it('that is a word of our own leaves the shapes as they are', async () => {
    const emulator = await startTestEmulator()
    for (const short of ['a', 'updated', 'positions', 'set', '5', 'joor']) {
      const reply = await bulk(emulator, items(row('positions5updated', 5), row('a', 'set')), { token: short })
      const detail = await lastRequest(emulator)
      expect(detail.changes).toMatchObject([{ kind: 'set', after: { available: 5 } }])
      const log = await control(emulator).get(`/_backstock/joor/logs/${reply.body.response.log_id}`)
      expect(log.body.items).toMatchObject([
        { outcome: 'updated' },
        { outcome: 'not_updated', rule: expect.stringMatching(/^joor\./) },
      ])
    }
  })

  it('of Jirafe is replaced as well, also where nobody was let in', async () => {
    const emulator = await startTestEmulator({ settings: { auth: 'enforce' } })
    await control(emulator)
      .post('/v2/shop/inventory?t=site-secret')
      .set('Authorization', 'Bearer site-secret')
      .send({ ...event, product_code: 'site-secret' })
    const detail = await lastRequest(emulator)
    expect(detail.status).toBe(403)
    expect(JSON.stringify(detail)).not.toContain('site-secret')
  })
})

describe('The curl of a request', () => {
  /** Runs the command as a person would who copied it, and gives both calls as the journal has them. */
  async function repeat(emulator: Emulator, credentials: string) {
    const original = await lastRequest(emulator)
    expect(original.curl).not.toContain(credentials)
    const { stdout } = await run(
      'sh',
      [
        '-c',
        `${original.curl} -s`.replace(/^(.*) -s$/s, (_all, command: string) => command.replace('curl ', 'curl -s ')),
      ],
      {
        env: { ...process.env, BACKSTOCK_TOKEN: credentials },
        maxBuffer: 1e8,
      },
    )
    const repeated = await lastRequest(emulator)
    expect(repeated.id).not.toBe(original.id)
    return { original, repeated, stdout }
  }
  const same = ({
    method,
    path,
    status,
    items,
    vendor,
    violations,
    request,
  }: Record<string, unknown> & { request: { body: unknown } }) => ({
    method,
    path,
    status,
    items,
    vendor,
    body: request.body,
    violations: (violations as { rule: string }[]).map(({ rule }) => rule),
  })
  const base64 = (token: string) => Buffer.from(token).toString('base64')

  it.each([
    ['a plain call', items(row('1', 5)), ''],
    ['a query', items(row('1', 5)), '?overwrite=1&dec_pending=1'],
    ['quotes of every kind', items(row(`it's "quoted" \`whoami\` $(id) $HOME \\`, 5)), ''],
    ['a body that begins with @', '@/etc/hostname', ''],
    ['line ends', '{"inventory_items":\n [{"upc":"1",\r\n"inventory":1}]}\n', ''],
    ['brackets and braces in the query', items(row('1', 5)), '?x={a,b}[1-3]'],
    ['characters beyond ASCII', items(row('\u{1f600} ß', 5)), ''],
    ['a long body', items(...Array.from({ length: 2_000 }, (_, n) => row(`sku-${n}`, n))), ''],
  ])('sends the same again: %s', async (_what, body, query) => {
    const emulator = await startTestEmulator()
    await bulk(emulator, body, { query, token: 'my-token' })
    const { original, repeated, stdout } = await repeat(emulator, base64('my-token'))
    expect(same(repeated)).toEqual(same(original))
    expect(repeated.account).toBe(original.account)
    expect(stdout).toContain('log_id')
  })

  it('sends the same again without a Content-Type, and with a body that came coded', async () => {
    const emulator = await startTestEmulator()
    await supertest(emulator.url)
      .post('/v2/shop/inventory')
      .set('Authorization', 'Bearer site-token')
      .set('Content-Type', '')
      .send(JSON.stringify(event))
    const first = await repeat(emulator, 'site-token')
    expect(same(first.repeated)).toEqual(same(first.original))
    const coded = gzipSync(JSON.stringify(items(row('1', 5))))
    await supertest(emulator.url)
      .post('/v2/bulk-inventory')
      .set('Authorization', oauth2('my-token'))
      .set('Content-Type', 'application/json')
      .set('Content-Encoding', 'gzip')
      .serialize((body) => body)
      .send(coded)
    expect((await lastRequest(emulator)).status).toBe(200)
    const second = await repeat(emulator, base64('my-token'))
    expect(second.repeated.status).toBe(200)
    expect(second.repeated.request.body).toBe(second.original.request.body)
    expect(await positions(emulator, 'my-token')).toHaveLength(1)
  })

  it('is none where the body was cut or cannot be an argument', async () => {
    const emulator = await startTestEmulator({ journal: { bodyBytes: 50 } })
    const sent = JSON.stringify(items({ ...row('1', 5), note: 'ü'.repeat(100) }, row('2', 6)))
    const { text } = await bulk(emulator, sent)
    const { curl, request, reply } = await lastRequest(emulator)
    expect(curl).toBeNull()
    // Cut, both still tell their whole sizes.
    expect(request).toMatchObject({ cut: true, bytes: Buffer.byteLength(sent) })
    expect(reply).toMatchObject({ cut: true, bytes: Buffer.byteLength(text) })
    await bulk(emulator, 'a\0b')
    expect((await lastRequest(emulator)).curl).toBeNull()
  })
})
