import { describe, expect, it } from 'vitest'
import { Draft } from '../server/state/draft.js'
import { HalfKept } from '../server/state/groups.js'
import { MemoryStore } from '../server/state/memory.js'
import { type Caller, fingerprint, type Setup, StorageFailure, TokenTaken } from '../server/state/store.js'
import { bulk, items, positions, startTestEmulator } from './emulator.js'
import { arm, hits } from './faults.js'

/** A `keep` that ends each write when the test says so. */
class Disk {
  readonly writes: { succeed: () => void; fail: (error?: Error) => void }[] = []
  readonly keep = () =>
    new Promise<void>((resolve, reject) => {
      this.writes.push({ succeed: resolve, fail: (error = new Error('no space left')) => reject(error) })
    })

  async write(number: number) {
    for (;;) {
      const write = this.writes[number]
      if (write !== undefined) return write
      await turn()
    }
  }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))
async function turns(count = 5) {
  for (let n = 0; n < count; n++) await turn()
}

function made() {
  const disk = new Disk()
  const texts: string[] = []
  let ids = 0
  const store = new MemoryStore<string>({
    journal: { append: (_scope, text) => texts.push(text), rename: () => {}, replaced: () => {} },
    ids: () => ({ take: () => `${++ids}`, keep: () => {}, giveBack: () => {} }),
    clock: () => new Date(0),
    anonymousLimit: 10,
    keep: disk.keep,
  })
  return { disk, store, texts }
}

const callerOf = (name: string): Caller => ({ vendor: 'joor', token: fingerprint(name) })
const setupOf = (name: string, token = name): Setup => ({
  ...{ vendor: 'joor', name, declared: true, token: fingerprint(token), settings: {} },
  ...{ warehouses: null, styles: null, pending: [] },
})

async function withAccounts(...names: string[]) {
  const { disk, store, texts } = made()
  const loading = store.load(names.map((name) => ({ setup: setupOf(name), changes: {} })))
  const { succeed } = await disk.write(0)
  succeed()
  await loading
  return { disk, store, texts }
}

async function put(store: MemoryStore<string>, name: string, key: string, text: string) {
  return store.call(callerOf(name), { marks: [['', '', key]] }, (turn) => {
    const before = turn.view.get('marks', ['', '', key])?.value.sku.upc
    const draft = new Draft(turn.view)
    draft.put('marks', ['', '', key], { sku: { upc: text } })
    return { changes: draft.changes, entry: () => text, result: before }
  })
}
const look = (store: MemoryStore<string>, name: string, key: string) =>
  store.row(`joor:${name}`, 'marks', ['', '', key]).then((row) => row?.value.sku.upc)

/** Where a promise stands now. */
async function standing(promise: unknown): Promise<'waits' | 'done' | 'failed'> {
  await turns()
  return Promise.race([
    Promise.resolve(promise)
      .then(() => 'done' as const)
      .catch(() => 'failed' as const),
    turns(2).then(() => 'waits' as const),
  ])
}

