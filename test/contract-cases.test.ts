// biome-ignore-all lint/suspicious/noThenProperty: a case tells under "then" what stands afterwards; it is no promise.

import { describe, expect, inject, it } from 'vitest'
import type { Rule } from '../contracts/rules/book.js'
import { allRules } from '../server/rule-list.js'
import { singleSkuOf } from '../server/verify/case.js'
import { type Case, defaultVariables, readCases, shippedCases } from '../server/verify/cases.js'
import { runHere } from '../server/verify/run.js'
import { startTestEmulator } from './emulator.js'
import { ofEach } from './proof.js'

/** What several calls show together is no case, for a case is one call with its state: test/conduct-*.test.ts proves it. */
const rules: readonly Rule[] = allRules.filter(({ breach }) => breach !== 'conduct')
const cases = await readCases(shippedCases, defaultVariables)
const site = String(defaultVariables.site)

/** Rules that no case proves. */
function unproved(book: readonly Rule[], proving: readonly Pick<Case, 'rules'>[]): readonly string[] {
  const named = new Set(proving.flatMap((each) => each.rules))
  return book.map(({ id }) => id).filter((id) => !named.has(id))
}

/** Rules that a client can break and that no case breaks while it proves them. */
function unbroken(book: readonly Rule[], proving: readonly Pick<Case, 'rules' | 'breaks'>[]): readonly string[] {
  const broken = new Set(proving.flatMap((each) => (each.breaks ?? []).filter((id) => each.rules.includes(id))))
  return book.filter(({ breach }) => breach !== 'decides').flatMap(({ id }) => (broken.has(id) ? [] : [id]))
}

/** Rules about what is stored, and what of `then` shows it. */
const states = [
  [/^joor\.(?:inventory|made_to_order|overwrite|pending|query|warehouse|date|sku|single)\./, 'positions'],
  [/^jirafe\.inventory\./, 'levels'],
  [/^jirafe\.cost\./, 'costs'],
  [/^jirafe\.tracker\.post$/, 'events'],
] as const

/** Cases about what is stored that do not say what stands afterwards. */
function withoutState(proving: readonly Pick<Case, 'case' | 'rules' | 'then'>[]): readonly string[] {
  return states.flatMap(([about, shown]) =>
    proving
      .filter((each) => each.rules.some((id) => about.test(id)) && each.then?.[shown] === undefined)
      .map((each) => each.case),
  )
}

/** Calls whose reply a case does not judge beyond its status and headers, and that change something. */
function unjudged(proving: readonly Case[]): readonly string[] {
  return proving.flatMap((each) =>
    each.steps
      .filter(({ reply }) => {
        if (reply === undefined) return true
        const { body, base64, sha256, updated, comment, errors, error_type, message } = reply
        return [body, base64, sha256, updated, comment, errors, error_type, message].every((told) => told === undefined)
      })
      .map(({ call }) => `${each.file}: ${each.case}: ${call}`),
  )
}

/** Variables whose values can be told from anything that a case names itself. */
const marked = Object.fromEntries(Object.keys(defaultVariables).map((name) => [name, `marked-${name}`]))

/** Warehouses and SKUs that cases for any server name otherwise than by the marked variables. */
function literals(proving: readonly Case[]): readonly string[] {
  const naming =
    /"(?:warehouse|upc|style_[a-z_]+|color_code|size)":"?([^",}]*)|<(?:warehouse|upc|style_[a-z_]+|color_code|size)>([^<]*)/g
  return proving
    .filter(({ effect, file }) => effect !== 'local' && /^(?:joor|clients)\//.test(file))
    .flatMap(({ steps }) => steps.map(textOf))
    .flatMap((text) => [...text.replaceAll('": "', '":"').matchAll(naming)].map(([, one, other]) => one ?? other ?? ''))
    .filter((value) => !value.trim().startsWith('marked-'))
}

/** What names a step's SKUs: its body, or what its path and query say, written as a body would. */
function textOf(step: Case['steps'][number]): string {
  const single = singleSkuOf(step)
  if (single !== undefined) return JSON.stringify(Object.fromEntries(single))
  const { json, xml } = step
  return xml ?? (typeof json === 'string' ? json : JSON.stringify(json ?? {}))
}

function repeated(texts: readonly string[]): readonly string[] {
  return texts.filter((text, index) => texts.indexOf(text) !== index)
}

/** What a case is about, and which tables it says something of. */
const kindOf = ({ file, then = {} }: Case) => `${file} ${Object.keys(then).sort()}`

