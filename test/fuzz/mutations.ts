/** Ways of spoiling a body: over its bytes, and over what the bytes mean. Each draws from `random` and nothing else. */
export type Random = () => number
type Mutation = (body: Buffer, random: Random, corpus: readonly Buffer[]) => Buffer

export const below = (random: Random, most: number) => Math.floor(random() * most)

export function oneOf<Value>(random: Random, values: readonly Value[]): Value {
  const value = values[below(random, values.length)]
  if (value === undefined) throw new Error('There is nothing to choose from.')
  return value
}

const spot = (body: Buffer, random: Random) => below(random, body.length + 1)
const put = (body: Buffer, at: number, what: Buffer | string, instead = 0) =>
  Buffer.concat([body.subarray(0, at), Buffer.from(what), body.subarray(at + instead)])

/** Bytes that readers of text stumble over. */
const hostileBytes = [
  ...['00', 'efbbbf', 'eda080', 'edb080', 'eda0bdedb880', 'c080', 'e08080', 'f08080af', 'c1bf', 'f4908080', 'f8888080'],
  ...['ff', 'fe', 'fffe', 'feff', '80', 'c2', 'e2', 'f0', 'e28080', 'e280a8', 'e280ae', 'efbfbe', 'efbfbf', '7f', '1b'],
  ...['0b', '0c', '0d', '85', 'c285', 'c2a0', 'f09f9880'],
].map((hex) => Buffer.from(hex, 'hex'))

const deep = (open: string, close: string) => (random: Random) => {
  const levels = oneOf(random, [2, 62, 63, 64, 65, 66, 1_000, 20_000])
  return open.repeat(levels) + (random() < 0.5 ? close.repeat(levels) : '')
}
const fixed = (text: string) => () => text

/** What means something where a JSON value stands. */
const values: readonly ((random: Random) => string)[] = [
  deep('[', ']'),
  deep('{"a":', '}'),
  (random) => '9'.repeat(oneOf(random, [15, 16, 17, 19, 20, 309, 5_000])),
  (random) => `1e${oneOf(random, ['5', '15', '16', '308', '309', '999999999999', '-400', '+1'])}`,
  (random) => `-${oneOf(random, ['0', '0.0', '1', '9007199254740993', '01', '', 'Infinity'])}`,
  (random) =>
    `"${oneOf(random, ['\\ud800', '\\udc00\\ud800', '\\u0000', '\\u00', '\\x', 'a'.repeat(70_000), '\\/', ''])}"`,
  ...['null', 'true', 'false', '{}', '[]', '[[]]', '0', '""', '" "', 'NaN', 'undefined', "'x'", '1.', '.5', '0x1f'].map(
    fixed,
  ),
  ...['{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}', '[null]', '{"a":1,"a":2}'].map(
    fixed,
  ),
]
const names = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'inventory_items',
  '',
  ' ',
  'a.b/c~d',
  '\\u0061',
  'length',
]

/** What means something where XML has content. */
const contents: readonly ((random: Random) => string)[] = [
  deep('<a>', '</a>'),
  ...[
    '<![CDATA[1]]>',
    '<![CDATA[]]]]><![CDATA[>]]>',
    '<![CDATA[',
    ']]>',
    '<!--x-->',
    '<!--x--y-->',
    '<?x y?>',
    '<?xml version="1.0"?>',
  ],
  ...[
    '&amp;',
    '&lt;',
    '&#49;',
    '&#x31;',
    '&#0;',
    '&#xD800;',
    '&#x110000;',
    '&#99999999999999999999;',
    '&x;',
    '&',
    '&#;',
    '&#x;',
  ],
  ...[
    '<x:upc xmlns:x="urn:x">1</x:upc>',
    '<x:upc>1</x:upc>',
    '<upc xmlns="urn:y">1</upc>',
    '<upc a="1" a="2">1</upc>',
    '<upc a=1>1</upc>',
  ],
  ...[
    '<__proto__>1</__proto__>',
    '<constructor/>',
    '<upc',
    '</upc>',
    '</inventory_items>',
    '<inventory_item/>',
    '<upc><upc>1</upc></upc>',
  ],
].map((content) => (typeof content === 'string' ? fixed(content) : content))

const doctypes = [
  '<!DOCTYPE inventory_items>',
  '<!DOCTYPE inventory_items SYSTEM "file:///etc/passwd">',
  '<!DOCTYPE inventory_items [<!ENTITY x SYSTEM "http://192.0.2.1/x">]>',
  '<!DOCTYPE inventory_items [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
  '<!DOCTYPE inventory_items [<!ENTITY % p SYSTEM "http://192.0.2.1/p"> %p;]>',
  '<!doctype inventory_items>',
  '<!DOCTYPE',
]

/** The places between the tokens of a text, where something may be put in or taken out. */
const places = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(({ index }) => index)

