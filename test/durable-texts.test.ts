import { describe, expect, it } from 'vitest'
import { readState, StateWriter } from '../server/state/data-text.js'
import { emptyTables, type PartitionState } from '../server/state/partitions.js'
import { RowTexts } from '../server/state/row-texts.js'
import type { Key } from '../server/state/rows.js'
import type { Partition } from '../server/state/store.js'
import { seed } from './proof.js'
import { seededRandom } from './strict-store.js'

const keyOf = (n: number): Key => ['', '', `${n}`]
const rowOf = (text: string) => ({ value: { sku: { upc: text } }, by: 'a call' })

function accountOf(rows: number): PartitionState {
  const tables = emptyTables()
  for (let n = 0; n < rows; n++) tables.marks.set(...keyOf(n), rowOf(`${n}`))
  const nothing = { declared: true, token: null, settings: {}, warehouses: null, styles: null, pending: [] }
  return { setup: { vendor: 'joor', name: 'brand', ...nothing }, tables, requests: 3 }
}

describe('The text of a data file', () => {
  it('is the same, whatever was written before it: rows that are new, gone or changed, and copies', () => {
    const random = seededRandom(seed)
    const account = accountOf(100)
    const partitions = new Map<Partition, PartitionState>([['joor:brand', account]])
    const snapshots: { name: string; of: undefined; at: string; states: typeof partitions }[] = []
    const writer = new StateWriter()
    for (let round = 0; round < 200; round++) {
      const key = keyOf(Math.floor(random() * 120))
      const drawn = random()
      if (drawn < 0.6) account.tables.marks.set(...key, rowOf(`round ${round}`))
      else if (drawn < 0.9) account.tables.marks.delete(...key)
      else {
        const copy = { ...account, tables: { ...account.tables, marks: account.tables.marks.copy() } }
        snapshots.push({ name: `${round}`, of: undefined, at: 'now', states: new Map([['joor:brand', copy]]) })
      }
      const state = { seed: null, partitions, snapshots: snapshots.slice(-2) }
      const written = writer.write(state)
      expect(written.equals(new StateWriter().write(state)), `PROOF_SEED=${seed}, round ${round}`).toBe(true)
      const read = readState(written)
      expect(read.why).toBeUndefined()
      const marks = read.state?.partitions.get('joor:brand')?.tables.marks
      expect([...(marks?.entries() ?? [])]).toEqual([...account.tables.marks.entries()])
    }
  })

  it('is held for rows that stay as they are, and for no more bytes than it may', () => {
    const { tables } = accountOf(1_000)
    const twice = (texts: RowTexts) => [1, 2].map(() => texts.write((textsOf) => [...textsOf(tables)]))
    const heldIn = ([first = [], second = []]: Buffer[][]) => second.filter((text) => first.includes(text)).length
    const all = heldIn(twice(new RowTexts(1_000_000)))
    expect(all).toBe(Math.ceil(1_000 / 16))
    expect(heldIn(twice(new RowTexts(10_000)))).toBe(0)
    const texts = new RowTexts(1_000_000)
    const [before = []] = twice(texts)
    tables.marks.set(...keyOf(500), rowOf('another'))
    const after = texts.write((textsOf) => [...textsOf(tables)])
    expect(after.filter((text) => before.includes(text))).toHaveLength(all - 1)
  })
})
