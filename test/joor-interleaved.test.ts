import { setTimeout as delay } from 'node:timers/promises'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { itemsInOneGo } from '../server/slices.js'
import { bulk, startTestEmulator } from './emulator.js'
import { seed, tell } from './proof.js'
import { seededRandom } from './strict-store.js'

interface Planned {
  readonly items: readonly object[]
  readonly query: string
  /** Milliseconds after which it is sent. */
  readonly after: number
}

/** Calls of few items and of thousands, over the same SKUs of two warehouses; some overwrite, some make made to order. */
function planned(random: () => number, count: number): readonly Planned[] {
  const below = (most: number) => Math.floor(random() * most)
  return Array.from({ length: count }, (_, call) => {
    const size = below(3) === 0 ? 3 : itemsInOneGo + 1 + below(2 * itemsInOneGo)
    const warehouse = below(2) === 0 ? 'A' : 'B'
    const first = below(1_000)
    const items = Array.from({ length: size }, (_, index) => ({
      ...{ warehouse: below(50) === 0 ? 'C' : warehouse, upc: String(first + index) },
      ...(below(300) === 0 ? { made_to_order: 'true' } : { inventory: 10 * call + below(10) }),
    }))
    return { items, query: below(4) === 0 ? '?overwrite=1' : '', after: below(60) }
  })
}

async function declared(): Promise<Emulator> {
  const emulator = await startTestEmulator()
  await change(emulator, 'PUT', 'joor/accounts/brand', { token: 'a-token' })
  return emulator
}

async function change({ url }: Emulator, method: string, path: string, body: object = {}): Promise<void> {
  const headers = { 'Content-Type': 'application/json' }
  const reply = await fetch(`${url}/_backstock/${path}`, { method, headers, body: JSON.stringify(body) })
  expect(reply.ok).toBe(true)
}

const told = async ({ url }: Emulator, path: string) => (await supertest(url).get(`/_backstock/${path}`)).body

/** All positions and marks, and nothing of who wrote them when. */
async function stateOf(emulator: Emulator): Promise<string> {
  await change(emulator, 'PUT', 'snapshots/end')
  const { partitions } = await told(emulator, 'snapshots/end')
  return JSON.stringify(partitions)
}

describe('Large calls that come while others are worked on', () => {
  it('leave what they leave one after the other, in the order in which they were committed', async () => {
    const emulator = await declared()
    const calls = planned(seededRandom(seed), 12)
    const byId = new Map<string, Planned>()
    const send = async (to: Emulator, { items, query }: Planned) => {
      const reply = await bulk(to, { inventory_items: items }, { query })
      expect(reply.status).toBe(200)
      return reply.headers['backstock-request-id'] as string
    }
    const snapshots = async () => {
      for (const name of ['one', 'two', 'three']) {
        await delay(20)
        await change(emulator, 'PUT', `snapshots/${name}`)
      }
    }
    const sent = calls.map(async (call) => {
      await delay(call.after)
      byId.set(await send(emulator, call), call)
    })
    await Promise.all([...sent, snapshots()])
    const { requests } = await told(emulator, 'requests?limit=100')
    const order: Planned[] = requests.toReversed().map(({ id }: { id: string }) => byId.get(id))
    expect(new Set(order)).toEqual(new Set(calls))
    const again = await declared()
    for (const call of order) await send(again, call)
    expect(await stateOf(again)).toBe(await stateOf(emulator))
    const other = await declared()
    for (const call of order.toReversed()) await send(other, call)
    expect(await stateOf(other)).not.toBe(await stateOf(emulator))
    tell('interleaved', `${order.filter(({ items }) => items.length > itemsInOneGo).length} of 12 calls were large`)
  })
})
