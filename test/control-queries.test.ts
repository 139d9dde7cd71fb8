import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import supertest from 'supertest'
import { describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../server/emulator.js'
import { bulk, items, oauth2, startTestEmulator } from './emulator.js'

const control = (emulator: Emulator) => supertest(emulator.url)
const item = (upc: string, inventory: unknown = 1) => ({ warehouse: 'New York', upc, inventory })
const upc = (value: string) => ({ command: { '/inventory_items/0/upc': value } })
const event = { timestamp: '2015-01-23T16:35:38+0000', product_code: 'a', inventory_level: 4 }
const send = (emulator: Emulator, site: string) =>
  control(emulator).post(`/v2/${site}/inventory`).set('Authorization', 'Bearer site-token').send(event)

/** The answer to a question; the verb may carry a scope. */
async function ask(emulator: Emulator, verb: string, question: object) {
  const { status, body } = await control(emulator).post(`/_backstock/requests/${verb}`).send(question)
  expect([status, body.detail]).toEqual([200, undefined])
  return body
}

describe('POST requests/find', () => {
  it('finds a call by a pointer into what was sent, in JSON and in XML', async () => {
    const emulator = await startTestEmulator()
    const json = await bulk(emulator, items(item('0'), item('822508068753')))
    const xml = await bulk(
      emulator,
      '<inventory_items><inventory_item/><inventory_item><upc>822508068753</upc></inventory_item></inventory_items>',
      { type: 'application/xml' },
    )
    const answer = await ask(emulator, 'find', { match: { command: { '/inventory_items/1/upc': '822508068753' } } })
    expect(Object.keys(answer)).toEqual(['verdict', 'count', 'evicted', 'nearest', 'requests'])
    expect(answer).toMatchObject({ verdict: 'pass', count: 2, evicted: 0, nearest: null })
    expect(answer.requests.map(({ id }: { id: string }) => id)).toEqual(
      [xml, json].map(({ headers }) => headers['backstock-request-id']),
    )
  })

  it('tells of the nearest call what differs, where there are too few', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(item('1')), { token: 'another' })
    const near = await bulk(emulator, items(item('2')), { query: '?overwrite=1' })
    const match = { operation: 'joor.bulk-inventory', query: { overwrite: '1' }, ...upc('1') }
    const answer = await ask(emulator, 'find', { match })
    expect(answer).toEqual({
      verdict: 'fail',
      count: 0,
      evicted: 0,
      nearest: {
        id: near.headers['backstock-request-id'],
        differences: [{ part: '/inventory_items/0/upc', expected: '1', seen: '2' }],
      },
      requests: [],
    })
  })

  it('has no nearest call where there is none at all, or every one is meant', async () => {
    const emulator = await startTestEmulator()
    expect(await ask(emulator, 'find', { match: {} })).toMatchObject({ verdict: 'fail', nearest: null })
    await bulk(emulator, items(item('1')))
    expect(await ask(emulator, 'find', { match: {}, count: 2 })).toMatchObject({
      verdict: 'fail',
      count: 1,
      nearest: null,
    })
  })

  it('cuts long values of the nearest call', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(item('x'.repeat(5_000))))
    const match = { headers: { 'x-run': 'y'.repeat(5_000) }, ...upc('z'.repeat(5_000)) }
    const { nearest } = await ask(emulator, 'find', { match })
    expect(nearest.differences).toHaveLength(2)
    expect(JSON.stringify(nearest).length).toBeLessThan(2_000)
  })

  it('answers unknown of a body that was cut, and says so of the nearest call', async () => {
    const emulator = await startTestEmulator({ journal: { bodyBytes: 20 } })
    const reply = await bulk(emulator, items(item('1')))
    const answer = await ask(emulator, 'find', { match: upc('1') })
    expect(answer).toMatchObject({
      verdict: 'unknown',
      count: 0,
      nearest: {
        id: reply.headers['backstock-request-id'],
        differences: [{ part: '/inventory_items/0/upc', expected: '1', seen: null, unknown: true }],
      },
    })
    expect((await ask(emulator, 'find', { match: { ...upc('1'), status: 401 } })).verdict).toBe('fail')
    expect((await ask(emulator, 'find', { match: { status: 200 } })).verdict).toBe('pass')
  })

  it('answers unknown of a text in which the token was replaced, where it may have been the one', async () => {
    const emulator = await startTestEmulator()
    const query = '?t=x-secret-token'
    await bulk(emulator, items(item('secret-token-1')), { token: 'secret-token', query })
    const verdict = async (match: object) => (await ask(emulator, 'find', { match })).verdict
    expect(await verdict(upc('secret-token-1'))).toBe('unknown')
    expect(await verdict(upc('secret-token-2'))).toBe('fail')
    expect(await verdict({ headers: { authorization: oauth2('secret-token') } })).toBe('unknown')
    expect(await verdict({ headers: { authorization: 'Bearer abc' } })).toBe('fail')
    expect(await verdict({ headers: { authorization: null } })).toBe('fail')
    expect(await verdict({ query: { t: 'x-secret-token' } })).toBe('unknown')
    expect(await verdict({ query: { t: 'secret-token' } })).toBe('fail')
  })

  it('never shows the token of a call', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(item('secret-token-1')), { token: 'secret-token' })
    const { text } = await control(emulator)
      .post('/_backstock/requests/find')
      .send({ match: upc('2') })
    expect(text).toContain('«token»')
    expect(text).not.toContain('secret-token')
  })

  it('lists at most a hundred calls, and counts all of them', async () => {
    const emulator = await startTestEmulator()
    for (let n = 0; n < 120; n++) await fetch(`${emulator.url}/nowhere`)
    const answer = await ask(emulator, 'find', { match: { path: '/nowhere' } })
    expect(answer.count).toBe(120)
    expect(answer.requests).toHaveLength(100)
  })
})

