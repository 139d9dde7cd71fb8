import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type Emulator, startEmulator } from '../server/emulator.js'
import type { Committed } from '../server/journal/committed.js'
import { type MemoryOptions, MemoryStore } from '../server/state/memory.js'
import type { LevelValue, Row, TableName, Tables } from '../server/state/rows.js'
import type { Caller, Needs, Settled, Store, Turn, View } from '../server/state/store.js'
import { type Document, JirafeModel, type Level, type Outcome, type Settings } from './model/jirafe.js'
import { sequence } from './model/jirafe-sequences.js'
import { runsOf } from './model/runs.js'
import { isFull } from './proof.js'
import { StrictStore, seededRandom } from './strict-store.js'

let names = 0

/** Runs with a site of its own, which is gone afterwards. */
async function withSite(url: string, settings: Settings, run: (site: string, place: string) => Promise<void>) {
  const site = `run-${++names}`
  const place = `${url}/_backstock/jirafe/sites/${site}`
  const declared = await fetch(place, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token: site, settings }),
  })
  expect(declared.status).toBe(201)
  try {
    await run(site, place)
  } finally {
    await fetch(place, { method: 'DELETE' })
  }
}

const agrees = (emulator: () => Emulator) =>
  fc.asyncProperty(sequence, async ({ settings, events }) => {
    const { url } = emulator()
    await withSite(url, settings, async (site, place) => {
      const model = new JirafeModel(settings)
      for (const { document, way } of events) {
        const reply = await fetch(`${url}/v2/${site}/${way.type}`, {
          method: way.method,
          headers: { Authorization: `Bearer ${site}` },
          body: writeDocument(document),
        })
        const outcome = model.send(document)
        expect({ status: reply.status, text: await reply.text() }).toEqual(writeReply(outcome))
        expect(await levelsOf(place), wrongState).toEqual(sorted(model.levels))
        const request = await fetch(`${url}/_backstock/requests/${reply.headers.get('Backstock-Request-Id')}`)
        const updated = outcome.success && outcome.changed
        expect(await request.json()).toMatchObject({
          items: { updated: updated ? 1 : 0, not_updated: updated ? 0 : 1 },
          changes_total: updated ? 1 : 0,
        })
      }
    })
  })

/** All of the events in one batch: list by list, as the document has them. */
const agreesInBatch = (emulator: () => Emulator) =>
  fc.asyncProperty(sequence, async ({ settings, events }) => {
    const { url } = emulator()
    await withSite(url, settings, async (site, place) => {
      const keys = [...new Set(events.map(({ way }) => way.type))]
      const lists = keys.map((key) => [key, events.filter(({ way }) => way.type === key)] as const)
      const body = lists.map(([key, list]) => `"${key}":[${list.map(({ document }) => writeDocument(document))}]`)
      const reply = await fetch(`${url}/v2/${site}/batch`, {
        method: 'PUT',
        headers: { Authorization: `Bearer ${site}` },
        body: `{${body}}`,
      })
      expect(reply.status).toBe(200)
      const model = new JirafeModel(settings)
      const right = lists.map(([key, list]) => [
        key,
        list.map(({ document }) => JSON.parse(writeReply(model.send(document)).text)),
      ])
      expect(await reply.json()).toEqual(Object.fromEntries(right))
      expect(await levelsOf(place), wrongState).toEqual(sorted(model.levels))
    })
  })

/** What a failure says where the reply was right. */
const wrongState = 'the levels after the event'

function writeDocument(document: Document): string {
  if (typeof document === 'string') return document
  return `{${document.map(([name, value]) => `"${name}": ${value}`).join(', ')}}`
}

/** Two blanks of indent, sorted keys, and a blank behind a comma. */
function writeReply(outcome: Outcome): { status: number; text: string } {
  if (outcome.success) return { status: 200, text: '{\n  "success": true\n}' }
  const errors = Object.entries(outcome.errors)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([path, message]) => `    ${JSON.stringify(path)}: ${JSON.stringify(message)}`)
  const lines = ['  "error_type": "validation"', `  "errors": {\n${errors.join(', \n')}\n  }`, '  "success": false']
  return { status: 400, text: `{\n${lines.join(', \n')}\n}` }
}

