import supertest from 'supertest'
import { describe, expect, it, test } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { brokenRules, lastRequest, startTestEmulator } from './emulator.js'

function send(emulator: Emulator, text: string) {
  return supertest(emulator.url)
    .post('/v2/shop/inventory')
    .set('Authorization', 'Bearer a-token')
    .set('Content-Type', 'application/json')
    .send(text)
}

async function levels(emulator: Emulator) {
  const { body } = await supertest(emulator.url).get('/_backstock/jirafe/sites/shop/levels')
  return body.levels
}

const dated = '"timestamp": "2015-01-23T16:35:38+0000"'

// Each right side is what Python 3 prints for `repr(json.loads(left))`.
const noIntegers: [json: string, repr: string][] = [
  ['null', 'None'],
  ['true', 'True'],
  ['false', 'False'],
  ['5.0', '5.0'],
  ['-5.0', '-5.0'],
  ['1e2', '100.0'],
  ['1E+2', '100.0'],
  ['12.5', '12.5'],
  ['1e400', 'inf'],
  ['-1e400', '-inf'],
  ['1e15', '1000000000000000.0'],
  ['1e16', '1e+16'],
  ['123456789012345678.5', '1.2345678901234568e+17'],
  ['1.5e300', '1.5e+300'],
  ['0.0001', '0.0001'],
  ['0.00001', '1e-05'],
  ['1e-7', '1e-07'],
  ['5e-324', '5e-324'],
  ['-0.0', '-0.0'],
  ['0e0', '0.0'],
  ['""', "''"],
  ['"5"', "'5'"],
  [`"it's"`, `"it's"`],
  [String.raw`"say \"12\""`, `'say "12"'`],
  [String.raw`"it's \"12\""`, String.raw`'it\'s "12"'`],
  [String.raw`"back\\slash"`, String.raw`'back\\slash'`],
  [String.raw`"tab\tline\nreturn\r"`, String.raw`'tab\tline\nreturn\r'`],
  [String.raw`"\u0000\u0007\u001b\u007f"`, String.raw`'\x00\x07\x1b\x7f'`],
  [String.raw`"\b\f"`, String.raw`'\x08\x0c'`],
  [String.raw`"\u0085\u00a0\u00ad"`, String.raw`'\x85\xa0\xad'`],
  ['"é"', "'é'"],
  ['"日本"', "'日本'"],
  ['"שלום"', "'שלום'"],
  [String.raw`"\u200b\u200e\u2028\u2029\u3000\ufeff"`, String.raw`'\u200b\u200e\u2028\u2029\u3000\ufeff'`],
  ['"😀"', "'😀'"],
  [String.raw`"\ud83d\ude00"`, "'😀'"],
  [String.raw`"\ud83d"`, String.raw`'\ud83d'`],
  [String.raw`"\ude00"`, String.raw`'\ude00'`],
  [String.raw`"x\ud83dy"`, String.raw`'x\ud83dy'`],
  [String.raw`"\ue000"`, String.raw`'\ue000'`],
  [String.raw`"\ufffe"`, String.raw`'\ufffe'`],
  [String.raw`"\udb40\udc01"`, String.raw`'\U000e0001'`],
  [String.raw`"\udbff\udffd"`, String.raw`'\U0010fffd'`],
  [String.raw`"\u0378"`, String.raw`'\u0378'`],
  [String.raw`"\/"`, "'/'"],
  ['"$& $1 {0} %s"', "'$& $1 {0} %s'"],
  ['[]', '[]'],
  ['[null, true, 1, -0, 1.0, "a"]', "[None, True, 1, 0, 1.0, 'a']"],
  ['[[], {}]', '[[], {}]'],
  ['{}', '{}'],
  ['{"b": 1, "a": [2]}', "{'b': 1, 'a': [2]}"],
  ['{"10": 1, "9": 2, "a": 3, "1": 4}', "{'10': 1, '9': 2, 'a': 3, '1': 4}"],
  ['{"a": 1, "b": 2, "a": 3}', "{'a': 3, 'b': 2}"],
  [String.raw`{"it's": "\"", "": null}`, `{"it's": '"', '': None}`],
  ['{"__proto__": {"x": 1}, "constructor": 2}', "{'__proto__': {'x': 1}, 'constructor': 2}"],
]

const noStrings: [json: string, repr: string][] = [
  ['null', 'None'],
  ['true', 'True'],
  ['false', 'False'],
  ['5', '5'],
  ['0', '0'],
  ['-0', '0'],
  ['12345678901234567890', '12345678901234567890'],
  ['-12345678901234567890', '-12345678901234567890'],
  ['9007199254740993', '9007199254740993'],
  ['5.0', '5.0'],
  ['-0.0', '-0.0'],
  ['1e2', '100.0'],
  ['1e400', 'inf'],
  ['[]', '[]'],
  ['["a"]', "['a']"],
  ['{"x": "y"}', "{'x': 'y'}"],
]

const noObjects: [json: string, repr: string][] = [
  ['null', 'None'],
  ['true', 'True'],
  ['5', '5'],
  ['-0', '0'],
  ['5.0', '5.0'],
  ['1e400', 'inf'],
  ['12345678901234567890', '12345678901234567890'],
  ['"text"', "'text'"],
  ['""', "''"],
  ['[]', '[]'],
  [
    '[{"timestamp": "x", "product_code": "y", "inventory_level": 1}]',
    "[{'timestamp': 'x', 'product_code': 'y', 'inventory_level': 1}]",
  ],
]

