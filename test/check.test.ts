import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import supertest from 'supertest'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { payloadNames } from '../server/check/payload.js'
import { defaultVariables, readCases, shippedCases } from '../server/verify/cases.js'
import { commandIn } from './command.js'
import { oauth2, startTestEmulator } from './emulator.js'
import { minimal } from './jirafe-events.js'
import { processorTime } from './processor-time.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backstock-check-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function check(files: Readonly<Record<string, string | Buffer>>, ...options: readonly string[]) {
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content)
  return commandIn({ folder }, 'check', ...Object.keys(files), ...options)
}

async function* bytes(...chunks: readonly string[]) {
  for (const chunk of chunks) yield Buffer.from(chunk)
}

/** Stands before a place that is to be told, and is taken out before the text is judged. */
const mark = '⟦'

/** Where the marks stand, told by splitting what is before them: nothing of what is judged has a part in it. */
function unmarked(text: string) {
  const parts = text.split(mark)
  const places = parts.slice(1).map((_, index) => {
    const lines = parts
      .slice(0, index + 1)
      .join('')
      .replace(/^\ufeff/, '')
      .split('\n')
    return `${lines.length}:${(lines.at(-1) ?? '').length + 1}`
  })
  return { plain: parts.join(''), places }
}

const good = '{"warehouse":"NY","upc":"1","inventory":1}'
const json = (...items: readonly string[]) => `{"inventory_items":[${items.join(',')}]}`
const xml = (...fields: readonly string[]) =>
  `<inventory_items><inventory_item>${fields.join('')}</inventory_item></inventory_items>`
const goodXml = '<warehouse>NY</warehouse><upc>1</upc><inventory>1</inventory>'
const event = '"product_code":"a","inventory_level":5,"timestamp":"2015-01-23T16:35:38+0000"'
const order = '"order_number":"1","status":"placed","order_date":"2015-01-23T16:35:38+0000"'

/** Each mark is a place, and each place has what is told of it: the level and the rule, several with a comma. */
type Row = readonly [what: string, text: string, told: readonly string[], as?: string]

