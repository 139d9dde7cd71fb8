import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Emulator, startEmulator } from '../server/emulator.js'
import type { Committed } from '../server/journal/committed.js'
import { type MemoryOptions, MemoryStore } from '../server/state/memory.js'
import type { PositionValue } from '../server/state/rows.js'
import type { Caller, ChangeSet, Needs, Settled, Store, TableChange, Turn } from '../server/state/store.js'
import { oauth2 } from './emulator.js'
import { type Account, type Call, type Identifiers, JoorModel, type Outcome, type SingleCall } from './model/joor.js'
import { sequence, styles, twinSequence } from './model/joor-sequences.js'
import { readLogId, writeBody, writeIdentifiers, writeReply, writeSingleReply, writeTarget } from './model/joor-wire.js'
import { runsOf } from './model/runs.js'
import { isFull } from './proof.js'
import { StrictStore, seededRandom } from './strict-store.js'

let names = 0

/** An account of its own for one sequence; gone again afterwards. */
async function withAccount<Result>(
  { url }: Emulator,
  { skus, pending, ...account }: Account,
  run: (client: Client) => Promise<Result>,
): Promise<Result> {
  const name = `run-${++names}`
  const place = `${url}/_backstock/joor/accounts/${name}`
  const rows = pending.map(({ identifiers, ...row }) => ({ ...row, ...writeIdentifiers(identifiers) }))
  const document = { ...account, token: name, styles: skus && (skus.length === 0 ? [] : styles), pending: rows }
  const declared = await fetch(place, { ...json, method: 'PUT', body: JSON.stringify(document) })
  expect({ status: declared.status, text: await declared.text() }).toMatchObject({ status: 201 })
  try {
    return await run({ url, token: name, place, model: new JoorModel({ skus, pending, ...account }) })
  } finally {
    await fetch(place, { method: 'DELETE' })
  }
}

const json = { headers: { 'Content-Type': 'application/json' } }

interface Client {
  readonly url: string
  readonly token: string
  readonly place: string
  readonly model: JoorModel
}

/** Sends a call, and holds reply and state against the model's. */
async function send({ url, token, place, model }: Client, call: Call) {
  const query = call.query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')
  const reply = await fetch(`${url}/v2/bulk-inventory${query && `?${query}`}`, {
    method: call.method,
    headers: { Authorization: oauth2(token), 'Content-Type': `application/${call.format}` },
    body: writeBody(call),
  })
  const text = await reply.text()
  const outcome = model.call(call)
  expect({ status: reply.status, text }).toEqual({ status: 200, text: writeReply(call, outcome, readLogId(text)) })
  const positions = await positionsOf(place, model)
  expect(positions, wrongState).toEqual(sorted(model.positions))
  return { outcome, positions, request: reply.headers.get('Backstock-Request-Id') ?? 'none' }
}

/** The same for a call about one SKU. */
async function sendSingle({ url, token, place, model }: Client, call: SingleCall) {
  const headers = { Authorization: oauth2(token) }
  const reply = await fetch(`${url}${writeTarget(call)}`, { method: 'PUT', headers })
  const text = await reply.text()
  const right = writeSingleReply(call, model.single(call), readLogId(text))
  expect({ status: reply.status, text }).toEqual({ status: 200, text: right })
  expect(await positionsOf(place, model), wrongState).toEqual(sorted(model.positions))
}

/** What a failure says where the reply was right. */
const wrongState = 'the positions after the call'

interface ShownPosition {
  readonly sku: Readonly<Record<string, string | number>>
}

/** The account's positions; its SKUs by the model's names for them. */
async function positionsOf(place: string, model: JoorModel) {
  const reply = await fetch(`${place}/positions`)
  // The identifiers of a SKU may be integers of any size, which JSON.parse would round.
  const text = (await reply.text()).replaceAll(/"(style_id|style_color_id)":\s*(\d+)/g, '"$1":"$2"')
  // The control plane's own shape, held by its own tests; the comparison sees every field.
  const { positions, next } = JSON.parse(text) as { positions: readonly ShownPosition[]; next: unknown }
  expect(next).toBeNull()
  return sorted(positions.map(({ sku, ...position }) => ({ ...position, sku: model.shownSku(textsOf(sku)) })))
}

const textsOf = (sku: ShownPosition['sku']): Identifiers =>
  Object.fromEntries(Object.entries(sku).map(([name, value]) => [name, String(value)]))

const sorted = <Value extends object>(values: readonly Value[]) =>
  [...values].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
const keyOf = (value: object) => JSON.stringify(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))

const agrees = (emulator: () => Emulator) =>
  fc.asyncProperty(sequence, ({ account, calls }) =>
    withAccount(emulator(), account, async (client) => {
      for (const call of calls) await ('items' in call ? send(client, call) : sendSingle(client, call))
    }),
  )

const storeOf = (parts: MemoryOptions<Committed>): Store<Committed> =>
  inject('store') === 'strict' ? new StrictStore(parts, seededRandom(1)) : new MemoryStore(parts)

