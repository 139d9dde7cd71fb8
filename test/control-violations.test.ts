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
    expect(await list(emulator)).toEqual({ violations: [], next: null, rules: [] })
    await bulk(emulator, items(row('1')))
    const first = await bulk(emulator, items(row('1', '5'), row('2', 'many')))
    const second = await bulk(emulator, items(row('3', '6')))
    const ids = [first, second].map(({ headers }) => headers['backstock-request-id'])
    const details = await Promise.all(
      ids.map(async (id) => (await supertest(emulator.url).get(`/_backstock/requests/${id}`)).body.violations),
    )
    expect(details.map((violations) => violations.length)).toEqual([2, 1])
    expect(await list(emulator)).toMatchObject({ violations: details.flat(), next: null })
    expect((await get(emulator)).text).toBe((await get(emulator, '?format=json')).text)
    expect((await get(emulator, '?run=ended')).text).toBe((await get(emulator)).text)
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

  it('is that of one rule where it is named, in its sum and its pages too', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(row('1', '1.5'), row('2', 'many')), { query: '?overwrite=3' })
    await bulk(emulator, items(row('1', 'few')))
    const rule = 'joor.inventory.integer'
    const { violations, rules } = await list(emulator, `?rule=${rule}`)
    expect(violations.map((each: Told) => each.rule)).toEqual([rule, rule, rule])
    expect(rules).toMatchObject([{ rule, count: 3, calls: 2 }])
    expect((await list(emulator)).violations.length).toBeGreaterThan(3)
    const first = await list(emulator, `?rule=${rule}&limit=2`)
    const rest = await list(emulator, `?rule=${rule}&limit=2&cursor=${first.next}`)
    expect([...first.violations, ...rest.violations]).toEqual(violations)
    expect(rest.next).toBeNull()
    expect(await list(emulator, '?rule=joor.date.forms')).toEqual({ violations: [], next: null, rules: [] })
    const wrong = await get(emulator, '?rule=joor.date.form')
    expect(wrong.status).toBe(400)
    expect(wrong.body.detail).toContain('rule is joor.date.form, which is no rule; did you mean "joor.date.forms"?')
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

  it('goes by evidence where that is asked for', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(row('1', '5'), row('2', 'many')))
    const evidence = async (query: string) => {
      const { violations, rules } = await list(emulator, query)
      const of = (told: readonly { evidence: string }[]) => [...new Set(told.map((each) => each.evidence))].sort()
      return [of(violations), of(rules)]
    }
    const all = ['assumed', 'documented']
    expect(await evidence('')).toEqual([all, all])
    expect(await evidence('?evidence=assumed')).toEqual([all, all])
    for (const least of ['documented', 'observed'])
      expect(await evidence(`?evidence=${least}`)).toEqual([['documented'], ['documented']])
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
    ['?format=sarf', ['format is sarf', 'json, junit, sarif, github or markdown']],
    ['?format=', ['format', 'json']],
    ['?format=toString', ['format is toString']],
    ['?format=sarif&limit=5', ['limit']],
    ['?format=junit&cursor=WzEsMl0', ['cursor']],
    ['?evidence=proven', ['evidence is proven', 'documented, recorded, observed or assumed']],
    ['?run=over', ['run is over', 'ended']],
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