const inJoorJson: readonly Row[] = [
  ['a text for a number', json(`{"warehouse":"NY","upc":"1","inventory":${mark}"5"}`), ['warn item.integer_type']],
  ['a number for a text', json(`{"warehouse":"NY","upc":${mark}1,"inventory":5}`), ['warn item.string_type']],
  ['a nested value', json(`{"warehouse":"NY","upc":"1","size":${mark}{"a":[1]},"inventory":5}`), ['error item.scalar']],
  [
    'an unknown field',
    json(`{"warehouse":"NY","upc":"1","inventory":5, "invntory": ${mark}6}`),
    ['warn item.known_fields'],
  ],
  ['missing fields', json(good, ` ${mark}{"warehouse":"NY"}`), ['error inventory.required, error sku.identified']],
  ['an item that is none', json(good, `\n ${mark}"x"`), ['error item.object']],
  [
    'a name three times',
    json(`{"upc":"1", "warehouse":"NY","upc":${mark}"2","inventory":1, "upc" : ${mark}"3"}`),
    ['warn item.repeated_json', 'warn item.repeated_json'],
  ],
  [
    'an unknown name three times',
    json(`${good.slice(0, -1)},"x":${mark}1,"x":${mark}2,\n"x":${mark}3}`),
    [
      'warn item.known_fields',
      'warn item.known_fields, warn item.repeated_json',
      'warn item.known_fields, warn item.repeated_json',
    ],
  ],
  [
    'names at the root',
    `{${mark}"a":1,"inventory_items":[],\n${mark}"inventory_items":[${good}]}`,
    ['warn body.json_root_only', 'warn body.json_root_only'],
  ],
  ['1.0', json(`{"warehouse":"NY","upc":"1","inventory": ${mark}1.0}`), ['warn inventory.whole_float']],
  ['1e400', json(`{"warehouse":"NY","upc":"1","inventory": ${mark}1e400}`), ['error inventory.range']],
  [
    '12345678901234567890',
    json(`{"warehouse":"NY","upc":"1","inventory": ${mark}12345678901234567890}`),
    ['error inventory.range'],
  ],
  [
    'CRLF',
    `{\r\n"inventory_items":\r\n[\r\n${good},\r\n${mark}{"upc":"2","inventory":1}]}`,
    ['warn warehouse.missing'],
  ],
  ['tabs', `{\t"inventory_items":\t[\n\t\t${mark}{"upc":"2","inventory":1}]}`, ['warn warehouse.missing']],
  [
    'surrogate pairs before it',
    json(`{"warehouse":"😀😀é","upc":"1","inventory":${mark}"😀"}`),
    ['error inventory.integer'],
  ],
  [
    'a byte order mark before it',
    `\ufeff${mark}{"inventory_items":[${mark}{"upc":"2","inventory":1}]}`,
    ['warn format.bom', 'warn warehouse.missing'],
  ],
  ['no items', `{"inventory_items": ${mark}[]}`, ['error body.items']],
  ['a bare list', ` \n${mark}[${good}]`, ['error body.json_root'], 'joor'],
  ['a trailing comma', `{"inventory_items":[\n${good},${mark}]}`, ['error body.well_formed']],
  ['an end that is missing', `{"inventory_items":[\n${good}\n${mark}`, ['error body.well_formed']],
  ['a word that is none', `{"inventory_items":[\n${good},\n ${mark}nul]}`, ['error body.well_formed']],
  ['text behind the end', `${json(good)}\n${mark}x`, ['error body.well_formed']],
  ['a string that is not closed', `{"inventory_items":[{"upc":${mark}"1]}`, ['error body.well_formed']],
  ['an empty file', mark, ['error body.well_formed'], 'joor'],
  [
    'nesting of 65 levels',
    json(`{"warehouse":"NY","a":${'['.repeat(61)}${mark}[]${']'.repeat(61)}}`),
    ['error body.depth'],
  ],
  [
    'a second item for a position',
    json(good, `${mark}{"warehouse":"NY","upc":"1","inventory":2}`),
    ['warn inventory.same_position'],
  ],
]

const inJoorXml: readonly Row[] = [
  [
    'words for a number',
    xml(`<warehouse>NY</warehouse>\n <upc>1</upc>${mark}<inventory>x</inventory>`),
    ['error inventory.integer'],
  ],
  [
    'a field three times',
    xml(goodXml, `\n${mark}<upc>2</upc>`, ` ${mark}<upc>3</upc>`),
    ['error item.repeated_xml', 'error item.repeated_xml'],
  ],
  [
    'missing fields',
    xml(goodXml).replace(
      '</inventory_items>',
      `\n${mark}<inventory_item><upc>1</upc><warehouse>NY</warehouse></inventory_item></inventory_items>`,
    ),
    ['error inventory.required'],
  ],
  [
    'CRLF, in tags too',
    xml(`<warehouse>NY</warehouse>\r\n<upc\r\n>1</upc>\r\n${mark}<inventory\r\n>x</inventory\r\n>`),
    ['error inventory.integer'],
  ],
  ['a nested value', xml(goodXml, `${mark}<size><a>1</a></size>`), ['error item.scalar']],
  [
    'tabs and surrogate pairs',
    xml(`\t<warehouse>😀</warehouse>\t<upc>😀</upc>\t${mark}<inventory>😀</inventory>`),
    ['error inventory.integer'],
  ],
  [
    'a byte order mark before it',
    `\ufeff${mark}${xml(`<warehouse>NY</warehouse><upc>1</upc>${mark}<inventory>x</inventory>`)}`,
    ['warn format.bom', 'error inventory.integer'],
  ],
  [
    'an attribute',
    xml(goodXml).replace('<inventory_item>', `\n${mark}<inventory_item a="1">`),
    ['warn xml.item_plain'],
  ],
  [
    'an attribute of a field, the second of its name',
    xml(goodXml, `\n${mark}<upc a="1">1</upc>`),
    ['error item.repeated_xml, warn xml.item_plain'],
  ],
  [
    'an element beside the items',
    `<inventory_items><inventory_item>${goodXml}</inventory_item>\n ${mark}<x/></inventory_items>`,
    ['warn xml.root_plain'],
  ],
  ['another root', `<?xml version="1.0"?>\n<!-- a -->${mark}<items/>`, ['error body.xml_root']],
  ['no items', `\n ${mark}<inventory_items/>`, ['error body.items']],
  [
    'a wrong end tag',
    `<inventory_items>\n<inventory_item>${mark}</item></inventory_items>`,
    ['error body.well_formed'],
  ],
  ['an end that is missing', `<inventory_items>\n<inventory_item>${goodXml}${mark}`, ['error body.well_formed']],
  ['an entity of nobody', xml(`<warehouse>\n a ${mark}&foo; b</warehouse>`), ['error body.well_formed']],
  ['a second root', `${xml(goodXml)}\n${mark}<x/>`, ['error body.well_formed']],
  ['text behind the end', `${xml(goodXml)}\n ${mark}x`, ['error body.well_formed']],
  ['a character that XML does not know', xml(`<warehouse>a😀${mark}\u0001</warehouse>`), ['error body.well_formed']],
  ['a DOCTYPE', `<?xml version="1.0"?>\n${mark}<!DOCTYPE a>\n${xml(goodXml)}`, ['error xml.doctype']],
  ['another encoding', `<?xml version="1.0" encoding="${mark}ISO-8859-1"?>\n${xml(goodXml)}`, ['warn xml.encoding']],
]

