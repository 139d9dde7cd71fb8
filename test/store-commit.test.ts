import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { atOnce } from '../server/slices.js'
import { Commit, type FoundAhead, findAhead, type PartitionTables } from '../server/state/commit.js'
import { Draft } from '../server/state/draft.js'
import { copyOf, emptyTables } from '../server/state/partitions.js'
import type { Key, MarkValue } from '../server/state/rows.js'
import type { View } from '../server/state/store.js'
import { processorTime } from './processor-time.js'

/** Few names, so that clears and puts meet. */
const firsts = ['w1', 'w2', '__proto__']
const seconds = ['IMMEDIATE', '2026-01-01']
const thirds = ['a', 'b', 'constructor', '10']

type Step =
  | { readonly do: 'put'; readonly key: Key; readonly value: string | null }
  | { readonly do: 'clear first' | 'clear third'; readonly part: string }
  | { readonly do: 'clear all' }

/** The plain model: texts by the whole key, changed one step after the other. */
type Model = Map<string, string>

const keys = fc.tuple(fc.constantFrom(...firsts), fc.constantFrom(...seconds), fc.constantFrom(...thirds))
const put = fc.record({ do: fc.constant('put' as const), key: keys, value: fc.option(fc.constantFrom('x', 'y', 'z')) })
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: put },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('clear first' as const), part: fc.constantFrom(...firsts) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('clear third' as const), part: fc.constantFrom(...thirds) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear all' as const) }) },
)
const steps = fc.array(step, { maxLength: 14 })
const puts = fc.array(put, { minLength: 4, maxLength: 14 })

/** So many rows under the same parts of the key that they stand in a map of many. */
const crowd = thirds.map((third): Step => ({ do: 'put', key: ['w1', 'IMMEDIATE', third], value: 'x' }))

const mark = (text: string): MarkValue => ({ sku: { upc: text } })
const noRows: View = { get: () => undefined }

function applyToModel(model: Model, step: Step): void {
  if (step.do === 'put') {
    if (step.value === null) model.delete(JSON.stringify(step.key))
    else model.set(JSON.stringify(step.key), step.value)
    return
  }
  for (const text of [...model.keys()]) {
    const [first, , third]: Key = JSON.parse(text)
    const isGone =
      step.do === 'clear all' ||
      (step.do === 'clear first' && first === step.part) ||
      (step.do === 'clear third' && third === step.part)
    if (isGone) model.delete(text)
  }
}

function applyToDraft(draft: Draft, step: Step): void {
  if (step.do === 'put') draft.put('marks', step.key, step.value === null ? null : mark(step.value))
  else if (step.do === 'clear all') draft.clearAll('marks')
  else if (step.do === 'clear first') draft.clearFirst('marks', step.part)
  else draft.clearThird('marks', step.part)
}

function commit(tables: PartitionTables, steps: readonly Step[], by: string): Commit {
  const draft = new Draft({ get: (table, key) => tables[table].get(key) })
  for (const each of steps) applyToDraft(draft, each)
  return new Commit(tables, draft.changes, by)
}

const rowsOf = (tables: PartitionTables) =>
  new Map([...tables.marks.entries()].map(([key, { value, by }]) => [JSON.stringify(key), [value.sku.upc, by]]))
const textsOf = (tables: PartitionTables): Model =>
  new Map([...rowsOf(tables)].map(([key, [text = '']]) => [key, text]))

