import { readFile } from 'node:fs/promises'
import supertest from 'supertest'
import { describe, expect, test } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { brokenRules, lastRequest, oauth2, positions, startTestEmulator } from './emulator.js'

const shippedSeed = new URL('../contracts/seeds/examples.yaml', import.meta.url).pathname
const uuid = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/

/** The vendor's page, "Style Inventory: bulk request", as `examples/joor-README.md` tells. */
const example = (name: string) => readFile(new URL(`./examples/joor-bulk-${name}`, import.meta.url), 'utf8')

type Format = 'json' | 'xml'
const formats: readonly Format[] = ['json', 'xml']
const methods = ['post', 'put'] as const
const paths = ['/v2/bulk-inventory', '/v2/bulk-inventory/', '/v2/bulk-inventory/?overwrite=1'] as const
const contracts = ['report', 'enforce', 'off'] as const
/** A token that nobody declared, and that of the account which the shipped seed makes. */
const tokens = { 'an anonymous account': 'nobody-declared-this', 'the shipped seed': 'examples-token' } as const
type Whose = keyof typeof tokens
const whoses: readonly Whose[] = ['an anonymous account', 'the shipped seed']

async function send(
  emulator: Emulator,
  format: Format,
  token: string,
  method: 'post' | 'put' = 'post',
  path: string = paths[0],
) {
  return supertest(emulator.url)
    [method](path)
    .set('Authorization', oauth2(token))
    .set('Content-Type', `application/${format}`)
    .set('Accept', `application/${format}`)
    .buffer(true)
    .parse((response, done) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => {
        text += chunk
      })
      response.on('end', () => done(null, text))
    })
    .send(await example(`request.${format}`))
}

/** A reply in the form in which two of them are compared: no log_id, and only what the format counts as content. */
function compared(text: string, format: Format): string {
  const anonymous = text.replace(uuid, 'LOG_ID')
  return format === 'json' ? JSON.stringify(JSON.parse(anonymous)) : anonymous.replace(/>\s+</g, '><').trim()
}

const everyWay = formats.flatMap((format) =>
  whoses.flatMap((whose) =>
    methods.flatMap((method) =>
      paths.flatMap((path) => contracts.map((contract) => ({ format, whose, method, path, contract }))),
    ),
  ),
)

describe("the vendor's own examples", () => {
  test.each(everyWay)('come out exactly in $format: $method $path, contract $contract, $whose', async (way) => {
    const { format, whose, method, path, contract } = way
    const emulator = await startTestEmulator({ seed: shippedSeed, settings: { contract } })
    const reply = await send(emulator, format, tokens[whose], method, path)

    expect(reply.status).toBe(200)
    expect(reply.headers['content-type']).toBe(`application/${format}`)
    expect(compared(reply.body, format)).toBe(compared(await example(`reply.${format}`), format))
    expect(reply.headers).not.toHaveProperty('backstock-violations')
    expect(reply.headers).not.toHaveProperty('backstock-not-updated')
    expect(await brokenRules(emulator)).toEqual([])
    const { violations, violations_total, items } = await lastRequest(emulator)
    expect({ violations, violations_total, items }).toEqual({
      violations: [],
      violations_total: 0,
      items: { updated: 7, not_updated: 0 },
    })
  })

  test.each(whoses)('have another log_id than the page and than each other, with %s', async (whose) => {
    const emulator = await startTestEmulator({ seed: shippedSeed })
    const replies = [
      await send(emulator, 'json', tokens[whose]),
      await send(emulator, 'json', tokens[whose]),
      await send(emulator, 'xml', tokens[whose]),
    ].map(({ body }) => uuid.exec(body)?.[0])
    const pages = [await example('reply.json'), await example('reply.xml')].map((text) => uuid.exec(text)?.[0])
    expect(new Set([...replies, ...pages]).size).toBe(5)
  })

  test('close an empty element with a space before the slash, and have no prolog', async () => {
    const emulator = await startTestEmulator()
    const { body } = await send(emulator, 'xml', 'a-token')
    expect(body).toMatch(/^<bulk_inventory><response><code>0<\/code><comment \/><log_id>/)
    expect(body).toMatch(/<\/items_updated><items_not_updated \/><\/bulk_inventory>$/)
    expect(body).not.toContain('<?xml')
    expect(body).not.toContain('/>\n')
  })

  test.each(whoses)('answer an XML request in JSON with the numbers of the JSON page, with %s', async (whose) => {
    const emulator = await startTestEmulator({ seed: shippedSeed })
    const reply = await supertest(emulator.url)
      .post('/v2/bulk-inventory?return_format=json')
      .set('Authorization', oauth2(tokens[whose]))
      .set('Content-Type', 'application/xml')
      .send(await example('request.xml'))
    expect(reply.headers['content-type']).toBe('application/json')
    expect(reply.body.items_updated[0][2]).toEqual({
      warehouse: 'New York',
      inventory_date: 'IMMEDIATE',
      style_id: 707901,
      style_color_id: 1517829,
      size: '28',
      inventory: 10,
    })
    expect(reply.body.items_updated[0][6].made_to_order).toBe('true')
    expect(await brokenRules(emulator)).toEqual([])
  })

  test.each(whoses)('answer a JSON request in XML with the layout of the XML page, with %s', async (whose) => {
    const emulator = await startTestEmulator({ seed: shippedSeed })
    const reply = await supertest(emulator.url)
      .post('/v2/bulk-inventory?return_format=xml')
      .set('Authorization', oauth2(tokens[whose]))
      .set('Content-Type', 'application/json')
      .send(await example('request.json'))
    expect(reply.headers['content-type']).toBe('application/xml')
    const page = compared(await example('reply.xml'), 'xml')
    const first = '<style_number>XXXXXX</style_number><style_identifier>DM142A210191</style_identifier>'
    const last = '<style_number>SELVD12</style_number><style_identifier>SELVD12</style_identifier>'
    const asInJson = page
      .replaceAll('<inventory>10<', '<inventory>13<')
      .replace(
        `${first}<color_code>CC2</color_code><size>S</size>`,
        `${last}<color_code>HPRVTG</color_code><size>32</size>`,
      )
    expect(compared(reply.text, 'xml')).toBe(asInJson)
    expect(await brokenRules(emulator)).toEqual([])
  })
})

