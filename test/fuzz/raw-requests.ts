import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { below, oneOf, type Random } from './mutations.js'

/** What a client writes on a connection, and how it leaves. */
export interface RawRequest {
  /** Which kind of fault it has. */
  readonly kind: string
  /** Written one after the other, each in a packet of its own where the system lets it. */
  readonly parts: readonly Buffer[]
  /** `reset` breaks the connection off; `end` waits for replies first, then ends its own side. */
  readonly ending: 'end' | 'reset'
  /** It may be read in two ways, of which one has a call of `smuggled` in it: nobody may serve that. */
  readonly smuggles?: true
}

type Parts = readonly (string | Buffer)[]

const token = (name: string) => `OAuth2 ${Buffer.from(name).toString('base64')}`
const item = '{"inventory_items":[{"warehouse":"NY","upc":"1","inventory":1}]}'
const event = '{"timestamp":"2015-01-23T16:35:38Z","product_code":"SKU-1","inventory_level":1}'

/** A whole call; what is undefined among the headers is left out. */
function call(
  line: string,
  headers: Readonly<Record<string, string | undefined>> = {},
  body = '',
  end = '\r\n',
): string {
  const all = { Host: 'localhost', 'Content-Length': String(Buffer.byteLength(body)), ...headers }
  const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]))
  return [line, ...lines, '', body].join(end)
}

const bulkLine = 'POST /v2/bulk-inventory HTTP/1.1'
const joor = { Authorization: token('fuzzed'), 'Content-Type': 'application/json' }
const jirafe = { Authorization: 'Bearer fuzzed', 'Content-Type': 'application/json' }
const goodCalls = [
  call(bulkLine, joor, item),
  call('PUT /v2/fuzzed/inventory HTTP/1.1', jirafe, event),
  call('GET /_backstock/health HTTP/1.1'),
  call('GET /v2/fuzzed/site_check HTTP/1.1', jirafe),
]
const smuggled = call(bulkLine, { ...joor, Authorization: token('smuggled') }, item)

const oddBytes = [
  '\0',
  '\r',
  '\n',
  '\x7f',
  '\x80',
  '\xff',
  '\t',
  ' ',
  '\x0b',
  '"',
  '\\',
  '%',
  '\u2028',
  '\r\n',
  ':',
  ',',
  ';',
]
const names = [
  'Host',
  'Content-Length',
  'Transfer-Encoding',
  'Content-Type',
  'Authorization',
  'Expect',
  'Connection',
  'Upgrade',
  'Accept',
  'Content-Encoding',
  'X',
  '__proto__',
  '',
]
const targets = [
  ...[
    '/',
    '//',
    '/..',
    '/../../etc/passwd',
    '/v2/bulk-inventory/../x',
    '/%',
    '/%zz',
    '/%00',
    '/%2e%2e%2f',
    '/v2/%ff/inventory',
  ],
  ...[
    '/v2/bulk-inventory?%',
    '/v2/bulk-inventory?a=%zz&b=%ff',
    '/?'.padEnd(3_000, 'a=b&'),
    `/${'a'.repeat(9_000)}`,
    '/v2//fuzzed///inventory',
  ],
  ...[
    'http://example.com/v2/bulk-inventory',
    'https://localhost',
    'http://',
    'HTTP://LOCALHOST/_backstock/health',
    'http://user:pass@localhost/',
  ],
  ...[
    '*',
    'localhost:80',
    '?',
    '#',
    '/#fragment',
    'v2/bulk-inventory',
    '/v2/fuzzed/inventory;x=1',
    '/\\..\\',
    '/\u00e9',
    '/v2/\u00fc\u2028/inventory',
  ],
  ...[
    '/_backstock',
    '/_backstock/',
    '/_backstock/%',
    '/_backstock/joor/accounts/%ff',
    '/_backstock/joor/accounts/__proto__',
    '//_backstock//health',
  ],
  ...[
    '/_backstock/requests?limit=-1',
    '/_backstock/requests/%00',
    '/_backstock/nothing',
    '/_backstock/faults',
    '/_backstock/coverage?format=x',
  ],
]
const methods = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'PATCH',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'PROPFIND',
  'get',
  'G\u00c9T',
  'GE T',
  '',
  'A'.repeat(500),
  'PRI',
  '\x16\x03\x01',
]
const versions = [
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/2.0',
  'HTTP/0.9',
  'HTTP/1.2',
  'HTTP/11',
  'http/1.1',
  'HTTP/1.1 ',
  'HTTP/',
  '',
  'HTTP/9999999999.1',
  'RTSP/1.0',
]