describe('The contract cases', () => {
  it('prove every rule of both books', () => {
    expect(unproved(rules, cases)).toEqual([])
  })

  it('break every rule that a client can break', () => {
    expect(unbroken(rules, cases)).toEqual([])
  })

  it('of what is stored say what stands afterwards', () => {
    expect(withoutState(cases)).toEqual([])
  })

  it('judge the body of every reply', () => {
    expect(unjudged(cases)).toEqual([])
  })

  it('have names of their own', () => {
    expect(repeated(cases.map((each) => `${each.file}: ${each.case}`))).toEqual([])
  })

  it('that may be sent to a sandbox take nothing for granted', () => {
    const sent = cases.filter(({ effect }) => effect !== 'local')
    expect(sent.length).toBeGreaterThan(10)
    expect(sent.filter(({ given }) => given !== undefined).map((each) => each.case)).toEqual([])
  })

  it('that may be sent to a sandbox name its warehouses and SKUs by variables', async () => {
    expect(literals(await readCases(shippedCases, marked))).toEqual([])
  })

  // Memory runs them all. What a database may hold otherwise shows in the first of each operation and what it comes to.
  const held = inject('store') === 'postgres' ? ofEach('contract-cases on PostgreSQL', cases, kindOf) : cases
  it.each(held.map((each) => [`${each.file}: ${each.case}`, each] as const))('hold: %s', async (_name, each) => {
    const { verdict, faults } = await runHere(each, site, startTestEmulator)
    expect(faults).toEqual([])
    expect(verdict).toBe('passed')
  })
})

