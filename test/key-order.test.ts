import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { Draft } from '../server/state/draft.js'
import { KeyOrder } from '../server/state/key-order.js'
import { LayeredMap } from '../server/state/layered-map.js'
import { MemoryStore } from '../server/state/memory.js'
import type { Key, SkuIdentifiers } from '../server/state/rows.js'

/** The judge: Node's own order of bytes. */
const inBytes = (keys: Iterable<string>) =>
  [...new Set(keys)].sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))

/** Texts in which code points and UTF-16 units sort differently, and that share their beginnings. */
const key = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('a', 'b', '\u{e000}', '\u{ffff}', '\u{10000}', '\u{1f600}'), maxLength: 5 }),
  fc.nat(5_000).map((n) => `["upc","${n}"]`),
)

const many = 20_000
const padded = (n: number) => String(n).padStart(6, '0')
const numbers = Array.from({ length: many }, (_, index) => index)
/** Ways in which keys may come that a choice of bounds could fall for. */
const comings: Readonly<Record<string, readonly string[]>> = {
  'in order': numbers.map(padded),
  backwards: numbers.map((n) => padded(many - n)),
  'from both ends': numbers.map((n) => padded(n % 2 === 0 ? n : many * 2 - n)),
  'in runs': numbers.map((n) => `${n % 64} ${padded(n)}`),
  'with the smallest wherever a sample is taken': numbers.map(
    (n) => `${n % 312 === 0 ? 'a' : 'b'} ${padded(n * 7919)}`,
  ),
  'as numbers without leading zeros': numbers.map((n) => `["upc","${(n * 7919) % many}"]`),
  'the same again and again': numbers.map((n) => `${n % 3}`),
  'beyond the first plane': numbers.map((n) => String.fromCodePoint(0xd7f0 + (((n * 31) % 0xfffff) + 0x810))),
}

describe('Keys in order', () => {
  it('are those of a plain sort from any key on, whatever comes between two looks', () => {
    const look = fc.record({ more: fc.array(key, { maxLength: 20 }), from: fc.option(key, { nil: undefined }) })
    fc.assert(
      fc.property(fc.array(key, { minLength: 0, maxLength: 1_500, size: 'max' }), fc.array(look), (keys, looks) => {
        const order = new KeyOrder([...keys])
        const known = new Set(keys)
        for (const { more, from } of looks) {
          for (const each of more) {
            order.add(each)
            known.add(each)
          }
          const sorted = inBytes(known)
          expect([...order.from(from)]).toEqual(from === undefined ? sorted : sorted.slice(beginning(sorted, from)))
        }
      }),
      { numRuns: 60 },
    )
  })

  it.each(Object.entries(comings))('are those of a plain sort, where they come %s', (_how, keys) => {
    const sorted = inBytes(keys)
    const order = new KeyOrder([...keys])
    const middle = sorted[Math.floor(sorted.length / 2)] ?? ''
    expect([...order.from(middle)]).toEqual(sorted.slice(Math.floor(sorted.length / 2)))
    expect([...order.from()]).toEqual(sorted)
  })

  it('are told apart from those in the order of UTF-16', () => {
    const keys = comings['beyond the first plane'] ?? []
    expect([...keys].sort()).not.toEqual(inBytes(keys))
  })

  it.each(['in order', 'as numbers without leading zeros'])('are compared only where somebody looks: %s', (how) => {
    const keys = (comings[how] ?? []).slice(0, 5_000)
    const compared = (work: () => unknown) => countOf(String.prototype, 'charCodeAt', work)
    const whole = compared(() => [...new KeyOrder([...keys]).from()])
    const order = new KeyOrder([...keys])
    const first = compared(() => take(order, undefined))
    const last = take(order, undefined).at(-1)
    expect(first).toBeLessThan(whole / 2)
    expect(compared(() => take(order, last))).toBeLessThan(first / 10)
  })
})

const beginning = (sorted: readonly string[], from: string) =>
  sorted.filter((each) => Buffer.compare(Buffer.from(each), Buffer.from(from)) < 0).length

function take(order: KeyOrder, from: string | undefined): readonly string[] {
  const page: string[] = []
  for (const each of order.from(from)) if (page.push(each) === 100) break
  return page
}

/** How often a method is called meanwhile. */
function countOf<Name extends string>(
  object: Readonly<Record<Name, (...given: never[]) => unknown>>,
  name: Name,
  work: () => unknown,
): number {
  const spy = vi.spyOn(object as Record<string, () => unknown>, name)
  try {
    work()
    return spy.mock.calls.length
  } finally {
    spy.mockRestore()
  }
}

