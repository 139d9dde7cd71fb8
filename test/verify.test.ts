import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { stringify } from 'yaml'
import { startEmulator } from '../server/emulator.js'
import { allRules } from '../server/rule-list.js'
import { readCases, shippedCases } from '../server/verify/cases.js'
import { gradeOf, runHere, runThere } from '../server/verify/run.js'
import { defaultVariables } from '../server/verify/variables.js'
import { command } from './command.js'

/** Writes files of cases into a folder of their own. */
function folderOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'backstock-verify-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

interface Answer {
  readonly status: number
  /** Name and value in turn. */
  readonly headers: readonly string[]
  readonly text: string
  /** The connection ends after so many characters, although the whole length was promised. */
  readonly cutAt?: number
}

const logId = '1d4cb115-cb2c-4ee5-9f96-440a48e3ef04'

/** What a right server answers to each of the three cases, as the vendors' pages and recordings print it. */
const right = {
  json: {
    status: 200,
    headers: ['Content-Type', 'application/json'],
    text: `{"response":{"comment":"","code":"0","log_id":"${logId}"},"items_updated":[[{"warehouse":"New York","upc":"1","inventory":26}]],"items_not_updated":[[{"warehouse":"New York","upc":"2","inventory":"some"}]]}`,
  },
  xml: {
    status: 200,
    headers: ['Content-Type', 'application/xml'],
    text: `<bulk_inventory><response><code>0</code><comment /><log_id>${logId}</log_id></response><items_updated><inventory_item><warehouse>New York</warehouse><upc>1</upc><inventory>26</inventory></inventory_item></items_updated><items_not_updated /></bulk_inventory>`,
  },
  jirafe: {
    status: 400,
    headers: ['Content-Type', 'application/json'],
    text: '{\n  "error_type": "validation", \n  "errors": {\n    "product_code": "None is not of type \'string\'", \n    "timestamp": "None is not of type \'string\'"\n  }, \n  "success": false\n}',
  },
} satisfies Record<string, Answer>

type Name = keyof typeof right

const threeCases = stringify([
  {
    case: 'json',
    rules: ['joor.inventory.sets'],
    effect: 'safe',
    steps: [
      {
        call: 'POST /v2/bulk-inventory',
        json: {
          inventory_items: [
            { warehouse: 'New York', upc: '1', inventory: 26 },
            { warehouse: 'New York', upc: '2', inventory: 'some' },
          ],
        },
        reply: { status: 200, updated: [0] },
      },
    ],
  },
  {
    case: 'xml',
    rules: ['joor.inventory.sets'],
    effect: 'safe',
    steps: [
      {
        call: 'POST /v2/bulk-inventory',
        xml: '<inventory_items><inventory_item><warehouse>New York</warehouse><upc>1</upc><inventory>26</inventory></inventory_item></inventory_items>',
        reply: { status: 200, updated: [0] },
      },
    ],
  },
  {
    case: 'jirafe',
    rules: ['jirafe.event.schema'],
    breaks: ['jirafe.event.schema'],
    effect: 'safe',
    steps: [
      {
        call: 'POST /v2/shop/inventory',
        json: { timestamp: null, product_code: null, inventory_level: 1 },
        reply: {
          status: 400,
          errors: { timestamp: "None is not of type 'string'", product_code: "None is not of type 'string'" },
        },
      },
    ],
  },
])

