import { connect } from 'node:net'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Coverage } from '../server/coverage/coverage.js'
import { CoverageRun } from '../server/coverage/run.js'
import type { Emulator, EmulatorOptions } from '../server/emulator.js'
import type { Entry } from '../server/journal/entry.js'
import { allRules } from '../server/rule-list.js'
import { bulk, items, oauth2, startTestEmulator } from './emulator.js'

const row = (upc: string, inventory: unknown = 1) => ({ warehouse: 'New York', upc, inventory })
const get = (emulator: Emulator, query = '') => supertest(emulator.url).get(`/_backstock/coverage${query}`)
const control = (emulator: Emulator) => supertest(`${emulator.url}/_backstock`)

async function coverage(emulator: Emulator, query = ''): Promise<Coverage> {
  const { status, body } = await get(emulator, query)
  expect(status).toBe(200)
  return body
}

const event = { timestamp: '2015-01-23T16:35:38+0000', product_code: 'a', inventory_level: 4 }
const send = (emulator: Emulator, path = '/v2/shop/inventory', body: object = event) =>
  supertest(emulator.url).post(path).set('Authorization', 'Bearer t').send(body)

const countsOf = ({ exercised }: Coverage, rule: string) => {
  const found = exercised.find((each) => each.rule === rule)
  return found && { kept: found.kept, broken: found.broken }
}
const gapOf = ({ gaps }: Coverage, rule: string) => gaps.find((each) => each.rule === rule)
const callsOf = ({ operations }: Coverage) => operations.reduce((sum, { calls }) => sum + calls, 0)
const idsIn = ({ exercised, gaps }: Coverage) => [...exercised, ...gaps].map(({ rule }) => rule)
const metBy = ({ faults }: Coverage) => faults.filter(({ calls }) => calls > 0)

const untouched = { percentage: null, operations: [], exercised: [], gaps: [] }

describe('A rule', () => {
  it('is kept or broken by each call that came to it, and a gap before', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(row('1')))
    const before = await coverage(emulator)
    // A check that the call passed is kept: it takes no breach to come to it.
    expect(countsOf(before, 'joor.inventory.required')).toEqual({ kept: 1, broken: 0 })
    const gap = gapOf(before, 'joor.date.real')
    expect(gap).toMatchObject({ breaks: false, request: expect.stringContaining(`${emulator.url}/v2/bulk-inventory`) })
    expect(countsOf(before, 'joor.reply.echo')).toEqual({ kept: 1, broken: 0 })
    await bulk(emulator, items(row('1', '5'), row('2', '6')))
    await bulk(emulator, items(row('1', '5')))
    const after = await coverage(emulator)
    const broken = after.exercised.filter((each) => each.broken > 0)
    // Two items of one call are one call.
    expect(broken.map(({ broken: calls }) => calls)).toEqual(broken.map(() => 2))
    expect(broken.length).toBeGreaterThan(0)
    expect(countsOf(after, 'joor.reply.echo')).toEqual({ kept: 3, broken: 0 })
    expect(after.rules).toEqual({
      testable: idsIn(after).length,
      exercised: after.exercised.length,
      kept: after.exercised.length - broken.length,
      broken: broken.length,
    })
  })

  it('is no gap where another operation came to it, and open for that operation', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(row('1')))
    await supertest(emulator.url)
      .put('/v2/style-number/S/I/inventory?upc=1&inventory=3')
      .set('Authorization', oauth2('a-token'))
    const found = await coverage(emulator)
    const single = found.operations.find(({ operation }) => operation === 'joor.style-inventory')
    const elsewhere = single?.not_exercised.filter((rule) => countsOf(found, rule) !== undefined) ?? []
    expect(elsewhere.length).toBeGreaterThan(0)
    for (const rule of elsewhere) expect(gapOf(found, rule)).toBeUndefined()
    for (const { testable, exercised, not_exercised } of found.operations)
      expect(testable).toBe(exercised + not_exercised.length)
  })

  it('is never one of this emulator alone, and never of a failure inside', async () => {
    const emulator = await startTestEmulator()
    await supertest(emulator.url).get('/v2/orders')
    await send(emulator)
    await bulk(emulator, items(row('1')))
    const ids = idsIn(await coverage(emulator, '?of=joor&of=jirafe'))
    const limits = allRules.filter(({ source }) => source.includes('of this emulator')).map(({ id }) => id)
    expect(limits.length).toBeGreaterThan(4)
    for (const id of [...limits, 'joor.reply.failure', 'jirafe.reply.unknown']) expect(ids).not.toContain(id)
    expect(ids).toContain('joor.date.forms')
  })
})

