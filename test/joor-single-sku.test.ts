import { request } from 'node:http'
import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import type { Emulator, EmulatorOptions, Seed } from '../server/emulator.js'
import { brokenRules, bulk, items, lastRequest, oauth2, positions, startTestEmulator } from './emulator.js'

const path = (number = 'SN', identifier = 'SI') => `/v2/style-number/${number}/${identifier}/inventory`
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** One call; the query is sent as it stands. */
function put(emulator: Emulator, query: string, { at = path(), token = 'a-token' } = {}) {
  return supertest(emulator.url).put(`${at}?${query}`).set('Authorization', oauth2(token))
}

const passed = (sku: string) => ({
  sku_count: 1,
  inventory_log: [{ sku, inventory_log_id: expect.stringMatching(uuid), status: 'pass' }],
})
const failed = (sku: string) => ({
  sku_count: 0,
  inventory_log: [{ sku, inventory_log_id: expect.stringMatching(uuid), status: 'fail' }],
})

const style = {
  style_number: 'SN',
  style_identifier: 'SI',
  style_id: 7,
  colors: [
    {
      color_code: 'RED',
      style_color_id: 71,
      sizes: [
        { size: 'S', upc: '01' },
        { size: 'M', upc: '02' },
      ],
    },
    { color_code: 'BLUE', sizes: [{ size: 'S', upc: '03' }] },
  ],
}
const account = (members: object): Seed => ({ joor: { accounts: { brand: { token: 'a-token', ...members } } } })