/** A server that answers the three cases, with what was planted in place of the right answers. */
async function standIn(planted: Partial<Record<Name, Answer>>): Promise<string> {
  const answers: Record<Name, Answer> = { ...right, ...planted }
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const name = request.url?.startsWith('/v2/shop/')
      ? 'jirafe'
      : request.headers['content-type'] === 'application/xml'
        ? 'xml'
        : 'json'
    const { status, headers, text, cutAt } = answers[name]
    request.resume().on('end', () => {
      response.writeHead(status, [...headers, 'Content-Length', String(Buffer.byteLength(text))])
      if (cutAt === undefined) response.end(text)
      else response.write(text.slice(0, cutAt), () => response.destroy())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  // A server that listens on a port has an address of this form.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** What became of each of the three cases, and what was told of those that failed. */
async function verdicts(url: string) {
  const cases = await readCases(folderOf({ 'three.yaml': threeCases }), defaultVariables)
  const target = { url, joorToken: 'a', jirafeToken: 'b', jirafeSite: 'shop', allowDestructive: false }
  const outcomes = await Promise.all(cases.map((each) => runThere(each, target)))
  return {
    failed: outcomes.filter(({ verdict }) => verdict === 'failed').map((outcome) => outcome.case.case),
    passed: outcomes.filter(({ verdict }) => verdict === 'passed').map((outcome) => outcome.case.case),
    faults: outcomes.flatMap(({ faults }) => faults),
  }
}

describe('a reply of many bytes, or of bytes that are no text,', () => {
  const hash = (bytes: string) => createHash('sha256').update(bytes).digest('hex')
  const bytes = right.json.text
  it.each<[string, object, string | undefined]>([
    ['passes by its bytes', { base64: Buffer.from(bytes).toString('base64') }, undefined],
    ['passes by its hash', { sha256: hash(bytes) }, undefined],
    ['fails by one byte', { base64: Buffer.from(bytes.replace('26', '27')).toString('base64') }, 'the bytes are'],
    ['fails by a byte too few', { base64: Buffer.from(bytes.slice(0, -1)).toString('base64') }, 'the bytes are'],
    ['fails by no bytes', { base64: '' }, 'the bytes are'],
    ['fails by another hash', { sha256: hash(`${bytes} `) }, 'the SHA-256 of'],
  ])('%s', async (_what, reply, told) => {
    const [each] = await readCases(folderOf({ 'three.yaml': threeCases }), defaultVariables)
    const url = await standIn({})
    const steps = each?.steps.map((step) => ({ ...step, reply: { status: 200, ...reply } })) ?? []
    const target = { url, joorToken: 'a', allowDestructive: false }
    if (each === undefined) throw new Error('There is no case.')
    const { verdict, faults } = await runThere({ ...each, steps }, target)
    expect(verdict).toBe(told === undefined ? 'passed' : 'failed')
    expect(faults.join()).toContain(told ?? '')
    expect(faults).toHaveLength(told === undefined ? 0 : 1)
  })
})

const names: readonly Name[] = ['json', 'xml', 'jirafe']

/** A fault: in which answer, what it is, the change, and what of it is told beside the text that differs. */
type Planted = readonly [name: Name, what: string, change: (answer: Answer) => Answer, told: RegExp]

const text =
  (one: string, other: string) =>
  (answer: Answer): Answer => {
    expect(answer.text).toContain(one)
    return { ...answer, text: answer.text.replace(one, other) }
  }
const ending = (tail: string) => (answer: Answer) => ({ ...answer, text: answer.text + tail })
const headed =
  (...headers: readonly string[]) =>
  (answer: Answer) => ({ ...answer, headers })
const byText = /^step 1, .*: the text is\n/

const planted: readonly Planted[] = [
  ['json', 'a wrong status', (answer) => ({ ...answer, status: 201 }), /the status is 201, not 200/],
  ['xml', 'a wrong status', (answer) => ({ ...answer, status: 207 }), /the status is 207, not 200/],
  ['jirafe', 'a wrong status', (answer) => ({ ...answer, status: 422 }), /the status is 422, not 400/],
  ['json', 'a wrong header', headed('Content-Type', 'application/json; charset=utf-8'), /the header Content-Type is/],
  ['xml', 'a wrong header', headed('Content-Type', 'text/xml'), /the header Content-Type is text\/xml, not/],
  ['jirafe', 'a missing header', headed(), /the header Content-Type is missing, not application\/json/],
  [
    'json',
    'a header that comes twice',
    headed('Content-Type', 'application/json', 'content-type', 'text/html'),
    /the header Content-Type is application\/json, text\/html/,
  ],
  [
    'json',
    'another order of keys',
    text('"upc":"1","inventory":26', '"inventory":26,"upc":"1"'),
    /items_updated\[0\]\[0\] has warehouse, inventory, upc, not warehouse, upc, inventory/,
  ],
  [
    'json',
    'another order of keys in the envelope',
    text('"comment":"","code":"0"', '"code":"0","comment":""'),
    /response has code, comment, log_id, not comment, code, log_id/,
  ],
  [
    'xml',
    'another order of keys',
    text('<code>0</code><comment />', '<comment /><code>0</code>'),
    /"comment", not "code"/,
  ],
  [
    'jirafe',
    'another order of keys',
    (answer) => ({ ...answer, text: answer.text.replace(/("product.*'"), \n {4}("timestamp.*'")/, '$2, \n    $1') }),
    /errors has timestamp, product_code, not product_code, timestamp/,
  ],
  ['json', 'one type', text('26', '"26"'), /items_updated\[0\]\[0\]\.inventory is "26", not 26/],
  ['json', 'one type in the envelope', text('"code":"0"', '"code":0'), /response\.code is 0, not "0"/],
  ['jirafe', 'one type', text('false', '"false"'), /success is "false", not false/],
  ['json', 'a number written otherwise', text('26', '26.0'), byText],
  [
    'json',
    'one extra key',
    text('"inventory":26', '"inventory":26,"note":null'),
    /has warehouse, upc, inventory, note, not/,
  ],
  ['xml', 'one extra key', text('<comment />', '<comment /><at>0</at>'), /children has 4 elements, not 3/],
  ['jirafe', 'one extra key', text('"success"', '"at": 0, \n  "success"'), /has error_type, errors, at, success, not/],
  ['json', 'one missing key', text('"comment":"",', ''), /response has code, log_id, not comment, code, log_id/],
  ['xml', 'one missing key', text('<upc>1</upc>', ''), /has 2 elements, not 3/],
  ['jirafe', 'one missing key', text(', \n  "success": false', ''), /has error_type, errors, not/],
  ['xml', 'an attribute', text('<upc>', '<upc nil="false">'), /attributes has nil, not nothing/],
  ['xml', 'an empty element written at length', text('<comment />', '<comment></comment>'), byText],
  ['xml', 'an empty element without its blank', text('<comment />', '<comment/>'), byText],
  ['xml', 'a prolog', (answer) => ({ ...answer, text: `<?xml version="1.0"?>${answer.text}` }), byText],
  ['xml', 'a second root', ending('<bulk_inventory />'), byText],
  ['xml', 'a comment behind', ending('<!-- -->'), byText],
  ['json', 'a second root', ending('{}'), /the body cannot be read/],
  ['jirafe', 'a newline at the end', ending('\n'), byText],
  ['jirafe', 'a comma without its blank', text(', \n', ',\n'), byText],
  ['json', 'a blank', text(':[[', ': [['), byText],
  [
    'json',
    'an item in the wrong list',
    text('"items_not_updated":[[', '"items_not_updated":[[{"x":1},'),
    /has 2 elements, not 1/,
  ],
  [
    'json',
    'a list too few',
    text(
      '[[{"warehouse":"New York","upc":"1","inventory":26}]]',
      '[{"warehouse":"New York","upc":"1","inventory":26}]',
    ),
    /items_updated\[0\] is/,
  ],
  ['json', 'an upper-case log_id', text(logId, logId.toUpperCase()), /response\.log_id is "1D4C/],
  ['xml', 'a log_id of another version', text('-4ee5-', '-1ee5-'), /is "1d4cb115-cb2c-1ee5/],
  ['json', 'a log_id that goes on', text(logId, `${logId}0`), /response\.log_id is/],
  ...names.flatMap((name): Planted[] => [
    [
      name,
      'a reply cut short',
      (answer) => ({ ...answer, text: answer.text.slice(0, -10) }),
      /the body cannot be read/,
    ],
    [name, 'a connection cut inside the reply', (answer) => ({ ...answer, cutAt: 40 }), /aborted/],
    [name, 'a connection cut before the body', (answer) => ({ ...answer, cutAt: 0 }), /aborted|socket hang up/],
    [name, 'no body at all', (answer) => ({ ...answer, text: '' }), byText],
  ]),
]

describe('a server that is no emulator of ours', () => {
  it('passes the three cases where it answers rightly', async () => {
    expect(await verdicts(await standIn({}))).toEqual({ failed: [], passed: ['json', 'xml', 'jirafe'], faults: [] })
  })

  it.each(planted)('%s: %s fails this case and no other', async (name, _what, change, told) => {
    const answer = change(right[name])
    expect(answer).not.toEqual(right[name])
    const { failed, passed, faults } = await verdicts(await standIn({ [name]: answer }))
    expect(failed).toEqual([name])
    expect(passed).toEqual(names.filter((each) => each !== name))
    expect(faults.join('\n')).toMatch(told)
  })
})

const holding = `- case: a case that holds
  rules: [joor.inventory.sets, jirafe.reply.accepted, jirafe.call.query]
  breaks: [jirafe.call.query]
  effect: local
  given:
    account: { positions: [{ warehouse: New York, upc: "9", inventory: 1 }] }
    site: { levels: [{ timestamp: 2015-01-23, product_code: B, inventory_level: 1 }] }
  steps:
    - call: POST /v2/bulk-inventory
      json: { inventory_items: [{ warehouse: New York, upc: "1", inventory: 2 }] }
      reply: { status: 200, headers: { Allow: null }, updated: [0] }
    - call: POST /v2/{{site}}/product.cost
      json: { change_date: 2015-01-23, effective_date: 2015-01-01, sku_code: A, sku_cost: 1.5 }
      reply: { status: 200, body: "{\\n  \\"success\\": true\\n}" }
    - call: POST /v2/{{site}}/inventory?x=1
      json: '{"timestamp":"2015-01-23","product_code":"A","inventory_level":9007199254740992}'
      reply: { status: 200, body: "{\\n  \\"success\\": true\\n}" }
  then:
    positions: [{ sku: { upc: "1" }, available: 2 }, { sku: { upc: "9" }, available: 1 }]
    levels: [{ code: A, inventory_level: "9007199254740992" }, { code: B, inventory_level: 1 }]
    costs: [{ sku_code: A, year: "2015", sku_cost: 1.5 }]
    events: [{ type: inventory }, { type: product.cost, event: { change_date: 2015-01-23, effective_date: 2015-01-01, sku_code: A, sku_cost: 1.5 } }]
    requests: [{ status: 200, violations_total: 0 }, { status: 200, items: { updated: 1, not_updated: 0 } }, { status: 200, violations_total: 1 }]
`

async function outcomeOf(yaml: string) {
  const [each] = await readCases(folderOf({ 'mine.yaml': yaml }), defaultVariables)
  if (each === undefined) throw new Error('There is no case.')
  return runHere(each, 'examples', startEmulator)
}

describe('a case on an emulator of its own', () => {
  it('passes where all of it holds, each time', async () => {
    for (const _time of [1, 2]) expect(await outcomeOf(holding)).toMatchObject({ verdict: 'passed', faults: [] })
  })

  it.each([
    ['a position too few', '{ sku: { upc: "1" }, available: 2 }, ', '', 'positions are'],
    ['a position too many', '{ sku: { upc: "9" }, available: 1 }', '$&, { available: 1 }', 'positions are'],
    ['positions in another order', /(positions: \[)({ sku.*}), ({ sku.*})\]/, '$1$3, $2]', 'positions are'],
    ['a wrong quantity', 'available: 2', 'available: 3', '"available":2'],
    ['a quantity of another type', 'available: 2', 'available: "2"', '"available":2'],
    ['a member that is not there', 'available: 2', 'availible: 2', 'positions are'],
    ['a member that is null', 'available: 2', 'pending: null', 'positions are'],
    ['no position', /positions: \[{ sku.*/, 'positions: []', 'positions are'],
    ['no level', /levels: \[{ code.*/, 'levels: []', 'levels are'],
    ['a level that is one off beyond 2^53', '"9007199254740992"', '"9007199254740993"', 'levels are'],
    ['a level that was left alone', 'code: B, inventory_level: 1', 'code: B, inventory_level: 2', 'levels are'],
    ['no cost', /costs: \[{ sku_code.*/, 'costs: []', 'costs are'],
    ['a cost too many', /costs: \[({.*})\]/, 'costs: [$1, $1]', 'costs are'],
    ['another cost', '"2015", sku_cost: 1.5', '"2015", sku_cost: 1.6', 'costs are'],
    ['a cost of another year', 'year: "2015"', 'year: "2016"', 'costs are'],
    ['a year that is no text', 'year: "2015"', 'year: 2015', 'costs are'],
    ['no event', /events: \[{ type.*/, 'events: []', 'events are'],
    ['an event too few', '{ type: inventory }, ', '', 'events are'],
    ['an event too many', '{ type: inventory }, ', '{ type: inventory }, { type: inventory }, ', 'events are'],
    ['events in another order', /events: \[({ type: inventory }), (.*)\]/, 'events: [$2, $1]', 'events are'],
    ['an event of another type', 'type: inventory', 'type: heartbeat', 'events are'],
    ['an event with another value deep inside', 'sku_cost: 1.5 } }', 'sku_cost: 1.6 } }', 'events are'],
    ['an event with a field too few', ', sku_cost: 1.5 } }', ' } }', 'events are'],
    ['a request too few', '{ status: 200, violations_total: 0 }, ', '', 'requests are'],
    ['requests in another order', 'violations_total: 0', 'violations_total: 1', 'requests are'],
    ['a rule that is not met', 'jirafe.reply.accepted', 'jirafe.call.put', 'the rule jirafe.call.put was not met'],
    ['a breach that does not happen', 'breaks: [', 'breaks: [jirafe.call.method, ', 'jirafe.call.method'],
    ['a breach that is not named', 'breaks: [jirafe.call.query]', 'breaks: []', 'jirafe.call.query'],
    ['breaches that are left out', /.*breaks:.*\n/, '', 'broken beside what the case says: jirafe.call.query'],
    ['a header that should not be there', 'Allow: null', 'Content-Type: null', 'is application/json, not missing'],
    ['a header that is missing', 'Allow: null', 'Allow: GET', 'Allow is missing, not GET'],
    ['an item that is expected to be refused', 'updated: [0]', 'updated: []', 'items_not_updated has 0 elements'],
    ['another text', 'true\\n', 'true', 'the text is'],
    ['what is given in a wrong way', '{ positions: [{ w', '{ stock: [{ w', 'what is given was refused'],
  ])('fails with %s', async (_what, wanted, instead, told) => {
    const yaml = holding.replace(wanted, instead)
    expect(yaml).not.toBe(holding)
    const { verdict, faults } = await outcomeOf(yaml)
    expect(verdict).toBe('failed')
    expect(faults.join('\n')).toContain(told)
  })

  it('has the grade of the weakest evidence among its rules', () => {
    const grades = (...rules: string[]) => gradeOf({ file: '', case: '', effect: 'local', steps: [], rules })
    expect(grades('jirafe.call.post')).toBe('documented')
    expect(grades('jirafe.call.post', 'jirafe.reply.layout')).toBe('recorded')
    expect(grades('jirafe.call.put', 'jirafe.reply.layout')).toBe('observed')
    expect(grades('jirafe.call.put', 'jirafe.call.query', 'jirafe.call.post')).toBe('assumed')
  })
})

const one = (fields = '', reply = '{ status: 200 }') => `- case: one
  rules: [jirafe.call.post]
  effect: local${fields}
  steps:
    - call: POST /v2/{{site}}/inventory
      json: {}
      reply: ${reply}
`

describe('a file of cases', () => {
  it.each([
    ['no YAML', '- case: "one', 1, 13, 'Missing closing'],
    ['no list', 'case: one\n', 1, 1, 'must be a list'],
    ['no case in it', '[]\n', 1, 1, ''],
    ['an unknown field', one('\n  effekt: local'), 4, 3, 'did you mean "effect"?'],
    [
      'a field that is missing',
      '- case: one\n  effect: local\n  steps: [{ call: GET / }]\n',
      1,
      3,
      '"rules" is missing',
    ],
    ['an unknown effect', one().replace('local', 'harmless'), 3, 11, 'must be safe, destructive or local'],
    ['an unknown rule', one().replace('call.post', 'call.posst'), 2, 11, 'did you mean "jirafe.call.post"?'],
    ['a breach of a rule that nobody can break', one('\n  breaks: [jirafe.call.post]'), 4, 12, 'no client can break'],
    ['an unknown setting', one('\n  given: { settings: { latest: arrival } }'), 4, 24, 'unknown setting'],
    [
      'an unknown value of a setting',
      one('\n  given: { settings: { latest_by: time } }'),
      4,
      35,
      'must be arrival or timestamp',
    ],
    ['a clock that is none', one('\n  given: { clock: noon }'), 4, 19, 'must be an instant'],
    ['nothing in then', one('\n  then: {}'), 4, 9, ''],
    ['a row that says nothing', one('\n  then: { levels: [{}] }'), 4, 20, ''],
    ['a cost that says nothing', one('\n  then: { costs: [{}] }'), 4, 19, ''],
    ['an event that says nothing', one('\n  then: { events: [{}] }'), 4, 20, ''],
    ['a hash that is none', one('', '{ status: 200, sha256: abc }'), 7, 37, 'must be'],
    ['bytes and a text', one('', '{ status: 200, base64: "", body: "" }'), 7, 14, 'told in one way'],
    [
      'bytes and their hash',
      one('', `{ status: 200, base64: "", sha256: ${'0'.repeat(64)} }`),
      7,
      14,
      'told in one way',
    ],
    ['an unknown variable', one().replace('{{site}}', '{{sight}}'), 5, 13, 'there is no variable sight'],
    [
      'a variable named like what every object has',
      one().replace('{{site}}', '{{constructor}}'),
      5,
      13,
      'no variable constructor',
    ],
    ['uuid where nothing is matched', one().replace('{{site}}', '{{uuid}}'), 5, 13, 'there is no variable uuid'],
    ['a call that is none', one().replace('POST /', 'POST '), 5, 13, 'must be'],
    [
      'two bodies',
      one().replace('json: {}', 'json: {}\n      xml: <a/>'),
      5,
      7,
      'a call has one body, not json and xml',
    ],
    ['a reply without a status', one('', '{ body: "" }'), 7, 14, '"status" is missing'],
    [
      'a reply that is told twice',
      one('', '{ status: 200, body: "{}", error_type: unknown }'),
      7,
      14,
      'told in one way',
    ],
    ['an empty comment, which any reply has in it', one('', '{ status: 200, comment: "" }'), 7, 38, 'must be'],
    ['updated where no items are', one('', '{ status: 200, updated: [0] }'), 7, 38, 'give it as body'],
    [
      'an index beyond the items',
      one('', '{ status: 200, updated: [1] }').replace('json: {}', 'json: { inventory_items: [{}] }'),
      7,
      38,
      'has no item 1',
    ],
    [
      'a JSON text that is not echoed as JSON.stringify writes it',
      one('', '{ status: 200, updated: [0] }').replace('{}', `'{"inventory_items": [{"inventory": 1.0}]}'`),
      7,
      38,
      'give it as body',
    ],
    ['the name of another case', one() + one(), 8, 9, 'another case of this file has the same name'],
    [
      'a safe case with overwrite',
      one().replace('local', 'safe').replace('{{site}}/inventory', 'bulk-inventory?over%77rite=1'),
      3,
      11,
      'it is not safe',
    ],
    [
      'a safe case with made_to_order',
      one()
        .replace('local', 'safe')
        .replace('{{site}}/inventory', 'bulk-inventory')
        .replace('{}', String.raw`'{"made\u005fto_order":true}'`),
      3,
      11,
      'it is not safe',
    ],
    [
      'a safe case whose body nobody can read',
      one()
        .replace('local', 'safe')
        .replace('{{site}}/inventory', 'bulk-inventory')
        .replace('json: {}', 'headers: { Content-Encoding: gzip }\n      base64: AAAA'),
      3,
      11,
      'it is not safe',
    ],
  ])('with %s is refused with file, line and column', async (_what, yaml, line, column, told) => {
    const folder = folderOf({ 'mine.yaml': yaml })
    const { code, printed, complained } = await command('verify', '--cases', folder)
    expect(complained).toContain(`${join(folder, 'mine.yaml')}:${line}:${column}: `)
    expect(complained).toContain(told)
    expect(complained).not.toContain('    at ')
    expect(code).toBe(2)
    expect(printed).toEqual([])
  })

  it('is told of all its faults at once', async () => {
    const yaml = one().replace('call.post', 'call.posst').replace('{{site}}', '{{sight}}')
    const { complained } = await command('verify', '--cases', folderOf({ 'mine.yml': yaml }))
    expect(complained.split('\n')).toHaveLength(2)
  })

  it.each([
    ['is not there', () => join(folderOf({}), 'nowhere'), 'there is no such folder'],
    ['has no cases', () => folderOf({ 'readme.md': '' }), 'has no cases'],
  ])('whose folder %s is refused', async (_what, folder, told) => {
    const { code, printed, complained } = await command('verify', '--cases', folder())
    expect(complained).toContain(told)
    expect(code).toBe(2)
    expect(printed).toEqual([])
  })
})

describe('a variable', () => {
  const filled = async (yaml: string, variables: Readonly<Record<string, string | number>>) => {
    const [each] = await readCases(folderOf({ 'mine.yaml': yaml }), { ...defaultVariables, ...variables })
    return each?.steps[0]
  }
  const step = (body: string) => one('', 'null').replace('      reply: null\n', '').replace('json: {}', body)

  it('is written as its place asks', async () => {
    const odd = 'A & "B" <C>/é'
    expect((await filled(step('json: {}'), { site: odd }))?.call).toBe(`POST /v2/${encodeURIComponent(odd)}/inventory`)
    expect((await filled(step('xml: <a>{{upc}}</a>'), { upc: odd }))?.xml).toBe('<a>A &amp; "B" &lt;C&gt;/é</a>')
    expect((await filled(step(`json: '{"a":"{{upc}}"}'`), { upc: odd }))?.json).toBe(JSON.stringify({ a: odd }))
    expect((await filled(step('json: { a: "{{upc}}" }'), { upc: odd }))?.json).toEqual({ a: odd })
  })

  it('that is a number stays one in a JSON value, and is its digits in a text', async () => {
    expect((await filled(step('json: { a: "{{style_id}}", b: "x{{style_id}}" }'), {}))?.json).toEqual({
      a: 707901,
      b: 'x707901',
    })
    expect((await filled(step('xml: <a>{{style_id}}</a>'), {}))?.xml).toBe('<a>707901</a>')
  })
})

describe('backstock verify', () => {
  it("runs every shipped case with its grade, for other warehouses, SKUs and sites, and a team's own beside them, and says why one fails", async () => {
    const own = folderOf({
      'good.yaml': one('\n  breaks: [jirafe.event.schema]', '{ status: 400 }').replace('{{site}}', '{{own_site}}'),
      'bad.json': JSON.stringify([
        {
          case: 'bad',
          rules: ['jirafe.call.type'],
          effect: 'local',
          steps: [{ call: 'GET /', reply: { status: 200 } }],
        },
      ]),
    })
    const vars = folderOf({
      'vars.yaml': stringify({
        ...Object.fromEntries(
          Object.entries(defaultVariables).map(([name, value]) => [
            name,
            typeof value === 'number' ? value + 1 : `é & "${name}" <x>`,
          ]),
        ),
        warehouse: 'Lager A & "B"',
        other_warehouse: "Zoë's <1>",
        site: 'shop one/é',
        own_site: 'x y',
      }),
    })
    const cases = await readCases(shippedCases, defaultVariables)
    const { code, printed, complained } = await command('verify', '--cases', own, '--vars', join(vars, 'vars.yaml'))
    expect(complained).toBe('')
    expect(printed).toEqual([
      ...cases.map((each) => `ok      ${gradeOf(each).padEnd(11)}${each.file}: ${each.case}`),
      'FAILED  documented bad: bad',
      '        step 1, GET /: the status is 404, not 200',
      '        the rule jirafe.call.type was not met',
      'ok      documented good: one',
      `${cases.length + 1} passed, 1 failed`,
    ])
    expect(code).toBe(1)
    expect(cases.length).toBeGreaterThan(50)
  }, 120_000)

  it.each([
    ['warehous: Basel\n', 1, 1, 'did you mean "warehouse"?'],
    ['warehouse: [Basel]\n', 1, 12, 'must be text'],
    ['upc: ""\n', 1, 6, 'must be text'],
    ['upc: "1"\nuuid: x\n', 2, 7, 'uuid is no variable'],
  ])('refuses variables such as %j with file, line and column', async (yaml, line, column, told) => {
    const file = join(folderOf({ 'vars.yaml': yaml }), 'vars.yaml')
    const { code, printed, complained } = await command('verify', '--vars', file)
    expect(complained).toContain(`${file}:${line}:${column}: `)
    expect(complained).toContain(told)
    expect(code).toBe(2)
    expect(printed).toEqual([])
  })
})

describe('backstock rules', () => {
  it('prints one line for each rule: its id, evidence, consequence and sentence', async () => {
    const { code, printed, complained } = await command('rules')
    expect(printed.map((line) => line.split(/ {2,}/))).toEqual(
      allRules.map(({ id, evidence, breach, says }) => [id, evidence, breach, says]),
    )
    expect(new Set(printed.map((line) => line.search(/documented|recorded|observed|assumed/))).size).toBe(1)
    expect(complained).toBe('')
    expect(code).toBe(0)
  })

  it('prints as JSON what a running emulator answers to GET rules', async () => {
    const { code, printed } = await command('rules', '--json')
    const emulator = await startEmulator({ port: 0 })
    onTestFinished(() => emulator.close())
    const reply = await fetch(`${emulator.url}/_backstock/rules`)
    const told: unknown = JSON.parse(printed.join('\n'))
    expect(told).toEqual(await reply.json())
    expect(told).toMatchObject({ rules: allRules.map(({ id, source }) => ({ rule: id, source })) })
    expect(code).toBe(0)
  })
})