describe('The sum of each rule', () => {
  const integer = 'joor.inventory.integer'
  const text = 'joor.item.integer_type'
  interface Sum {
    readonly rule: string
    readonly count: number
    readonly calls: number
    readonly requests: readonly string[]
  }
  const sums = async (emulator: Emulator, query = '') =>
    (await list(emulator, query)).rules.map(({ rule, count, calls }: Sum) => [rule, count, calls])

  it('has the worst first: errors, then the most frequent', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(row('1', '1'), row('2', '2'), row('3', 'many')))
    await bulk(emulator, items(row('1', -1), row('2', '2')))
    expect(await sums(emulator)).toEqual([
      [integer, 1, 1],
      [text, 3, 2],
      ['joor.inventory.negative', 1, 1],
    ])
  })

  it('says what it rests on, what was seen first and what would be right', async () => {
    const emulator = await startTestEmulator()
    const { headers } = await bulk(emulator, items(row('1', 'many'), row('2', 'few')))
    const { violations, rules } = await list(emulator)
    const { request, ...first } = violations[0]
    expect(rules).toEqual([{ ...first, count: 2, calls: 1, requests: [request] }])
    expect(request).toBe(headers['backstock-request-id'])
  })

  it('outlives the journal’s ring, counts places beyond the kept ones, and names the first twenty calls', async () => {
    const emulator = await startTestEmulator({ journal: { entries: 1 } })
    const ids: string[] = []
    for (let n = 0; n < 22; n++) {
      const reply = await bulk(emulator, items(...Array.from({ length: 30 }, () => row('1', 'many'))))
      ids.push(String(reply.headers['backstock-request-id']))
    }
    const { violations, rules } = await list(emulator)
    expect(violations).toHaveLength(20)
    expect(rules).toMatchObject([{ rule: integer, count: 660, calls: 22, requests: ids.slice(0, 20) }])
  })

  it('is emptied with the journal, for one account or for all, and not by a reset', async () => {
    const emulator = await startTestEmulator({ levels: {} })
    await supertest(emulator.url).put('/_backstock/joor/accounts/shop').send({ token: 'a-token' })
    await bulk(emulator, items(row('1', 'many')))
    await bulk(emulator, items(row('1', 'many')), { token: 'another' })
    expect(await sums(emulator)).toEqual([[integer, 2, 2]])
    expect(await sums(emulator, '?account=shop')).toEqual([[integer, 1, 1]])
    expect(await sums(emulator, '?site=shop')).toEqual([])
    await supertest(emulator.url).delete('/_backstock/requests?account=shop')
    expect(await sums(emulator, '?account=shop')).toEqual([])
    expect(await sums(emulator)).toEqual([[integer, 1, 1]])
    await supertest(emulator.url).post('/_backstock/reset')
    expect(await sums(emulator)).toEqual([[integer, 1, 1]])
    await supertest(emulator.url).delete('/_backstock/requests')
    expect(await sums(emulator)).toEqual([])
    // What a whole run broke is not forgotten so; what nobody sent again is known once it is over.
    expect(emulator.report().broken.map(({ rule, count, calls }) => [rule.id, count, calls])).toEqual([
      [integer, 2, 2],
      ['joor.conduct.refused_items', 2, 2],
    ])
  })

  it('leaves out what the control plane sent again, which no client did', async () => {
    const emulator = await startTestEmulator()
    const { headers } = await bulk(emulator, items(row('1', 'many')))
    await supertest(emulator.url).post(`/_backstock/requests/${headers['backstock-request-id']}/repeat`)
    expect(seenIn(await list(emulator))).toHaveLength(1)
    expect(await sums(emulator)).toEqual([[integer, 1, 1]])
  })

  it('has the levels that are set, and nothing of a rule that is off', async () => {
    const emulator = await startTestEmulator({ levels: { [text]: 'error', [integer]: 'off' } })
    await bulk(emulator, items(row('1', '1'), row('3', 'many')))
    expect((await list(emulator)).rules).toMatchObject([{ rule: text, level: 'error' }])
    const { text: junit } = await reportOf(emulator, 'format=junit')
    expect(junit).toContain(`name="${text}"`)
    // It was broken without a word, so it must not pass either.
    expect(junit).not.toContain(integer)
  })
})

describe('Reports of other formats', () => {
  it.each([
    ['junit', 'application/xml; charset=utf-8', /^<\?xml .*<failure message="many/s],
    ['sarif', 'application/sarif+json; charset=utf-8', /"ruleId": "joor\.inventory\.integer"/],
    ['github', 'text/plain; charset=utf-8', /^::error title=joor\.inventory\.integer::many\. /],
    ['markdown', 'text/markdown; charset=utf-8', /^\*\*1 rule broken\*\* \(1 error and 0 warnings\), \d+ rules kept\./],
  ])('%s has its own type, and the scope and the evidence that are asked for', async (format, type, told) => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(row('1', 'many')))
    const report = await reportOf(emulator, `format=${format}`)
    expect([report.status, report.type]).toEqual([200, type])
    expect(report.text).toMatch(told)
    for (const query of ['site=shop', 'account=nobody']) {
      const other = await reportOf(emulator, `format=${format}&${query}`)
      expect([other.status, other.text.includes('many')]).toEqual([200, false])
    }
    const documented = await reportOf(emulator, `format=${format}&evidence=documented`)
    expect(documented.text).toMatch(told)
  })

  it('shows no token', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(row('1', 'sesame-7')), { token: 'sesame-7' })
    for (const format of ['json', 'junit', 'sarif', 'github', 'markdown']) {
      const { text } = await reportOf(emulator, `format=${format}`)
      expect(text).toContain('«token»')
      expect(text).not.toContain('sesame-7')
    }
  })
})

/** A report as it was sent. */
async function reportOf(emulator: Emulator, query: string) {
  const reply = await fetch(`${emulator.url}/_backstock/violations?${query}`)
  return { status: reply.status, type: reply.headers.get('content-type'), text: await reply.text() }
}