const inJirafe: readonly Row[] = [
  [
    'a float',
    `{"product_code":"a",\n"inventory_level":${mark}5.0,"timestamp":"2015-01-23T16:35:38+0000"}`,
    ['error event.float_integers'],
  ],
  [
    '1e400',
    `{"product_code":"a","inventory_level":${mark}1e400,"timestamp":"2015-01-23T16:35:38+0000"}`,
    ['error event.float_integers'],
  ],
  [
    '12345678901234567890',
    `{"product_code":"a","inventory_level":${mark}12345678901234567890,"timestamp":"2015-01-23T16:35:38+0000"}`,
    ['warn inventory.exact'],
  ],
  ['a missing field', `\n ${mark}{"product_code":"a","inventory_level":5}`, ['error event.schema']],
  [
    'a field that an inner object lacks',
    `{${order},"customer":\n ${mark}{"id":"1"}}`,
    ['error event.schema, error event.schema'],
    'jirafe/order',
  ],
  ['an undeclared field', `{${event},"more": ${mark}1}`, ['warn event.undeclared']],
  ['a date that is none', `{"product_code":"a","inventory_level":5,"timestamp":${mark}"x"}`, ['warn event.formats']],
  [
    'a name three times',
    `{"product_code":"b",${event.replace('"a"', `${mark}"a"`)},"product_code":${mark}"c"}`,
    ['warn event.repeated', 'warn event.repeated'],
  ],
  [
    'a wrong type in a batch',
    `{"product.inventory":[{${event}},\n{"product_code":${mark}null,"inventory_level":5,"timestamp":"2015-01-23T16:35:38+0000"}]}`,
    ['error event.schema'],
  ],
  [
    'a key of a batch three times',
    `{"inventory":${mark}[{${event}}],"product.inventory":[{${event}}],"product.inventory":${mark}[{${event}}],\n "product.inventory": ${mark}[{${event}}]}`,
    ['warn batch.inventory_alias', 'warn batch.repeated_key', 'warn batch.repeated_key'],
  ],
  ['an unknown key of a batch', `{"product.inventory":[{${event}}],"stock":[${mark}{}]}`, ['error batch.unknown_key']],
  ['a key that has no list', `{"order":\n${mark}{}}`, ['error batch.shape']],
  ['no batch at all', ` ${mark}[]`, ['error batch.shape'], 'jirafe/batch'],
  [
    'CRLF, a byte order mark and surrogate pairs',
    `\ufeff${mark}{\r\n"product_code":"😀","inventory_level":${mark}"😀",\r\n"timestamp":"2015-01-23T16:35:38+0000"}`,
    ['warn format.bom', 'error event.schema'],
  ],
  ['a syntax error', `{${event},\n${mark}}`, ['error format.json']],
  ['an empty file', mark, ['error format.json'], 'jirafe/inventory'],
  ['nesting of 65 levels', `{${event},"a":${'['.repeat(63)}${mark}[]${']'.repeat(63)}}`, ['error format.depth']],
]

