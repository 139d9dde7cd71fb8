import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { Ajv, type ValidateFunction } from 'ajv'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { compiled as compiledDocument } from '../server/documents/compiled.js'
import { documentKinds } from '../server/documents/kinds.js'
import type { Emulator } from '../server/emulator.js'
import { eventTypes } from '../server/jirafe/types.js'
import { compiled as compiledFile, fileKinds } from '../server/state/compiled.js'
import { startTestEmulator } from './emulator.js'
import { send } from './jirafe-events.js'

/** What the build wrote; `npm test` builds first. */
const require = createRequire(import.meta.url)
const packaged = (kind: string): ValidateFunction => require(`#later/${kind}`)

const fresh = (kind: string): ValidateFunction => {
  const document = documentKinds.find((each) => each === kind)
  const file = fileKinds.find((each) => each === kind)
  if (document !== undefined) return compiledDocument(document)
  if (file !== undefined) return compiledFile(file)
  throw new Error(`There is no schema ${kind}.`)
}

const kinds = [...documentKinds, ...fileKinds]
const yaml = (path: string): unknown => parse(readFileSync(path, 'utf8'))

const account = {
  ...{ token: 'a', settings: { contract: 'off' }, styles: [{ style: 'S', skus: [{ upc: '1', sku: 's' }] }] },
  ...{ warehouses: ['A'], positions: [{ warehouse: 'A', inventory_date: 'IMMEDIATE', upc: '1', inventory: 3 }] },
}
const site = { token: 'a', levels: [{ timestamp: '2015-01-23', product_code: '1', inventory_level: 1 }] }
const key = ['A', 'IMMEDIATE', '1']
const partition = {
  setup: { vendor: 'joor', name: 'brand', settings: {} },
  requests: 1,
  rows: [{ table: 'positions', key, by: 'r', value: { onHand: 1, pending: 0, sku: { upc: '1' } } }],
}

/** Documents of a kind, right and nearly right: what is changed in them is to meet every keyword. */
const documents: Readonly<Record<(typeof kinds)[number], readonly unknown[]>> = {
  account: [account, {}],
  site: [site, {}],
  seed: [
    yaml('contracts/seeds/examples.yaml'),
    { joor: { accounts: { brand: account } }, jirafe: { sites: { s: site } } },
  ],
  cases: ['joor', 'jirafe'].flatMap((room) =>
    readdirSync(`contracts/cases/${room}`).map((file) => yaml(`contracts/cases/${room}/${file}`)),
  ),
  clock: [{ now: '2026-01-31T12:00:00Z' }, { advance: 5 }, {}],
  ids: [{ seed: 1 }],
  faults: [
    [{ times: 1, fault: { kind: 'error', status: 503 } }],
    [{ operation: 'joor.bulk-inventory', fault: { kind: 'latency', ms: 5 } }],
    [{ fault: { kind: 'partial', index: [0] } }, { fault: { kind: 'reset' } }],
  ],
  fork: [{ name: 'a' }, {}],
  match: [{ account: 'brand', method: 'POST', status: 200, query: { overwrite: '1' }, headers: { a: 'b' } }, {}],
  question: [{ match: { account: 'brand' } }, { account: 'brand', limit: 3 }],
  sequence: [{ matches: [{ account: 'brand' }], timeout_ms: 5 }],
  'position-rows': [{ rows: account.positions }, account.positions],
  'level-rows': [{ rows: [{ code: '1', level: 3 }] }, [{ code: '1', level: 3 }]],
  coverage: [
    {
      ...{ of: ['joor'], evidence: 'assumed', percentage: 50, exercised: [], gaps: [], faults: [], version: '1' },
      rules: { testable: 2, exercised: 1, kept: 1, broken: 0 },
      operations: [{ operation: 'a', calls: 1, testable: 2, exercised: 1, percentage: 50, not_exercised: ['r'] }],
    },
  ],
  'data-file': [
    { backstock: 1, sha256: 'a', seed: null, partitions: [partition], snapshots: [] },
    { backstock: 1, seed: 'a', partitions: [] },
  ],
  snapshot: [{ backstock_snapshot: 1, name: 'night', of: null, partitions: [partition] }],
}

