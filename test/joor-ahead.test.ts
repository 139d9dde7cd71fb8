import { setImmediate as nextTurn } from 'node:timers/promises'
import supertest from 'supertest'
import { describe, expect, inject, it } from 'vitest'
import type { Emulator, EmulatorOptions } from '../server/emulator.js'
import { Findings } from '../server/findings.js'
import { type Item, readItem } from '../server/joor/item.js'
import { readJsonItems } from '../server/joor/json-items.js'
import { joorOperations } from '../server/joor/operations.js'
import { decideBulk, type SentBulk } from '../server/joor/rules.js'
import type { Take } from '../server/joor/sent.js'
import { listsOf } from '../server/joor/write.js'
import { usualLimits } from '../server/limits.js'
import type { Terms } from '../server/operation.js'
import { noSecrets } from '../server/redaction.js'
import { defaultSettings } from '../server/settings.js'
import { atOnce, inTurns, itemsInOneGo, type Slices } from '../server/slices.js'
import { Draft } from '../server/state/draft.js'
import { MemoryStore } from '../server/state/memory.js'
import { bulk, lastRequest, oauth2, positions, startTestEmulator } from './emulator.js'
import { arm, eventually } from './faults.js'
import { StrictStore, seededRandom } from './strict-store.js'

const many = 2 * itemsInOneGo + 1
const item = (index: number) => ({ warehouse: 'New York', upc: String(index), inventory: 1 })
const large = { inventory_items: Array.from({ length: many }, (_, index) => item(index)) }
const account = { token: 'a-token', warehouses: ['New York'] }

type MakeStore = NonNullable<EmulatorOptions['store']>

const storeOf: MakeStore = (parts) =>
  inject('store') === 'strict' ? new StrictStore(parts, seededRandom(1)) : new MemoryStore(parts)

/** Something happens once between what a call was told of its account and its turn. */
function between(): { readonly store: MakeStore; happens: (() => Promise<unknown>) | undefined } {
  const planned = {
    happens: undefined as (() => Promise<unknown>) | undefined,
    store: ((parts) => {
      const store = storeOf(parts)
      const access = store.access.bind(store)
      return Object.assign(store, {
        access: async (...caller: Parameters<typeof access>) => {
          const known = await access(...caller)
          const { happens } = planned
          planned.happens = undefined
          await happens?.()
          return known
        },
      })
    }) satisfies MakeStore,
  }
  return planned
}

async function declare(url: string, document: object): Promise<void> {
  const reply = await fetch(`${url}/_backstock/joor/accounts/shop`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(document),
  })
  expect(reply.ok).toBe(true)
}

/** Work that notes which of its parts were done in which turn of the event loop. */
function* noting(turnsSeen: number[], turn: () => number): Slices<string> {
  for (let part = 0; part < 5; part++) {
    turnsSeen.push(turn())
    yield
  }
  return 'done'
}

describe('Work in slices', () => {
  it.each([
    ['gives others their turn between any two of them', inTurns, 5],
    ['is done in one turn where nobody waits', atOnce, 1],
  ] as const)('%s', async (_, way, turns) => {
    let turn = 0
    let isOver = false
    const counting = (async () => {
      for (; !isOver; turn++) await nextTurn()
    })()
    const seen: number[] = []
    expect(await way(noting(seen, () => turn))).toBe('done')
    isOver = true
    await counting
    expect(new Set(seen).size).toBe(turns)
  })
})

function bulkOperation() {
  const found = joorOperations.find(({ name }) => name === 'joor.bulk-inventory')
  if (found?.ahead === undefined || found.says === undefined) throw new Error('The bulk call is not decided ahead.')
  return { ...found, ahead: found.ahead, says: found.says }
}
const bulkInventory = bulkOperation()

/** A call as its body was read. */
function sent(count: number): SentBulk {
  const text = JSON.stringify({ inventory_items: Array.from({ length: count }, (_, index) => item(index)) })
  const read: Item[] = []
  const take: Take = (each) => read.push(readItem(each, read.length, 'json', defaultSettings, new Findings('off')))
  expect(atOnce(readJsonItems(text, 'json', usualLimits, new Findings('off'), take))).toBeUndefined()
  return { query: { overwrite: false, decPending: false }, format: 'json', reply: 'json', items: read }
}

/** What the work comes to, and how often it paused. */
function counted<Result>(work: Slices<Result>): { readonly result: Result; readonly pauses: number } {
  for (let pauses = 0; ; pauses++) {
    const { done, value } = work.next()
    if (done) return { result: value, pauses }
  }
}

