import { describe, expect, it } from 'vitest'
import { Conduct } from '../server/conduct/conduct.js'
import { type KnownFields, KnownTypes } from '../server/conduct/known-types.js'
import { type ConductOption, conductNames, conducts, isLimit, limitsOf } from '../server/conduct/limits.js'
import { conductRules } from '../server/conduct/rules.js'
import { Levels } from '../server/levels.js'
import { allRules } from '../server/rule-list.js'
import type { Said, Statement } from '../server/said.js'
import { Sent, sentNothing } from '../server/sent.js'
import type { Partition } from '../server/state/store.js'
import { Shop, type Told } from './conduct.js'
import { entry } from './journal-entries.js'

const row = (upc: string, inventory: number | string = 5) => ({ warehouse: 'New York', upc, inventory })
const off = { '*.conduct.*': 'off' } as const

/** Breaks three rules by calls, and two by what does not come. */
async function misbehave(shop: Shop, token = 'a-token') {
  await shop.send([row('a'), row('b')], { token })
  await shop.send([row('a')], { token, query: '?overwrite=1&key=a-token' })
  await shop.send([row('a', '5')], { token })
  await shop.send([row('c', 'many')], { token })
  await shop.arm({ kind: 'after_commit' })
  await shop.send([row('d', '6')], { token })
}
const misbehaved = ['lost_reply', 'partial_overwrite', 'refused_items', 'same_level', 'token_in_url', 'types_change']
const rulesOf = (told: readonly { rule: string }[]) => [
  ...new Set(told.map(({ rule }) => rule.replace('joor.conduct.', ''))),
]

