import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import { type Exercises, readExercises } from '../server/coverage/exercises.js'
import type { Emulator, Seed } from '../server/emulator.js'
import { allRules } from '../server/rule-list.js'
import { bulk, items, oauth2, startTestEmulator } from './emulator.js'

const breakable: ReadonlySet<string> = new Set(
  allRules.filter(({ breach }) => breach !== 'decides' && breach !== 'conduct').map(({ id }) => id),
)

/** Rules that no call of the contract cases keeps: whatever comes to them breaks them. */
function neverKept(table: Exercises['rules']): readonly string[] {
  const ways = (id: string) => Object.values(table[id] ?? {}).flat()
  return Object.keys(table).filter((id) => breakable.has(id) && ways(id).every(({ breaks = false }) => breaks))
}

describe('A rule that calls can break', () => {
  const { rules: table } = readExercises()

  it('is kept by a call of the contract cases', () => {
    expect(neverKept(table)).toEqual([])
  })

  it('would be found if it were noted only where it is broken', () => {
    const broken = { case: 'joor/date: a day that does not exist is refused', call: 0, breaks: true as const }
    const kept = { case: 'joor/date: both spellings', call: 0 }
    const planted = (...ways: Exercises['rules'][string][string]) => ({
      ...table,
      'joor.date.real': { 'joor.bulk-inventory': ways },
    })
    expect(neverKept(planted(broken))).toContain('joor.date.real')
    expect(neverKept(planted(broken, kept))).not.toContain('joor.date.real')
    expect(neverKept({ ...table, 'joor.call.order': { 'joor.bulk-inventory': [broken] } })).not.toContain(
      'joor.call.order',
    )
  })
})

const sizes = [{ size: 'S', upc: '1' }, { size: 'M' }]
const colors = [{ color_code: 'RED', style_color_id: '71', sizes }]
const seed: Seed = {
  joor: {
    accounts: {
      listed: {
        token: 'listed',
        warehouses: ['New York', 'LA'],
        styles: [{ style_number: 'SN', style_identifier: 'SI', style_id: '7', colors }],
        pending: [{ warehouse: 'New York', upc: '1', quantity: 4 }],
      },
    },
  },
}

const xml = (...fields: object[]) => {
  const written = fields.map((item) =>
    Object.entries(item)
      .map(([name, value]) => `<${name}>${value}</${name}>`)
      .join(''),
  )
  return `<inventory_items>${written.map((item) => `<inventory_item>${item}</inventory_item>`).join('')}</inventory_items>`
}

const inNewYork = (fields: object) => ({ warehouse: 'New York', ...fields })
const stock = [
  inNewYork({ upc: '1', inventory: 20 }),
  inNewYork({ inventory_date: '2024-05-01', style_identifier: 'SI', color_code: 'RED', size: 'M', inventory: 5 }),
]
const bySku = inNewYork({ inventory_date: 'IMMEDIATE', style_number: 'SN', style_identifier: 'SI', color_code: 'RED' })

/** What a connector's suite sends that does everything right: in JSON and in XML, for stock, orders and single SKUs. */
async function sendAll(emulator: Emulator) {
  const token = 'listed'
  const inXml = { token, type: 'application/xml' }
  const replies = [
    await bulk(emulator, items(...stock), { token }),
    await bulk(emulator, xml(...stock), inXml),
    await bulk(emulator, items(...stock), { token, query: '?overwrite=1' }),
    await bulk(emulator, xml(...stock), { ...inXml, query: '?overwrite=1&dec_pending=1' }),
    await bulk(emulator, items(...stock), { token, query: '?dec_pending=1' }),
    await bulk(emulator, items({ ...bySku, size: 'S', inventory: 3 }), { token }),
    await bulk(emulator, items(inNewYork({ style_id: 7, style_color_id: 71, size: 'S', inventory: 3 })), { token }),
    await bulk(emulator, items({ ...bySku, size: 'M', made_to_order: true }), { token }),
    await bulk(emulator, items({ ...bySku, size: 'M', inventory: 2, made_to_order: 'false' }), { token }),
    await bulk(emulator, items(...stock), { token, query: '?return_format=xml' }),
    await supertest(emulator.url)
      .put('/v2/style-number/SN/SI/inventory?color_code=RED&size=M&inventory=4&warehouse=New%20York')
      .set('Authorization', oauth2(token)),
    await supertest(emulator.url)
      .put('/v2/style-number/SN/SI/inventory?upc=1&inventory=4&inventory_date=2024-05-01&dec_pending=1')
      .set('Authorization', oauth2(token)),
  ]
  return replies.map(({ status }) => status)
}