describe('The work of a large call before its turn', () => {
  const setup = undefined
  const secrets = noSecrets
  const terms: Terms = { settings: defaultSettings, takes: usualLimits, secrets, setup, name: undefined, opens: [] }
  const view = { get: () => undefined }

  it('pauses three times for every thousand items while it decides and writes, and tells what the call says in parts', () => {
    const { ahead, decide, says } = bulkInventory
    const command = sent(9 * itemsInOneGo)
    const drafts = [new Draft(view), new Draft(view)] as const
    const findings = [new Findings('report'), new Findings('report')] as const
    const turn = { id: '', now: new Date(0), newId: () => '', setup, view }
    const decided = counted(ahead.decide(command, setup, drafts[0], terms, findings[0]))
    expect(decided.pauses).toBe(27)
    const result = decide(command, turn, drafts[1], terms, findings[1], new Set())
    expect({ ...decided.result, lists: undefined }).toEqual(result)
    const written = listsOf('json', decideBulk(command, turn, new Draft(view), terms, new Findings('off')))
    expect(decided.result).toMatchObject({ lists: atOnce(written) })
    expect(drafts[0].changes).toEqual(drafts[1].changes)
    expect(findings[0].met).toEqual(findings[1].met)
    const told = counted(ahead.says(command))
    expect(told.pauses).toBeGreaterThan(3)
    expect({ ...told.result, types: [] }).toEqual({ ...says(command), types: [] })
  })

  it('is left out where nobody would wait for it', () => {
    const { isFor } = bulkInventory.ahead
    expect([isFor(sent(itemsInOneGo)), isFor(sent(itemsInOneGo + 1))]).toEqual([false, true])
  })
})

describe('A large call is decided ahead of its turn', () => {
  it('and comes to the same as a small one, rule for rule', async () => {
    const emulator = await startTestEmulator()
    const told = []
    for (const count of [many, 3]) {
      const inventoryItems = [{ upc: 'lost' }, item(0), ...large.inventory_items.slice(0, count - 2)]
      const { body } = await bulk(emulator, { inventory_items: inventoryItems }, { query: '?overwrite=1' })
      expect(body.items_updated[0]).toHaveLength(count - 1)
      expect(body.items_not_updated[0]).toEqual([{ upc: 'lost' }])
      expect(await positions(emulator)).toHaveLength(Math.min(count - 2, 1_000))
      const { rules, violations, outcomes } = await lastRequest(emulator)
      expect(outcomes[0]).toMatchObject({ index: 0, outcome: 'not_updated' })
      told.push({ rules, broken: violations.map(({ rule }: { rule: string }) => rule) })
    }
    expect(told[0]).toEqual(told[1])
  })

  it('and anew where its account has become another one by then', async () => {
    const planned = between()
    const emulator = await startTestEmulator({ store: planned.store })
    await declare(emulator.url, account)
    planned.happens = () => declare(emulator.url, { ...account, warehouses: ['Paris'] })
    const { body } = await bulk(emulator, large)
    expect(body.items_updated).toEqual([])
    expect(body.items_not_updated[0]).toHaveLength(many)
    expect(await positions(emulator)).toEqual([])
    expect((await lastRequest(emulator)).violations[0].rule).toBe('joor.warehouse.known')
  })

  it('and not at all by what stood in an account that is gone by then', async () => {
    const planned = between()
    const emulator = await startTestEmulator({ store: planned.store })
    await declare(emulator.url, { ...account, warehouses: [] })
    planned.happens = () => fetch(`${emulator.url}/_backstock/joor/accounts/shop`, { method: 'DELETE' })
    const { body } = await bulk(emulator, large)
    expect(body.items_updated[0]).toHaveLength(many)
    expect((await lastRequest(emulator)).violations).toEqual([])
  })

  it('and anew without the items that a fault spares', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ fault: { kind: 'partial', items: { index: [700] } } }])
    const { body } = await bulk(emulator, large)
    expect(body.items_not_updated).toEqual([[item(700)]])
    const { outcomes, violations } = await lastRequest(emulator)
    expect(outcomes[700]).toMatchObject({ index: 700, outcome: 'not_updated', rule: null })
    expect(violations).toEqual([])
  })

  it('and not applied where the call is refused for what it costs', async () => {
    const emulator = await startTestEmulator({ settings: { rate_limit: '1/600' } })
    await declare(emulator.url, { ...account, warehouses: ['Paris'] })
    await bulk(emulator, large)
    expect((await bulk(emulator, large)).status).toBe(429)
    expect(await positions(emulator)).toEqual([])
    const { violations, outcomes } = await lastRequest(emulator)
    expect(outcomes).toEqual([])
    expect(violations.map(({ rule }: { rule: string }) => rule)).not.toContain('joor.warehouse.known')
  })

  it.each([1, 20])('and applied whole or not at all where its client goes meanwhile: %s ms', async (wait) => {
    const planned = between()
    const emulator = await startTestEmulator({ store: planned.store })
    const client = new AbortController()
    planned.happens = async () => void setTimeout(() => client.abort(), wait)
    const headers = { Authorization: oauth2('a-token'), 'Content-Type': 'application/json' }
    const call = { method: 'POST', headers, body: JSON.stringify(large), signal: client.signal }
    await fetch(`${emulator.url}/v2/bulk-inventory`, call).catch(() => undefined)
    await expect.poll(() => callsOf(emulator), eventually).toHaveLength(1)
    const [{ items }] = await callsOf(emulator)
    const { body } = await supertest(emulator.url).get('/_backstock/joor/accounts')
    expect([null, { updated: many, not_updated: 0 }]).toContainEqual(items)
    const kept = body.accounts.map(({ positions }: { positions: number }) => positions)
    expect(kept.reduce((sum: number, each: number) => sum + each, 0)).toBe(items === null ? 0 : many)
  })
})

async function callsOf(emulator: Emulator) {
  const { body } = await supertest(emulator.url).get('/_backstock/requests')
  return body.requests
}
