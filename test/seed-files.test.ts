import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { DocumentError } from '../server/documents/documents.js'
import { checkAccount, checkSeed, checkSite, readSeedFile, SeedError } from '../server/documents/seed.js'
import { settingForms, settingValues } from '../server/settings.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstock-seed-'))
})
afterAll(() => rm(folder, { recursive: true }))

async function read(name: string, text: string | Uint8Array) {
  const path = join(folder, name)
  await writeFile(path, text)
  return readSeedFile(path)
}

/** The lines of the refusal, without the folder. */
async function refusal(name: string, text: string | Uint8Array): Promise<readonly string[]> {
  const error: unknown = await read(name, text).catch((thrown: unknown) => thrown)
  if (!(error instanceof SeedError)) throw new Error(`${name} was not refused: ${error}`)
  return error.message.replaceAll(join(folder, '/'), '').split('\n')
}

function faultsOf(check: (document: unknown) => unknown, document: unknown): readonly string[] {
  try {
    check(document)
    return []
  } catch (error) {
    if (!(error instanceof DocumentError)) throw error
    return error.faults.map(({ path, message }) => `${path}: ${message}`)
  }
}

describe('a seed file', () => {
  test('says the same as YAML and as JSON', async () => {
    const yaml = `
joor:
  accounts:
    brand:
      token: secret
      warehouses: [New York]
      styles: null
      pending: [{ upc: 1, quantity: 2 }]
      positions: [{ warehouse: New York, upc: '1', inventory: 5 }]
      settings: { contract: off, partial_code: 1 }
jirafe:
  sites:
    '10':
      levels: [{ product_code: a, inventory_level: -1, timestamp: 2015-01-23T16:35:38+0000 }]
      settings: { reply_layout: 2013-12 }
`
    const seed = {
      joor: {
        accounts: {
          brand: {
            token: 'secret',
            warehouses: ['New York'],
            styles: null,
            pending: [{ upc: 1, quantity: 2 }],
            positions: [{ warehouse: 'New York', upc: '1', inventory: 5 }],
            settings: { contract: 'off', partial_code: '1' },
          },
        },
      },
      jirafe: {
        sites: {
          '10': {
            levels: [{ product_code: 'a', inventory_level: -1, timestamp: '2015-01-23T16:35:38+0000' }],
            settings: { reply_layout: '2013-12' },
          },
        },
      },
    }
    expect(await read('same.yaml', yaml)).toEqual(seed)
    expect(await read('same.yml', yaml)).toEqual(seed)
    expect(await read('same.json', `\ufeff${JSON.stringify(seed, null, '\t')}`)).toEqual(seed)
  })

  test('may name its schema', async () => {
    expect(await read('schema.json', '{"$schema":"seed.json"}')).toEqual({
      joor: { accounts: {} },
      jirafe: { sites: {} },
    })
  })

  test('keeps the digits of an identifier that has no quotes', async () => {
    const seed = await read(
      'digits.yaml',
      `
joor: { accounts: { brand: { styles: [{ style_number: 12E5, style_identifier: 0x1F, style_id: 707901, colors: [
  { color_code: 007, sizes: [{ size: 7.0, size_code: 32, upc: 012345678905 }, { size: .5, upc: 12345678901234567890 }] }] }] } } }
`,
    )
    expect(seed.joor?.accounts?.brand?.styles).toEqual([
      {
        style_number: '12E5',
        style_identifier: '0x1F',
        style_id: '707901',
        colors: [
          {
            color_code: '007',
            sizes: [
              { size: '7.0', size_code: '32', upc: '012345678905' },
              { size: '.5', upc: '12345678901234567890' },
            ],
          },
        ],
      },
    ])
  })

  test('may use an anchor in a thousand places', async () => {
    const colors = Array.from({ length: 1_000 }, (_, index) => `{ color_code: C${index}, sizes: *sizes }`)
    const styles = `[{ style_number: A, style_identifier: A, colors: [{ color_code: C, sizes: &sizes [{ size: S }] }, ${colors}] }]`
    const seed = await read('anchor.yaml', `joor: { accounts: { brand: { styles: ${styles} } } }`)
    expect(seed.joor?.accounts?.brand?.styles?.[0]?.colors).toHaveLength(1_001)
  })

  test('takes names that mean something to JavaScript', async () => {
    const seed = await read('names.json', '{"joor":{"accounts":{"__proto__":{"token":"a"},"constructor":{}}}}')
    expect(Object.entries(seed.joor?.accounts ?? {})).toEqual([
      ['__proto__', { token: 'a' }],
      ['constructor', {}],
    ])
  })

  const bomb = Array.from({ length: 9 }, (_, level) =>
    level === 0 ? 'a0: &a0 [x]' : `a${level}: &a${level} [${Array(9).fill(`*a${level - 1}`)}]`,
  ).join('\n')

  test.each([
    ['a key given twice', 'f.yaml', 'joor: {}\njoor: {}', 'f.yaml:2:1: this key is given twice'],
    ['a tab', 'f.yaml', 'joor:\n\taccounts: {}', 'f.yaml:2:1: Tabs are not allowed as indentation'],
    [
      'an alias without an anchor',
      'f.yaml',
      'joor:\n  accounts: *x',
      'f.yaml:2:13: no anchor &x stands before this alias',
    ],
    [
      'a bomb of aliases',
      'f.yaml',
      bomb,
      'f.yaml:9:42: the aliases up to here repeat too much: Excessive alias count indicates a resource exhaustion attack',
    ],
    ['a tag', 'f.yaml', 'joor: !!binary aGk=', 'f.yaml:1:7: Unresolved tag: tag:yaml.org,2002:binary'],
    ['nesting without end', 'f.yaml', '['.repeat(20_000), /^f\.yaml:1:\d+: the nesting is too deep$/],
    ['an open bracket', 'f.yml', 'joor: [1,\n', /^f\.yml:2:1: /],
    [
      'two documents',
      'f.yaml',
      'joor: {}\n---\njoor: {}',
      'f.yaml:2:1: a second document begins here; one file is one document',
    ],
    ['nothing', 'f.yaml', '# later\n', 'f.yaml:1:1: must be an object, not null'],
    ['a trailing comma', 'f.json', '{\n  "joor": {},\n}', 'f.json:3:1: a name in double quotes is expected'],
    ['a JSON text that ends too early', 'f.json', '{"joor":', 'f.json:1:9: the text ends too early'],
    ['a JSON name given twice', 'f.json', '{"joor":{"accounts":{"a":{},\n"a":{}}}}', 'f.json:2:1: "a" is given twice'],
    ['JSON of 70 levels', 'f.json', '['.repeat(70), 'f.json:1:65: more than 64 levels of nesting'],
    ['bytes that are not UTF-8', 'f.yaml', new Uint8Array([0xff]), 'cannot read f.yaml: it is not UTF-8'],
    ['another format', 'f.toml', '', 'cannot read f.toml: its name must end in .yaml, .yml or .json'],
  ])('is refused with its place for %s', async (_, name, text, message) => {
    expect(await refusal(name, text)).toEqual([typeof message === 'string' ? message : expect.stringMatching(message)])
  })

  test('that is not there is refused', async () => {
    await expect(readSeedFile(join(folder, 'missing.yaml'))).rejects.toThrow('missing.yaml: there is no such file')
    await expect(readSeedFile(join(folder, 'missing.yaml'))).rejects.toBeInstanceOf(SeedError)
  })

  test('tells all faults, in the order of the file, each with line, column, path and what would be right', async () => {
    const text = `joor:
  accounts:
    brand:
      token: 12345
      warehouse: [A]
      styles:
        - style_number: A
          style_identifier: 7.5
          colour: []
      settings:
        contrct: report
        auth: enforced
    "my.brand":
      token: ''
      warehouses: [A, ' B', A]
      pending: [{ upc: 1, quantity: -1 }, { sku: 1 }]
    token-0a0b0c0d: {}
  account: {}
jirafe: []
`
    expect(await refusal('all.yaml', text)).toEqual([
      'all.yaml:4:14: joor.accounts.brand.token: must be text, not what is given; write it in quotes',
      'all.yaml:5:7: joor.accounts.brand.warehouse: unknown field; did you mean "warehouses"? known here: token, warehouses, styles, styles_file, pending, positions, settings',
      'all.yaml:7:11: joor.accounts.brand.styles[0]: "colors" is missing',
      'all.yaml:8:29: joor.accounts.brand.styles[0].style_identifier: must be text or an integer, not 7.5; write it in quotes',
      'all.yaml:9:11: joor.accounts.brand.styles[0].colour: unknown field; did you mean "colors"? known here: style_number, style_identifier, style_id, colors',
      'all.yaml:11:9: joor.accounts.brand.settings.contrct: unknown field; did you mean "contract"? known here: contract, auth, overwrite_scope, pending_floor, missing_warehouse, made_to_order_clears, partial_code, rate_limit',
      'all.yaml:12:15: joor.accounts.brand.settings.auth: must be open or enforce, not "enforced"; did you mean "enforce"?',
      'all.yaml:14:14: joor.accounts["my.brand"].token: must be text that is neither empty nor begins or ends with white space, not what is given',
      'all.yaml:15:19: joor.accounts["my.brand"].warehouses: items 0 and 2 are the same',
      'all.yaml:15:23: joor.accounts["my.brand"].warehouses[1]: must be text that is neither empty nor begins or ends with white space, not " B"',
      'all.yaml:16:37: joor.accounts["my.brand"].pending[0].quantity: must be at least 0, not -1',
      'all.yaml:16:43: joor.accounts["my.brand"].pending[1]: "quantity" is missing',
      'all.yaml:16:45: joor.accounts["my.brand"].pending[1].sku: unknown field; known here: warehouse, inventory_date, style_number, style_identifier, style_id, color_code, style_color_id, size, size_code, upc, quantity',
      'all.yaml:17:5: joor.accounts.token-0a0b0c0d: the name must be text that is not empty, and not token- with 8 hex digits, as accounts of undeclared tokens are called',
      'all.yaml:18:3: joor.account: unknown field; did you mean "accounts"? known here: accounts',
      'all.yaml:19:9: jirafe: must be an object, not a list',
    ])
  })

  test('finds the same places in JSON', async () => {
    expect(await refusal('places.json', '{"joor":\n {"accounts": {"a": {"styles": [{},\n  {"colour": 1}]}}}}')).toEqual(
      [
        expect.stringMatching(/^places\.json:2:33: joor\.accounts\.a\.styles\[0\]: "style_number" is missing$/),
        expect.stringMatching(/^places\.json:2:33: /),
        expect.stringMatching(/^places\.json:2:33: /),
        expect.stringMatching(/^places\.json:3:3: /),
        expect.stringMatching(/^places\.json:3:3: /),
        expect.stringMatching(/^places\.json:3:3: /),
        expect.stringMatching(/^places\.json:3:4: joor\.accounts\.a\.styles\[1\]\.colour: unknown field/),
      ],
    )
  })

  test('shows twenty faults and counts the rest', async () => {
    const accounts = Object.fromEntries(Array.from({ length: 25 }, (_, index) => [`a${index}`, { x: 1 }]))
    const lines = await refusal('many.json', JSON.stringify({ joor: { accounts } }))
    expect(lines).toHaveLength(21)
    expect(lines.at(-1)).toBe('and 5 more')
  })

  test('tells what one account repeats although another one is broken', async () => {
    const accounts = { broken: { x: 1 }, one: { token: 't' }, two: { token: 't' } }
    expect(await refusal('mixed.json', JSON.stringify({ joor: { accounts } }))).toEqual([
      expect.stringContaining('joor.accounts.broken.x: unknown field'),
      'mixed.json:1:74: joor.accounts.two.token: is the token of "one" already',
    ])
  })
})