describe('Conduct', () => {
  it('is told with the call that shows it, its place, and what would be right', async () => {
    const shop = await Shop.open()
    await shop.send([row('a'), row('b')])
    const first = await shop.lastId()
    await shop.send([row('a')], { query: '?overwrite=1' })
    const second = await shop.lastId()
    expect(await shop.told('')).toEqual([
      {
        rule: 'joor.conduct.partial_overwrite',
        statement: 'An overwrite wipes no position that another call of the same run has set.',
        evidence: 'assumed',
        source: expect.stringContaining('our reading'),
        level: 'warn',
        at: { path: 'query.overwrite' },
        seen: `1 position wiped that request ${first} had set: New York, IMMEDIATE, upc b`,
        right: expect.stringContaining('without overwrite'),
        request: second,
      },
    ])
    expect((await shop.ask(`requests/${second}`)).violations).toEqual(await shop.told(''))
  })

  it.each([
    ['goes on', undefined, ['same_level']],
    ['is asked about', ['GET', 'joor/accounts/shop'], ['same_level']],
    ['gets other pending orders', ['PUT', 'joor/accounts/shop/pending', []], ['same_level']],
    ['is reset', ['POST', 'reset?account=shop'], []],
    ['is reset with all others', ['POST', 'reset'], []],
    ['is declared anew', ['PUT', 'joor/accounts/shop', { token: 'a-token' }], []],
    ['is loaded by a seed', ['PUT', 'seed', { joor: { accounts: { shop: { token: 'a-token' } } } }], []],
    ['goes back to a snapshot', ['POST', 'snapshots/begin/restore?account=shop'], []],
    ['loses its calls', ['DELETE', 'requests?account=shop'], []],
    ['sees another one be reset', ['POST', 'reset?account=other'], ['same_level']],
  ] as const)('is of one run: the account %s', async (_, between, rules) => {
    const seed = { joor: { accounts: { shop: { token: 'a-token' }, other: { token: 'another' } } } }
    const shop = await Shop.open('json', { seed })
    await shop.ask('snapshots/begin?account=shop', { method: 'PUT' })
    for (let n = 0; n < 3; n++) {
      expect(await shop.send([row('a')])).toBe(200)
      const [method, path, body] = between ?? []
      if (method !== undefined) await shop.ask(path, { method, ...(body && { body: JSON.stringify(body) }) })
    }
    expect(rulesOf(await shop.told())).toEqual(rules)
  })

  it('shows in no reply and in no header, and refuses nothing under enforce', async () => {
    const shop = await Shop.open('json', { settings: { contract: 'enforce' } })
    const statuses = []
    for (let n = 0; n < 5; n++) statuses.push(await shop.send([row('a')]))
    expect(statuses).toEqual([200, 200, 200, 200, 200])
    expect(rulesOf(await shop.told())).toEqual(['same_level'])
    const { reply } = await shop.ask(`requests/${await shop.lastId()}`)
    expect(reply.headers['Backstock-Violations']).toBeUndefined()
  })

  it.each([
    ['that wants no judgement', { settings: { contract: 'off' } }],
    ['whose levels are off', { levels: off }],
    ['where only what is documented counts', { evidence: 'documented' }],
  ] as const)('is not told of a client %s', async (what, options) => {
    const shop = await Shop.open('json', options)
    await misbehave(shop)
    expect(rulesOf(await shop.told())).toEqual(what.includes('documented') ? ['types_change'] : [])
  })

  it('is told of the others where one rule is off', async () => {
    const shop = await Shop.open('json', { conduct: { same_level: '2/60' }, levels: { '*.refused_items': 'off' } })
    await misbehave(shop)
    expect(rulesOf(await shop.told()).sort()).toEqual(misbehaved.filter((name) => name !== 'refused_items'))
  })

  it('is an error where its level says so', async () => {
    const shop = await Shop.open('json', { levels: { 'joor.conduct.types_change': 'error' } })
    await shop.send([row('a', 1)])
    await shop.send([row('a', '2')])
    expect(await shop.told()).toMatchObject([{ rule: 'joor.conduct.types_change', level: 'error' }])
  })

  it('is judged for each account by itself', async () => {
    const shop = await Shop.open('json', { conduct: { same_level: '2/60' } })
    await shop.ask('joor/accounts/one', { method: 'PUT', body: JSON.stringify({ token: 'a-token' }) })
    await shop.ask('joor/accounts/other', { method: 'PUT', body: JSON.stringify({ token: 'another' }) })
    await misbehave(shop)
    await shop.send([row('a')], { token: 'another' })
    expect(rulesOf(await shop.told('?run=ended&account=one')).sort()).toEqual(misbehaved)
    expect(await shop.told('?run=ended&account=other')).toEqual([])
  })

  it('begins anew where the journal of the account is emptied', async () => {
    const shop = await Shop.open('json', { conduct: { same_level: '2/60' } })
    await shop.ask('joor/accounts/one', { method: 'PUT', body: JSON.stringify({ token: 'a-token' }) })
    await shop.ask('joor/accounts/other', { method: 'PUT', body: JSON.stringify({ token: 'another' }) })
    await misbehave(shop, 'another')
    await misbehave(shop)
    await shop.ask('requests?account=one', { method: 'DELETE' })
    expect(await shop.told('?run=ended&account=one')).toEqual([])
    await shop.send([row('a')], { query: '?overwrite=1' })
    expect(await shop.told('?run=ended&account=one')).toEqual([])
    expect(rulesOf(await shop.told('?run=ended&account=other')).length).toBeGreaterThan(3)
    // The report of the whole run has it all the same.
    const { broken } = shop.emulator.report()
    expect(broken.find(({ rule }) => rule.id === 'joor.conduct.lost_reply')?.count).toBe(2)
  })

  it('of an account that gets a name is over, and is in the report of the whole run', async () => {
    const shop = await Shop.open()
    await shop.arm({ kind: 'after_commit' })
    await shop.send([row('a')])
    await shop.ask('joor/accounts/one', { method: 'PUT', body: JSON.stringify({ token: 'a-token' }) })
    expect(await shop.told()).toEqual([])
    expect(shop.emulator.report().broken.map(({ rule }) => rule.id)).toEqual(['joor.conduct.lost_reply'])
  })

  it('is not that of a call which the control plane sends once more', async () => {
    const shop = await Shop.open('json', { conduct: { same_level: '2/60' } })
    await shop.send([row('a')])
    await shop.ask(`requests/${await shop.lastId()}/repeat`, { method: 'POST' })
    expect(await shop.told()).toEqual([])
    await shop.send([row('a')])
    expect(rulesOf(await shop.told())).toEqual(['same_level'])
  })

  it('outlives the journal', async () => {
    const shop = await Shop.open('json', { journal: { entries: 1 } })
    await shop.arm({ kind: 'after_commit' })
    await shop.send([row('a')])
    await shop.send([row('b')])
    expect(await shop.told()).toMatchObject([
      { rule: 'joor.conduct.lost_reply', seen: expect.stringContaining('upc a') },
    ])
  })

  it('is told once, as what the time is over for and once more as the run ends', async () => {
    const shop = await Shop.open()
    await shop.arm({ kind: 'after_commit' })
    await shop.send([row('a')])
    shop.wait(600)
    await shop.send([row('b')])
    expect(rulesOf(await shop.told(''))).toEqual(['lost_reply'])
    for (const query of ['', '?run=ended']) expect(await shop.told(query)).toHaveLength(1)
    const countsOf = () => shop.emulator.report().broken.map(({ count }) => count)
    expect(countsOf()).toEqual([1])
    await shop.ask('requests', { method: 'DELETE' })
    expect(countsOf()).toEqual([1])
  })

  it('shows a token nowhere, whatever is called as it', async () => {
    const token = 'my-secret-token'
    const shop = await Shop.open('json', { conduct: { same_level: '2/60' } })
    const named = (inventory: number, warehouse = token) => ({ warehouse, upc: token, inventory })
    await shop.send([named(1), named(1, 'W')], { token })
    await shop.send([named(1)], { token, query: `?overwrite=1&${token}=${token}` })
    await shop.arm({ kind: 'after_commit' })
    await shop.send([named(2)], { token })
    await shop.send([named(3)], { token })
    await shop.arm({ kind: 'partial', items: { index: [0] } })
    await shop.send([named(4)], { token })
    const told = await shop.told()
    expect(rulesOf(told).sort()).toEqual(['refused_items', 'retry_payload', 'same_level', 'token_in_url'])
    expect(JSON.stringify(told)).not.toContain(token)
    expect(JSON.stringify(told)).toContain('«token»')
    const shown = await shop.ask(`requests/${await shop.lastId()}`)
    expect(JSON.stringify(shown)).not.toContain(token)
  })

  it('shows a token nowhere that is the name of a field or of a parameter', async () => {
    const token = 'my-secret-token'
    const shop = await Shop.open()
    const typed = (value: unknown) => ({ code: 'a', inventory_level: '1', [token]: value })
    await shop.report(typed(1), { token })
    await shop.report(typed('1'), { token })
    const encoded = Buffer.from(token).toString('base64')
    await shop.report(typed('1'), { token, path: `/v2/site/inventory?${encoded}=${token}` })
    const told = await shop.told('')
    expect(told.map(({ rule }) => rule)).toEqual(['jirafe.conduct.types_change', 'jirafe.conduct.token_in_url'])
    expect(told.map(({ at }) => at)).toEqual([{ pointer: '/«token»' }, { path: 'query.«token»' }])
    for (const secret of [token, encoded]) expect(JSON.stringify(told)).not.toContain(secret)
  })

  it('shows a place by its start, however long its name is', async () => {
    const shop = await Shop.open()
    await shop.send([row('a')], { query: `?${'x'.repeat(5_000)}=a-token` })
    const [{ at }] = (await shop.told()) as [Told]
    expect(at).toEqual({ path: expect.stringMatching(/^query\.x+…$/) })
    expect(String(at.path).length).toBeLessThan(300)
  })

  it('counts in the budget of the journal', async () => {
    const changing = async (shop: Shop) => {
      const fields = (value: unknown) => Object.fromEntries(Array.from({ length: 90 }, (_, n) => [`field_${n}`, value]))
      for (let n = 0; n < 20; n++)
        await shop.report({ code: 'a', inventory_level: '1', ...fields(n % 2 === 0 ? 1 : '1') })
      return (await shop.ask('requests')).requests.length
    }
    const journal = { bytes: 500_000, bodyBytes: 0 }
    expect(await changing(await Shop.open('json', { journal, levels: off }))).toBe(20)
    expect(await changing(await Shop.open('json', { journal }))).toBeLessThan(20)
  })

  it('reads texts of the wire as texts, whatever they are', async () => {
    const shop = await Shop.open('json', { conduct: { same_level: '2/60' } })
    for (const upc of ['__proto__', 'constructor', `\ud800${'x'.repeat(1_000)}`])
      for (let n = 0; n < 2; n++) await shop.send([{ ...row(upc), warehouse: '__proto__' }])
    const told = await shop.told()
    expect(told).toHaveLength(3)
    for (const { seen } of told) expect(seen.length).toBeLessThan(600)
  })

  it('tells of single calls once for a window, and again for the next', async () => {
    const shop = await Shop.open('json', { conduct: { single_calls: '3/60' } })
    const singles = async (count: number) => {
      for (let n = 0; n < count; n++) await shop.send([row(`${Math.random()}`)])
      return (await shop.told()).length
    }
    expect([await singles(3), await singles(7)]).toEqual([1, 1])
    shop.wait(59.999)
    expect(await singles(2)).toBe(1)
    shop.wait(0.001)
    expect([await singles(2), await singles(1), await singles(5)]).toEqual([1, 2, 2])
  })
})

