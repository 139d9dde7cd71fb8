import { connect } from 'node:net'
import fc from 'fast-check'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import { MemoryStore } from '../server/state/memory.js'
import { lastRequest, startTestEmulator } from './emulator.js'
import { arm, eventually, hits, level, levelsOf, rawCall, sendEvent } from './faults.js'

interface Spec {
  readonly times?: number
  readonly after?: number
  readonly scoped?: boolean
}

/** Statuses that tell the faults of a list apart. */
const statuses = [503, 400, 403, 405, 413, 415]
const specOf = ({ times, after }: Spec, index: number) => ({
  ...(times !== undefined && { times }),
  ...(after !== undefined && { after }),
  match: { vendor: 'jirafe' },
  fault: { kind: 'error', status: statuses[index] },
})

/** What the documentation says, in a few lines of their own: 200 where nothing speaks. */
function expected(specs: readonly Spec[], calls: number): readonly number[] {
  const order = [...specs.keys()].sort((one, other) => Number(!!specs[other]?.scoped) - Number(!!specs[one]?.scoped))
  const left = specs.map(({ times }) => times ?? Number.POSITIVE_INFINITY)
  return Array.from({ length: calls }, (_, call) => {
    const index = order.find((each) => call >= (specs[each]?.after ?? 0) && (left[each] ?? 0) > 0)
    if (index === undefined) return 200
    left[index] = (left[index] ?? 0) - 1
    return statuses[index] ?? 0
  })
}

async function actual(specs: readonly Spec[], calls: number): Promise<readonly number[]> {
  const emulator = await startTestEmulator()
  const indexed = specs.map((spec, index) => ({ spec, index }))
  for (const scoped of [true, false])
    await arm(
      emulator,
      indexed.filter(({ spec }) => (spec.scoped ?? false) === scoped).map(({ spec, index }) => specOf(spec, index)),
      scoped ? '?site=shop' : '',
    )
  const replies: number[] = []
  for (let call = 0; call < calls; call++) replies.push((await sendEvent(emulator, level(call)))?.status ?? 0)
  await emulator.close()
  return replies
}

describe('Faults speak in their order', () => {
  it.each<[string, readonly Spec[], readonly number[]]>([
    ['always where no times are given', [{}], [503, 503, 503, 503]],
    ['so many times', [{ times: 2 }], [503, 503, 200, 200]],
    ['after so many calls', [{ after: 2 }], [200, 200, 503, 503]],
    ['so many times after so many calls', [{ after: 1, times: 2 }], [200, 503, 503, 200]],
    ['the next when the first is used up', [{ times: 1 }, { times: 2 }], [503, 400, 400, 200]],
    ['the second while the first lets pass', [{ after: 2 }, { times: 1 }], [400, 200, 503, 503]],
    [
      'each by its own count of the calls, whoever spoke',
      [
        { after: 1, times: 1 },
        { after: 3, times: 1 },
      ],
      [200, 503, 200, 400],
    ],
    [
      'nothing is lost where two are due at once',
      [
        { after: 1, times: 1 },
        { after: 1, times: 1 },
      ],
      [200, 503, 400, 200],
    ],
    [
      "a scope's own first",
      [{ times: 1 }, { times: 1, scoped: true }, { scoped: true, times: 1 }],
      [400, 403, 503, 200],
    ],
  ])('%s', async (_says, specs, replies) => {
    expect(expected(specs, replies.length)).toEqual(replies)
    expect(await actual(specs, replies.length)).toEqual(replies)
  })

  const spec = fc.record(
    { times: fc.integer({ min: 1, max: 3 }), after: fc.integer({ min: 0, max: 4 }), scoped: fc.boolean() },
    { requiredKeys: [] },
  )

  it('whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(spec, { maxLength: 5 }), async (specs) => {
        expect(await actual(specs, 8)).toEqual(expected(specs, 8))
      }),
      { numRuns: 25, seed: 7 },
    )
  })

  it('and a wrong order would be seen', async () => {
    const specs = [{ after: 1, times: 1 }, { times: 2 }]
    expect(await actual(specs, 4)).not.toEqual(expected([...specs].reverse(), 4))
    expect(await actual(specs, 4)).not.toEqual(expected([{ times: 1 }, { times: 2 }], 4))
  })

  it('exactly so often, although many calls come at once', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ after: 5, times: 7, fault: { kind: 'error', status: 503 } }], '?site=shop')
    const replies = await Promise.all(Array.from({ length: 40 }, (_, n) => sendEvent(emulator, level(n))))
    expect(replies.filter((reply) => reply?.status === 503)).toHaveLength(7)
    expect(replies.filter((reply) => reply?.status === 200)).toHaveLength(33)
    const { body } = await supertest(emulator.url).get('/_backstock/requests?site=shop')
    const inOrder = body.requests.map(({ status }: { status: number }) => status).reverse()
    expect(inOrder).toEqual(Array.from({ length: 40 }, (_, call) => (call >= 5 && call < 12 ? 503 : 200)))
    expect(await hits(emulator)).toEqual([7])
  })
})