/** Headers of one call that say two things of where its body ends, or one that is none. */
const lengths: readonly (readonly string[])[] = [
  ['Content-Length: 5', 'Content-Length: 6'],
  ['Content-Length: 0', 'Transfer-Encoding: chunked'],
  ['Transfer-Encoding: chunked', 'Content-Length: 5'],
  ['Content-Length: 5, 6'],
  ['Content-Length: +5'],
  ['Content-Length: -1'],
  ['Content-Length: 0x5'],
  ['Content-Length: 5 5'],
  ['Content-Length: 18446744073709551621'],
  ['Content-Length:\x0b5'],
  ['Content-Length : 5'],
  ['Content-Length: '],
  ['Transfer-Encoding: xchunked'],
  ['Transfer-Encoding: chunked, identity'],
  ['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'],
  ['Transfer-Encoding:\x0bchunked'],
  ['Transfer-Encoding : chunked'],
  ['Transfer-Encoding: "chunked"'],
  ['X: y\nTransfer-Encoding: chunked', 'Content-Length: 0'],
  ['X: y\rTransfer-Encoding: chunked', 'Content-Length: 0'],
  ['Transfer-Encoding:', ' chunked', 'Content-Length: 5'],
]

const chunkedBodies = [
  ...[
    '5\r\nhello\r\n0\r\n\r\n',
    'zz\r\nhello\r\n',
    '-5\r\nhello\r\n0\r\n\r\n',
    '5 \r\nhello\r\n0\r\n\r\n',
    '5;a=b\r\nhello\r\n0\r\n\r\n',
  ],
  ...[
    'ffffffffffffffffff\r\n',
    '5\r\nhel',
    '5\r\nhelloo\r\n0\r\n\r\n',
    '5\nhello\n0\n\n',
    '0\r\nX: y\r\n\r\n',
    '0\r\n\0: y\r\n\r\n',
  ],
  ...[
    `5;${'a'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`,
    `0\r\n${'X: y\r\n'.repeat(3_000)}\r\n`,
    '0x5\r\nhello\r\n0\r\n\r\n',
    '\r\n',
    '0',
    '5\r\nhello0\r\n\r\n',
  ],
]
const zeros = Buffer.alloc(30 * 1024 * 1024)
const bombs: readonly (readonly [coding: string, bytes: Buffer])[] = [
  ['gzip', gzipSync(zeros)],
  ['deflate', deflateSync(zeros)],
  ['br', brotliCompressSync(zeros)],
  ['gzip, gzip', gzipSync(gzipSync(zeros))],
]
const codings = [
  'gzip',
  'br',
  'deflate',
  'identity',
  'x',
  'gzip,gzip,gzip,gzip,gzip,gzip',
  'gzip;q=1',
  '',
  ',',
  'compress',
]

/** Spoils a good call at one place. */
function spoilt(random: Random): string {
  const good = oneOf(random, goodCalls)
  const at = below(random, good.length)
  return good.slice(0, at) + oneOf(random, oddBytes) + good.slice(at + below(random, 3))
}

function header(random: Random): string {
  const name = oneOf(random, names)
  const value = oneOf(random, [
    '',
    'x',
    '1',
    'chunked',
    oneOf(random, oddBytes),
    'a'.repeat(below(random, 2) * 30_000),
    '*/*',
  ])
  return oneOf(random, [
    `${name}: ${value}`,
    `${name} : ${value}`,
    `${name}:${value}\r\n folded`,
    ` ${name}: ${value}`,
    `${name}${value}`,
  ])
}