describe('A huge call', () => {
  const many = (count: number, more = 0) => Array.from({ length: count }, (_, n) => row(`upc-${n}`, n + more))

  it('is told apart from its retry by one statement for all behind the first thousand', async () => {
    const shop = await Shop.open()
    await shop.arm({ kind: 'after_commit' })
    await shop.send(many(3_000))
    expect(await shop.told()).toMatchObject([{ seen: expect.stringContaining('1001 statements never came again') }])
    await shop.send(many(3_000), { form: 'xml' })
    expect(await shop.told()).toEqual([])
    await shop.arm({ kind: 'after_commit' })
    await shop.send(many(3_000))
    await shop.send([...many(2_999), row('upc-2999', 7)])
    expect(await shop.told()).toMatchObject([{ seen: expect.stringContaining('2000 more from') }])
  })
})

const said = (...keys: string[]): Said => ({
  items: keys.length,
  statements: keys.map((key, index): Statement => {
    return { index, key, sku: key, value: '1', stamp: undefined, digest: false, at: { pointer: `/${index}` } }
  }),
  overwrite: false,
  types: [],
})
const head = {
  method: 'POST',
  target: '/',
  segments: [],
  sentTarget: new Sent('/'),
  sentHeaders: new Sent({}),
  authorization: sentNothing,
  repeatedSlashes: false,
  badEscape: false,
  query: [],
  headers: {},
}