describe('the single-SKU call', () => {
  test.each([
    ['upc=1&inventory=3', 'SN-SI-1'],
    ['color_code=RED&size=M&inventory=3', 'SN-SI-RED-M'],
    ['size=M&color_code=RED&inventory=3', 'SN-SI-RED-M'],
    ['upc=1&color_code=RED&size=M&inventory=3', 'SN-SI-1'],
    ['upc=1&size=M&inventory=3', 'SN-SI-1'],
  ])('names the SKU of its reply by what counts: %s', async (query, sku) => {
    const emulator = await startTestEmulator()
    const reply = await put(emulator, `${query}&warehouse=NY`)
    expect(reply.status).toBe(200)
    expect(reply.headers['content-type']).toBe('application/json')
    expect(reply.headers).not.toHaveProperty('backstock-not-updated')
    expect(reply.body).toEqual(passed(sku))
    expect(await brokenRules(emulator)).toEqual([])
    expect(await positions(emulator)).toMatchObject([{ warehouse: 'NY', inventory_date: 'IMMEDIATE', available: 3 }])
  })

  test('finds the SKU that a bulk call finds by the same identifiers, with a style list and without', async () => {
    for (const styles of [null, [style]]) {
      const emulator = await startTestEmulator({ seed: account({ styles }) })
      for (const [sent, query] of [
        [{ style_number: 'SN', style_identifier: 'SI', upc: '02' }, 'upc=02'],
        [{ style_number: 'SN', style_identifier: 'SI', color_code: 'BLUE', size: 'S' }, 'color_code=BLUE&size=S'],
      ] as const) {
        await bulk(emulator, items({ ...sent, warehouse: 'NY', inventory_date: '2030-01-31', inventory: 1 }))
        const before = await positions(emulator)
        await put(emulator, `${query}&warehouse=NY&inventory_date=01-31-2030&inventory=9`)
        const { changes } = await lastRequest(emulator)
        expect(changes).toMatchObject([{ kind: 'set', before: { available: 1 }, after: { available: 9 } }])
        expect(await positions(emulator)).toHaveLength(before.length)
      }
    }
  })

  test.each([
    ['an unknown upc', 'upc=99&inventory=1&warehouse=NY', 'SN-SI-99', 'joor.sku.known'],
    ['an unknown color', 'color_code=PINK&size=S&inventory=1&warehouse=NY', 'SN-SI-PINK-S', 'joor.sku.known'],
    ['an unknown warehouse', 'upc=01&inventory=1&warehouse=SF', 'SN-SI-01', 'joor.warehouse.known'],
    ['color without size', 'color_code=RED&inventory=1&warehouse=NY', 'SN-SI-RED', 'joor.single.sku_named'],
    ['size without color', 'size=S&inventory=1&warehouse=NY', 'SN-SI-S', 'joor.single.sku_named'],
    ['no SKU', 'inventory=1&warehouse=NY', 'SN-SI', 'joor.single.sku_named'],
    ['no inventory', 'upc=01&warehouse=NY', 'SN-SI-01', 'joor.single.inventory'],
    ['text', 'upc=01&inventory=few&warehouse=NY', 'SN-SI-01', 'joor.inventory.integer'],
    ['a fraction', 'upc=01&inventory=1.5&warehouse=NY', 'SN-SI-01', 'joor.inventory.integer'],
    ['an exponent', 'upc=01&inventory=1e2&warehouse=NY', 'SN-SI-01', 'joor.inventory.integer'],
    ['a plus sign', 'upc=01&inventory=%2B5&warehouse=NY', 'SN-SI-01', 'joor.inventory.integer'],
    ['too many', 'upc=01&inventory=9007199254740992&warehouse=NY', 'SN-SI-01', 'joor.inventory.range'],
    ['no date', 'upc=01&inventory=1&warehouse=NY&inventory_date=12/01/2014', 'SN-SI-01', 'joor.date.forms'],
    ['no real date', 'upc=01&inventory=1&warehouse=NY&inventory_date=2023-02-29', 'SN-SI-01', 'joor.date.real'],
  ])('does not update %s, and says why beside the body', async (_what, query, sku, rule) => {
    const given = { warehouses: ['NY'], styles: [style], positions: [{ warehouse: 'NY', upc: '01', inventory: 5 }] }
    const emulator = await startTestEmulator({ seed: account(given) })
    const before = await positions(emulator)
    const reply = await put(emulator, query)
    expect(reply.status).toBe(200)
    expect(reply.body).toEqual(failed(sku))
    const logId = reply.body.inventory_log[0].inventory_log_id
    expect(reply.headers['backstock-not-updated']).toBe(`1; see /_backstock/joor/logs/${logId}`)
    expect(await brokenRules(emulator)).toEqual([rule])
    const { body: log } = await supertest(emulator.url).get(`/_backstock/joor/logs/${logId}`)
    expect(log).toMatchObject({ log_id: logId, account: 'brand', status: 200, code: null, comment: '' })
    expect(log.items).toMatchObject([
      { index: 0, outcome: 'not_updated', rule, reason: expect.stringMatching(/Right is/) },
    ])
    expect(await positions(emulator)).toEqual(before)
  })

  test.each([
    ['inventory=15.0', 15, ['joor.inventory.whole_float']],
    ['inventory=-4', -4, ['joor.inventory.negative']],
    ['inventory=007', 7, []],
    ['inventory=+7', 7, []],
    ['inventory=3&inventory=4', 4, ['joor.query.repeated']],
    ['inventory=3&upc=', 3, ['joor.query.repeated', 'joor.item.empty']],
    ['inventory=3&inventory_date=immediate', 3, ['joor.date.immediate_case']],
    ['inventory=3&inventory_date=', 3, ['joor.item.empty']],
    ['inventory=3&warehouse=', 3, ['joor.item.empty']],
    ['inventory=3&dec_pending=true', 3, ['joor.query.dec_pending_value']],
    ['inventory=3&overwrite=1', 3, ['joor.single.overwrite']],
    ['inventory=3&made_to_order=true', 3, ['joor.single.unknown']],
    ['inventory=3&style_id=7', 3, ['joor.single.unknown']],
    ['inventory=3&return_format=yaml', 3, ['joor.format.return_format_value']],
  ])('takes %s and tells what is odd', async (query, available, broken) => {
    const emulator = await startTestEmulator({ seed: account({}) })
    // Where the upc is emptied, color and size name the SKU.
    const reply = await put(emulator, `upc=1&color_code=RED&size=M&${query}`)
    expect(reply.body).toMatchObject({ sku_count: 1 })
    expect(await brokenRules(emulator)).toEqual(broken)
    expect(reply.headers['backstock-violations']).toBe(broken.length === 0 ? undefined : String(broken.length))
    expect(await positions(emulator)).toMatchObject([{ warehouse: 'Default', available }])
  })

  test.each([
    ['Upc', 'upc'],
    ['colour_code', 'color_code'],
    ['inventoryDate', 'inventory_date'],
    ['decPending', 'dec_pending'],
    ['warehous', 'warehouse'],
  ])('names the parameter that %s was meant to be', async (sent, right) => {
    const emulator = await startTestEmulator()
    await put(emulator, `upc=1&inventory=3&${sent}=1`)
    const { violations } = await lastRequest(emulator)
    expect(violations).toMatchObject([
      { rule: 'joor.single.unknown', seen: sent, right, at: { path: `query.${sent}` } },
    ])
  })

  test('tells where the SKU was wrong: in the path, in a parameter, or in the query as a whole', async () => {
    const emulator = await startTestEmulator()
    await put(emulator, 'upc=1&inventory=x', { at: path('N'.repeat(46), 'I'.repeat(101)) })
    const { violations } = await lastRequest(emulator)
    expect(violations).toMatchObject([
      { rule: 'joor.style.number_length', at: { path: 'path' } },
      { rule: 'joor.style.identifier_length', at: { path: 'path' } },
      { rule: 'joor.inventory.integer', at: { path: 'query.inventory' } },
    ])
    await put(emulator, 'inventory=1')
    expect((await lastRequest(emulator)).violations).toMatchObject([{ at: { path: 'query' } }])
  })

  test('takes a plus in the path for a plus, and one in the query for a space', async () => {
    const emulator = await startTestEmulator()
    const metPlus = async () =>
      (await lastRequest(emulator)).rules.some(({ rule }: { rule: string }) => rule === 'joor.single.plus')
    const at = path('A+B', 'C')
    expect((await put(emulator, 'upc=1+2&inventory=3', { at })).body).toEqual(passed('A+B-C-1 2'))
    expect(await metPlus()).toBe(true)
    expect((await put(emulator, 'upc=12&inventory=3', { at })).body).toEqual(passed('A+B-C-12'))
    expect(await metPlus()).toBe(false)
    const withoutQuery = await supertest(emulator.url).put(at).set('Authorization', oauth2('a-token'))
    expect(withoutQuery.body).toEqual(failed('A+B-C'))
    expect(await metPlus()).toBe(false)
  })

  test('with dec_pending stores less than it was sent, once for each call', async () => {
    const pending = [{ warehouse: 'NY', upc: '1', quantity: 4 }]
    const emulator = await startTestEmulator({ seed: account({ pending }) })
    for (let times = 0; times < 2; times++) await put(emulator, 'upc=1&inventory=10&warehouse=NY&dec_pending=1')
    expect(await positions(emulator)).toMatchObject([{ available: 6, incoming: 10, pending_deducted: 4 }])
    await put(emulator, 'upc=1&inventory=10&warehouse=NY&dec_pending=0')
    expect(await positions(emulator)).toMatchObject([{ available: 10, incoming: 10, pending_deducted: 0 }])
  })
})