describe('Calls that come while one is being written', () => {
  it('are decided on top of it, and kept together in the next write', async () => {
    const { disk, store, texts } = await withAccounts('one')
    const first = put(store, 'one', 'a', '1')
    await disk.write(1)
    const others = [put(store, 'one', 'a', '2'), put(store, 'one', 'a', '3'), put(store, 'one', 'b', '4')]
    disk.writes[1]?.succeed()
    expect(await first).toBeUndefined()
    expect(texts).toEqual(['1'])
    const second = await disk.write(2)
    for (const other of others) expect(await standing(other)).toBe('waits')
    second.succeed()
    expect(await Promise.all(others)).toEqual(['1', '2', undefined])
    expect(texts).toEqual(['1', '2', '3', '4'])
    await turns()
    expect(disk.writes).toHaveLength(3)
  })

  it('fall with it, last first, and nothing of them is seen or written down; the next one stands', async () => {
    const { disk, store, texts } = await withAccounts('one')
    const first = put(store, 'one', 'a', '1')
    const { fail } = await disk.write(1)
    const built = [put(store, 'one', 'a', '2'), store.fork('joor:one', () => setupOf('fork')), store.remove('joor:one')]
    const looks = [look(store, 'one', 'a'), store.list('joor').then((all) => all.map(({ setup }) => setup.name))]
    fail()
    for (const each of [first, ...built]) await expect(each).rejects.toThrow(StorageFailure)
    expect(await Promise.all(looks)).toEqual([undefined, ['one']])
    expect(texts).toEqual([])
    const next = put(store, 'one', 'a', '5')
    ;(await disk.write(2)).succeed()
    expect(await next).toBeUndefined()
    expect(await look(store, 'one', 'a')).toBe('5')
  })

  it('of another account that change nothing are answered at once, and so is who looks there', async () => {
    const { disk, store, texts } = await withAccounts('one', 'two')
    const waiting = put(store, 'one', 'a', '1')
    await disk.write(1)
    const idle = async (name: string) =>
      store.call(callerOf(name), { marks: [['', '', 'a']] }, () => ({
        changes: {},
        entry: () => `idle ${name}`,
        result: undefined,
      }))
    expect(await standing(idle('two'))).toBe('done')
    expect(await standing(look(store, 'two', 'a'))).toBe('done')
    expect(await standing(store.access(callerOf('one')))).toBe('done')
    const same = idle('one')
    for (const each of [same, look(store, 'one', 'a'), store.list('joor'), waiting])
      expect(await standing(each)).toBe('waits')
    disk.writes[1]?.succeed()
    await Promise.all([waiting, same])
    expect(texts).toEqual(['idle two', '1', 'idle one'])
  })

  it('are told of no account that may still be undone, be it by its name, its token or a refusal', async () => {
    const { disk, store } = await withAccounts('one')
    const declared = store.declare({ setup: setupOf('new', 'its token'), changes: {} })
    await disk.write(1)
    const access = store.access(callerOf('its token'))
    const found = store.find('joor:new')
    const taken = store.declare({ setup: setupOf('rival', 'its token'), changes: {} })
    expect(await standing(access)).toBe('waits')
    expect(await standing(taken)).toBe('waits')
    disk.writes[1]?.fail()
    await expect(declared).rejects.toThrow(StorageFailure)
    expect((await access).setup).toBeUndefined()
    expect(await found).toBeUndefined()
    // The token was nobody's after all.
    ;(await disk.write(2)).succeed()
    expect(await taken).toBe(true)
    await expect(store.declare({ setup: setupOf('third', 'its token'), changes: {} })).rejects.toThrow(TokenTaken)
  })

  it('reset to the seed that was loaded before them, and to the one before where that is undone', async () => {
    const { disk, store } = await withAccounts('one')
    const loading = store.load([{ setup: setupOf('two'), changes: {} }])
    await disk.write(1)
    const reset = store.reset()
    disk.writes[1]?.fail()
    for (const each of [loading, reset]) await expect(each).rejects.toThrow(StorageFailure)
    const again = store.reset()
    ;(await disk.write(2)).succeed()
    expect(await again).toEqual({ accounts: 1, sites: 0 })
  })

  it('wait, where it is not known whether a change is kept, until what stands is kept instead', async () => {
    const { disk, store } = await withAccounts('one')
    const change = put(store, 'one', 'a', '1')
    ;(await disk.write(1)).fail(new HalfKept('the folder cannot be synced'))
    const again = await disk.write(2)
    expect(await standing(change)).toBe('waits')
    again.succeed()
    await expect(change).rejects.toThrow('the folder cannot be synced')
    await store.close()
    expect(disk.writes).toHaveLength(3)
  })

  it('keep what stands at the end once more, where that has failed too', async () => {
    const { disk, store } = await withAccounts('one')
    const change = put(store, 'one', 'a', '1')
    ;(await disk.write(1)).fail(new HalfKept('the folder cannot be synced'))
    ;(await disk.write(2)).fail()
    await expect(change).rejects.toThrow(StorageFailure)
    const closed = store.close()
    ;(await disk.write(3)).succeed()
    await closed
  })
})

describe('What else counts with a call that waits for its write', () => {
  /** An emulator whose writes take so long that calls sent together are decided before any is kept. */
  async function started() {
    const disk = { failing: false }
    const keep = async () => {
      await turns(200)
      if (disk.failing) throw new Error('no space left')
    }
    const emulator = await startTestEmulator({
      seedIds: 1,
      seed: { joor: { accounts: { brand: { token: 'a-token' } } } },
      store: (parts) => new MemoryStore({ ...parts, keep }),
    })
    const sendTwo = () =>
      Promise.all(
        [1, 2].map((n) => bulk(emulator, items({ upc: `${n}`, inventory: n }, { upc: 'both', inventory: n }))),
      )
    return { disk, emulator, sendTwo }
  }

  it('is a fault that speaks once: to one of two calls in a write, and again where both are undone', async () => {
    const { disk, emulator, sendTwo } = await started()
    await arm(emulator, [{ times: 1, fault: { kind: 'partial', items: { index: [0] } } }])
    disk.failing = true
    expect((await sendTwo()).map(({ status }) => status)).toEqual([503, 503])
    disk.failing = false
    const replies = await sendTwo()
    expect(replies.map(({ body }) => body.items_not_updated.length).toSorted()).toEqual([0, 1])
    expect(await hits(emulator)).toEqual([1])
  })

  it('are its ids: no two calls have the same', async () => {
    const { disk, emulator, sendTwo } = await started()
    const replies = [...(await sendTwo())]
    disk.failing = true
    replies.push(...(await sendTwo()))
    disk.failing = false
    replies.push(...(await sendTwo()))
    const ids = replies.flatMap(({ headers, body }) => [headers['backstock-request-id'], body.response.log_id])
    expect(new Set(ids).size).toBe(12)
    expect(await positions(emulator)).toHaveLength(3)
  })
})