describe('Calls of several workers behind a 429', () => {
  const replied = {
    headers: { 'Retry-After': '30' },
    body: { text: '', bytes: 0, cut: false },
    fate: { taken: true },
  }

  /** The calls that are told of, each of the item and at the millisecond of the stopwatch that are given. */
  const early = (...calls: readonly (readonly [item: string, began: number])[]) => earlyBy({}, ...calls)

  function earlyBy(limits: ConductOption, ...calls: readonly (readonly [item: string, began: number])[]) {
    const later = (task: () => void) => task()
    const conduct = new Conduct({ levels: new Levels(), limits: limitsOf(limits), clock: () => new Date(0), later })
    return calls.flatMap(([item, began], behind) => {
      const refused = entry({ name: 'one', status: 429, refusal: 'too many calls', reply: replied, ms: 0 })
      const heard = {
        head,
        said: said(item),
        behind,
        line: { opened: 0 },
        began,
        secrets: [],
        ofToken: [],
        tainted: false,
      }
      conduct.add('joor:one', { entry: refused, heard })
      return refused.conduct.map(({ rule }) => `${rule.id} ${item} ${began}`)
    })
  }

  it('were under way, and could not know of it', () => {
    expect(early(['a', 0], ['b', 1], ['c', 40], ['d', 99])).toEqual([])
  })

  it('are too early where they say the same again, or come later than one can be under way', () => {
    expect(early(['a', 0], ['a', 1])).toEqual(['joor.conduct.retry_after a 1'])
    expect(early(['a', 0], ['b', 100])).toEqual(['joor.conduct.retry_after b 100'])
    expect(early(['a', 0], ['b', 40], ['c', 80], ['d', 120])).toEqual(['joor.conduct.retry_after d 120'])
  })

  it('are counted also where each of them is answered 429', () => {
    const limits = { retry_after: '2/3600' } as const
    expect(earlyBy(limits, ['a', 0], ['a', 1])).toEqual([])
    expect(earlyBy(limits, ['a', 0], ['a', 1], ['a', 2])).toEqual(['joor.conduct.retry_after a 2'])
  })
})