describe('POST requests/count', () => {
  it('is exact', async () => {
    const emulator = await startTestEmulator()
    for (const each of ['1', '2', '1']) await bulk(emulator, items(item(each)))
    expect(await ask(emulator, 'count', { match: upc('1') })).toMatchObject({ verdict: 'pass', count: 2 })
    expect(await ask(emulator, 'count', { match: upc('1'), count: 2 })).toMatchObject({
      verdict: 'pass',
      nearest: null,
    })
    expect(await ask(emulator, 'count', { match: upc('1'), count: 1 })).toMatchObject({
      verdict: 'fail',
      nearest: null,
    })
    expect((await ask(emulator, 'count', { match: upc('1'), count: 3 })).nearest.differences).toHaveLength(1)
    expect(await ask(emulator, 'count', { match: upc('3'), count: 0 })).toMatchObject({ verdict: 'pass', count: 0 })
  })

  it('is unknown where dropped calls leave it open, and certain where they cannot', async () => {
    let now = Date.parse('2026-01-31T12:00:00Z')
    const clock = () => new Date(now)
    const emulator = await startTestEmulator({ journal: { entries: 3 }, clock })
    for (let n = 0; n < 5; n++) {
      await bulk(emulator, items(item(`${n}`)))
      now += 1_000
    }
    await send(emulator, 'shop')
    expect(await ask(emulator, 'count', { match: upc('4') })).toMatchObject({
      verdict: 'unknown',
      count: 1,
      evicted: 2,
    })
    expect(await ask(emulator, 'count', { match: upc('9'), count: 3 })).toMatchObject({ verdict: 'fail', evicted: 2 })
    expect(await ask(emulator, 'count?site=shop', { match: {} })).toMatchObject({
      verdict: 'pass',
      count: 1,
      evicted: 0,
    })
    const since = (seconds: number) => ({ ...upc('4'), since: `2026-01-31T12:00:0${seconds}Z` })
    expect(await ask(emulator, 'count', { match: since(1) })).toMatchObject({ verdict: 'unknown', evicted: 2 })
    expect(await ask(emulator, 'count', { match: since(2) })).toMatchObject({ verdict: 'pass', count: 1, evicted: 0 })
  })

  it('is right for whoever has just got a reply', async () => {
    const emulator = await startTestEmulator()
    const clients = Array.from({ length: 8 }, async (_, client) => {
      for (let n = 1; n <= 10; n++) {
        await bulk(emulator, items(item('1')), { token: `client-${client}` })
        const account = await control(emulator)
          .get('/_backstock/joor/account')
          .set('Authorization', oauth2(`client-${client}`))
        expect(
          await ask(emulator, `count?account=${account.body.account}`, { match: upc('1'), count: n }),
        ).toMatchObject({
          verdict: 'pass',
        })
      }
    })
    await Promise.all(clients)
  })
})

describe('The scope of a question', () => {
  it('may stand in the query or in the match, and both are one', async () => {
    const emulator = await startTestEmulator({ seed: { joor: { accounts: { brand: { token: 'a-token' } } } } })
    await bulk(emulator, items(item('1')))
    await bulk(emulator, items(item('1')), { token: 'another' })
    await send(emulator, 'brand')
    const one = { verdict: 'pass', count: 1 }
    expect(await ask(emulator, 'count?account=brand', { match: {} })).toMatchObject(one)
    expect(await ask(emulator, 'count', { match: { account: 'brand' } })).toMatchObject(one)
    expect(await ask(emulator, 'count?account=brand', { match: { account: 'brand' } })).toMatchObject(one)
    expect(await ask(emulator, 'count', { match: { site: 'brand' } })).toMatchObject(one)
    expect(await ask(emulator, 'count', { match: {} })).toMatchObject({ count: 3 })
    expect((await ask(emulator, 'find?account=brand', { match: upc('2') })).nearest.differences).toHaveLength(1)
  })
})