describe('A delay', () => {
  it('lets the next fault of another kind speak, and both are counted and told', async () => {
    const emulator = await startTestEmulator()
    const latency = { kind: 'latency', ms: 3 }
    await arm(emulator, [
      { fault: latency },
      { fault: { kind: 'latency', ms: 60_000 } },
      { times: 1, fault: { kind: 'error', status: 503 } },
    ])
    expect((await sendEvent(emulator, level(1)))?.status).toBe(503)
    expect((await lastRequest(emulator)).fault).toMatchObject({
      kind: 'error',
      by: { index: 2 },
      latency: { ...latency, by: { index: 0 }, delay_ms: 3 },
    })
    expect((await sendEvent(emulator, level(2)))?.status).toBe(200)
    expect((await lastRequest(emulator)).fault).toEqual({ ...latency, by: { index: 0 }, delay_ms: 3 })
    expect(await hits(emulator)).toEqual([2, 0, 1])
  })
})

describe('A call that is not kept', () => {
  it('counts for no fault', async () => {
    let full = false
    const emulator = await startTestEmulator({
      store: (parts) =>
        new MemoryStore({ ...parts, keep: () => (full ? Promise.reject(new Error('disk full')) : Promise.resolve()) }),
    })
    await arm(emulator, [{ after: 1, times: 1, fault: { kind: 'after_commit' } }])
    full = true
    for (let time = 0; time < 3; time++) {
      const reply = await sendEvent(emulator, level(1))
      expect(reply?.status).toBe(503)
      expect(reply?.body.message).toContain('cannot be stored')
    }
    expect(await hits(emulator)).toEqual([0])
    full = false
    expect((await sendEvent(emulator, level(1)))?.status).toBe(200)
    expect(await sendEvent(emulator, level(2))).toBeNull()
    expect(await levelsOf(emulator)).toEqual([2])
    expect(await hits(emulator)).toEqual([1])
  })

  it('by a client that hung up in the middle counts for no fault either', async () => {
    const emulator = await startTestEmulator()
    await arm(emulator, [{ times: 1, fault: { kind: 'error', status: 503 } }])
    const socket = connect(Number(new URL(emulator.url).port), '127.0.0.1')
    socket.write(rawCall('{"half').replace('Content-Length: 6', 'Content-Length: 600'), () => socket.destroy())
    await expect.poll(async () => (await lastRequestOrNone(emulator))?.status, eventually).toBeNull()
    expect(await hits(emulator)).toEqual([0])
    expect((await lastRequest(emulator)).fault).toBeNull()
  })
})

async function lastRequestOrNone(emulator: Parameters<typeof lastRequest>[0]) {
  const { body } = await supertest(emulator.url).get('/_backstock/requests?limit=1')
  return body.requests[0]
}