describe('The memory', () => {
  const listen = (most?: number) => {
    const parts = { levels: new Levels(), limits: limitsOf(), clock: () => new Date(0), later: setImmediate }
    const conduct = new Conduct(most === undefined ? parts : { ...parts, most })
    let count = 0
    const hear = (scope: Partition, ...keys: string[]) => {
      // No reply was sent, so each call is one whose reply was lost.
      const lost = entry({ id: `call-${count++}`, name: scope.slice(5), status: null })
      const heard = {
        head,
        said: said(...keys),
        behind: count - 1,
        line: { opened: 0 },
        began: 0,
        secrets: [],
        ofToken: [],
        tainted: false,
      }
      conduct.add(scope, { entry: lost, heard })
    }
    return { conduct, hear, open: (scope?: Partition) => [...conduct.open(scope, true)] }
  }

  it('of many accounts is bounded: those go that called longest ago', () => {
    const { conduct, hear, open } = listen(10_000)
    for (let n = 0; n < 10_000; n++) hear(`joor:${n}`, 'a', 'b')
    expect(conduct.size).toBeLessThanOrEqual(10_000)
    expect(open('joor:0')).toEqual([])
    expect(open('joor:9999')).toHaveLength(1)
    expect(open().length).toBeGreaterThan(100)
  })

  it('of one account is bounded: the oldest calls go', () => {
    const { conduct, hear, open } = listen()
    for (let n = 0; n < 300; n++) hear('joor:one', ...Array.from({ length: 500 }, (_, key) => `${n} ${key}`))
    expect(conduct.size).toBeLessThanOrEqual(21_000)
    const requests = open('joor:one').map(({ request }) => request)
    expect(requests).toContain('call-299')
    expect(requests).not.toContain('call-0')
  })

  it('is empty again when it is cleared, whatever was remembered', () => {
    const { conduct, hear } = listen()
    for (let n = 0; n < 100; n++) hear(`joor:${n % 7}`, 'a', `${n}`)
    conduct.rename('joor:1')
    conduct.replaced('joor:3')
    conduct.clear('joor:4')
    expect(conduct.size).toBeGreaterThan(0)
    conduct.clear(undefined)
    expect(conduct.size).toBe(0)
  })
})

describe('What calls show', () => {
  /** Calls that say the same level of a position, each with secrets of its own; what is told of each. */
  const told = (key: string, ...secrets: readonly string[][]) => {
    const later = (task: () => void) => task()
    const limits = limitsOf({ same_level: '1/600' })
    const conduct = new Conduct({ levels: new Levels(), limits, clock: () => new Date(0), later })
    return secrets.map((each, behind) => {
      const outcomes = [{ index: 0, outcome: 'updated', reason: null, rule: null, position: null } as const]
      const committed = entry({ id: `call-${behind}`, name: 'one', outcomes })
      const line = { opened: 0 }
      const heard = { head, said: said(key), behind, line, began: 0, secrets: each, ofToken: [], tainted: false }
      conduct.add('joor:one', { entry: committed, heard })
      return committed.conduct
    })
  }

  it('is kept once where it is told again in the same words', () => {
    const [first, second, third] = told('a-key', ['a-token'], ['a-token'], ['another']).flat()
    expect(first?.seen).toContain('a-key')
    expect(second).toBe(first)
    expect(third).toBe(first)
  })

  it('is told anew where a word of it is a secret of the later call', () => {
    const [first, second, third] = told('a-key', ['a-token'], ['a-key'], ['a-token']).flat()
    expect(first?.seen).toContain('a-key')
    expect(second?.seen).not.toContain('a-key')
    expect(third?.seen).toBe(first?.seen)
  })

  it('is told of each call by a list of its own', () => {
    const [first, second] = told('a-key', [], [])
    expect(first).toHaveLength(1)
    expect(second).toHaveLength(1)
    expect(second).not.toBe(first)
  })
})