describe('the reply to a single-SKU call', () => {
  const xml = (sku: string, status = 'pass') =>
    new RegExp(
      `^<inventory_update><sku_count>${status === 'pass' ? 1 : 0}</sku_count><inventory_log><sku>${sku}</sku><inventory_log_id>[0-9a-f-]{36}</inventory_log_id><status>${status}</status></inventory_log></inventory_update>$`,
    )

  test.each<[string, Record<string, string>, 'json' | 'xml']>([
    ['', {}, 'json'],
    ['&return_format=xml', {}, 'xml'],
    ['&return_format=xml', { Accept: 'application/json' }, 'xml'],
    ['&return_format=json', { Accept: 'application/xml', 'Content-Type': 'application/xml' }, 'json'],
    ['', { Accept: 'application/xml' }, 'xml'],
    ['', { Accept: '*/*', 'Content-Type': 'application/xml' }, 'xml'],
    ['', { 'Content-Type': 'application/xml' }, 'xml'],
    ['', { 'Content-Type': 'text/xml; charset=utf-8' }, 'xml'],
    ['', { 'Content-Type': 'text/plain' }, 'json'],
  ])('%s with %j is in the format asked for: %s', async (query, headers, format) => {
    const emulator = await startTestEmulator()
    const reply = await put(emulator, `upc=1&inventory=3${query}`).set(headers)
    expect(reply.status).toBe(200)
    expect(reply.headers['content-type']).toBe(`application/${format}`)
    expect(await brokenRules(emulator)).toEqual([])
    if (format === 'xml') expect(reply.text).toMatch(xml('SN-SI-1'))
    else expect(reply.body).toEqual(passed('SN-SI-1'))
  })

  test('holds none where the path has only blanks', async () => {
    const emulator = await startTestEmulator()
    const reply = await put(emulator, 'inventory=3&return_format=xml', { at: path('%20', '%20') })
    expect(reply.text).toContain('<sku_count>0</sku_count><inventory_log><sku /><inventory_log_id>')
    expect(await brokenRules(emulator)).toEqual(['joor.item.empty', 'joor.item.empty', 'joor.single.sku_named'])
  })

  test('has the names in the order of the vendor, and a log id that leads to the call', async () => {
    const emulator = await startTestEmulator()
    const { text, body } = await put(emulator, 'upc=1&inventory=3')
    const logId = body.inventory_log[0].inventory_log_id
    expect(text).toBe(
      `{"sku_count":1,"inventory_log":[{"sku":"SN-SI-1","inventory_log_id":"${logId}","status":"pass"}]}`,
    )
    const again = await put(emulator, 'upc=1&inventory=3')
    expect(again.body.inventory_log[0].inventory_log_id).not.toBe(logId)
    const log = await supertest(emulator.url).get(`/_backstock/joor/logs/${logId}`)
    expect(log.body).toMatchObject({ status: 200, items: [{ outcome: 'updated', reason: null }] })
    expect((await lastRequest(emulator)).operation).toBe('joor.style-inventory')
  })

  test.each([
    ['%00', '"SN-SI-\\u0000"', 'SN-SI-\ufffd', ['joor.reply.json_to_xml']],
    ['%22%3C%26%3E', '"SN-SI-\\"<&>"', 'SN-SI-"&lt;&amp;&gt;', []],
    ['%F0%9F%98%80', '"SN-SI-😀"', 'SN-SI-😀', []],
    ['__proto__', '"SN-SI-__proto__"', 'SN-SI-__proto__', []],
    ['+1+', '"SN-SI- 1 "', 'SN-SI- 1 ', []],
  ])('holds any SKU: %s', async (upc, inJson, inXml, broken) => {
    const emulator = await startTestEmulator()
    const json = await put(emulator, `upc=${upc}&inventory=3`)
    expect(json.text).toContain(`"sku":${inJson},`)
    expect(await brokenRules(emulator)).toEqual([])
    const xml = await put(emulator, `upc=${upc}&inventory=3&return_format=xml`)
    expect(xml.text).toContain(`<sku>${inXml}</sku>`)
    expect(await brokenRules(emulator)).toEqual(broken)
    const { violations } = await lastRequest(emulator)
    for (const { seen } of violations) expect(seen).toBe('a character that XML cannot hold is shown as U+FFFD')
  })
})