describe('Coverage', () => {
  it('of a run without calls is none, and not a hundred percent of nothing', async () => {
    const emulator = await startTestEmulator()
    expect(await coverage(emulator)).toMatchObject(untouched)
    const { percentage, rules } = await coverage(emulator, '?of=joor')
    expect([percentage, rules.exercised]).toEqual([null, 0])
    expect(rules.testable).toBeGreaterThan(100)
    for (const format of ['markdown', 'html'])
      expect((await get(emulator, `?format=${format}`)).text).toContain('o call was decided')
  })

  it('is over the operations that were called, or over those that are named', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(row('1')))
    expect((await coverage(emulator)).operations.map(({ operation }) => operation)).toEqual(['joor.bulk-inventory'])
    const named = await coverage(emulator, '?of=joor&of=jirafe.batch')
    expect(named.of).toEqual(['jirafe.batch', 'joor'])
    const operations = named.operations.map(({ operation }) => operation)
    expect(operations).toEqual(['jirafe.batch', 'joor.bulk-inventory', 'joor.style-inventory'])
    const none = await coverage(emulator, '?of=jirafe.batch')
    expect([none.percentage, none.rules.exercised]).toEqual([0, 0])
  })

  it('lists the worst gaps first: the best known, then by what a breach costs, then as the books do', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(row('1')))
    const { gaps } = await coverage(emulator, '?of=joor&of=jirafe')
    const grades = ['documented', 'recorded', 'observed', 'assumed']
    const costs = ['refuse call', 'refuse item', 'report call', 'report item', 'decides']
    const ids = allRules.map(({ id }) => id)
    const ranks = gaps.map(({ rule, evidence, breach }) =>
      [grades.indexOf(evidence), costs.indexOf(breach), ids.indexOf(rule)]
        .map((rank) => String(rank).padStart(3, '0'))
        .join(),
    )
    expect(ranks).toEqual([...ranks].sort())
    expect(new Set(gaps.map(({ evidence }) => evidence)).size).toBe(4)
    expect(new Set(gaps.map(({ breach }) => breach)).size).toBe(5)
  })

  it('outlives the ring of the journal, its deletion and a reset', async () => {
    const emulator = await startTestEmulator({ journal: { entries: 1 } })
    await bulk(emulator, items(row('1', '5')))
    await bulk(emulator, items(row('1')))
    const before = await coverage(emulator)
    await control(emulator).delete('/requests').expect(204)
    await control(emulator).post('/reset').expect(200)
    expect(await coverage(emulator)).toEqual(before)
    expect(callsOf(before)).toBe(2)
  })

  it('is scoped to one account or one site, also under the name that it gets later', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(row('1')))
    await bulk(emulator, items(row('1', '5')), { token: 'another' })
    await send(emulator)
    await control(emulator).put('/joor/accounts/brand').send({ token: 'a-token' }).expect(201)
    expect(callsOf(await coverage(emulator))).toBe(3)
    const [brand, shop, nobody] = await Promise.all(
      ['?account=brand', '?site=shop', '?account=nobody'].map((query) => coverage(emulator, query)),
    )
    expect(brand?.operations.map(({ operation, calls }) => [operation, calls])).toEqual([['joor.bulk-inventory', 1]])
    expect(brand?.rules.broken).toBe(0)
    expect(shop?.operations.map(({ operation }) => operation)).toEqual(['jirafe.inventory'])
    expect(nobody).toMatchObject(untouched)
    expect(await emulator.coverage({ account: 'brand' })).toEqual(brand)
    expect(await emulator.coverage({ site: 'shop', of: ['jirafe'] })).toEqual(
      await coverage(emulator, '?site=shop&of=jirafe'),
    )
  })

  it.each<[string, EmulatorOptions, string]>([
    ['whose level is off', { levels: { 'joor.date.*': 'off' } }, ''],
    ['below the evidence that counts', { evidence: 'documented' }, ''],
    ['below the evidence that is asked for', {}, '&evidence=documented'],
  ])('leaves rules %s out of both numbers', async (_what, options, query) => {
    const emulator = await startTestEmulator(options)
    const dated = { ...row('1'), inventory_date: 'soon' }
    await bulk(emulator, items(dated, row('2', '5')))
    const found = await coverage(emulator, `?of=joor${query}`)
    const grade = options.evidence ?? (query === '' ? undefined : 'documented')
    const left = allRules.filter(({ id, evidence }) =>
      grade === undefined ? id.startsWith('joor.date.') : id.startsWith('joor.') && evidence !== grade,
    )
    expect(left.length).toBeGreaterThan(4)
    const ids = idsIn(found)
    expect(left.filter(({ id }) => ids.includes(id))).toEqual([])
    expect(found.rules.testable).toBe(ids.length)
    expect(found.evidence).toBe(grade ?? 'assumed')
    expect(found.rules.exercised).toBeGreaterThan(0)
  })

  it.each([
    ['joor.overwrite.account', 'overwrite_scope=account', 'joor.overwrite.warehouses'],
    ['joor.reply.partial_code', 'partial_code=1', 'joor.reply.partial'],
    ['joor.rate.limit', 'rate_limit=300/300', 'joor.rate.within'],
    ['jirafe.inventory.latest_timestamp', 'latest_by=timestamp', 'jirafe.inventory.latest_received'],
  ])('has the rule %s in it under %s only, and %s under the usual reading', async (rule, setting, usual) => {
    const vendor = rule.slice(0, rule.indexOf('.'))
    const [name = '', value = ''] = setting.split('=')
    const bent = await startTestEmulator({ settings: { [name]: value } })
    const asUsual = await startTestEmulator()
    const [under, without] = await Promise.all([bent, asUsual].map((each) => coverage(each, `?of=${vendor}`)))
    const has = (found: Coverage | undefined, id: string) => found !== undefined && idsIn(found).includes(id)
    expect([has(under, rule), has(without, rule)]).toEqual([true, false])
    expect([has(under, usual), has(without, usual)]).toEqual([false, true])
  })

  it('goes by the settings of the account that it is asked of', async () => {
    const emulator = await startTestEmulator()
    await control(emulator)
      .put('/joor/accounts/brand')
      .send({ token: 'b', settings: { overwrite_scope: 'account' } })
    expect(idsIn(await coverage(emulator, '?account=brand&of=joor'))).toContain('joor.overwrite.account')
    expect(idsIn(await coverage(emulator, '?of=joor'))).not.toContain('joor.overwrite.account')
  })

  it('has nothing to cover where nothing is judged', async () => {
    const emulator = await startTestEmulator({ settings: { contract: 'off' } })
    await bulk(emulator, items(row('1')))
    const found = await coverage(emulator)
    expect([found.percentage, found.rules.testable, callsOf(found)]).toEqual([null, 0, 1])
    expect((await get(emulator, '?format=markdown')).text).toContain('nothing to cover')
  })
})