const odd: readonly unknown[] = [
  null,
  '',
  ' ',
  'é',
  'x'.repeat(300),
  0,
  -1,
  1.5,
  1e300,
  2 ** 53,
  true,
  [],
  {},
  ['x', 'x'],
]

/** The document, with one value after the other replaced, left out, repeated or joined by a stranger. */
function* changed(value: unknown, depth = 0): Iterable<unknown> {
  if (depth > 0 || typeof value !== 'object') yield* odd
  if (Array.isArray(value)) {
    yield [...value, ...value]
    for (const [index, element] of value.slice(0, 3).entries())
      for (const other of changed(element, depth + 1)) yield value.with(index, other)
  } else if (typeof value === 'object' && value !== null) {
    yield { ...value, stranger: 1 }
    for (const [name, member] of Object.entries(value)) {
      yield Object.fromEntries(Object.entries(value).filter(([each]) => each !== name))
      for (const other of changed(member, depth + 1)) yield { ...value, [name]: other }
    }
  }
}

const corpusOf = (kind: (typeof kinds)[number]) =>
  [...odd, ...documents[kind].flatMap((document) => [document, ...changed(document)])].slice(0, 5_000)

/** The first document that two functions judge otherwise, with what both find wrong with it. */
function difference(one: ValidateFunction, other: ValidateFunction, corpus: readonly unknown[]) {
  for (const document of corpus) {
    const verdicts = [one, other].map((judge) => JSON.stringify([judge(document), judge.errors ?? []]))
    if (verdicts[0] !== verdicts[1]) return { document, verdicts }
  }
  return undefined
}

describe('The functions in the package', () => {
  it.each(kinds)('judge a document as those that are compiled from its schema do, in every word: %s', (kind) => {
    const corpus = corpusOf(kind)
    expect(difference(packaged(kind), fresh(kind), corpus)).toBeUndefined()
    // A corpus that is all right or all wrong shows little.
    const right = corpus.filter((document) => fresh(kind)(document)).length
    expect([kind, right > 0, right < corpus.length]).toEqual([kind, true, true])
  })

  it.each(['clock', 'ids', 'fork'] as const)('are found out where one keyword was another: %s', (kind) => {
    const schema = require(`#schemas/${kind}.json`)
    const planted = new Ajv({ allErrors: true, verbose: true }).compile({ ...schema, additionalProperties: true })
    expect(difference(packaged(kind), planted, corpusOf(kind))).toBeDefined()
  })
})

/** A document as its text, of a type; what is right or wrong with it does not matter here. */
type Row = readonly [type: string, text: string, errors: unknown]
const rows: readonly Row[] = JSON.parse(readFileSync('test/oracle/verdicts.json', 'utf8'))

const types = [...new Set(rows.map(([type]) => type))].filter((type) => eventTypes.has(type))

/** What is replied to all documents of a type in one batch. */
async function repliesTo(emulator: Emulator, type: string) {
  const texts = rows.filter(([each]) => each === type).map(([, text]) => text)
  const { status, text } = await send(emulator, 'batch', `{${JSON.stringify(type)}:[${texts.join(',')}]}`)
  return { type, status, text }
}

describe('The events that the package judges', () => {
  it('get the replies that the sources give', async () => {
    // Its types are those of its source, which needs no build.
    const { startEmulator }: typeof import('../server/emulator.js') = await import(
      new URL('../dist/server/emulator.js', import.meta.url).href
    )
    const ours = await startTestEmulator()
    const theirs = await startEmulator({ port: 0 })
    try {
      for (const type of types) expect(await repliesTo(theirs, type)).toEqual(await repliesTo(ours, type))
    } finally {
      await theirs.close()
    }
  })

  it('would tell one that judges otherwise', async () => {
    const ours = await startTestEmulator()
    const other = await startTestEmulator({ settings: { inventory_schema: 'second' } })
    expect(await repliesTo(other, 'product.inventory')).not.toEqual(await repliesTo(ours, 'product.inventory'))
  })
})