describe('a single-SKU call that is refused as a whole', () => {
  const refused = {
    response: { comment: expect.stringMatching(/\w{3}.*\.$/), code: '1', log_id: expect.stringMatching(uuid) },
    sku_count: 0,
    inventory_log: [],
  }
  const started = (options: EmulatorOptions = {}) =>
    startTestEmulator({ seed: account({ positions: [{ warehouse: 'NY', upc: '1', inventory: 5 }] }), ...options })

  test.each(['GET', 'POST', 'DELETE', 'PATCH', 'OPTIONS'])('is answered 405 for the method: %s', async (method) => {
    const emulator = await started()
    const reply = await send(emulator, { method, at: `${path()}?upc=1&inventory=3&warehouse=NY` })
    expect(reply.status).toBe(405)
    expect(reply.headers.allow).toBe('PUT')
    expect(JSON.parse(reply.text)).toEqual(refused)
    expect(await brokenRules(emulator)).toEqual(['joor.single.method'])
    expect(await positions(emulator)).toMatchObject([{ available: 5 }])
  })

  const at = `${path()}?upc=1&inventory=3&warehouse=NY`
  const typed = { Authorization: oauth2('a-token') }
  const limit = 20 * 1024 * 1024
  const chunked = { ...typed, 'Transfer-Encoding': 'chunked' }
  const tooLarge = { 'Content-Length': String(limit + 1) }
  test.each<[string, Sent, number, '1/1' | 'report']>([
    ['method before declared size', { method: 'POST', headers: tooLarge }, 405, '1/1'],
    ['declared size before token', { headers: tooLarge }, 413, '1/1'],
    ['token before rate limit', { headers: {} }, 401, '1/1'],
    ['rate limit before size while reading', { headers: chunked, body: Buffer.alloc(limit + 1) }, 429, '1/1'],
    ['rate limit before escapes', { headers: typed, at: `${at}%zz` }, 429, '1/1'],
    [
      'size while reading before escapes',
      { headers: chunked, at: `${at}%zz`, body: Buffer.alloc(limit + 1) },
      413,
      'report',
    ],
    ['escapes before the rest', { headers: typed, at: `${at}%zz&what=1`, body: 'x' }, 400, 'report'],
  ])('tells the first of two faults: %s', async (_what, sent, status, rate_limit) => {
    const emulator = await started({ settings: { rate_limit } })
    const reply = await send(emulator, { at, ...sent })
    expect(reply.status).toBe(status)
    expect(JSON.parse(reply.text)).toEqual(refused)
    expect((await lastRequest(emulator)).violations).toHaveLength(1)
    expect(await positions(emulator)).toMatchObject([{ available: 5 }])
  })

  test('says of a body over 20 MB that none is needed, and not that it may be split', async () => {
    const emulator = await started()
    const reply = await send(emulator, { headers: chunked, at, body: Buffer.alloc(limit + 1) })
    expect(reply.status).toBe(413)
    expect(JSON.parse(reply.text).response.comment).toBe(
      'The body has more than 20 MB (20,971,520 bytes). Send no body: path and query say everything.',
    )
  })

  test('is told in XML where that was asked for, and by its log', async () => {
    const emulator = await started()
    const reply = await put(emulator, 'upc=%zz&return_format=xml')
    expect(reply.status).toBe(400)
    expect(reply.text).toMatch(
      /^<inventory_update><response><code>1<\/code><comment>The query [^<]+<\/comment><log_id>[0-9a-f-]{36}<\/log_id><\/response><sku_count>0<\/sku_count><inventory_log \/><\/inventory_update>$/,
    )
    const logId = /<log_id>(.*)<\/log_id>/.exec(reply.text)?.[1]
    const log = await supertest(emulator.url).get(`/_backstock/joor/logs/${logId}`)
    expect(log.body).toMatchObject({ status: 400, code: '1', items: [] })
  })

  test.each(['%', '%2', '%zz', '%ff', '%C3', '%u0041', 'a%20%'])('has no malformed escape: %s', async (malformed) => {
    const emulator = await started()
    for (const target of [
      `${path(malformed)}?upc=1&inventory=1`,
      `${path('SN', malformed)}?upc=1&inventory=1`,
      `${at}${malformed}`,
    ]) {
      const reply = await send(emulator, { headers: typed, at: target })
      expect(reply.status).toBe(400)
      expect(await brokenRules(emulator)).toEqual(['joor.single.escapes'])
    }
    expect(await positions(emulator)).toMatchObject([{ available: 5 }])
  })

  test.each([
    ['an unknown parameter', 'upc=1&inventory=3&what=1', 400, 'joor.single.unknown'],
    ['a parameter twice', 'upc=1&inventory=3&inventory=3', 400, 'joor.query.repeated'],
  ])('breaks a rule under contract=enforce: %s', async (_what, query, status, rule) => {
    const emulator = await started({ settings: { contract: 'enforce' } })
    const reply = await put(emulator, query)
    expect(reply.status).toBe(status)
    expect(reply.body).toEqual(refused)
    expect(await brokenRules(emulator)).toEqual([rule])
    expect(await positions(emulator)).toMatchObject([{ available: 5 }])
  })
})

