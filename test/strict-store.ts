import type { Committed } from '../server/journal/committed.js'
import { type MemoryOptions, MemoryStore } from '../server/state/memory.js'
import type { TableName } from '../server/state/rows.js'
import type { Caller, ChangeSet, Needs, Settled, Turn, View } from '../server/state/store.js'

/**
 * Memory behind a queue with random ticks: rows are copied through JSON in both directions, a look at a key that `needs`
 * did not name throws, and what can be decided before a call is. It finds now what a storage beyond this process would
 * find later.
 */
export class StrictStore extends MemoryStore<Committed> {
  override readonly isRemote = true
  readonly #random: () => number

  constructor(options: MemoryOptions<Committed>, random: () => number) {
    super(options)
    this.#random = random
  }

  override async call<Result>(
    caller: Caller,
    needs: Needs,
    settle: (turn: Turn) => Settled<Committed, Result>,
  ): Promise<Result> {
    await this.#ticks()
    const result = await super.call(caller, needs, (turn) => {
      const settled = settle({ ...turn, view: named(turn.view, needs) })
      return { ...settled, changes: copied(settled.changes) }
    })
    await this.#ticks()
    return result
  }

  async #ticks(): Promise<void> {
    const ticks = Math.floor(this.#random() * 4)
    for (let tick = 0; tick < ticks; tick++) await new Promise((resolve) => setImmediate(resolve))
  }
}

function named(view: View, needs: Needs): View {
  return {
    get(table, key) {
      const known = needs[table]?.some((needed) => JSON.stringify(needed) === JSON.stringify(key))
      if (known !== true) throw new Error(`${table} ${JSON.stringify(key)} was looked at, but not named in needs.`)
      return throughJson(view.get(table, key))
    },
  }
}

function copied(changes: ChangeSet): ChangeSet {
  const copy: { [Name in TableName]?: unknown } = {}
  for (const [table, change] of Object.entries(changes)) {
    const puts = change.puts.map(({ first, second, values }) => {
      const copies = Array.from<readonly [string, unknown], [string, unknown]>(values, ([third, value]) => [
        third,
        throughJson(value),
      ])
      return { first, second, values: new Map(copies) }
    })
    copy[table as TableName] = { all: change.all, firsts: new Set(change.firsts), thirds: new Set(change.thirds), puts }
  }
  // Every table was copied under its own name.
  return copy as ChangeSet
}

const throughJson = <Value>(value: Value): Value =>
  value === undefined ? value : (JSON.parse(JSON.stringify(value)) as Value)

/** A small generator with a seed, so that a failure can be repeated. */
export function seededRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
