import { describe, expect, it } from 'vitest'
import type { Entry } from '../server/journal/entry.js'
import { Evictions } from '../server/journal/evictions.js'
import { Journal } from '../server/journal/journal.js'
import type { Partition, Scope } from '../server/state/store.js'
import { entry } from './journal-entries.js'

const at = (seconds: number) => new Date(seconds * 1000)
const limits = { entries: 2, bytes: 1_000_000, bodyBytes: 100 }
const evictedOf = (journal: Journal, scope?: Partition) =>
  [...journal.evicted(scope)].reduce((sum, { count }) => sum + count, 0)

function fill(journal: Journal, scope: Scope, count: number): readonly Entry[] {
  const entries = Array.from({ length: count }, (_, n) => entry({ at: at(n) }))
  for (const each of entries) journal.append(scope, each)
  return entries
}

describe('What a journal has dropped', () => {
  it('is counted by account and site, with its latest instant and number', () => {
    const journal = new Journal(limits)
    fill(journal, 'joor:brand', 5)
    fill(journal, 'jirafe:shop', 2)
    fill(journal, null, 3)
    expect([...journal.evicted('joor:brand')]).toMatchObject([
      { scope: 'joor:brand', vendor: 'joor', count: 3, latest: 2_000, first: 0, last: 2 },
    ])
    expect([...journal.evicted('jirafe:shop')]).toEqual([])
    expect(evictedOf(journal)).toBe(4)
    expect([...journal.evicted(undefined)].map(({ vendor }) => vendor)).toEqual(['joor', null])
  })

  it('has its latest instant where time went back', () => {
    const journal = new Journal({ ...limits, entries: 1 })
    for (const seconds of [5, 9, 3, 1]) journal.append('joor:brand', entry({ at: at(seconds) }))
    expect([...journal.evicted('joor:brand')]).toMatchObject([{ count: 3, latest: 9_000 }])
  })

  it('counts what the budget of bytes took, whosever it was', () => {
    const journal = new Journal({ entries: 10, bytes: 2_500, bodyBytes: 100 })
    fill(journal, 'joor:one', 2)
    fill(journal, 'joor:two', 2)
    expect(evictedOf(journal, 'joor:one')).toBe(2)
    expect(evictedOf(journal, 'joor:two')).toBe(0)
  })

  it('follows an account to its new name', () => {
    const journal = new Journal(limits)
    fill(journal, 'joor:token-1', 3)
    fill(journal, 'joor:brand', 4)
    journal.rename('joor:token-1', 'joor:brand')
    expect(evictedOf(journal, 'joor:token-1')).toBe(0)
    // Of the four that were left, the new name keeps two.
    expect(evictedOf(journal, 'joor:brand')).toBe(1 + 2 + 2)
  })

  it('is forgotten by clearing, of that account or of all, and nothing that was kept is left', () => {
    const journal = new Journal(limits)
    const [, , , last] = fill(journal, 'joor:brand', 4)
    const others = fill(journal, 'jirafe:shop', 4)
    journal.clear('joor:brand')
    expect(evictedOf(journal, 'joor:brand')).toBe(0)
    expect([...journal.newest('joor:brand')]).toEqual([])
    expect(journal.find(last?.id ?? '')).toBeUndefined()
    expect(journal.findLog(last?.logId ?? '')).toBeUndefined()
    expect(evictedOf(journal, 'jirafe:shop')).toBe(2)
    expect([...journal.newest('jirafe:shop')]).toHaveLength(2)
    journal.clear(undefined)
    expect(evictedOf(journal)).toBe(0)
    expect([...journal.newest(undefined)]).toEqual([])
    expect(journal.find(others[3]?.id ?? '')).toBeUndefined()
  })

  it('gives back the bytes of what was cleared', () => {
    const journal = new Journal({ entries: 10, bytes: 3_000, bodyBytes: 100 })
    fill(journal, 'joor:one', 3)
    journal.clear('joor:one')
    fill(journal, 'joor:two', 3)
    expect([...journal.newest('joor:two')]).toHaveLength(3)
    expect(evictedOf(journal)).toBe(0)
  })

  it('goes on growing its numbers after it was cleared', () => {
    const journal = new Journal(limits)
    fill(journal, 'joor:brand', 2)
    const before = journal.newestNumber
    journal.clear(undefined)
    fill(journal, 'joor:brand', 1)
    expect(journal.newestNumber).toBe(before + 1)
  })
})

describe('Evictions of more accounts than are counted each for itself', () => {
  it('are counted by vendor, so that no account is told that it has none', () => {
    const evictions = new Evictions(2)
    for (const [number, scope] of (['joor:a', 'joor:b', 'joor:b', 'joor:c'] as const).entries())
      evictions.add(scope, number, at(number))
    const sum = (scope?: Partition) => [...evictions.of(scope)].reduce((total, { count }) => total + count, 0)
    expect(sum()).toBe(4)
    expect(sum('joor:a')).toBe(1)
    expect(sum('joor:never-seen')).toBe(1)
    expect(sum('joor:b')).toBe(2)
    expect(sum('jirafe:b')).toBe(0)
  })

  it('are still known where the account comes back', () => {
    const evictions = new Evictions(1)
    evictions.add('joor:a', 0, at(0))
    evictions.add('joor:b', 1, at(1))
    evictions.add('joor:a', 2, at(2))
    const counts = [...evictions.of('joor:a')].map(({ count }) => count)
    // Its own, and those of the vendor, of which one is its own as well.
    expect(counts).toEqual([1, 2])
  })

  it('are still known where the account gets another name', () => {
    const evictions = new Evictions(1)
    evictions.add('joor:token-1', 0, at(0))
    evictions.add('joor:b', 1, at(1))
    evictions.forget('joor:brand')
    evictions.rename('joor:token-1', 'joor:brand')
    expect([...evictions.of('joor:brand')].map(({ count }) => count)).toEqual([0, 2])
  })

  it('are known to be none of an account that was cleared since', () => {
    const evictions = new Evictions(1)
    evictions.add('joor:a', 0, at(0))
    evictions.add('joor:b', 1, at(1))
    evictions.forget('joor:a')
    expect([...evictions.of('joor:a')].map(({ count }) => count)).toEqual([0])
    expect([...evictions.of('joor:c')].map(({ count }) => count)).toEqual([2])
    evictions.forget(undefined)
    expect([...evictions.of(undefined)]).toEqual([])
  })
})

describe('A listener of a journal', () => {
  it('is told of each entry when it can be found, and of nothing after it left', () => {
    const journal = new Journal(limits)
    const told: string[] = []
    const leave = journal.listen({
      appended: (number, scope, { id }) => told.push(`${number} ${scope} ${journal.find(id)?.id === id}`),
      rewritten: () => told.push('rewritten'),
    })
    fill(journal, 'joor:brand', 1)
    journal.rename('joor:brand', 'joor:other')
    journal.clear('joor:other')
    leave()
    fill(journal, 'joor:brand', 1)
    expect(told).toEqual(['0 joor:brand true', 'rewritten', 'rewritten'])
  })
})