const told = (printed: readonly string[]) =>
  printed.map((line) => (/^payload:(\d+:\d+) (\w+) (?:joor|jirafe)\.(\S+) \S/.exec(line) ?? [line]).slice(1).join(' '))

const rows = Object.entries({ "JOOR's JSON": inJoorJson, "JOOR's XML": inJoorXml, "Jirafe's JSON": inJirafe }).flatMap(
  ([format, each]) => each.map(([what, text, expected, as]) => ({ format, what, text, expected, as })),
)

describe('Every place is exact', () => {
  it.each(rows)('in $format: $what', async ({ text, expected, as }) => {
    const { plain, places } = unmarked(text)
    const { code, printed } = await check({ payload: plain }, ...(as === undefined ? [] : ['--as', as]))
    const right = places.flatMap((place, index) =>
      (expected[index] ?? 'nothing').split(', ').map((each) => `${place} ${each}`),
    )
    expect(told(printed).sort()).toEqual([...right].sort())
    expect(code).toBe(right.some((line) => line.includes(' error ')) ? 1 : 0)
  })

  it.each(rows)('says what is seen, and once what is right: $what in $format', async ({ text, as }) => {
    const { plain } = unmarked(text)
    const { printed } = await check({ payload: plain }, ...(as === undefined ? [] : ['--as', as]))
    for (const line of printed) {
      expect(line).toMatch(/^payload:\d+:\d+ \w+ \S+ [^.].*\. Right is: ./s)
      expect(line.match(/Right is/g)).toHaveLength(1)
    }
  })

  it('which a mark in another place would show', async () => {
    const { plain, places } = unmarked(json(`{"warehouse":"NY",${mark}"upc":1,"inventory":5}`))
    const { printed } = await check({ payload: plain })
    expect(told(printed)).toHaveLength(1)
    expect(told(printed)[0]).not.toContain(`${places[0]} `)
  })

  it('of bytes that are no UTF-8, behind any that are', async () => {
    const right = Buffer.from(`{"inventory_items":[\n{"warehouse":"é\ufffd😀`)
    const { code, printed } = await check({ payload: Buffer.concat([right, Buffer.from([0xe9, 0x22, 0x7d])]) })
    expect([code, told(printed)]).toEqual([1, ['2:19 error format.utf8']])
  })

  it('in a file of 10 MB, first and last', async () => {
    const bad = `\n${mark}{"warehouse":"NY","inventory":1}`
    const fill = Array.from(
      { length: 95_000 },
      (_, index) => `\n{"warehouse":"NY","inventory":1,"upc":"${index}","size":"${'x'.repeat(60)}"}`,
    )
    const { plain, places } = unmarked(json(bad, ...fill, bad))
    expect(plain.length).toBeGreaterThan(10_000_000)
    const { printed } = await check({ payload: plain })
    expect([...new Set(told(printed).map((line) => line.split(' ')[0]))]).toEqual(places)
  })
})

describe('What it costs to tell the places', () => {
  const costOf = (name: string, text: string) =>
    processorTime(async () => {
      const { complained } = await check({ [name]: text })
      expect(complained).toContain('is broken 19999 more times')
    })

  it('grows no faster in XML than in JSON with the fields of one item', async () => {
    const fields = Array<string>(30_000).fill('"upc":"1"')
    const inJson = await costOf('a.json', json(`{"warehouse":"NY","inventory":1,${fields.join(',')}}`))
    const children = Array<string>(30_000).fill('<upc>1</upc>')
    const inXml = await costOf('a.xml', xml('<warehouse>NY</warehouse><inventory>1</inventory>', ...children))
    expect(inXml).toBeLessThan(8 * inJson)
  })
})