/** Each kind by its name; what it writes is a new draw each time. */
const kinds: Readonly<Record<string, (random: Random) => Parts>> = {
  'a request line': (random) => [
    call(
      `${oneOf(random, methods)} ${oneOf(random, targets)} ${oneOf(random, versions)}`,
      {},
      random() < 0.5 ? '' : item,
    ),
  ],
  'a line that is none': (random) => [
    oneOf(random, [
      '\r\n',
      '\n\n\n',
      'GET',
      'GET /\r\n',
      '\0'.repeat(100),
      'SSH-2.0-x\r\n',
      '{}',
      `${item}\r\n\r\n`,
      '\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    ]),
  ],
  'a target': (random) => [call(`${oneOf(random, methods.slice(0, 8))} ${oneOf(random, targets)} HTTP/1.1`, joor)],
  'a byte somewhere': (random) => [spoilt(random)],
  headers: (random) => [
    `GET /_backstock/health HTTP/1.1\r\nHost: x\r\n${Array.from({ length: 1 + below(random, 3) }, () => header(random)).join('\r\n')}\r\n\r\n`,
  ],
  'many headers': (random) => [
    `${bulkLine}\r\nHost: x\r\n${Array.from({ length: oneOf(random, [50, 200, 3_000]) }, (_, index) => `X-${index}: ${index}\r\n`).join('')}\r\n`,
  ],
  'line ends': (random) => [call(bulkLine, joor, item, oneOf(random, ['\n', '\r', '\r\r\n', '\n\r', '\r\n\r\n']))],
  chunks: (random) => [
    call(bulkLine, { ...joor, 'Content-Length': undefined, 'Transfer-Encoding': 'chunked' }),
    oneOf(random, chunkedBodies),
  ],
  'a length that lies': (random) => [
    call(bulkLine, {
      ...joor,
      'Content-Length': oneOf(random, ['0', '1', '99999999999', '21000000', String(item.length + 9)]),
    }),
    item,
  ],
  codings: (random) => {
    const [coding, bytes] = random() < 0.1 ? oneOf(random, bombs) : [oneOf(random, codings), Buffer.from(item)]
    const line = oneOf(random, [bulkLine, 'POST /v2/fuzzed/batch HTTP/1.1', 'PUT /_backstock/seed HTTP/1.1'])
    return [call(line, { ...joor, 'Content-Encoding': coding, 'Content-Length': String(bytes.length) }), bytes]
  },
  expectations: (random) => [
    call(bulkLine, {
      ...joor,
      Expect: oneOf(random, ['100-continue', '200-ok', '100-continue, x', '', '100-CONTINUE']),
      'Content-Length': String(item.length),
    }),
    ...(random() < 0.5 ? [item] : []),
  ],
  upgrades: (random) => [
    call('GET /v2/fuzzed/site_check HTTP/1.1', {
      ...jirafe,
      Connection: oneOf(random, ['Upgrade', 'Upgrade, HTTP2-Settings', 'close, keep-alive', 'x']),
      Upgrade: oneOf(random, ['websocket', 'h2c', 'TLS/1.0', '']),
      'HTTP2-Settings': 'AAMAAABkAAQAAP__',
    }),
    oneOf(random, ['', '\x81\x05hello', smuggledBy('nobody')]),
  ],
  pipelines: (random) =>
    Array.from({ length: 2 + below(random, 6) }, () => (random() < 0.7 ? oneOf(random, goodCalls) : spoilt(random))),
  'cut off': (random) => {
    const good = oneOf(random, goodCalls)
    return [good.slice(0, below(random, good.length))]
  },
}

const smuggledBy = (name: string) => call('GET /v2/fuzzed/site_check HTTP/1.1', { Authorization: `Bearer ${name}` })

/** A call whose length is told twice; behind it stands another one that must not be served. */
function smuggling(random: Random): RawRequest {
  const lines = [bulkLine, 'Host: localhost', ...Object.entries(joor).map(([name, value]) => `${name}: ${value}`)]
  const head = `${[...lines, ...oneOf(random, lengths)].join('\r\n')}\r\n\r\n`
  const body = oneOf(random, ['', '0\r\n\r\n', '5\r\nhello\r\n0\r\n\r\n', 'hello'])
  return { kind: 'lengths', parts: [Buffer.from(head + body + smuggled, 'latin1')], ending: 'end', smuggles: true }
}

/** A malformed request, or one of a kind that servers have stumbled over. */
export function rawRequest(random: Random): RawRequest {
  if (random() < 0.12) return smuggling(random)
  const [kind, write] = oneOf(random, Object.entries(kinds))
  // A part is bytes; what is no byte goes as UTF-8.
  const parts = write(random).map((part) => (typeof part === 'string' ? bytesOf(part) : part))
  const cut = random() < 0.15 ? parts.flatMap((part) => split(part, random)) : parts
  return { kind, parts: cut, ending: random() < 0.1 ? 'reset' : 'end' }
}

const bytesOf = (text: string) => Buffer.from(text, /[^\0-\xff]/.test(text) ? 'utf8' : 'latin1')

function split(part: Buffer, random: Random): readonly Buffer[] {
  const at = below(random, part.length)
  return [part.subarray(0, at), part.subarray(at)]
}