const quantity = (available: number) => ({ available, incoming: available, pending_deducted: 0, made_to_order: false })
const mark = {
  warehouse: null,
  inventory_date: null,
  available: null,
  incoming: null,
  pending_deducted: null,
  made_to_order: true,
}
const printed = {
  named: { style_number: 'DM142A2101', style_identifier: 'DM142A210191', color_code: 'HPRVTG', size: '32' },
  upc: { upc: '822508068753' },
  ids: { style_id: 707901, style_color_id: 1517829, size: '28' },
  xmlMark: { style_number: 'XXXXXX', style_identifier: 'DM142A210191', color_code: 'CC2', size: 'S' },
  jsonMark: { style_number: 'SELVD12', style_identifier: 'SELVD12', color_code: 'HPRVTG', size: '32' },
}
const ofList = { style_number: 'DM142A2101', style_identifier: 'DM142A210191', style_id: 707901 }
const colorOfList = { color_code: 'HPRVTG', style_color_id: 1517829 }
const listed = {
  ...printed,
  named: { ...ofList, ...colorOfList, size: '32' },
  upc: { upc: '822508068753', ...ofList, ...colorOfList, size: '30' },
  ids: { ...ofList, ...colorOfList, size: '28' },
}
// The seed gives style_id to the whole style, and only to that of DM142A2101.
const skus = { 'an anonymous account': printed, 'the shipped seed': listed }

describe("the positions after the vendor's own examples", () => {
  const cases = whoses.flatMap((whose) => formats.flatMap((format) => paths.map((path) => ({ whose, format, path }))))
  test.each(cases)('are those of the page and no others: $format $path, $whose', async ({ whose, format, path }) => {
    const emulator = await startTestEmulator({ seed: shippedSeed })
    await send(emulator, format, tokens[whose], 'post', path)
    const { named, upc, ids, xmlMark, jsonMark } = skus[whose]
    const days = ['2014-12-01', 'IMMEDIATE'].flatMap((inventory_date) => [
      { warehouse: 'New York', inventory_date, sku: named, ...quantity(26) },
      { warehouse: 'New York', inventory_date, sku: upc, ...quantity(200) },
      { warehouse: 'New York', inventory_date, sku: ids, ...quantity(format === 'json' ? 13 : 10) },
    ])
    const right = [{ ...mark, sku: format === 'json' ? jsonMark : xmlMark }, ...days]
    const stored = await positions(emulator, tokens[whose])
    expect(stored).toHaveLength(right.length)
    expect(stored).toEqual(expect.arrayContaining(right))
    expect(stored[0]).toEqual(right[0])
    expect(stored.slice(1).map((row: { inventory_date: string }) => row.inventory_date)).toEqual(
      days.map(({ inventory_date }) => inventory_date),
    )
    const other = whoses.find((candidate) => candidate !== whose) ?? whose
    expect((await positions(emulator, tokens[other])) ?? []).toEqual([])
  })

  test.each(formats)('are the same after the same call once more, in %s', async (format) => {
    const emulator = await startTestEmulator({ seed: shippedSeed })
    await send(emulator, format, 'examples-token')
    const once = await positions(emulator, 'examples-token')
    await send(emulator, format, 'examples-token', 'put')
    expect(await positions(emulator, 'examples-token')).toEqual(once)
    expect(once).toHaveLength(7)
  })
})