describe('A fault', () => {
  const arm = (emulator: Emulator, fault: object) => control(emulator).put('/faults').send([{ fault }]).expect(200)

  it.each<[object]>([[{ kind: 'error', status: 503 }], [{ kind: 'before_commit' }]])(
    'in the place of the vendor makes no rule exercised: %j',
    async (fault) => {
      const emulator = await startTestEmulator()
      await arm(emulator, fault)
      await bulk(emulator, items(row('1', '5'))).catch(() => undefined)
      const found = await coverage(emulator)
      expect(found).toMatchObject(untouched)
      expect(metBy(found)).toEqual([{ kind: Object(fault).kind, calls: 1 }])
    },
  )

  it.each<[object]>([
    [{ kind: 'after_commit' }],
    [{ kind: 'reset' }],
    [{ kind: 'close' }],
    [{ kind: 'garble' }],
    [{ kind: 'empty' }],
    [{ kind: 'truncate' }],
    [{ kind: 'wrong_content_type' }],
    [{ kind: 'latency', ms: 1 }],
  ])('that only the reply met leaves the call decided: %j', async (fault) => {
    const emulator = await startTestEmulator()
    await arm(emulator, fault)
    await bulk(emulator, items(row('1'))).catch(() => undefined)
    const found = await coverage(emulator)
    expect(callsOf(found)).toBe(1)
    expect(countsOf(found, 'joor.reply.echo')).toEqual({ kept: 1, broken: 0 })
    expect(metBy(found)).toEqual([{ kind: Object(fault).kind, calls: 1 }])
  })

  it('that made items fail makes no rule about the reply exercised', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, { kind: 'partial', items: { index: [0] } })
    await bulk(emulator, items(row('1'), row('2')))
    const found = await coverage(emulator)
    expect(callsOf(found)).toBe(1)
    expect(found.exercised.filter(({ rule }) => rule.includes('.reply.'))).toEqual([])
    expect(gapOf(found, 'joor.reply.not_updated')).toBeDefined()
  })

  it('is counted by its kind beside a delay, and the kinds that nobody met are told', async () => {
    const emulator = await startTestEmulator()
    await control(emulator)
      .put('/faults')
      .send([{ fault: { kind: 'latency', ms: 1 } }, { fault: { kind: 'error', status: 503 } }])
    await bulk(emulator, items(row('1')))
    await bulk(emulator, items(row('1')))
    const found = await coverage(emulator)
    expect(metBy(found)).toEqual([
      { kind: 'error', calls: 2 },
      { kind: 'latency', calls: 2 },
    ])
    expect(found.faults).toHaveLength(12)
  })
})