describe('A file is judged as the call that brings it', () => {
  const isPayload = /^(?:POST|PUT) \/v2\/(?:bulk-inventory|([^/]+)\/([\w.]+))\/?$/

  it('whatever the contract cases send', async () => {
    const cases = await readCases(shippedCases, defaultVariables)
    const emulator = await startTestEmulator()
    let count = 0
    for (const { file, case: name, steps } of cases)
      for (const { call, json: value, xml: text, headers = {}, raw } of steps) {
        const [match, site, type] = isPayload.exec(call) ?? []
        if (match === undefined || raw !== undefined || (value ?? text) === undefined) continue
        const as = site === undefined ? 'joor' : `jirafe/${type}`
        if (!payloadNames.includes(as)) continue
        if (Object.keys(headers).some((each) => /content|accept|authorization/i.test(each))) continue
        const body = text ?? (typeof value === 'string' ? value : JSON.stringify(value))
        const own = `case-${count++}`
        const { headers: replied } = await supertest(emulator.url)
          .post(site === undefined ? '/v2/bulk-inventory' : `/v2/${own}/${type}`)
          .set('Authorization', site === undefined ? oauth2(own) : `Bearer ${own}`)
          .set('Content-Type', text === undefined ? 'application/json' : 'application/xml')
          .send(body)
        const id = replied['backstock-request-id']
        const { body: detail } = await supertest(emulator.url).get(`/_backstock/requests/${id}`)
        const { code, printed } = await check({ payload: body }, '--as', as, '--format', 'json')
        const checked = printed.length === 0 ? [] : JSON.parse(printed.join('\n')).violations
        const shown = (each: { rule: string; at: object; right: string }) =>
          JSON.stringify([each.rule, each.at, each.right])
        const inCall = detail.violations.filter(({ at }: { at: object }) => 'pointer' in at).map(shown)
        // A call keeps twenty places of a rule, a file all of them.
        const inFile = checked.map(shown)
        expect([file, name, inCall.filter((each: string) => !inFile.includes(each))]).toEqual([file, name, []])
        if (inCall.length < 20) expect([file, name, [...inFile].sort()]).toEqual([file, name, [...inCall].sort()])
        expect(code).toBe(checked.some(({ level }: { level: string }) => level === 'error') ? 1 : 0)
      }
    expect(count).toBeGreaterThan(100)
  }, 120_000)

  it('the vendors’ own examples say nothing', async () => {
    const cases = await readCases(shippedCases, defaultVariables)
    const examples = cases.filter(({ file }) => file === 'joor/examples').flatMap(({ steps }) => steps)
    expect(examples.length).toBeGreaterThanOrEqual(2)
    for (const { json: value, xml: text } of examples) {
      const body = text ?? (typeof value === 'string' ? value : JSON.stringify(value))
      expect(await check({ payload: body })).toEqual({ code: 0, printed: [], complained: '' })
    }
  })
})