describe('A map that is read in order', () => {
  it('shows what stands there, whatever came and went since the last look', () => {
    const step = fc.record({ set: fc.array(fc.nat(400)), gone: fc.array(fc.nat(400)), copied: fc.boolean() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let map = new LayeredMap<number>()
        const model = new Map<string, number>()
        // More than are put in order each time.
        for (let n = 0; n < 200; n++) {
          map.set(`${n}`, n)
          model.set(`${n}`, n)
        }
        for (const { set, gone, copied } of steps) {
          const sorted = inBytes(model.keys()).map((each) => [each, model.get(each)])
          expect([...map.sorted()]).toEqual(sorted)
          expect([...map.sorted(undefined, (value) => value % 7 === 0)]).toEqual(
            sorted.filter(([, value]) => Number(value) % 7 === 0),
          )
          if (copied) map = map.copy()
          for (const n of gone) {
            map.delete(`${n}`)
            model.delete(`${n}`)
          }
          for (const n of set) {
            map.set(`${n}`, n + 1)
            model.set(`${n}`, n + 1)
          }
        }
      }),
      { numRuns: 200 },
    )
  })

  it('does not gather keys that come and go', () => {
    const map = new LayeredMap<number>()
    for (let n = 0; n < 1_000; n++) map.set(`${n}`, n)
    expect([...map.sorted()]).toHaveLength(1_000)
    const added = vi.spyOn(KeyOrder.prototype, 'add')
    try {
      for (let n = 0; n < 10_000; n++) {
        map.set('swings', n)
        map.delete('swings')
      }
      expect(added.mock.calls.length).toBeLessThanOrEqual(1_001)
    } finally {
      added.mockRestore()
    }
    expect([...map.sorted('998')].map(([each]) => each)).toEqual(['998', '999'])
  })
})

const warehouses = ['NY', 'London']
const upcOf = (sku: number) => ({ upc: `${(sku * 7_919) % 1_000_003}` })

/** An account with so many positions in two warehouses. */
async function accountOf(positions: number) {
  const draft = new Draft({ get: () => undefined })
  for (let sku = 0; sku < positions; sku++) {
    const warehouse = warehouses[sku % 2] ?? ''
    const value = { warehouse, date: 'IMMEDIATE', sku: upcOf(sku), available: sku, incoming: sku, pendingDeducted: 0 }
    draft.put('positions', [warehouse, 'IMMEDIATE', JSON.stringify(upcOf(sku))], value)
  }
  const nothing = { declared: true, token: null, settings: {}, warehouses: null, styles: null, pending: [] }
  const setup = { vendor: 'joor' as const, name: 'brand', ...nothing }
  const journal = { append: () => {}, rename: () => {}, replaced: () => {} }
  const ids = () => ({ take: () => 'id', keep: () => {}, giveBack: () => {} })
  const store = new MemoryStore<unknown>({ journal, ids, clock: () => new Date(0), anonymousLimit: 1 })
  await store.load([{ setup, changes: draft.changes }])
  return store
}

interface Meant {
  readonly after?: Key | undefined
  readonly first?: string
  readonly second?: string
  readonly where?: (value: { readonly sku: SkuIdentifiers }) => boolean
}
const pageOf = (store: MemoryStore<unknown>, meant: Meant, limit = 1_000) =>
  store.page('joor:brand', [{ table: 'positions', ...meant }], limit)

/** The keys of all pages, where each begins behind what the one before it says. */
async function allPages(store: MemoryStore<unknown>, next = (keys: readonly Key[]) => keys.at(-1)) {
  const seen: string[] = []
  let after: Key | undefined
  for (let pages = 0; pages < 200; pages++) {
    const page = (await pageOf(store, { after })).map(({ key: each }) => each)
    if (page.length === 0) break
    seen.push(...page.map((each) => each.join('\n')))
    after = next(page)
  }
  return seen
}

describe('Pages of positions', () => {
  it('show each of a hundred thousand once', async () => {
    const store = await accountOf(100_000)
    const seen = await allPages(store)
    expect(seen).toHaveLength(100_000)
    expect(new Set(seen).size).toBe(100_000)
    expect(seen).toEqual(inBytes(seen))
  })

  it('would be seen to show one twice', async () => {
    const store = await accountOf(5_000)
    const seen = await allPages(store, (keys) => keys.at(-2))
    expect(new Set(seen).size).toBeLessThan(seen.length)
  })

  it.each([
    ['behind the first', { after: ['NY', 'IMMEDIATE', '{"upc":"5'] as Key }, 50],
    ['of one warehouse', { first: 'London' }, 50],
    ['of one warehouse and date', { first: 'London', second: 'IMMEDIATE' }, 50],
    ['of a date', { second: 'IMMEDIATE' }, 50],
    ['of a date that nothing has', { second: '2030-01-01' }, 0],
    ['of a warehouse behind which they begin', { first: 'London', after: ['NY', '', ''] as Key }, 0],
  ])('look at no row that they do not show: %s', async (_which, meant, rows) => {
    const looks: number[] = []
    for (const positions of [1_000, 100_000]) {
      const store = await accountOf(positions)
      // The very first one makes the order.
      await pageOf(store, {}, positions)
      const spy = vi.spyOn(Map.prototype, 'get')
      try {
        expect(await pageOf(store, meant, 50)).toHaveLength(rows)
        looks.push(spy.mock.calls.length)
      } finally {
        spy.mockRestore()
      }
    }
    expect(looks[1]).toBe(looks[0])
  })

  it('look at all rows where a filter takes few of them, and show those', async () => {
    const store = await accountOf(2_000)
    const where = ({ sku }: { readonly sku: SkuIdentifiers }) => sku.upc === upcOf(1_001).upc || sku.upc === '0'
    const page = await pageOf(store, { where })
    expect(page.map(({ key: [first, , third] }) => `${first} ${third}`)).toEqual([
      `London ${JSON.stringify(upcOf(1_001))}`,
      'NY {"upc":"0"}',
    ])
    expect(await pageOf(store, { where, first: 'NY' })).toHaveLength(1)
  })
})