describe('A commit', () => {
  it('leaves the rows that doing one step after the other leaves', () => {
    fc.assert(
      fc.property(steps, steps, (before, steps) => {
        const tables = emptyTables()
        const model: Model = new Map()
        for (const each of [...before, ...steps]) applyToModel(model, each)
        commit(tables, before, 'before')
        commit(tables, steps, 'after')
        expect(textsOf(tables)).toEqual(model)
        expect(tables.marks.size).toBe(model.size)
      }),
      { numRuns: 500 },
    )
  })

  it('is undone exactly: every row is what it was, by whom it was', () => {
    fc.assert(
      fc.property(steps, steps, (before, steps) => {
        const tables = emptyTables()
        commit(tables, before, 'before')
        const stood = rowsOf(tables)
        commit(tables, steps, 'after').undo(tables)
        expect(rowsOf(tables)).toEqual(stood)
        expect(tables.marks.size).toBe(stood.size)
      }),
      { numRuns: 500 },
    )
  })

  it('tells each row that it changed once, with what stood there before and after', () => {
    fc.assert(
      fc.property(steps, steps, (before, steps) => {
        const tables = emptyTables()
        commit(tables, before, 'before')
        const stood = rowsOf(tables)
        const done = commit(tables, steps, 'after')
        const stands = rowsOf(tables)
        const changes = [...done.changed]
        expect(done.changed.total).toBe(changes.length)
        const told = changes.map(({ key }) => JSON.stringify(key))
        expect(new Set(told).size).toBe(told.length)
        for (const { table, key, before, after } of changes) {
          expect(table).toBe('marks')
          expect(before && [before.value, before.by]).toEqual(asChanged(stood.get(JSON.stringify(key))))
          expect(after && [after.value, after.by]).toEqual(asChanged(stands.get(JSON.stringify(key))))
          expect(before ?? after).not.toBeNull()
        }
        // What is not told is as it was.
        for (const key of new Set([...stood.keys(), ...stands.keys()]))
          if (!told.includes(key)) expect(stands.get(key)).toEqual(stood.get(key))
      }),
      { numRuns: 500 },
    )
  })

  it('comes to the same where its rows were found ahead, whatever was done to the tables since', () => {
    let found = 0
    fc.assert(
      fc.property(steps, steps, fc.oneof(steps, puts), fc.boolean(), (before, between, steps, isCopied) => {
        const told = [false, true].map((isAhead) => {
          const tables = emptyTables()
          commit(tables, [...crowd, ...before], 'before')
          const draft = new Draft(noRows)
          for (const each of steps) applyToDraft(draft, each)
          const ahead: FoundAhead = new WeakMap()
          if (isAhead) atOnce(findAhead(tables, draft.changes, ahead))
          found += (draft.changes.marks?.puts ?? []).filter((put) => ahead.has(put)).length
          const copy = isCopied ? copyOf(tables) : undefined
          commit(tables, between, 'between')
          const stood = rowsOf(tables)
          const done = new Commit(tables, draft.changes, 'after', ahead)
          const stands = [rowsOf(tables), tables.marks.size, copy && rowsOf(copy)]
          const changes = [...done.changed]
          done.undo(tables)
          expect(rowsOf(tables)).toEqual(stood)
          return { stands, changes, total: done.changed.total }
        })
        expect(told[1]).toEqual(told[0])
      }),
      { numRuns: 1_000 },
    )
    expect(found).toBeGreaterThan(100)
  })

  it('looks for no row that was found ahead', () => {
    const tables = emptyTables()
    const keys = Array.from({ length: 1_000 }, (_, index): Key => ['w1', 'IMMEDIATE', `${index}`])
    const put = keys.map((key): Step => ({ do: 'put', key, value: 'x' }))
    commit(tables, put, 'before')
    const looks = [false, true].map((isAhead) => {
      const draft = new Draft(noRows)
      for (const each of put) applyToDraft(draft, each)
      const ahead: FoundAhead = new WeakMap()
      if (isAhead) atOnce(findAhead(tables, draft.changes, ahead))
      const look = vi.spyOn(Map.prototype, 'get')
      try {
        new Commit(tables, draft.changes, 'after', ahead)
        return look.mock.calls.filter(([key]) => /^[0-9]+$/.test(String(key))).length
      } finally {
        look.mockRestore()
      }
    })
    expect(looks).toEqual([1_000, 0])
  })

  it('tells the same later, whatever was done to the tables since', () => {
    fc.assert(
      fc.property(steps, steps, steps, (before, steps, later) => {
        const tables = emptyTables()
        commit(tables, before, 'before')
        const done = commit(tables, steps, 'after')
        const told = JSON.stringify([...done.changed])
        commit(tables, later, 'later')
        expect(JSON.stringify([...done.changed])).toBe(told)
      }),
      { numRuns: 200 },
    )
  })

  it('tells one change, and not two, where a row is cleared and put again', () => {
    const tables = emptyTables()
    const key: Key = ['w1', 'IMMEDIATE', 'a']
    commit(tables, [{ do: 'put', key, value: 'x' }], 'first')
    const done = commit(
      tables,
      [
        { do: 'clear first', part: 'w1' },
        { do: 'put', key, value: 'y' },
      ],
      'second',
    )
    expect(done.changed.total).toBe(1)
    expect([...done.changed]).toEqual([
      { table: 'marks', key, before: { value: mark('x'), by: 'first' }, after: { value: mark('y'), by: 'second' } },
    ])
  })

  it('tells nothing of clears that met no row, and of rows taken away that were not there', () => {
    const tables = emptyTables()
    const key: Key = ['w1', 'IMMEDIATE', 'a']
    const done = commit(
      tables,
      [
        { do: 'clear first', part: 'w1' },
        { do: 'clear third', part: 'a' },
        { do: 'put', key, value: null },
      ],
      'x',
    )
    expect(done.changed.total).toBe(0)
    expect([...done.changed]).toEqual([])
  })

  it('costs a warehouse more the same, however many are cleared and put again', async () => {
    const timeOf = async (warehouses: number) => {
      const tables = emptyTables()
      const overwrite = () => {
        const draft = new Draft({ get: (table, at) => tables[table].get(at) })
        for (let n = 0; n < warehouses; n++) draft.clearFirst('marks', `w${n}`)
        for (let n = 0; n < warehouses; n++) draft.put('marks', [`w${n}`, '', 'a'], mark('a'))
        return processorTime(() => expect(new Commit(tables, draft.changes, 'call').changed.total).toBe(warehouses))
      }
      await overwrite()
      return Math.min(await overwrite(), await overwrite())
    }
    await timeOf(4_000)
    // Looking through every cleared warehouse for each put would make ten times as many take a hundred times as long.
    expect(await timeOf(40_000)).toBeLessThan(40 * (await timeOf(4_000)) + 300)
  })

  it('leaves the other tables alone, and tells no histories, which follow the levels', () => {
    const tables = emptyTables()
    const draft = new Draft(noRows)
    draft.put('marks', ['', '', 'a'], mark('a'))
    draft.put('histories', ['x', '', ''], { levels: [] })
    new Commit(tables, draft.changes, 'first')
    const wiping = new Draft(noRows)
    wiping.clearAll('positions')
    wiping.put('histories', ['x', '', ''], null)
    const done = new Commit(tables, wiping.changes, 'second')
    expect(done.changed.total).toBe(0)
    expect(tables.marks.size).toBe(1)
    expect(tables.histories.size).toBe(0)
    done.undo(tables)
    expect(tables.histories.size).toBe(1)
  })
})