describe('What a payload is', () => {
  it.each([
    ['JSON with inventory_items', json(good), 'joor'],
    ['XML', xml(goodXml), 'joor'],
    ['an object of lists that are types', '{"order":[],"product.inventory":[]}', 'jirafe'],
    ['an event by its fields', `{${event}}`, 'jirafe'],
  ])('is told by itself: %s', async (_what, text, vendor) => {
    const { code, printed } = await check({ payload: text }, '--format', 'junit')
    expect(code).toBe(0)
    expect(printed.join('\n')).toContain(`<testsuite name="${vendor}"`)
  })

  it('is never told wrongly of an event: it fits, or is asked for', async () => {
    for (const [name, document] of minimal) {
      const type = name === 'product.inventory' ? 'inventory' : name
      const { code, printed, complained } = await check({ payload: JSON.stringify(document) })
      if (complained === '') expect([type, code, printed]).toEqual([type, 0, []])
      else if (complained.includes('may be')) expect(complained).toContain(`jirafe/${type}`)
      else expect(JSON.stringify(document)).toBe('{}')
    }
  })

  it.each([
    ['an empty file', ''],
    ['what breaks off before its first name ends', '{"time'],
    ["XML, and JOOR's", xml(goodXml)],
    ['words', 'hello'],
  ])('is no JSON for Jirafe whatever it was to be: %s', async (_what, text) => {
    const { code, printed } = await check({ payload: text }, '--as', 'jirafe')
    expect(code).toBe(1)
    expect(told(printed)).toEqual([expect.stringMatching(/^1:\d+ error format\.json$/)])
  })

  it("is asked for among Jirafe's, once it is said to be one of them", async () => {
    const { code, complained } = await check({ payload: json(good) }, '--as', 'jirafe')
    expect(code).toBe(2)
    expect(complained).toContain('payload: cannot be told to be which payload of Jirafe; say so by --as jirafe/batch')
    expect(complained).not.toContain('JOOR')
  })

  it.each([
    ['an empty file', '', 'payload: is empty; say what it was to be by --as'],
    ['an empty object', '{}', 'payload: cannot be told to be a payload of JOOR or of Jirafe; say which by --as'],
    ['a bare list', `[${good}]`, 'payload: cannot be told to be a payload'],
    ['words', 'hello', 'payload: cannot be told to be a payload'],
    ['UTF-16', Buffer.from('\ufeff{"id":1}', 'utf16le'), 'payload: is no UTF-8, and cannot be told'],
    ['what several types have', '{"id":"1","name":"x"}', 'payload: may be jirafe/'],
  ])('is asked for where it cannot be told: %s', async (_what, text, sentence) => {
    const { code, printed, complained } = await check({ payload: text })
    expect([code, printed]).toEqual([2, []])
    expect(complained).toContain(sentence)
  })

  it.each([
    [['--as', 'jorr'], '--as: must be joor, jirafe, ', 'did you mean "joor"?'],
    [['--as', 'jirafe/ordr'], '--as: must be ', 'did you mean "jirafe/order"?'],
    [['--format', 'sarf'], '--format: must be text, json, junit, sarif, github or markdown, ', 'did you mean "sarif"?'],
    [['--evidence', 'proven'], '--evidence: must be documented, ', 'not "proven"'],
    [['--level', 'joor.dat.*=off'], '--level: ', 'no rule is called "joor.dat.*"'],
  ])('is refused where an option is wrong: %j', async (options, ...parts) => {
    const { code, printed, complained } = await check({ payload: json('1') }, ...options)
    expect([code, printed]).toEqual([2, []])
    for (const part of parts) expect(complained).toContain(part)
  })
})