describe('POST requests/sequence', () => {
  it('finds calls in their order, and others may stand in between', async () => {
    const emulator = await startTestEmulator()
    for (const each of ['1', 'x', '2']) await bulk(emulator, items(item(each)))
    const answer = await ask(emulator, 'sequence', { matches: [upc('1'), upc('2')] })
    expect(answer).toMatchObject({ verdict: 'pass', count: 2, evicted: 0, nearest: null })
    expect(answer.requests).toHaveLength(2)
    expect(Object.keys(answer)).toEqual(['verdict', 'count', 'evicted', 'nearest', 'requests'])
  })

  it('tells of the first step that is missing, also where its call came too early', async () => {
    const emulator = await startTestEmulator()
    const early = await bulk(emulator, items(item('2')))
    await bulk(emulator, items(item('1')))
    const reversed = await ask(emulator, 'sequence', { matches: [upc('1'), upc('2')] })
    expect(reversed).toMatchObject({ verdict: 'fail', count: 1 })
    expect(reversed.nearest).toEqual({
      id: early.headers['backstock-request-id'],
      differences: [{ part: 'order', expected: 'later', seen: 'earlier' }],
    })
    await bulk(emulator, items(item('3')))
    const { nearest } = await ask(emulator, 'sequence', { matches: [upc('1'), upc('4')] })
    expect(nearest.differences).toEqual([{ part: '/inventory_items/0/upc', expected: '4', seen: '3' }])
  })

  it('may be about both vendors, or about one account', async () => {
    const emulator = await startTestEmulator({ seed: { joor: { accounts: { brand: { token: 'a-token' } } } } })
    await send(emulator, 'shop')
    await bulk(emulator, items(item('1')))
    const matches = [{ site: 'shop' }, { account: 'brand' }]
    expect(await ask(emulator, 'sequence', { matches })).toMatchObject({ verdict: 'pass', count: 2 })
    expect(await ask(emulator, 'sequence?account=brand', { matches: [{}, {}] })).toMatchObject({
      verdict: 'fail',
      count: 1,
    })
  })

  it('waits for its last call where it is given the time', async () => {
    const emulator = await startTestEmulator()
    const answer = ask(emulator, 'sequence', { matches: [upc('1'), upc('2')], timeout_ms: 20_000 })
    for (const each of ['1', '2']) await bulk(emulator, items(item(each)))
    expect(await answer).toMatchObject({ verdict: 'pass', count: 2 })
  })
})

describe('POST requests/wait', () => {
  it('is answered by the call that makes it hold', async () => {
    const emulator = await startTestEmulator()
    const answer = ask(emulator, 'wait', { match: upc('2'), count: 2 })
    for (const each of ['2', '1', '2']) await bulk(emulator, items(item(each)))
    expect(await answer).toMatchObject({ verdict: 'pass', count: 2, nearest: null })
  })

  it('fails at its deadline, with the nearest call', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(item('1')))
    const answer = await ask(emulator, 'wait', { match: upc('2'), timeout_ms: 20 })
    expect(answer).toMatchObject({ verdict: 'fail', count: 0, nearest: { differences: [{ seen: '1' }] } })
  })

  it('never lies among many calls: asked before, between and after them', { timeout: 60_000 }, async () => {
    const emulator = await startTestEmulator()
    const calls = 60
    const wait = (count: number) =>
      ask(emulator, 'wait', { match: { path: '/v2/bulk-inventory' }, count, timeout_ms: 30_000 })
    const answers = [1, 30, calls].map(wait)
    const sent = Array.from({ length: calls }, async (_, n) => {
      const reply = await bulk(emulator, items(item(`${n}`)), { token: `token-of-${n % 7}` })
      const id = reply.headers['backstock-request-id']
      if (n % 5 === 0) answers.push(wait(n + 1))
      const now = await ask(emulator, 'find', { match: upc(`${n}`) })
      expect(now.requests.map((each: { id: string }) => each.id)).toEqual([id])
    })
    await Promise.all(sent)
    answers.push(...[1, 30, calls].map(wait))
    for (const answer of await Promise.all(answers)) expect(answer.verdict).toBe('pass')
    expect(
      await ask(emulator, 'wait', { match: { path: '/v2/bulk-inventory' }, count: calls + 1, timeout_ms: 10 }),
    ).toMatchObject({
      verdict: 'fail',
      count: calls,
    })
  })

  it('does not hold up an emulator that closes, nor one whose client is gone', async () => {
    const emulator = await startEmulator({ port: 0 })
    /** Sent as soon as the emulator says that it is there to read it: until then a connection may be closed as idle. */
    const ask = async () => {
      const url = `${emulator.url}/_backstock/requests/wait`
      const asking = httpRequest(url, { method: 'POST', headers: { expect: '100-continue' } })
      await once(
        asking.on('error', () => {}),
        'continue',
      )
      return asking.end(JSON.stringify({ match: {}, timeout_ms: 60_000 }))
    }
    const [staying, leaving] = [await ask(), await ask()]
    const answered = once(staying, 'response') as Promise<[IncomingMessage]> // What this event has.
    await new Promise((resolve) => setTimeout(resolve, 50))
    leaving.destroy()
    await emulator.close()
    // It was answered; the emulator cuts what is left of others only after some seconds.
    const [reply] = await answered
    expect(reply.statusCode).toBe(503)
    expect(JSON.parse(await text(reply)).detail).toContain('closing')
  })
})