function asChanged(row: readonly (string | undefined)[] | undefined): unknown {
  return row === undefined ? null : [mark(row[0] ?? ''), row[1]]
}

describe('A draft', () => {
  it('reads its own changes over the rows that stand, in the order in which they were made', () => {
    fc.assert(
      fc.property(steps, steps, keys, (before, steps, key) => {
        const tables = emptyTables()
        const model: Model = new Map()
        commit(tables, before, 'before')
        const draft = new Draft({ get: (table, at) => tables[table].get(at) })
        for (const each of before) applyToModel(model, each)
        for (const each of steps) {
          applyToModel(model, each)
          applyToDraft(draft, each)
          expect(draft.get('marks', key)?.sku.upc).toBe(model.get(JSON.stringify(key)))
        }
        // Nothing of it has happened yet.
        expect(textsOf(tables)).toEqual(new Map(before.length === 0 ? [] : modelOf(before)))
      }),
      { numRuns: 500 },
    )
  })

  it('knows which rows it puts itself, without a look at the state', () => {
    const draft = new Draft({
      get: () => {
        throw new Error('looked')
      },
    })
    const key: Key = ['w1', 'IMMEDIATE', 'a']
    expect(draft.wrote('marks', key)).toBe(false)
    draft.put('marks', key, mark('x'))
    expect(draft.wrote('marks', key)).toBe(true)
    expect(draft.wrote('positions', key)).toBe(false)
    draft.clearThird('marks', 'a')
    expect(draft.wrote('marks', key)).toBe(false)
    draft.put('marks', key, null)
    expect(draft.wrote('marks', key)).toBe(false)
  })

  it('holds clears beside at most one put for each key', () => {
    const draft = new Draft(noRows)
    const key: Key = ['w1', 'IMMEDIATE', 'a']
    draft.put('marks', key, mark('x'))
    draft.clearFirst('marks', 'w1')
    draft.put('marks', key, mark('y'))
    draft.put('marks', key, mark('z'))
    const { marks, positions } = draft.changes
    expect(positions).toBeUndefined()
    expect([...(marks?.firsts ?? [])]).toEqual(['w1'])
    expect(marks?.all).toBe(false)
    expect(marks?.puts.map(({ first, second, values }) => [first, second, ...values])).toEqual([
      ['w1', 'IMMEDIATE', ['a', mark('z')]],
    ])
  })
})

function modelOf(steps: readonly Step[]): Model {
  const model: Model = new Map()
  for (const each of steps) applyToModel(model, each)
  return model
}