async function expectRefused(text: string, errors: Record<string, string>): Promise<Emulator> {
  const emulator = await startTestEmulator()
  const reply = await send(emulator, text)
  expect(reply.status).toBe(400)
  expect(reply.body).toEqual({ error_type: 'validation', errors, success: false })
  expect(await levels(emulator)).toEqual([])
  const detail = await lastRequest(emulator)
  expect(detail.items).toEqual({ updated: 0, not_updated: 1 })
  expect(detail.changes_total).toBe(0)
  return emulator
}

describe('a value prints as Python prints it', () => {
  it.each(noIntegers)('%s for an integer is told as %s', async (json, repr) => {
    await expectRefused(`{${dated}, "product_code": "SKU-1", "inventory_level": ${json}}`, {
      inventory_level: `${repr} is not of type 'integer'`,
    })
  })

  it.each(noStrings)('%s for a string is told as %s', async (json, repr) => {
    await expectRefused(`{${dated}, "product_code": ${json}, "inventory_level": 1}`, {
      product_code: `${repr} is not of type 'string'`,
    })
  })

  it.each(noObjects)('the document %s is no object and is told as %s, under the empty path', async (json, repr) => {
    const emulator = await expectRefused(json, { '': `${repr} is not of type 'object'` })
    expect(await brokenRules(emulator)).toEqual(['jirafe.event.schema'])
  })
})

describe('the messages of a document', () => {
  test('the recorded ones fit exactly', async () => {
    await expectRefused('{"timestamp": null, "product_code": null, "inventory_level": null}', {
      timestamp: "None is not of type 'string'",
      product_code: "None is not of type 'string'",
      inventory_level: "None is not of type 'integer'",
    })
  })

  test('every missing field is told under its own name', async () => {
    const emulator = await expectRefused('{}', {
      inventory_level: "'inventory_level' is a required property",
      product_code: "'product_code' is a required property",
      timestamp: "'timestamp' is a required property",
    })
    expect(await brokenRules(emulator)).toEqual(Array(3).fill('jirafe.event.schema'))
  })

  test('wrong and missing fields are told together, each once', async () => {
    const emulator = await expectRefused('{"inventory_level": 5.0, "product_code": 7}', {
      inventory_level: "5.0 is not of type 'integer'",
      product_code: "7 is not of type 'string'",
      timestamp: "'timestamp' is a required property",
    })
    expect((await brokenRules(emulator)).sort()).toEqual([
      'jirafe.event.float_integers',
      'jirafe.event.schema',
      'jirafe.event.schema',
    ])
  })

  test('of several keywords that one value breaks the type is told, and not the length', async () => {
    const second = '"change_date": "2015-09-01", "effective_date": "2015-09-01", "inventory_level": 1'
    await expectRefused(`{${second}, "sku_code": []}`, { sku_code: "[] is not of type 'string'" })
    await expectRefused(`{${second}, "sku_code": ""}`, { sku_code: "'' is too short" })
  })

  test('of a repeated name the last counts, in the message too', async () => {
    await expectRefused(`{${dated}, "product_code": "SKU-1", "inventory_level": 1, "inventory_level": "x"}`, {
      inventory_level: "'x' is not of type 'integer'",
    })
    const emulator = await startTestEmulator()
    const reply = await send(emulator, `{${dated}, "product_code": "S", "inventory_level": "x", "inventory_level": 2}`)
    expect(reply.status).toBe(200)
    expect(await levels(emulator)).toMatchObject([{ code: 'S', inventory_level: 2 }])
    expect(await brokenRules(emulator)).toEqual(['jirafe.event.repeated'])
  })

  test('a field that is only inherited by ordinary objects is missing', async () => {
    await expectRefused('{"__proto__": {"product_code": "x", "timestamp": "y", "inventory_level": 1}}', {
      inventory_level: "'inventory_level' is a required property",
      product_code: "'product_code' is a required property",
      timestamp: "'timestamp' is a required property",
    })
  })

  it.each([
    ['5.0', "5.0 is not of type 'integer'"],
    ['1e2', "100.0 is not of type 'integer'"],
    ['1e400', "inf is not of type 'integer'"],
    ['-0.0', "-0.0 is not of type 'integer'"],
  ])('%s is no integer for low_stock_alert either', async (json, message) => {
    const second = '"change_date": "2015-09-01", "effective_date": "2015-09-01", "sku_code": "S", "inventory_level": 1'
    await expectRefused(`{${second}, "low_stock_alert": ${json}}`, { low_stock_alert: message })
  })

  test('a breach shows where it stands in the text and what would have been right', async () => {
    const emulator = await startTestEmulator()
    await send(emulator, `{\n  ${dated},\n  "product_code": "SKU-1",\n  "inventory_level": 5.0\n}`)
    const { violations } = await lastRequest(emulator)
    expect(violations).toMatchObject([
      {
        rule: 'jirafe.event.float_integers',
        evidence: 'assumed',
        level: 'error',
        at: { pointer: '/inventory_level', line: 4, column: 22 },
      },
    ])
    expect(violations[0].seen).toContain('5.0')
    expect(violations[0].right).toContain('an integer')
  })
})