describe('A suite of calls that break nothing', () => {
  it('comes to a high coverage of its operations: every check that it passed counts as kept', async () => {
    const emulator = await startTestEmulator({ seed })
    expect(new Set(await sendAll(emulator))).toEqual(new Set([200]))
    const { rules, operations, percentage, exercised, gaps } = await emulator.coverage()
    expect(operations.map(({ operation }) => operation)).toEqual(['joor.bulk-inventory', 'joor.style-inventory'])
    expect(exercised.filter(({ broken }) => broken > 0)).toEqual([])
    expect(rules.kept).toBe(rules.exercised)
    expect({ percentage, ...rules, open: gaps.map(({ rule }) => rule) }).toMatchSnapshot()
    expect(percentage).toBeGreaterThanOrEqual(60)
  })

  it('comes to no rule about what it did not send', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(inNewYork({ upc: '1', inventory: 2 })))
    const { exercised } = await emulator.coverage()
    const ids = exercised.map(({ rule }) => rule)
    expect(ids).toContain('joor.item.repeated_json')
    for (const about of [
      /^joor\.xml\./,
      /^joor\.date\.(?!absent)/,
      /^joor\.style\./,
      /^joor\.made_to_order\./,
      /^joor\.overwrite\./,
      /^joor\.single\./,
      /^joor\.query\..*(?:value|unknown|repeated)$/,
      /^joor\.inventory\.same_position$/,
      /^joor\.format\.(?:coded_body|return_format_value)$/,
      /^joor\.auth\.known$/,
      /^joor\.rate\.limit$/,
    ])
      expect(ids.filter((id) => about.test(id))).toEqual([])
  })

  it.each([
    ['a token', '{', {}, 'joor.auth.printable', true],
    ['a body that is not read to its items', '{', {}, 'joor.item.repeated_json', false],
    ['a Content-Type that is none', '{}', { type: 'text/plain' }, 'joor.format.size', false],
    ['a body with another root', '{}', {}, 'joor.body.json_root_only', false],
    ['an overwrite whose body is none', '{}', { query: '?overwrite=1' }, 'joor.overwrite.complete', false],
    ['an overwrite whose body is none', '{}', { query: '?overwrite=1' }, 'joor.query.overwrite_value', true],
    ['a document type', '<!DOCTYPE a><a/>', { type: 'application/xml' }, 'joor.xml.version', false],
    [
      'a day that does not exist',
      items({ inventory_date: '2024-02-30', upc: '1', inventory: 1 }),
      {},
      'joor.date.real',
      true,
    ],
    ['a date in no form', items({ inventory_date: 'soon', upc: '1', inventory: 1 }), {}, 'joor.date.real', false],
    ['a quantity that is none', items({ upc: '1', inventory: 'few' }), {}, 'joor.inventory.range', false],
    ['a quantity that is none', items({ upc: '1', inventory: 'few' }), {}, 'joor.item.integer_type', false],
    ['an item that is no object', items(1), {}, 'joor.item.known_fields', false],
  ] as const)('with %s: %j %j comes to %s: %s', async (_what, body, options, rule, comes) => {
    const emulator = await startTestEmulator()
    await bulk(emulator, body, options)
    const { exercised } = await emulator.coverage()
    expect(exercised.some((each) => each.rule === rule)).toBe(comes)
  })
})