describe('an account', () => {
  const size = { size: 32 }
  const color = { color_code: 'RED', sizes: [size] }
  const style = { style_number: 1, style_identifier: 'A', colors: [color] }

  test('has its identifiers as text', () => {
    const account = checkAccount({ styles: [{ ...style, style_id: 7 }], settings: { partial_code: 1 } })
    expect(account).toEqual({
      styles: [
        {
          style_number: '1',
          style_identifier: 'A',
          style_id: '7',
          colors: [{ color_code: 'RED', sizes: [{ size: '32' }] }],
        },
      ],
      settings: { partial_code: '1' },
    })
  })

  test.each([
    ['nothing', {}, {}],
    ['no list', { warehouses: null, styles: null }, { warehouses: null, styles: null }],
    ['lists that know nothing', { warehouses: [], styles: [] }, { warehouses: [], styles: [] }],
  ])('may be given %s', (_, given, account) => {
    expect(checkAccount(given)).toEqual(account)
  })

  test('may have one style_identifier under two style numbers and one size code for many sizes', () => {
    const sizes = [
      { size: 'S', size_code: 'run' },
      { size: 'M', size_code: 'run' },
    ]
    const styles = [style, { ...style, style_number: 2, colors: [{ color_code: 'RED', sizes }] }]
    expect(checkAccount({ styles }).styles).toHaveLength(2)
  })

  test.each([
    [
      'a style',
      [style, { ...style, style_number: '1' }],
      'styles[1]: style "1" with identifier "A" is given twice, first at styles[0]',
    ],
    [
      'a style_id',
      [
        { ...style, style_id: 7 },
        { ...style, style_number: 2, style_id: '7' },
      ],
      'styles[1].style_id: style_id 7 is given twice, first at styles[0].style_id',
    ],
    [
      'a color of a style',
      [{ ...style, colors: [color, color] }],
      'styles[0].colors[1]: color "RED" of this style is given twice, first at styles[0].colors[0]',
    ],
    [
      'a style_color_id',
      [
        {
          ...style,
          colors: [
            { ...color, style_color_id: 5 },
            { ...color, color_code: 'BLUE', style_color_id: 5 },
          ],
        },
      ],
      'styles[0].colors[1].style_color_id: style_color_id 5 is given twice, first at styles[0].colors[0].style_color_id',
    ],
    [
      'a size of a color',
      [{ ...style, colors: [{ ...color, sizes: [size, { size: '32' }] }] }],
      'styles[0].colors[0].sizes[1]: size "32" of this color is given twice, first at styles[0].colors[0].sizes[0]',
    ],
    [
      'a upc',
      [
        {
          ...style,
          colors: [
            {
              ...color,
              sizes: [
                { size: 'S', upc: 1 },
                { size: 'M', upc: '1' },
              ],
            },
          ],
        },
      ],
      'styles[0].colors[0].sizes[1].upc: upc "1" is given twice, first at styles[0].colors[0].sizes[0].upc',
    ],
  ])('is refused for %s given twice', (_, styles, fault) => {
    expect(faultsOf(checkAccount, { styles })).toEqual([fault])
  })

  test.each([
    ['a list', [], ': must be an object, not a list'],
    [
      'a file of styles',
      { styles_file: 'a.csv' },
      'styles_file: is read in a seed file only; give the list itself, as "styles"',
    ],
    [
      "a Jirafe site's setting",
      { settings: { latest_by: 'arrival' } },
      expect.stringMatching(/^settings\.latest_by: unknown field; known here: contract, /),
    ],
    ['a value of another kind', { settings: { partial_code: 2 } }, 'settings.partial_code: must be 0 or 1, not 2'],
    [
      'an id that is no integer',
      { styles: [{ ...style, style_id: '07' }] },
      'styles[0].style_id: must be an integer without sign, white space or leading zeros, not "07"',
    ],
    [
      'an id that lost digits',
      { styles: [{ ...style, style_id: 2 ** 60 }] },
      `styles[0].style_id: must be at most 9007199254740991, not ${2 ** 60}; write it in quotes`,
    ],
    [
      'a fraction on order',
      { pending: [{ upc: 1, quantity: 0.5 }] },
      'pending[0].quantity: must be an integer, not 0.5',
    ],
    ['a position that is no item', { positions: ['x'] }, 'positions[0]: must be an object, not "x"'],
  ])('is refused for %s', (_, document, fault) => {
    expect(faultsOf(checkAccount, document)).toEqual([fault])
  })
})

