import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import type { Emulator } from '../server/emulator.js'
import { Trial } from '../server/trial/trial.js'
import { variations } from '../server/trial/variations.js'
import { verdictOf } from '../server/trial/verdict.js'
import { bulk, items, oauth2, positions, startTestEmulator } from './emulator.js'

const row = (upc: string, inventory: number) => ({ warehouse: 'New York', upc, inventory })
const variation = (name: string) => variations.find((each) => each.name === name)

/** What a run leaves behind whose calls these are. */
async function trialOf(calls: (emulator: Emulator) => Promise<unknown>, name?: string): Promise<Trial> {
  const trial = new Trial(name === undefined ? undefined : variation(name))
  await calls(await startTestEmulator({ trial }))
  return trial
}

const level = (emulator: Emulator, inventory: number, timestamp = '2015-01-23T16:35:38+0000') =>
  supertest(emulator.url)
    .post('/v2/shop/inventory')
    .set('Authorization', 'Bearer t')
    .send({ timestamp, product_code: 'a', inventory_level: inventory })

describe('A verdict', () => {
  const run = { passed: true, touched: 1, fingerprint: 'a' }
  const failed = { ...run, passed: false }
  const other = { ...run, fingerprint: 'b' }
  it.each([
    ['survived', 'legal', run, 'a'],
    ['survived', 'legal', run, undefined],
    ['missed', 'legal', other, 'a'],
    ['failed', 'legal', failed, 'a'],
    ['recovered', 'once', run, 'a'],
    ['missed', 'once', other, 'a'],
    ['noticed', 'once', failed, 'a'],
    ['undecided', 'once', run, undefined],
    ['undecided', 'once', other, undefined],
    ['missed', 'lasting', run, 'a'],
    ['missed', 'lasting', other, undefined],
    ['noticed', 'lasting', failed, 'a'],
    ['not tried', 'legal', { ...failed, touched: 0 }, 'a'],
    ['not tried', 'once', { ...run, touched: 0 }, 'a'],
    ['not tried', 'lasting', { ...run, touched: 0 }, 'a'],
  ] as const)('is "%s" for a variation that is %s: %j, where the plain run leaves %s', (verdict, kind, ran, ending) => {
    expect(verdictOf({ kind }, ran, ending)).toBe(verdict)
  })
})

describe('What a run leaves behind', () => {
  const plain = () => trialOf((emulator) => bulk(emulator, items(row('1', 5), row('2', 6))))

  it.each<readonly [string, (emulator: Emulator) => Promise<unknown>]>([
    ['under another token', (emulator) => bulk(emulator, items(row('1', 5), row('2', 6)), { token: 'other' })],
    [
      'by several calls',
      async (emulator) => {
        await bulk(emulator, items(row('2', 7)))
        await bulk(emulator, items(row('1', 5)))
        await bulk(emulator, items(row('2', 6)))
      },
    ],
    [
      'although the account is gone',
      async (emulator) => {
        await supertest(emulator.url).put('/_backstock/joor/accounts/brand').send({ token: 't' })
        await bulk(emulator, items(row('1', 5), row('2', 6)), { token: 't' })
        await supertest(emulator.url).delete('/_backstock/joor/accounts/brand')
      },
    ],
    [
      'although an anonymous account got its name since',
      async (emulator) => {
        await bulk(emulator, items(row('1', 5)), { token: 't' })
        await supertest(emulator.url)
          .put('/_backstock/joor/accounts/brand')
          .send({ token: 't', positions: [row('1', 5)] })
        await bulk(emulator, items(row('2', 6)), { token: 't' })
      },
    ],
  ])('is the same %s', async (_, calls) => {
    expect((await trialOf(calls)).fingerprint).toBe((await plain()).fingerprint)
  })

  it.each<readonly [string, (emulator: Emulator) => Promise<unknown>]>([
    ['less stock', (emulator) => bulk(emulator, items(row('1', 5), row('2', 5)))],
    ['a position less', (emulator) => bulk(emulator, items(row('1', 5)))],
    ['a position more', (emulator) => bulk(emulator, items(row('1', 5), row('2', 6), row('3', 0)))],
    ['another warehouse', (emulator) => bulk(emulator, items(row('1', 5), { ...row('2', 6), warehouse: 'Default' }))],
    [
      'the same, and then cleared',
      async (emulator) => {
        await bulk(emulator, items(row('1', 5), row('2', 6)))
        await bulk(emulator, items(row('1', 5)), { query: '?overwrite=1' })
      },
    ],
    ['nothing', async () => {}],
    [
      'two accounts of it',
      async (emulator) => {
        for (const token of ['a', 'b']) await bulk(emulator, items(row('1', 5), row('2', 6)), { token })
      },
    ],
  ])('is another one for %s', async (_, calls) => {
    expect((await trialOf(calls)).fingerprint).not.toBe((await plain()).fingerprint)
  })

  it('does not know the instants of levels, and knows the levels', async () => {
    const one = await trialOf((emulator) => level(emulator, 5))
    expect((await trialOf((emulator) => level(emulator, 5, '2016-01-01T00:00:00+0000'))).fingerprint).toBe(
      one.fingerprint,
    )
    expect((await trialOf((emulator) => level(emulator, 6))).fingerprint).not.toBe(one.fingerprint)
  })
})