async function levelsOf(place: string) {
  const reply = await fetch(`${place}/levels`)
  // Levels may be integers of any size, which JSON.parse would round.
  const text = (await reply.text()).replaceAll(/"(inventory_level|low_stock_alert)":\s*(-?\d+)/g, '"$1":"$2"')
  // The control plane's own shape, held by its own tests; the comparison sees every field.
  const { levels, next } = JSON.parse(text) as { levels: readonly (Level & { received_at: unknown })[]; next: unknown }
  expect(next).toBeNull()
  return sorted(
    levels.map(({ received_at, ...level }) => {
      expect(received_at).toEqual(expect.any(String))
      return level
    }),
  )
}

const sorted = (levels: readonly Level[]) => [...levels].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1))
const keyOf = ({ code, revision, effective_date }: Level) => JSON.stringify([code, revision, effective_date])

const storeOf = (parts: MemoryOptions<Committed>): Store<Committed> =>
  inject('store') === 'strict' ? new StrictStore(parts, seededRandom(1)) : new MemoryStore(parts)

describe('A random sequence of inventory events', () => {
  let emulator: Emulator
  beforeAll(async () => {
    emulator = await startEmulator({ port: 0, levels: { '*.conduct.*': 'off' }, store: storeOf })
  })
  afterAll(() => emulator.close())

  const { parameters, timeout } = runsOf(isFull ? 200 : 40)
  it('has the replies and the levels of the reference model, after every event', { timeout }, async () => {
    await fc.assert(
      agrees(() => emulator),
      parameters,
    )
  })

  it('has the same replies and levels in a batch', { timeout }, async () => {
    await fc.assert(
      agreesInBatch(() => emulator),
      parameters,
    )
  })
})

/** A fault in the rules: the decision is shown another level than the one that stands. */
type Fault = (standing: LevelValue) => LevelValue

function withFault(fault: Fault) {
  return (parts: MemoryOptions<Committed>): Store<Committed> => {
    const store = storeOf(parts)
    const call = store.call.bind(store)
    return Object.assign(store, {
      call: <Result>(caller: Caller, needs: Needs, settle: (turn: Turn) => Settled<Committed, Result>) =>
        call(caller, needs, (turn) => settle({ ...turn, view: faulty(turn.view, fault) })),
    })
  }
}

function faulty(view: View, fault: Fault): View {
  return {
    get<Name extends TableName>(table: Name, key: Parameters<View['get']>[1]) {
      const row = view.get(table, key)
      if (row === undefined || table !== 'levels') return row
      // The row comes from the table of levels.
      const { value, by } = row as Row<LevelValue>
      return { value: fault(value), by } as Row<Tables[Name]>
    },
  }
}

const distant = '9999-01-01T00:00:00Z'
const ancient = '0001-01-01T00:00:00Z'

const faults: readonly (readonly [string, Fault])[] = [
  ['an older change_date wins', (level) => ({ ...level, changeDate: level.changeDate && ancient })],
  ['a newer change_date loses', (level) => ({ ...level, changeDate: level.changeDate && distant })],
  ['an older timestamp wins where the latest counts', (level) => ({ ...level, timestamp: level.timestamp && ancient })],
  [
    'a change_date that cannot be read is the newest',
    (level) => (Number.isNaN(Date.parse(level.changeDate ?? ancient)) ? { ...level, changeDate: distant } : level),
  ],
]

/** What the property finds in an emulator with a fault; the same sequences every time. */
async function findingsOf(fault: Fault) {
  const emulator = await startEmulator({ port: 0, levels: { '*.conduct.*': 'off' }, store: withFault(fault) })
  try {
    return await fc.check(
      agrees(() => emulator),
      { seed: 1, numRuns: 60, endOnFailure: true },
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
    expect(await findingsOf((level) => level)).toMatchObject({ failed: false, numRuns: 60 })
  })
})