describe('a site', () => {
  test('may be given a token, levels and settings', () => {
    const site = { token: 't', levels: [{ product_code: 'a' }], settings: { latest_by: 'timestamp' } }
    expect(checkSite(site)).toEqual(site)
  })

  test.each([
    ["a JOOR account's setting", { settings: { partial_code: 1 } }, /^settings\.partial_code: unknown field/],
    ['an unknown field', { level: [] }, /^level: unknown field; did you mean "levels"\?/],
    ['a level that is no event', { levels: [1] }, /^levels\[0\]: must be an object, not 1$/],
  ])('is refused for %s', (_, document, fault) => {
    expect(faultsOf(checkSite, document)).toEqual([expect.stringMatching(fault)])
  })
})

test('a seed that is given as a value cannot name a file', () => {
  const seed = { joor: { accounts: { brand: { styles_file: 'a.csv' } } } }
  expect(() => checkSeed(seed)).toThrow(SeedError)
  expect(faultsOf(checkSeed, seed)).toEqual([
    'joor.accounts.brand.styles_file: is read in a seed file only; give the list itself, as "styles"',
  ])
})

describe('the shipped seed', () => {
  const path = fileURLToPath(new URL('../contracts/seeds/examples.yaml', import.meta.url))

  test("knows a SKU of its own for each item of the vendor's examples", async () => {
    const { joor, jirafe } = await readSeedFile(path)
    const skus = (joor?.accounts?.examples?.styles ?? []).flatMap((style) =>
      style.colors.flatMap((color) => color.sizes.map((size) => ({ ...style, ...color, ...size }))),
    )
    const means = (identifiers: Readonly<Record<string, string>>) =>
      skus.filter((sku) =>
        Object.entries(identifiers).every(([name, value]) => new Map(Object.entries(sku)).get(name) === value),
      )
    const named = [
      { style_number: 'DM142A2101', style_identifier: 'DM142A210191', color_code: 'HPRVTG', size: '32' },
      { upc: '822508068753' },
      { style_id: '707901', style_color_id: '1517829', size: '28' },
      { style_number: 'XXXXXX', style_identifier: 'DM142A210191', color_code: 'CC2', size: 'S' },
      { style_number: 'SELVD12', style_identifier: 'SELVD12', color_code: 'HPRVTG', size: '32' },
    ].map(means)
    expect(named.map((found) => found.length)).toEqual([1, 1, 1, 1, 1])
    expect(new Set(named.flat()).size).toBe(5)
    expect(joor?.accounts?.examples?.warehouses).toEqual(['New York', 'Los Angeles'])
    expect([joor?.accounts?.examples?.token, jirafe?.sites?.examples?.token]).toEqual([
      'examples-token',
      'examples-token',
    ])
  })
})

describe('the settings in the schemas', () => {
  const require = createRequire(import.meta.url)

  test.each([
    ['account.json', 'joor', '/definitions/settings'],
    ['site.json', 'jirafe', '/definitions/settings'],
    ['config.json', 'all', '/properties/settings'],
  ] as const)('of %s are those that may be set', (name, scope, pointer) => {
    const [, group = '', member = ''] = pointer.split('/')
    const names: Record<string, { enum?: readonly (string | number)[]; pattern?: string }> = require(
      `#schemas/${name}`,
    )[group][member].properties
    const values = Object.entries(names).map(([name, schema]) => [
      name,
      schema.pattern ?? [...new Set(schema.enum?.map(String))],
    ])
    const right = Object.entries(settingValues[scope]).map(([name, words]) => {
      const form = settingForms[name]
      return [name, form === undefined ? words : `^(?:${[...words, form.pattern].join('|')})$`]
    })
    expect(Object.fromEntries(values)).toEqual(Object.fromEntries(right))
  })
})