describe('What is no client of the vendors', () => {
  it('counts nothing: the control plane, a repeated call, and a call that was broken off', async () => {
    const emulator = await startTestEmulator()
    const made = await control(emulator)
      .put('/joor/accounts/brand')
      .send({ token: 'b', positions: [row('1')], pending: [{ upc: '1', quantity: 1 }] })
    expect(made.status).toBe(201)
    await control(emulator).put('/jirafe/sites/shop').send({ token: 't' }).expect(201)
    await control(emulator).post('/joor/accounts/brand/fork').send({}).expect(201)
    await control(emulator).put('/seed').send({}).expect(200)
    const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1')
    const head = `POST /v2/bulk-inventory HTTP/1.1\r\nHost: h\r\nAuthorization: ${oauth2('c')}\r\n`
    socket.write(`${head}Content-Type: application/json\r\nContent-Length: 99\r\n\r\n{`, () => socket.destroy())
    await expect.poll(() => emulator.counts().hungUp, { timeout: 5_000 }).toBe(1)
    expect(await coverage(emulator)).toMatchObject(untouched)

    const { headers } = await bulk(emulator, items(row('1')))
    const before = await coverage(emulator)
    await control(emulator).post(`/requests/${headers['backstock-request-id']}/repeat`).expect(200)
    expect(emulator.counts().calls).toBe(3)
    expect(await coverage(emulator)).toEqual(before)
  })

  it.each([
    ['a header of the call itself', true],
    ['a call before it on the same connection', false],
  ])('counts nothing where it says so by %s, as verify does', async (_how, itself) => {
    const emulator = await startTestEmulator()
    const body = JSON.stringify(items(row('1', '5')))
    const told = 'Backstock-Verify: 1\r\n'
    const call = [
      ...(itself ? [] : [`GET /_backstock/version HTTP/1.1\r\nHost: h\r\n${told}\r\n`]),
      `POST /v2/bulk-inventory HTTP/1.1\r\nHost: h\r\nAuthorization: ${oauth2('c')}\r\nConnection: close\r\n`,
      `${itself ? told : ''}Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    ]
    const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1')
    socket.end(call.join('')).resume()
    await expect.poll(() => emulator.counts().calls, { timeout: 5_000 }).toBe(1)
    expect(await coverage(emulator)).toMatchObject(untouched)
    // Another connection is another client's.
    await bulk(emulator, items(row('1')))
    expect(callsOf(await coverage(emulator))).toBe(1)
  })
})

describe('The form of coverage', () => {
  async function siteChecks() {
    const emulator = await startTestEmulator()
    await supertest(emulator.url).get('/v2/shop/site_check').set('Authorization', 'Bearer t')
    await supertest(emulator.url)
      .post('/v2/shop/site_check?a=1')
      .set({ Authorization: 'Bearer t', 'Content-Type': 'application/json' })
      .send('{')
    await control(emulator)
      .put('/faults')
      .send([{ fault: { kind: 'error', status: 503 } }])
    await send(emulator, '/v2/shop/site_check', {})
    return emulator
  }
  const settled = (text: string, { url }: Emulator) => text.replaceAll(url, 'http://127.0.0.1:4350')

  it.each(['json', 'markdown'])('is fixed: %s', async (format) => {
    const emulator = await siteChecks()
    const { text, headers } = await get(emulator, `?of=jirafe.site_check&format=${format}`)
    expect(headers['content-type']).toBe(
      format === 'json' ? 'application/json; charset=utf-8' : 'text/markdown; charset=utf-8',
    )
    expect(settled(format === 'json' ? JSON.stringify(JSON.parse(text), null, 1) : text, emulator)).toMatchSnapshot()
  })

  it('is one HTML page', async () => {
    const { text, headers } = await get(await siteChecks(), '?format=html')
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(text).toMatch(/^<!doctype html>\n<html lang="en">/)
  })

  it.each([
    ['?format=xml', ['xml', 'json, markdown or html']],
    ['?of=joor.bulkinventory', ['joor.bulkinventory', 'did you mean "joor.bulk-inventory"?']],
    ['?of=joor.unknown', ['joor.unknown', 'known: joor, jirafe, ']],
    ['?of=', ['known: joor']],
    ['?evidence=rumoured', ['rumoured', 'documented, recorded, observed or assumed']],
    ['?account=a&site=b', ['account', 'site']],
    ['?format=json&format=json', ['format', 'twice']],
    ['?limit=3', ['limit']],
  ])('is refused: %s', async (query, told) => {
    const { status, headers, body } = await get(await startTestEmulator(), query)
    expect(status).toBe(400)
    expect(headers['content-type']).toContain('application/problem+json')
    for (const part of told) expect(body.detail).toContain(part)
  })
})

describe('What is kept of coverage', () => {
  const rule = allRules.find(({ id }) => id === 'joor.call.order')
  // Only what the fold looks at.
  const entry = { operation: 'joor.bulk-inventory', rules: [rule], broken: new Map(), fault: null, status: 200 }
  const committed = { entry: entry as unknown as Entry }

  it('is bounded by ten thousand accounts and sites; those that called longest ago are in the sum only', () => {
    const run = new CoverageRun()
    for (let n = 0; n <= 10_000; n++) run.add(`joor:${n}`, committed)
    expect(run.of('joor:0').operations.size).toBe(0)
    expect(run.of('joor:1').operations.size).toBe(1)
    expect(run.of('joor:10000').operations.size).toBe(1)
    expect(run.of(undefined).operations.get('joor.bulk-inventory')?.calls).toBe(10_001)
  })

  it('counts each call once, in however many orders calls come to rules, and whoever asks in between', () => {
    const run = new CoverageRun()
    const of = (scope?: 'joor:a' | 'joor:b') => run.of(scope).operations.get('joor.bulk-inventory')
    const expected = new Map<string, number>()
    // More lists than are told apart, each of two calls; every third list is asked about behind its first call.
    for (let n = 0; n < 250; n++) {
      const rules = allRules.slice(n % 100, (n % 100) + 3)
      const call = { entry: { ...entry, rules } as unknown as Entry }
      run.add('joor:a', call)
      if (n % 3 === 0) expect(of('joor:a')?.rules.size).toBeGreaterThan(0)
      run.add('joor:b', call)
      for (const { id } of rules) expected.set(id, (expected.get(id) ?? 0) + 1)
    }
    const kept = (scope?: 'joor:a' | 'joor:b') =>
      new Map([...(of(scope)?.rules ?? [])].map(([id, each]) => [id, each.kept]))
    expect(kept('joor:a')).toEqual(expected)
    expect(kept()).toEqual(new Map([...expected].map(([id, calls]) => [id, 2 * calls])))
    run.rename('joor:a', 'joor:b')
    expect(kept('joor:b')).toEqual(kept())
    expect([...(of('joor:b')?.rules.values() ?? [])].every(({ broken }) => broken === 0)).toBe(true)
  })
})