describe('A planted fault', () => {
  const call = 'POST /v2/bulk-inventory'
  const right: Case = {
    file: 'planted',
    case: 'a quantity that is no integer is not updated',
    rules: ['joor.inventory.integer', 'joor.reply.not_updated'],
    breaks: ['joor.inventory.integer'],
    effect: 'local',
    given: { account: { positions: [{ warehouse: 'New York', upc: '1', inventory: 10 }] } },
    steps: [
      {
        call,
        json: {
          inventory_items: [
            { warehouse: 'New York', upc: '1', inventory: 'few' },
            { warehouse: 'New York', upc: '2', inventory: 2 },
          ],
        },
        reply: { status: 200, headers: { 'Backstock-Violations': '1' }, updated: [1] },
      },
    ],
    then: {
      positions: [
        { warehouse: 'New York', sku: { upc: '1' }, available: 10 },
        { warehouse: 'New York', sku: { upc: '2' }, available: 2 },
      ],
      requests: [{ status: 200, items: { updated: 1, not_updated: 1 }, violations_total: 1 }],
    },
  }
  const [step] = right.steps
  const withReply = (reply: object): Partial<Case> => ({ steps: [{ call, ...step, reply: { status: 200, ...reply } }] })
  const withPositions = (...positions: { [name: string]: unknown }[]): Partial<Case> => ({ then: { positions } })
  const [first = {}, second = {}] = right.then?.positions ?? []

  it('is none in a right case', async () => {
    expect((await runHere(right, site, startTestEmulator)).faults).toEqual([])
  })

  it.each<[string, Partial<Case>, string]>([
    ['a rule that is not met', { rules: ['joor.overwrite.marks'] }, 'the rule joor.overwrite.marks was not met'],
    ['a breach that is not told', { breaks: [] }, 'broken beside what the case says: joor.inventory.integer'],
    [
      'a breach that does not happen',
      { breaks: ['joor.inventory.integer', 'joor.date.real'] },
      'not broken, although the case says so: joor.date.real',
    ],
    ['another status', withReply({ status: 400, updated: [1] }), 'the status is 200, not 400'],
    ['another header', withReply({ headers: { 'Backstock-Violations': null }, updated: [1] }), 'Backstock-Violations'],
    ['an item that was not updated', withReply({ updated: [0, 1] }), 'the text is'],
    ['an item that was updated', withReply({ updated: [] }), 'the text is'],
    ['a refusal that does not happen', withReply({ comment: 'few' }), 'the text is'],
    ['another quantity', withPositions(first, { ...second, available: 3 }), 'positions are'],
    ['another SKU', withPositions(first, { ...second, sku: { upc: '3' } }), 'positions are'],
    ['a position that is not there', withPositions(first, second, second), 'positions are'],
    ['a position too few', withPositions(second), 'positions are'],
    ['positions in another order', withPositions(second, first), 'positions are'],
    ['no positions', withPositions(), 'positions are'],
    ['another journal', { then: { requests: [{ violations_total: 2 }] } }, 'requests are'],
    ['a request that was not made', { then: { requests: [{}, {}] } }, 'requests are'],
    [
      'given rows that mean nothing',
      { given: { account: { positions: [{ inventory: 1 }] } } },
      'what is given was refused',
    ],
  ])('fails its case: %s', async (_what, fault, told) => {
    const { verdict, faults } = await runHere({ ...right, ...fault }, site, startTestEmulator)
    expect(verdict).toBe('failed')
    expect(faults.join('\n')).toContain(told)
  })

  const planted: Rule = {
    id: 'joor.date.made_up',
    number: 0,
    says: 'A date is written in some way or other.',
    evidence: 'documented',
    source: 'a page of the vendor',
    breach: 'report item',
  }

  it('is found: a rule that no case names', () => {
    expect(unproved([...rules, planted], cases)).toContain('joor.date.made_up')
    expect(unproved([...rules, planted], [...cases, { rules: ['joor.date.made_up'] }])).not.toContain(
      'joor.date.made_up',
    )
  })

  it('is found: a rule that no case breaks, or only one that is about another rule', () => {
    const kept = { rules: ['joor.date.made_up'], breaks: [] }
    const beside = { rules: ['joor.date.real'], breaks: ['joor.date.made_up'] }
    const broken = { rules: ['joor.date.made_up'], breaks: ['joor.date.made_up'] }
    expect(unbroken([planted], [...cases, kept, beside])).toEqual(['joor.date.made_up'])
    expect(unbroken([planted], [...cases, broken])).toEqual([])
    expect(unbroken([{ ...planted, breach: 'decides' }], cases)).toEqual([])
  })

  it('is found: a case about state that says nothing of it, and a reply that is not judged', () => {
    const careless = { ...right, then: { requests: [{}] }, steps: [{ call, reply: { status: 200 } }] }
    expect(withoutState([right, careless])).toEqual([careless.case])
    const costly = { ...careless, rules: ['jirafe.cost.year'], then: { levels: [] } }
    expect(withoutState([costly, { ...costly, then: { costs: [] } }])).toEqual([costly.case])
    const tracked = { ...careless, rules: ['jirafe.tracker.post'], then: { costs: [] } }
    expect(withoutState([tracked, { ...tracked, then: { events: [] } }])).toEqual([tracked.case])
    expect(unjudged([right, careless])).toEqual([`planted: ${careless.case}: ${call}`])
    expect(unjudged([{ ...right, steps: [{ call }] }])).toHaveLength(1)
  })

  it.each([
    { json: { inventory_items: [{ warehouse: 'marked-warehouse', upc: '1', inventory: 2 }] } },
    { json: '{"inventory_items":[{"warehouse": "1","upc":"marked-upc","inventory":2}]}' },
    { xml: '<inventory_items><inventory_item><style_id>1</style_id></inventory_item></inventory_items>' },
  ])('is found: a SKU or warehouse of our own in a case for any server: %j', (body) => {
    const careless: Case = { ...right, file: 'joor/planted', effect: 'safe', steps: [{ call, ...body }] }
    expect(literals([careless])).toEqual(['1'])
    expect(literals([{ ...careless, effect: 'local' }])).toEqual([])
  })

  it('is found: a SKU or warehouse of our own in path and query of a case for any server', () => {
    const path = '/v2/style-number/marked-style_number/marked-style_identifier/inventory'
    for (const call of [
      `PUT ${path.replace('marked-style_number', '1')}?upc=marked-upc`,
      `PUT ${path}?upc=1&inventory=3`,
      `PUT ${path}?color_code=marked-color_code&size=1`,
      `PUT ${path}?upc=marked-upc&warehouse=1`,
    ])
      expect(literals([{ ...right, file: 'joor/planted', effect: 'safe', steps: [{ call }] }])).toEqual(['1'])
  })

  it('is found: the bulk envelope where the single-SKU call has its own', async () => {
    const call = 'PUT /v2/style-number/SN/SI/inventory?upc=%zz'
    const refused = (reply: object): Case => ({
      ...right,
      rules: ['joor.single.escapes'],
      breaks: ['joor.single.escapes'],
      steps: [{ call, reply: { status: 400, ...reply } }],
      then: {},
    })
    const wrong =
      '{"response":{"comment":"{{text}}","code":"1","log_id":"{{uuid}}"},"items_updated":[],"items_not_updated":[]}'
    expect((await runHere(refused({ comment: 'escape' }), site, startTestEmulator)).faults).toEqual([])
    for (const reply of [{ body: wrong }, { comment: 'colour' }])
      expect((await runHere(refused(reply), site, startTestEmulator)).verdict).toBe('failed')
    const bulk: Case = {
      ...refused({ comment: 'escape' }),
      steps: [
        {
          call: 'GET /v2/bulk-inventory',
          reply: {
            status: 405,
            body: '{"response":{"comment":"{{text}}","code":"1","log_id":"{{uuid}}"},"sku_count":0,"inventory_log":[]}',
          },
        },
      ],
    }
    expect((await runHere(bulk, site, startTestEmulator)).verdict).toBe('failed')
  })

  it('is found: a name that two cases have', () => {
    expect(repeated(['a', 'b', 'a'])).toEqual(['a'])
  })
})
