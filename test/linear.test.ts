import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { EmulatorOptions } from '../server/emulator.js'
import type { Committed } from '../server/journal/committed.js'
import { MemoryStore } from '../server/state/memory.js'
import type { TableName } from '../server/state/rows.js'
import {
  type Caller,
  type Found,
  type Needs,
  type PageQuery,
  type Partition,
  type Settled,
  StorageFailure,
  type Turn,
} from '../server/state/store.js'
import { type Observed, orderOf } from './linear.js'
import { unexplained } from './linear-run.js'
import { isFull, seed, tell } from './proof.js'
import { StrictStore, seededRandom } from './strict-store.js'

const many = isFull ? 200 : 10
const deedsOfEach = 8

async function dataFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'backstock-linear-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  return join(folder, 'state.json')
}

/** What keeps takes its time, and fails one time in five. */
const failing: EmulatorOptions['store'] = (parts) => {
  const random = seededRandom(seed)
  let isStarted = false
  return new MemoryStore({
    ...parts,
    async keep() {
      const isFirst = !isStarted
      isStarted = true
      if (isFirst) return
      for (let ticks = Math.floor(random() * 5); ticks > 0; ticks--) await new Promise(setImmediate)
      if (random() < 0.2) throw new Error('The disk is full.')
    },
  })
}

describe('Every history of eight concurrent clients has an order that explains it', () => {
  const storages: [string, () => EmulatorOptions | Promise<EmulatorOptions>][] = [
    ['memory', () => ({})],
    ['storage with random ticks', () => ({ store: (parts) => new StrictStore(parts, seededRandom(seed)) })],
    ['a data file', async () => ({ data: await dataFile() })],
    ['storage that fails now and then', () => ({ store: failing })],
  ]
  it.each(storages)('on %s', { timeout: 600_000 }, async (name, options) => {
    const { wrong, operations, failed } = await unexplained(await options(), many, deedsOfEach)
    tell('test:security', `${many} histories, ${operations} operations on ${name}: ${wrong.length} not linearizable`)
    expect(wrong).toEqual([])
    expect(operations).toBe(many * 8 * deedsOfEach)
    expect(failed > 0).toBe(name === 'storage that fails now and then')
  })
})

/** What was read before others wrote is written over them: theirs are lost. */
class LosingStore extends MemoryStore<Committed> {
  #running = 0

  override async call<Result>(caller: Caller, needs: Needs, settle: (turn: Turn) => Settled<Committed, Result>) {
    const isAlone = this.#running++ === 0
    await new Promise(setImmediate)
    try {
      return await super.call(caller, needs, (turn) => {
        const settled = settle(turn)
        return isAlone ? settled : { ...settled, changes: {} }
      })
    } finally {
      this.#running--
    }
  }
}

/** What is told was looked at table by table, while others wrote. */
class TornStore extends MemoryStore<Committed> {
  override async page<Name extends TableName>(of: Partition, queries: readonly PageQuery<Name>[], limit: number) {
    const page: Found<Name>[] = []
    for (const query of queries) {
      page.push(...(await super.page(of, [query], limit)))
      for (let ticks = 0; ticks < 5; ticks++) await new Promise(setImmediate)
    }
    return page
  }
}

/** What is told is what the one who asked before was to be told. */
class StaleStore extends MemoryStore<Committed> {
  readonly #pages = new Map<string, unknown>()

  override async page<Name extends TableName>(of: Partition, queries: readonly PageQuery<Name>[], limit: number) {
    const before = this.#pages.get(of)
    const page = await super.page(of, queries, limit)
    this.#pages.set(of, page)
    // An account is only asked for its positions, a site for its levels.
    return (before ?? page) as readonly Found<Name>[]
  }
}

/** What is said not to have happened has happened. */
class DenyingStore extends MemoryStore<Committed> {
  #calls = 0

  override async call<Result>(caller: Caller, needs: Needs, settle: (turn: Turn) => Settled<Committed, Result>) {
    const result = await super.call(caller, needs, settle)
    if (++this.#calls % 5 === 0) throw new StorageFailure('The disk is full.')
    return result
  }
}

describe('A planted fault is caught', () => {
  const planted: [string, EmulatorOptions['store']][] = [
    ['an update that is lost where two run at once', (parts) => new LosingStore(parts)],
    ['a reader that looks at one table after the other', (parts) => new TornStore(parts)],
    ['a reader that is told what was', (parts) => new StaleStore(parts)],
    ['a failure of what took effect', (parts) => new DenyingStore(parts)],
  ]
  it.each(planted)('%s', { timeout: 60_000 }, async (_fault, store) => {
    const { wrong } = await unexplained({ ...(store && { store }) }, 10, 4)
    expect(wrong.length).toBeGreaterThan(0)
  })
})

describe('The search for an order', () => {
  const put = (sent: number, answered: number, value: number): Observed<number> => ({
    ...{ says: '', sent, answered, isLook: false },
    on: () => value,
  })
  const saw = (sent: number, answered: number, value: number): Observed<number> => ({
    ...{ says: '', sent, answered, isLook: true },
    on: (state) => (state === value ? state : undefined),
  })
  const ordered = (...history: Observed<number>[]) => orderOf(history, 0, String) !== undefined

  it('takes what overlaps in any order', () => {
    expect(ordered(put(1, 6, 1), put(2, 5, 2), saw(7, 8, 1))).toBe(true)
    expect(ordered(put(1, 6, 1), put(2, 5, 2), saw(7, 8, 2))).toBe(true)
    expect(ordered(put(1, 6, 1), saw(2, 3, 0), saw(4, 5, 1))).toBe(true)
  })

  it('takes what did not overlap in the order in which it was', () => {
    expect(ordered(put(1, 2, 1), put(3, 4, 2), saw(5, 6, 2))).toBe(true)
    expect(ordered(put(1, 2, 1), put(3, 4, 2), saw(5, 6, 1))).toBe(false)
    expect(ordered(put(1, 2, 1), saw(3, 4, 0))).toBe(false)
  })

  it('lets nobody see what somebody saw undone', () => {
    expect(ordered(put(1, 9, 1), saw(2, 3, 1), saw(4, 5, 0))).toBe(false)
    expect(ordered(put(1, 9, 1), saw(2, 5, 1), saw(3, 4, 0))).toBe(true)
  })
})
