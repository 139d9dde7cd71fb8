import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator, EmulatorOptions } from '../server/emulator.js'
import { MemoryStore } from '../server/state/memory.js'
import { bulk, items, startTestEmulator } from './emulator.js'

const event = { timestamp: '2015-01-23T16:35:38+0000', product_code: 'a', inventory_level: 4 }
const item = items({ warehouse: 'New York', upc: '1', inventory: 1 })
const version4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

const control = (emulator: Emulator) => supertest(emulator.url)
const seedIds = async (emulator: Emulator, seed: number, query = '') =>
  (await control(emulator).put(`/_backstock/ids${query}`).send({ seed }).expect(200)).body
const idsOf = async (emulator: Emulator, query = '') =>
  (await control(emulator).get(`/_backstock/ids${query}`).expect(200)).body

/** The ids of one call to JOOR: of the request, and of its log. */
async function callOf(emulator: Emulator, token = 'a-token', body: unknown = item): Promise<readonly string[]> {
  const reply = await bulk(emulator, body, { token })
  return [reply.headers['backstock-request-id'] ?? '', reply.body.response.log_id]
}
async function eventOf(emulator: Emulator, site: string): Promise<string> {
  const send = control(emulator).post(`/v2/${site}/inventory`).set('Authorization', 'Bearer site-token')
  return (await send.send(event)).headers['backstock-request-id'] ?? ''
}
async function nowhere(emulator: Emulator): Promise<string> {
  return (await control(emulator).get('/nowhere')).headers['backstock-request-id'] ?? ''
}
async function madeToken(emulator: Emulator, account: string): Promise<string> {
  return (await control(emulator).put(`/_backstock/joor/accounts/${account}`).send({})).body.token
}

