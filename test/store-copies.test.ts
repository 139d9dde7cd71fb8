import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { Draft } from '../server/state/draft.js'
import { LayeredMap } from '../server/state/layered-map.js'
import { MemoryStore } from '../server/state/memory.js'
import type { Key, Row } from '../server/state/rows.js'
import { Table } from '../server/state/table.js'

type Step =
  | { readonly do: 'set'; readonly on: number; readonly key: Key; readonly value: string }
  | { readonly do: 'delete'; readonly on: number; readonly key: Key }
  | { readonly do: 'detach'; readonly on: number; readonly first: string }
  | { readonly do: 'detach all'; readonly on: number }
  | { readonly do: 'copy'; readonly on: number }

const parts = ['a', 'b', '__proto__', '10']
const on = fc.nat(7)
const key = fc.tuple(
  fc.constantFrom(...parts),
  fc.constantFrom('x', 'y'),
  fc.constantFrom(...parts, '2', 'c', 'd', 'e'),
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.record({ do: fc.constant('set' as const), on, key, value: fc.constantFrom('1', '2') }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('delete' as const), on, key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('detach' as const), on, first: fc.constantFrom(...parts) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('detach all' as const), on }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('copy' as const), on }) },
)

/** The plain model: rows by their whole key, in the order in which they came. */
type Model = Map<string, string>
const row = (value: string): Row<string> => ({ value, by: '' })
const rowsOf = (table: Table<string>) => [...table.entries()].map(([at, { value }]) => [JSON.stringify(at), value])
const sorted = (rows: Iterable<readonly string[]>) =>
  [...rows].sort(([one = ''], [other = '']) => (one < other ? -1 : 1))

/** Runs the steps on tables and models alike; what was taken away is held against its model as well. */
function run(steps: readonly Step[], copyOf: (table: Table<string>) => Table<string>) {
  const pairs: { table: Table<string>; model: Model }[] = [{ table: new Table(), model: new Map() }]
  for (const each of steps) {
    const { table, model } = pairs[each.on % pairs.length] ?? { table: new Table<string>(), model: new Map() }
    switch (each.do) {
      case 'set':
        table.set(...each.key, row(each.value))
        model.set(JSON.stringify(each.key), each.value)
        break
      case 'delete':
        table.delete(...each.key)
        model.delete(JSON.stringify(each.key))
        break
      case 'copy':
        pairs.push({ table: copyOf(table), model: new Map(model) })
        break
      case 'detach':
        pairs.push({ table: table.detach(each.first), model: taken(model, (at) => firstOf(at) === each.first) })
        break
      case 'detach all':
        pairs.push({ table: table.detachAll(), model: taken(model, () => true) })
        break
    }
  }
  return pairs
}

const firstOf = (at: string) => (JSON.parse(at) as Key)[0]

function taken(model: Model, isTaken: (at: string) => boolean): Model {
  const rows = new Map([...model].filter(([at]) => isTaken(at)))
  for (const at of rows.keys()) model.delete(at)
  return rows
}

function hold(pairs: ReturnType<typeof run>): void {
  for (const { table, model } of pairs) {
    expect(sorted(rowsOf(table))).toEqual(sorted(model))
    expect(table.size).toBe(model.size)
    for (const first of parts)
      for (const second of ['x', 'y'])
        for (const third of [...parts, '2', 'c', 'd', 'e'])
          expect(table.get([first, second, third])?.value).toBe(model.get(JSON.stringify([first, second, third])))
    expect([...table.sorted(undefined)].map(([at]) => JSON.stringify(at))).toHaveLength(model.size)
  }
}

describe('Tables and their copies', () => {
  it('are each like a plain map of its own, whatever is written to the others', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => hold(run(steps, (table) => table.copy()))),
      { numRuns: 400 },
    )
  })

  it('are told apart from tables that are one and the same', () => {
    const same = () =>
      fc.assert(fc.property(fc.array(step, { maxLength: 60 }), (steps) => hold(run(steps, (table) => table))))
    expect(same).toThrow(/Property failed/)
  })
})

describe('A map in layers', () => {
  it('keeps its keys in the order in which they came, as a plain map does', () => {
    const map = new LayeredMap<number>()
    for (const key of ['c', 'a', '10', '2']) map.set(key, 1)
    const copy = map.copy()
    copy.set('b', 1)
    copy.set('a', 2)
    copy.copy().set('z', 1)
    expect([...copy.entries()]).toEqual([
      ['c', 1],
      ['a', 2],
      ['10', 1],
      ['2', 1],
      ['b', 1],
    ])
    expect([...map.entries()].map(([key]) => key)).toEqual(['c', 'a', '10', '2'])
  })

  it('reads no more layers after a thousand copies than after a few', () => {
    let map = new LayeredMap<number>()
    for (let index = 0; index < 5_000; index++) map.set(`base ${index}`, index)
    for (let index = 0; index < 1_000; index++) {
      map = map.copy()
      map.set(`key ${index}`, index)
    }
    const looks = vi.spyOn(Map.prototype, 'get')
    try {
      expect(map.get('base 7')).toBe(7)
      expect(looks.mock.calls.length).toBeLessThan(16)
    } finally {
      looks.mockRestore()
    }
  })
})

describe('An account', () => {
  it.each([
    ['forked', (store: MemoryStore<unknown>) => store.fork('joor:brand', (setup) => ({ ...setup, name: 'fork' }))],
    ['kept in a snapshot', (store: MemoryStore<unknown>) => store.save('snapshot', 'joor:brand')],
    ['restored', (store: MemoryStore<unknown>) => store.restore('before', 'joor:brand')],
    ['reset', (store: MemoryStore<unknown>) => store.reset('joor:brand')],
  ])('is %s at the same cost, however many rows it has', async (_what, act) => {
    const costs: number[] = []
    for (const rows of [10, 100_000]) {
      const draft = new Draft({ get: () => undefined })
      for (let sku = 0; sku < rows; sku++) draft.put('marks', ['', '', `${sku}`], { sku: {} })
      const nothing = { declared: true, token: null, settings: {}, warehouses: null, styles: null, pending: [] }
      const declaration = { setup: { vendor: 'joor' as const, name: 'brand', ...nothing }, changes: draft.changes }
      const journal = { append: () => {}, rename: () => {}, replaced: () => {} }
      const ids = () => ({ take: () => 'id', keep: () => {}, giveBack: () => {} })
      const store = new MemoryStore<unknown>({ journal, ids, clock: () => new Date(0), anonymousLimit: 1 })
      await store.load([declaration])
      await store.save('before', 'joor:brand')
      const written = vi.spyOn(Map.prototype, 'set')
      try {
        await act(store)
        costs.push(written.mock.calls.length)
      } finally {
        written.mockRestore()
      }
    }
    expect(costs[1]).toBe(costs[0])
  })
})