describe('A question that means nothing', () => {
  it.each<[verb: string, question: unknown, told: readonly string[]]>([
    ['find', {}, ['match', 'missing']],
    ['find', { match: [] }, ['match', 'object']],
    ['find', { matches: [{}] }, ['matches', 'did you mean "match"']],
    ['find', { match: {}, count: 0 }, ['count is 0', '1 or more']],
    ['find', { match: {}, count: 1.5 }, ['count', 'integer']],
    ['count', { match: {}, count: -1 }, ['count', 'at least 0']],
    ['wait', { match: {}, timeout_ms: 60_001 }, ['timeout_ms', 'at most 60000', '60001']],
    ['wait', { match: {}, timeout_ms: '1s' }, ['timeout_ms', 'integer']],
    ['find', { match: { acount: 'brand' } }, ['match.acount', 'did you mean "account"']],
    ['find', { match: { status: 'ok' } }, ['match.status', 'integer']],
    ['find', { match: { operation: 'joor.bulk' } }, ['match.operation', 'joor.bulk', 'no operation']],
    ['find', { match: { command: { upc: '1' } } }, ['match.command.upc', 'pointer']],
    ['find', { match: { account: 'a', site: 'b' } }, ['match.site', 'different vendors']],
    ['find?account=a', { match: { account: 'b' } }, ['account', 'a', 'b']],
    ['find?account=a', { match: { operation: 'jirafe.batch' } }, ['different vendors']],
    ['find?account=a&site=b', { match: {} }, ['account', 'site']],
    ['find?acount=a', { match: {} }, ['acount', 'account']],
    ['sequence', { match: {} }, ['match', 'did you mean "matches"']],
    ['sequence', { matches: [] }, ['matches', 'at least 1']],
    ['sequence', { matches: [{}, { status: 'x' }] }, ['matches[1].status', 'integer']],
    ['sequence', { matches: Array.from({ length: 101 }, () => ({})) }, ['at most 100']],
    ['sequence', { matches: [{}], count: 1 }, ['count', 'unknown field']],
    ['find', { match: {}, __proto__x: 1 }, ['__proto__x']],
  ])('is refused: %s %j', async (verb, question, told) => {
    const emulator = await startTestEmulator()
    const { status, headers, body } = await control(emulator)
      .post(`/_backstock/requests/${verb}`)
      .send(question as object)
    expect(status).toBe(400)
    expect(headers['content-type']).toContain('application/problem+json')
    for (const part of told) expect(body.detail).toContain(part)
  })
})

describe('A question about a call whose token stands in it', () => {
  const item = { warehouse: 'New York', upc: '822', inventory: 3 }

  it.each(['inventory', 'upc', 'json', 'app', 'i', '3', '"', 'items'])(
    'never denies what was sent: the token %j',
    async (token) => {
      const emulator = await startTestEmulator()
      await bulk(emulator, items(item), { token })
      const ask = async (question: string, body: object) =>
        (await supertest(emulator.url).post(`/_backstock/requests/${question}`).send(body)).body.verdict
      for (const command of [
        { '/inventory_items/0/upc': '822' },
        { '/inventory_items/*/upc': '822' },
        { '/inventory_items/0': { upc: '822' } },
      ]) {
        expect(await ask('find', { match: { command } })).not.toBe('fail')
        expect(await ask('count', { match: { command }, count: 0 })).not.toBe('pass')
      }
      const absent = { command: { '/inventory_items/0/upc': null } }
      expect(await ask('find', { match: absent })).not.toBe('pass')
    },
  )

  it('is answered as any other where the token stands in its header alone', async () => {
    const emulator = await startTestEmulator()
    await bulk(emulator, items(item), { token: 'brand' })
    const command = { '/inventory_items/0/size': '822' }
    const { body } = await supertest(emulator.url).post('/_backstock/requests/find').send({ match: { command } })
    expect(body.verdict).toBe('fail')
  })
})