describe('Ids', () => {
  it('are random until they are seeded, and again once that is deleted', async () => {
    const emulator = await startTestEmulator()
    expect(await idsOf(emulator)).toEqual({ seed: null, set_for: null })
    const random = await callOf(emulator)
    expect(await seedIds(emulator, 7)).toEqual({ seed: 7, set_for: 'all' })
    const first = await callOf(emulator)
    await seedIds(emulator, 7)
    expect(await callOf(emulator)).toEqual(first)
    await control(emulator).delete('/_backstock/ids').expect(204)
    expect(await idsOf(emulator)).toEqual({ seed: null, set_for: null })
    const again = await callOf(emulator)
    expect(new Set([...random, ...first, ...again]).size).toBe(6)
  })

  it('are the source that the library was given, where they are not seeded', async () => {
    let count = 0
    const emulator = await startTestEmulator({ ids: () => `id-${++count}` })
    expect(await callOf(emulator)).toEqual(['id-1', 'id-2'])
    await seedIds(emulator, 7)
    for (const id of await callOf(emulator)) expect(id).toMatch(version4)
    await control(emulator).delete('/_backstock/ids')
    expect(await callOf(emulator)).toEqual(['id-3', 'id-4'])
  })

  it('are valid UUIDs, each another one', async () => {
    const emulator = await startTestEmulator({ seedIds: 1 })
    const ids: string[] = []
    for (let call = 0; call < 20; call++)
      ids.push(...(await callOf(emulator)), await eventOf(emulator, 'shop'), await nowhere(emulator))
    for (const account of ['one', 'other', 'one']) ids.push(await madeToken(emulator, account))
    for (const id of ids) expect(id).toMatch(version4)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('are another sequence for another seed', async () => {
    const [one, other] = await Promise.all([startTestEmulator({ seedIds: 1 }), startTestEmulator({ seedIds: 2 })])
    expect(await callOf(one)).not.toEqual(await callOf(other))
  })

  it('follow a seed after a release, so that suites may write them down', async () => {
    const emulator = await startTestEmulator({ seedIds: 42 })
    await control(emulator).put('/_backstock/joor/accounts/brand').send({ token: 'a-token' })
    expect([
      ...(await callOf(emulator)),
      await eventOf(emulator, 'shop'),
      await nowhere(emulator),
    ]).toMatchInlineSnapshot(`
      [
        "c0d0cd77-540d-4522-9076-9f657f6aa5ce",
        "5e61d5d0-6db3-43fe-af15-83dd981904a1",
        "e67a1c23-0726-4e93-b434-8f437c262936",
        "f26f9048-991f-4743-90ff-5600e5c265bc",
      ]
    `)
  })
})

describe('Two emulators with one seed', () => {
  /** The same calls of each caller in another order: the ids of each by its name. */
  async function play(options: EmulatorOptions, order: string) {
    const emulator = await startTestEmulator(options)
    const ids: Record<string, unknown[]> = {}
    const calls: Record<string, () => Promise<unknown>> = {
      // An account, one that nobody declared, a site, a refused call, one of nobody, and tokens that are made.
      b: () => callOf(emulator, 'brand-token'),
      a: () => callOf(emulator, 'unknown-token'),
      s: () => eventOf(emulator, 'shop'),
      r: () => callOf(emulator, 'brand-token', '{'),
      n: () => nowhere(emulator),
      t: () => madeToken(emulator, 'made'),
    }
    await control(emulator).put('/_backstock/joor/accounts/brand').send({ token: 'brand-token' })
    for (const letter of order) {
      const caller = letter === 'r' ? 'b' : letter
      ids[caller] = [...(ids[caller] ?? []), await calls[letter]?.()]
    }
    return ids
  }

  it('give each caller the same ids, however the calls of different ones come in turn', async () => {
    const one = await play({ seedIds: 5 }, 'bbrbaasssnnt')
    expect(await play({ seedIds: 5 }, 'sabnstbarsbn')).toEqual(one)
    // Planted: another order of the caller's own calls, and another seed, are another story.
    expect(await play({ seedIds: 6 }, 'bbrbaasssnnt')).not.toEqual(one)
  })

  it('give them under load too', async () => {
    const flood = async () => {
      const emulator = await startTestEmulator({ seedIds: 5 })
      const tokens = ['one', 'two', 'three']
      const of = async (token: string) => {
        const seen: (readonly string[])[] = []
        for (let call = 0; call < 30; call++) seen.push(await callOf(emulator, token))
        return seen
      }
      return Promise.all(tokens.map(of))
    }
    expect(await flood()).toEqual(await flood())
  })

  it('number calls that come at once without a gap or a repetition', async () => {
    const [busy, calm] = await Promise.all([startTestEmulator({ seedIds: 5 }), startTestEmulator({ seedIds: 5 })])
    const atOnce = (await Promise.all(Array.from({ length: 20 }, () => callOf(busy)))).flat()
    const inTurn: string[] = []
    for (let call = 0; call < 20; call++) inTurn.push(...(await callOf(calm)))
    expect(atOnce.toSorted()).toEqual(inTurn.toSorted())
  })
})

describe('The seed of one account or site', () => {
  it('stands over the one of all, and replaces nobody else', async () => {
    const emulator = await startTestEmulator({ seedIds: 1 })
    await control(emulator).put('/_backstock/joor/accounts/brand').send({ token: 'a-token' })
    const [first, second] = [await callOf(emulator), await callOf(emulator)]
    const site = await eventOf(emulator, 'shop')
    expect(await seedIds(emulator, 2, '?account=brand')).toEqual({ seed: 2, set_for: 'own' })
    const own = await callOf(emulator)
    expect([first, second]).not.toContainEqual(own)
    // A sequence that begins anew begins with the same; the one of all goes on where it was.
    await seedIds(emulator, 2, '?account=brand')
    expect(await callOf(emulator)).toEqual(own)
    expect(await eventOf(emulator, 'shop')).not.toBe(site)
    await control(emulator).delete('/_backstock/ids?account=brand').expect(204)
    expect((await control(emulator).get('/_backstock/ids?account=brand')).body).toEqual({ seed: 1, set_for: 'all' })
    const third = await callOf(emulator)
    await seedIds(emulator, 1)
    expect([await callOf(emulator), await callOf(emulator), await callOf(emulator)]).toEqual([first, second, third])
    expect(await eventOf(emulator, 'shop')).toBe(site)
  })

  it('is left alone by a reset, and its sequence goes on', async () => {
    const seed = { joor: { accounts: { brand: { token: 'a-token' } } } }
    const [reset, other] = await Promise.all([
      startTestEmulator({ seedIds: 1, seed }),
      startTestEmulator({ seedIds: 1, seed }),
    ])
    await callOf(reset)
    await callOf(other)
    await control(reset).post('/_backstock/reset').expect(200)
    expect(await callOf(reset)).toEqual(await callOf(other))
  })
})

describe('A call that the storage rejects', () => {
  it('takes no id with it: the reply about the failure has the next, and so on without a gap', async () => {
    let full = false
    const keep = async () => {
      if (full) throw new Error('no space left')
    }
    const seed = { joor: { accounts: { brand: { token: 'a-token' } } } }
    const failing = await startTestEmulator({
      seedIds: 3,
      seed,
      store: (parts) => new MemoryStore({ ...parts, keep }),
    })
    const sound = await startTestEmulator({ seedIds: 3, seed })
    expect(await callOf(failing)).toEqual(await callOf(sound))
    full = true
    expect((await bulk(failing, item)).status).toBe(503)
    const expected = [await callOf(sound), await callOf(sound), await callOf(sound)]
    expect(await callOf(failing)).toEqual(expected[1])
    full = false
    expect(await callOf(failing)).toEqual(expected[2])
    // What was refused is in the journal under the id that its reply had.
    const { body } = await control(failing).get(`/_backstock/joor/logs/${expected[0]?.[1]}`)
    expect(body).toMatchObject({ request: expected[0]?.[0], status: 503 })
  })

  it('leaves a gap, and is caught, where ids count once they are taken', async () => {
    let full = false
    const keep = async () => {
      if (full) throw new Error('no space left')
    }
    const hasty: EmulatorOptions['store'] = (parts) => {
      const ids: typeof parts.ids = (scope) => {
        const kept = () => parts.ids(scope)
        const take = () => {
          const each = kept()
          const id = each.take()
          each.keep()
          return id
        }
        return { take, keep: () => {}, giveBack: () => {} }
      }
      return new MemoryStore({ ...parts, keep, ids })
    }
    const failing = await startTestEmulator({ seedIds: 3, store: hasty })
    const sound = await startTestEmulator({ seedIds: 3 })
    expect(await callOf(failing)).toEqual(await callOf(sound))
    full = true
    const refused = await callOf(failing)
    expect(refused).not.toEqual(await callOf(sound))
  })

  it('nor does a declaration: its token is the next one’s', async () => {
    let full = false
    const keep = async () => {
      if (full) throw new Error('no space left')
    }
    const emulator = await startTestEmulator({ seedIds: 3, store: (parts) => new MemoryStore({ ...parts, keep }) })
    const sound = await startTestEmulator({ seedIds: 3 })
    full = true
    await control(emulator).put('/_backstock/joor/accounts/brand').send({}).expect(503)
    full = false
    expect(await madeToken(emulator, 'brand')).toBe(await madeToken(sound, 'brand'))
    expect(await madeToken(emulator, 'brand')).toBe(await madeToken(sound, 'brand'))
  })
})

describe('PUT ids refuses', () => {
  it.each([
    [{}, '"seed" is missing'],
    [{ sed: 1 }, 'sed: unknown field; did you mean "seed"?'],
    [{ seed: -1 }, 'seed: must be at least 0, not -1'],
    [{ seed: 1.5 }, 'seed: must be an integer, not 1.5'],
    [{ seed: '1' }, 'seed: must be an integer, not "1"'],
    [{ seed: null }, 'seed: must be an integer, not null'],
  ])('%j', async (body, told) => {
    const emulator = await startTestEmulator()
    const reply = await control(emulator).put('/_backstock/ids').send(body)
    expect(reply.status).toBe(400)
    expect(reply.body.detail).toContain(told)
    expect(await idsOf(emulator)).toEqual({ seed: null, set_for: null })
  })

  it.each(['?acount=a', '?account=a&site=b'])('%s', async (query) => {
    const emulator = await startTestEmulator()
    await control(emulator).put(`/_backstock/ids${query}`).send({ seed: 1 }).expect(400)
  })

  it.each([-1, 0.5, Number.NaN])('a start with %d', async (seed) => {
    await expect(startTestEmulator({ seedIds: seed })).rejects.toThrow('Right is an integer from 0 on')
  })
})