describe('contract modes of the single-SKU call', () => {
  test('under enforce a SKU that is only reported otherwise is not updated, under off nothing is judged', async () => {
    for (const [contract, body] of [
      ['report', passed('SN-SI-1')],
      ['enforce', failed('SN-SI-1')],
      ['off', passed('SN-SI-1')],
    ] as const) {
      const emulator = await startTestEmulator({ settings: { contract } })
      const reply = await put(emulator, 'upc=1&inventory=-3&warehouse=NY')
      expect(reply.status).toBe(200)
      expect(reply.body).toEqual(body)
      expect(reply.headers['backstock-violations']).toBe(contract === 'off' ? undefined : '1')
      expect(await positions(emulator)).toHaveLength(contract === 'enforce' ? 0 : 1)
    }
  })

  test('missing_warehouse=refuse holds for it, and the default is no breach', async () => {
    for (const [missing_warehouse, stored] of [
      ['default', ['Default']],
      ['refuse', []],
    ] as const) {
      const emulator = await startTestEmulator({ settings: { missing_warehouse } })
      await put(emulator, 'upc=1&inventory=3')
      expect(await brokenRules(emulator)).toEqual(missing_warehouse === 'refuse' ? ['joor.warehouse.required'] : [])
      const rows: { warehouse: string }[] = (await positions(emulator)) ?? []
      expect(rows.map(({ warehouse }) => warehouse)).toEqual(stored)
    }
  })

  test('with auth=enforce only a declared token is taken', async () => {
    const emulator = await startTestEmulator({ seed: account({}), settings: { auth: 'enforce' } })
    expect((await put(emulator, 'upc=1&inventory=3')).status).toBe(200)
    const reply = await put(emulator, 'upc=1&inventory=4', { token: 'unknown' })
    expect(reply.status).toBe(401)
    expect(reply.headers['www-authenticate']).toBe('OAuth2')
    expect(await positions(emulator)).toMatchObject([{ available: 3 }])
  })
})