/** Puts something in place of a JSON value or name, or before an XML tag: whichever the body has. */
function replaceToken(pattern: RegExp, what: (random: Random) => string): Mutation {
  return (body, random) => {
    const text = body.toString('latin1')
    const found = [...text.matchAll(pattern)]
    if (found.length === 0) return body
    const { index, 0: token } = oneOf(random, found)
    return put(body, index, what(random), token.length)
  }
}

const jsonValue = /"(?:[^"\\]|\\.)*"(?!\s*:)|-?\d[\d.eE+-]*|\b(?:true|false|null)\b/g
const jsonName = /"(?:[^"\\]|\\.)*"(?=\s*:)/g
const xmlText = />[^<]*/g

const ofBytes: readonly Mutation[] = [
  (body, random) => {
    const flipped = Buffer.from(body)
    for (let flips = 1 + below(random, 4); flips > 0 && flipped.length > 0; flips--) {
      const at = below(random, flipped.length)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << below(random, 8))
    }
    return flipped
  },
  (body, random) => body.subarray(0, spot(body, random)),
  (body, random) => body.subarray(spot(body, random)),
  (body, random) => put(body, spot(body, random), '', below(random, 40)),
  (body, random) => put(body, spot(body, random), oneOf(random, hostileBytes)),
  (body, random) => {
    const [from, to] = [spot(body, random), spot(body, random)].sort((one, other) => one - other)
    return put(body, to ?? 0, body.subarray(from, to))
  },
  (body, random, corpus) => {
    const other = oneOf(random, corpus)
    return Buffer.concat([body.subarray(0, spot(body, random)), other.subarray(spot(other, random))])
  },
  (body, random) =>
    Buffer.concat([body, random() < 0.5 ? body : Buffer.from(oneOf(random, [' ', '\n', '\0', ',', '}', ']', '<a/>']))]),
  (body, random) => Buffer.from(body.toString('utf8'), oneOf(random, ['utf16le', 'latin1'] as const)),
  (body, random) =>
    Buffer.concat([Buffer.from(oneOf(random, ['efbbbf', 'efbbbfefbbbf', 'fffe', 'feff']), 'hex'), body]),
  (body, random) => Buffer.from(body.toString('utf16le'), 'utf8').subarray(0, 1 + below(random, 400)),
]

const ofJson: readonly Mutation[] = [
  replaceToken(jsonValue, (random) => oneOf(random, values)(random)),
  replaceToken(jsonName, (random) => `"${oneOf(random, names)}"`),
  // A name said once more, with a value of its own.
  (body, random) => {
    const { index, 0: name } = oneOf(random, [...body.toString('latin1').matchAll(jsonName), { index: 0, 0: '' }])
    return name === '' ? body : put(body, index, `${name}:${oneOf(random, values)(random)},`)
  },
  (body, random) => {
    const at = oneOf(random, [...places(body.toString('latin1'), /[[{:,]/g), 0])
    return put(body, at + 1, oneOf(random, values)(random))
  },
  (body, random) => Buffer.from(`${deep('[', ']')(random).replace(/\]+$/, '')}${body.toString('utf8')}`),
  (body, random) => {
    const at = body.indexOf('{')
    const many = Array.from({ length: oneOf(random, [2, 100, 3_000]) }, (_, index) => `"f${index}":${index},`).join('')
    return at < 0 ? body : put(body, at + 1, many)
  },
]

const ofXml: readonly Mutation[] = [
  replaceToken(xmlText, (random) => `>${oneOf(random, contents)(random)}`),
  (body, random) =>
    put(body, oneOf(random, [...places(body.toString('latin1'), /</g), 0]), oneOf(random, contents)(random)),
  (body, random) => put(body, random() < 0.8 ? 0 : spot(body, random), oneOf(random, doctypes)),
  (body, random) =>
    put(
      body,
      0,
      `<?xml version="${oneOf(random, ['1.0', '1.1', '2', ''])}" encoding="${oneOf(random, ['utf-8', 'UTF-16', 'x', ''])}"?>`,
    ),
  // An attribute, or thousands of them.
  (body, random) => {
    const at = oneOf(random, [...places(body.toString('latin1'), /[\w:-](?=>)/g), 0])
    const many = Array.from({ length: oneOf(random, [1, 2, 5_000]) }, (_, index) => ` a${index}="${index}"`).join('')
    return put(body, at + 1, random() < 0.3 ? ` ${oneOf(random, names)}="1"` : many)
  },
  replaceToken(/<\/?[\w:-]+/g, (random) =>
    oneOf(random, ['<', '</', '<x:', '<x:y:', '<1', '<-', '</ ', '< ', '<\u00e9', '<upc', '</upc']),
  ),
]

/** A body with one change or up to three, of its bytes or of what they mean. */
export function mutated(format: 'json' | 'xml', random: Random, corpus: readonly Buffer[]): Buffer {
  let body = oneOf(random, corpus)
  for (let changes = random() < 0.6 ? 1 : 2 + below(random, 2); changes > 0; changes--) {
    const kinds = random() < 0.4 ? ofBytes : format === 'json' ? ofJson : ofXml
    body = oneOf(random, kinds)(body, random, corpus)
  }
  return body
}