describe('A variation', () => {
  const calls = async (emulator: Emulator) => {
    const replies: unknown[] = []
    for (let n = 0; n < 2; n++) {
      const reply = await bulk(emulator, items(row('1', 5), row('2', 6))).catch(() => 'lost')
      replies.push(typeof reply === 'string' ? reply : [reply.status, reply.body.items_updated?.flat().length])
    }
    return replies
  }

  it.each([
    ['joor.reply_lost.once', ['lost', [200, 2]], 1],
    ['joor.reply_lost.lasting', ['lost', 'lost'], 2],
    [
      'joor.item_not_updated.once',
      [
        [200, 1],
        [200, 2],
      ],
      1,
    ],
    [
      'joor.item_not_updated.lasting',
      [
        [200, 1],
        [200, 1],
      ],
      2,
    ],
    [
      'joor.rate_limited.once',
      [
        [429, 0],
        [200, 2],
      ],
      1,
    ],
    [
      'joor.rate_limited.lasting',
      [
        [429, 0],
        [429, 0],
      ],
      2,
    ],
    [
      'jirafe.reply_lost.lasting',
      [
        [200, 2],
        [200, 2],
      ],
      0,
    ],
    [
      'jirafe.event_refused.lasting',
      [
        [200, 2],
        [200, 2],
      ],
      0,
    ],
  ])('%s is met by the calls that it is about', async (name, replies, touched) => {
    let met: unknown
    const trial = await trialOf(async (emulator) => {
      met = await calls(emulator)
    }, name)
    expect(met).toEqual(replies)
    expect(trial.touched).toBe(touched)
  })

  it.each([
    ['jirafe.reply_lost.once', ['lost', 200]],
    ['jirafe.event_refused.once', [503, 200]],
    ['jirafe.event_refused.lasting', [503, 503]],
  ])('%s is met by an event', async (name, statuses) => {
    const met: unknown[] = []
    const trial = await trialOf(async (emulator) => {
      for (let n = 0; n < 2; n++)
        met.push(
          await level(emulator, 5).then(
            ({ status }) => status,
            () => 'lost',
          ),
        )
    }, name)
    expect(met).toEqual(statuses)
    expect(trial.touched).toBe(statuses.filter((status) => status !== 200).length)
  })

  it.each(variations.filter(({ kind }) => kind === 'legal').map(({ name }) => name))(
    '%s leaves the meaning of every reply, and the state',
    async (name) => {
      let met: unknown
      let stands: unknown
      const trial = await trialOf(async (emulator) => {
        met = await calls(emulator)
        stands = await positions(emulator)
      }, name)
      expect(met).toEqual([
        [200, 2],
        [200, 2],
      ])
      expect(stands).toHaveLength(2)
      expect(trial.touched).toBe(2)
      expect(trial.fingerprint).toBe((await trialOf(calls)).fingerprint)
    },
  )

  it('stands behind what a test arms, is not listed, and not disarmed', async () => {
    const trial = new Trial(variation('joor.rate_limited.lasting'))
    const emulator = await startTestEmulator({ trial })
    const faults = () => supertest(emulator.url).get('/_backstock/faults')
    expect((await faults()).body).toEqual({ faults: [] })
    await supertest(emulator.url)
      .put('/_backstock/faults')
      .send([{ times: 1, fault: { kind: 'error', status: 503 } }])
    expect((await bulk(emulator, items(row('1', 5)))).status).toBe(503)
    await supertest(emulator.url).delete('/_backstock/faults')
    expect((await bulk(emulator, items(row('1', 5)))).status).toBe(429)
    expect(emulator.unusedFaults()).toEqual([])
  })

  it('is shown by the journal as the client met it', async () => {
    const emulator = await startTestEmulator({ trial: new Trial(variation('extra_field')) })
    const { text, headers } = await bulk(emulator, items(row('1', 5)))
    const { body } = await supertest(emulator.url).get(`/_backstock/requests/${headers['backstock-request-id']}`)
    expect(body.reply.body).toBe(text)
    expect(text).toContain('backstock_extra')
  })

  it('changes nothing of what the control plane answers', async () => {
    const emulator = await startTestEmulator({ trial: new Trial(variation('extra_field')) })
    expect((await supertest(emulator.url).get('/_backstock/health')).body).toEqual({ status: 'ok' })
    expect((await supertest(emulator.url).get('/v2/x').set('Authorization', oauth2('t'))).status).toBe(404)
  })
})