describe('The types that are known', () => {
  const field = (kind: string, name: string, type = 'string') => ({ kind, name, type, at: () => ({ pointer: '' }) })
  const many = (count: number, from = 0) => Array.from({ length: count }, (_, n) => field('order', `field ${from + n}`))
  const has = ({ kinds }: KnownFields, kind: string, name: string) => kinds.get(kind)?.has(name) === true

  it('are those of the last call that had the field, with all that it had', () => {
    const known = new KnownTypes()
    const of = known.of('operation')
    const typesOf = (name: string) => of.kinds.get('order')?.get(name)
    known.note(of, [field('order', 'a'), field('order', 'b')], 1, 'first')
    known.note(of, [field('order', 'a', 'number'), field('order', 'a', 'list')], 2, 'second')
    expect(typesOf('a')).toMatchObject({ types: ['number', 'list'], at: 2, id: 'second' })
    expect(typesOf('b')).toMatchObject({ types: ['string'], at: 1, id: 'first' })
    known.note(of, [field('order', 'a', 'list')], 3, 'third')
    expect(typesOf('a')).toMatchObject({ types: ['list'], at: 3, id: 'third' })
    expect(known.size).toBe(2)
  })

  it('are of five hundred fields of all operations: those go that no call had for longest', () => {
    const known = new KnownTypes()
    const [one, other] = [known.of('one'), known.of('other')]
    known.note(one, [field('cart', 'id'), ...many(300)], 1, 'first')
    known.note(other, many(199), 2, 'second')
    expect(known.size).toBe(500)
    known.note(one, many(2), 3, 'third')
    known.note(other, many(2, 199), 4, 'fourth')
    expect(known.size).toBe(500)
    // With its last field a kind goes as well, of which a client may make up any number.
    expect(one.kinds.has('cart')).toBe(false)
    expect(['field 0', 'field 1', 'field 2', 'field 3'].map((name) => has(one, 'order', name))).toEqual([
      true,
      true,
      false,
      true,
    ])
    expect(has(other, 'order', 'field 0')).toBe(true)
    expect(has(other, 'order', 'field 200')).toBe(true)
  })
})

describe('The limits', () => {
  it('are one for each rule of conduct', () => {
    const ofNames = conductNames.flatMap((name) =>
      [conductRules.joor[name], conductRules.jirafe[name]].flatMap((rule) => (rule === undefined ? [] : [rule.id])),
    )
    const ofBooks = allRules.filter(({ breach }) => breach === 'conduct').map(({ id }) => id)
    expect(ofNames.sort()).toEqual(ofBooks.sort())
    for (const { usual } of Object.values(conducts)) expect(isLimit(usual)).toBe(true)
  })

  it.each(['0/60', '60', '1/0', '10000/1', '1/1000000', ' 1/1', '1/1 ', '-1/1', 20])('are never %j', (limit) => {
    expect(isLimit(limit)).toBe(false)
  })

  it.each([
    ['an unknown name', { single_call: '1/1' }, 'The conduct single_call is not known. Known are partial_overwrite, '],
    ['another form', { single_calls: '20' }, 'The conduct single_calls is "20". Right is COUNT/SECONDS such as 20/60.'],
  ])('are refused where the library is given %s', async (_what, conduct, told) => {
    // What the types forbid is what JavaScript lets in.
    await expect(Shop.open('json', { conduct: conduct as ConductOption })).rejects.toThrow(told)
  })
})