describe('A random sequence of calls', () => {
  let emulator: Emulator
  beforeAll(async () => {
    emulator = await startEmulator({ port: 0, levels: { '*.conduct.*': 'off' }, store: storeOf })
  })
  afterAll(() => emulator.close())

  const many = runsOf(isFull ? 200 : 40)
  it('has the replies and the positions of the reference model, after every call', {
    timeout: many.timeout,
  }, async () => {
    await fc.assert(
      agrees(() => emulator),
      many.parameters,
    )
  })

  const some = runsOf(isFull ? 100 : 40)
  it('has the same outcome, positions and violations in both formats', { timeout: some.timeout }, async () => {
    const twins = fc.asyncProperty(twinSequence, ({ account, calls }) =>
      withAccount(emulator, account, (inJson) =>
        withAccount(emulator, account, async (inXml) => {
          for (const call of calls)
            expect(await told(inJson, { ...call, format: 'json' })).toEqual(
              await told(inXml, { ...call, format: 'xml' }),
            )
        }),
      ),
    )
    await fc.assert(twins, some.parameters)
  })
})

interface Told {
  readonly outcome: Outcome
  readonly positions: readonly object[]
  /** Rule and place of each. */
  readonly violations: readonly string[]
}

/**
 * The rules that speak of JSON types, which XML does not have. What else differs is said in one format only, and no twin
 * holds it: a number with an exponent, a name that comes twice, an element that is no object.
 */
const rulesOfTypes = ['joor.item.string_type', 'joor.item.integer_type']

async function told(client: Client, call: Call): Promise<Told> {
  const { outcome, positions, request } = await send(client, call)
  const reply = await fetch(`${client.url}/_backstock/requests/${request}`)
  // The control plane's own shape, held by its own tests.
  const { violations } = (await reply.json()) as {
    violations: readonly { readonly rule: string; readonly at: Place }[]
  }
  const places = violations
    .filter(({ rule }) => !rulesOfTypes.includes(rule))
    .map(({ rule, at }) => `${rule} ${placeOf(at)}`)
  expect(places.join()).not.toContain('undefined')
  return { outcome, positions, violations: places.sort() }
}

/** A JSON pointer in both formats; of header and query a path. Every violation has one of the two. */
type Place = { readonly pointer: string } | { readonly path: string }

const placeOf = (at: Place) => ('pointer' in at ? at.pointer : at.path)

/** A fault in the rules, planted between the emulator's decision and its store. */
type Fault = (changes: ChangeSet) => ChangeSet

function withFault(fault: Fault) {
  return (parts: MemoryOptions<Committed>): Store<Committed> => {
    const store = storeOf(parts)
    const call = store.call.bind(store)
    return Object.assign(store, {
      call: <Result>(caller: Caller, needs: Needs, settle: (turn: Turn) => Settled<Committed, Result>) =>
        call(caller, needs, (turn) => {
          const settled = settle(turn)
          return { ...settled, changes: fault(settled.changes) }
        }),
    })
  }
}

const positionsWith = (change: (positions: TableChange<'positions'>) => Partial<TableChange<'positions'>>): Fault => {
  return ({ positions, ...others }) =>
    positions === undefined ? others : { ...others, positions: { ...positions, ...change(positions) } }
}

function eachPosition({ puts }: TableChange<'positions'>, change: (value: PositionValue) => PositionValue) {
  const changed = (values: Iterable<readonly [string, PositionValue | null]>) =>
    new Map(Array.from(values, ([sku, value]) => [sku, value && change(value)]))
  return puts.map(({ values, ...place }) => ({ ...place, values: changed(values) }))
}

const faults: readonly (readonly [string, Fault])[] = [
  ['overwrite leaves the warehouses as they are', positionsWith(() => ({ firsts: new Set() }))],
  [
    'overwrite clears the account whatever its scope',
    positionsWith(({ firsts, all }) => ({ all: all || firsts.size > 0 })),
  ],
  ['made_to_order clears nothing', positionsWith(() => ({ thirds: new Set() }))],
  ['a quantity leaves the SKU made to order', withoutUnmarks],
  [
    'dec_pending is added',
    positionsWith((positions) => ({
      puts: eachPosition(positions, (value) => ({ ...value, available: value.incoming + value.pendingDeducted })),
    })),
  ],
]

/** What the property finds in an emulator with a fault; the same sequences every time. */
async function findingsOf(fault: Fault) {
  const emulator = await startEmulator({ port: 0, levels: { '*.conduct.*': 'off' }, store: withFault(fault) })
  try {
    return await fc.check(
      agrees(() => emulator),
      { seed: 1, numRuns: 100, endOnFailure: true },
    )
  } finally {
    await emulator.close()
  }
}

describe('A planted fault in the rules', () => {
  it.each(faults)('is found: %s', { timeout: 60_000 }, async (_name, fault) => {
    const { failed, errorInstance } = await findingsOf(fault)
    expect(failed).toBe(true)
    expect(errorInstance).toMatchObject({ name: 'AssertionError', message: expect.stringContaining(wrongState) })
  })

  it('is not found where none is planted', { timeout: 60_000 }, async () => {
    expect(await findingsOf((changes) => changes)).toMatchObject({ failed: false, numRuns: 100 })
  })
})

function withoutUnmarks({ marks, ...others }: ChangeSet): ChangeSet {
  return marks === undefined ? others : { ...others, marks: { ...marks, thirds: new Set() } }
}