describe('backstock check', () => {
  const bad = json('{"warehouse":"NY","upc":1,"inventory":"x"}')

  it('tells several files in their order, and goes on behind one that it cannot read', async () => {
    await writeFile(join(folder, 'a.json'), bad)
    await writeFile(join(folder, 'b.json'), bad)
    const { code, printed, complained } = await commandIn({ folder }, 'check', 'b.json', 'none.json', '.', 'a.json')
    expect(code).toBe(2)
    expect(printed.map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      'b.json:1:45 warn joor.item.string_type',
      'b.json:1:59 error joor.inventory.integer',
      'a.json:1:45 warn joor.item.string_type',
      'a.json:1:59 error joor.inventory.integer',
    ])
    expect(complained).toBe(
      'cannot read none.json: there is no such file\ncannot read .: it is a directory\nBackstock: 2 errors and 2 warnings in 2 files',
    )
  })

  it('says what was seen and what would be right', async () => {
    const { printed } = await check({ payload: json('{"warehouse":"NY","upc":"1","inventory":"x"}') })
    expect(printed).toEqual(['payload:1:61 error joor.inventory.integer x. Right is: an integer such as 26.'])
  })

  it.each([[[]], [['-']]])('reads stdin for %j', async (files) => {
    const input = () => bytes(bad.slice(0, 50), bad.slice(50))
    const { code, printed } = await commandIn({ folder, input }, 'check', ...files)
    expect(code).toBe(1)
    expect(printed[0]).toMatch(/^<stdin>:1:45 warn /)
  })

  it('asks for a file where a person sits at stdin', async () => {
    const { code, complained } = await commandIn({ folder, input: () => undefined }, 'check')
    expect([code, complained]).toEqual([2, 'there is no file: name one, or pipe a payload into backstock check'])
  })

  it('goes by the levels, the evidence and the settings of the config file and of options', async () => {
    const rules = async (...options: readonly string[]) => {
      const { code, printed } = await check({ payload: json('{"upc":1,"inventory":1}') }, ...options)
      return [code, printed.map((line) => line.split(' ').slice(1, 3).join(' '))]
    }
    const string = 'joor.item.string_type'
    const missing = 'joor.warehouse.missing'
    expect(await rules()).toEqual([0, [`warn ${missing}`, `warn ${string}`]])
    expect(await rules('--level', 'joor.item.*=error', '--level', `${missing}=off`)).toEqual([1, [`error ${string}`]])
    expect(await rules('--setting', 'missing_warehouse=refuse')).toEqual([
      1,
      ['error joor.warehouse.required', `warn ${string}`],
    ])
    await writeFile(join(folder, 'backstock.config.yaml'), `levels: { "${missing}": error, "${string}": off }\n`)
    expect(await rules()).toEqual([1, [`error ${missing}`]])
    await writeFile(join(folder, 'backstock.config.yaml'), 'evidence: documented\n')
    const [, documented] = await rules()
    expect(documented).not.toContain(`warn ${missing}`)
    // A linter that is asked judges, whatever an emulator is to do.
    await writeFile(join(folder, 'backstock.config.yaml'), 'settings: { contract: off }\n')
    expect(await rules()).toEqual([0, [`warn ${missing}`, `warn ${string}`]])
  })

  it('shows a long value, and a long name, by its start', async () => {
    const long = 'x'.repeat(100_000)
    const { printed } = await check({
      'a.json': json(`{"warehouse":"NY","upc":"1","inventory":"${long}","${long}":1}`),
    })
    expect(printed.map((line) => line.split(' ')[2]).sort()).toEqual([
      'joor.inventory.integer',
      'joor.item.known_fields',
    ])
    for (const line of printed) expect(line.length).toBeLessThan(1_000)
    const { printed: report } = await check(
      { 'a.json': json(`{"warehouse":"NY","upc":"1","${long}":1}`) },
      '--format',
      'sarif',
    )
    expect(report.join('').length).toBeLessThan(10_000)
  })

  it('does not let a payload steer the terminal', async () => {
    const { printed } = await check({
      payload: json('{"warehouse":"NY","upc":"1","inventory":"\\u001b[31mred\\u202e"}'),
    })
    expect(printed[0]).toContain('\\u001b[31mred\\u202e')
  })

  it('tells no rule of a head, which a file has not', async () => {
    for (const [text, format] of [
      [json(good), 'json'],
      [xml(goodXml), 'junit'],
    ] as const) {
      const { printed } = await check({ payload: text }, '--format', format)
      expect(printed.join('\n')).not.toMatch(
        /joor\.(?:auth|call|query|rate)|content_type|codings|accept|return_format|text_types/,
      )
    }
  })

  it('writes every format, of all files together', async () => {
    const files = { 'a.json': bad, 'b.xml': xml(goodXml.replace('>1<', '>x<').replace('1</inv', 'y</inv')) }
    const written = async (format: string) => (await check(files, '--format', format)).printed.join('\n')
    const { violations, rules } = JSON.parse(await written('json'))
    expect(violations.map(({ file }: { file: string }) => file).sort()).toEqual(['a.json', 'a.json', 'b.xml'])
    expect(rules[0]).toMatchObject({
      rule: 'joor.inventory.integer',
      level: 'error',
      count: 2,
      files: ['a.json', 'b.xml'],
    })
    expect(JSON.parse(await written('sarif')).runs[0].results).toHaveLength(3)
    expect(await written('junit')).toContain('failures="1"')
    expect((await written('github')).split('\n')).toEqual([
      expect.stringMatching(/^::error file=a\.json,line=1,col=59,title=joor\.inventory\.integer::/),
      expect.stringMatching(/^::error file=b\.xml,line=1,col=\d+,title=/),
      expect.stringMatching(/^::warning file=a\.json,line=1,col=45,/),
    ])
    expect(await written('markdown')).toContain('| a.json:1:59 |')
  })
})