describe('the body of a single-SKU call', () => {
  test.each<[string, string | Uint8Array, Record<string, string>]>([
    [
      'items',
      '{"inventory_items":[{"upc":"2","inventory":9,"warehouse":"NY"}]}',
      { 'Content-Type': 'application/json' },
    ],
    ['no UTF-8', Buffer.from([0xff, 0xfe]), {}],
    ['bytes not coded as they should be', 'x', { 'Content-Encoding': 'gzip' }],
    ['an unknown coding', 'x', { 'Content-Encoding': 'compress' }],
  ])('is ignored and reported: %s', async (_what, body, headers) => {
    const emulator = await startTestEmulator()
    const at = `${path()}?upc=1&inventory=3`
    const reply = await send(emulator, { headers: { Authorization: oauth2('a-token'), ...headers }, at, body })
    expect(JSON.parse(reply.text)).toEqual(passed('SN-SI-1'))
    expect(await brokenRules(emulator)).toEqual(['joor.single.body'])
    expect(await positions(emulator)).toMatchObject([{ warehouse: 'Default', available: 3 }])
  })

  test('may be declared empty', async () => {
    const emulator = await startTestEmulator()
    const headers = { Authorization: oauth2('a-token'), 'Content-Length': '0', 'Content-Type': 'application/json' }
    const reply = await send(emulator, { headers, at: `${path()}?upc=1&inventory=3` })
    expect(reply.status).toBe(200)
    expect(await brokenRules(emulator)).toEqual([])
  })
})

interface Sent {
  readonly method?: string
  readonly at?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** One call as its bytes are; a size that is declared too large is not sent. */
function send(emulator: Emulator, { method = 'PUT', at = path(), headers = {}, body = '' }: Sent) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>((resolve, reject) => {
    const sent = request(`${emulator.url}${at}`, { method, headers, agent: false }, (reply) => {
      const chunks: Buffer[] = []
      reply.on('data', (chunk: Buffer) => chunks.push(chunk))
      reply.on('end', () => {
        sent.destroy()
        resolve({ status: reply.statusCode ?? 0, headers: reply.headers, text: Buffer.concat(chunks).toString() })
      })
    })
    sent.on('error', reject)
    if (Number(headers['Content-Length'] ?? 0) === 0) sent.end(body)
    else sent.flushHeaders()
  })
}
