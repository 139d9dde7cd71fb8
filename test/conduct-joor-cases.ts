import { Agent, request } from 'node:http'
import type { Case, Row, Shop } from './conduct.js'
import { oauth2 } from './emulator.js'

const row = (upc: string, inventory: number, warehouse = 'New York'): Row => ({ warehouse, upc, inventory })
const overwrite = { query: '?overwrite=1' }
const lost = { kind: 'after_commit' }
const rows = (...upcs: string[]) => upcs.map((upc) => row(upc, 5))
const by = (agent: string) => ({ ...overwrite, agent })

/** Sends each row by itself. */
async function oneByOne(shop: Shop, count: number, from = 0) {
  for (let n = from; n < from + count; n++) await shop.send([row(`upc-${n}`, n)])
}

async function sendTwiceAlong(shop: Shop, seconds: number) {
  await shop.send(rows('a', 'b'))
  shop.wait(seconds)
  await shop.send(rows('a'), overwrite)
}

const partialOverwrite: readonly Omit<Case, 'rule'>[] = [
  {
    says: 'an overwrite of some wipes what a call before had set',
    breaks: ['1 position wiped', 'New York, IMMEDIATE, upc b'],
    run: (shop) => sendTwiceAlong(shop, 1),
  },
  {
    says: 'an overwrite page by page wipes each page before it, and names the first few',
    breaks: ['5 positions wiped', 'upc a', 'and 2 more'],
    async run(shop) {
      await shop.send(rows('a', 'b', 'c', 'd', 'e'), overwrite)
      await shop.send(rows('f'), overwrite)
    },
  },
  {
    says: 'just before the end of the window',
    breaks: ['upc b'],
    run: (shop) => sendTwiceAlong(shop, 599.999),
  },
  { says: 'at the end of the window', run: (shop) => sendTwiceAlong(shop, 600) },
  {
    says: 'as many as the limit says',
    options: { conduct: { partial_overwrite: '2/60' } },
    breaks: ['2 positions wiped'],
    async run(shop) {
      await shop.send(rows('a', 'b', 'c'))
      await shop.send(rows('a'), overwrite)
    },
  },
  {
    says: 'fewer than the limit says',
    options: { conduct: { partial_overwrite: '2/60' } },
    run: (shop) => sendTwiceAlong(shop, 1),
  },
  {
    says: 'what the call lists too is set again',
    async run(shop) {
      await shop.send(rows('a', 'b'))
      await shop.send([row('b', 6), row('a', 7), row('c', 8)], overwrite)
    },
  },
  {
    says: 'what no call had set',
    async run(shop) {
      const positions = [row('old', 1), row('older', 2)]
      const account = { token: 'a-token', positions }
      await shop.ask('joor/accounts/shop', { method: 'PUT', body: JSON.stringify(account) })
      await shop.send(rows('a'), overwrite)
    },
  },
  {
    says: 'another warehouse is left alone',
    async run(shop) {
      await shop.send([row('a', 1, 'Los Angeles')])
      await shop.send(rows('a'), overwrite)
    },
  },
  {
    says: 'without overwrite nothing is wiped',
    async run(shop) {
      await shop.send(rows('a', 'b'))
      await shop.send(rows('a'))
    },
  },
  {
    says: 'a SKU that becomes made to order is spoken of',
    async run(shop) {
      await shop.send(rows('a', 'b'))
      await shop.send([row('a', 5), { warehouse: 'New York', upc: 'b', made_to_order: true }], overwrite)
    },
  },
  {
    says: 'an item of the list that a fault refused',
    also: ['joor.conduct.refused_items'],
    async run(shop) {
      await shop.send(rows('a', 'b'))
      await shop.arm({ kind: 'partial', items: { sku: ['b'] } })
      await shop.send(rows('a', 'b'), overwrite)
    },
  },
  {
    says: 'a retry of an overwrite',
    async run(shop) {
      await shop.arm(lost)
      await shop.send(rows('a', 'b'), overwrite)
      await shop.send(rows('a', 'b'), overwrite)
    },
  },
  {
    says: 'what another account had set',
    async run(shop) {
      await shop.send(rows('a', 'b'), { token: 'another' })
      await shop.send(rows('a'), overwrite)
    },
  },
]

const twoWriters: readonly Omit<Case, 'rule'>[] = [
  {
    says: 'two clients overwrite a warehouse in turns',
    breaks: ['New York', 'overwritten again'],
    async run(shop) {
      await shop.send(rows('a', 'b'), by('erp'))
      await shop.send(rows('a', 'b'), by('shop'))
      await shop.send([row('a', 6), row('b', 6)], by('erp'))
    },
  },
  {
    says: 'one client with two lists sets again what the other has wiped, and wipes what that has set',
    breaks: ['New York', 'upc b'],
    also: ['joor.conduct.partial_overwrite'],
    async run(shop) {
      await shop.send(rows('a'), overwrite)
      await shop.send(rows('b'), overwrite)
      await shop.send([row('a', 6)], overwrite)
    },
  },
  {
    says: 'the third just before the end of the window',
    breaks: ['New York'],
    async run(shop) {
      await shop.send(rows('a'), by('erp'))
      await shop.send(rows('a'), by('shop'))
      shop.wait(599.999)
      await shop.send([row('a', 6)], by('erp'))
    },
  },
  {
    says: 'the third at the end of the window',
    async run(shop) {
      await shop.send(rows('a'), by('erp'))
      await shop.send(rows('a'), by('shop'))
      shop.wait(600)
      await shop.send([row('a', 6)], by('erp'))
    },
  },
  {
    says: 'one writer loads all of it again and again',
    async run(shop) {
      for (const quantity of [1, 2, 3, 4]) await shop.send([row('a', quantity), row('b', quantity)], overwrite)
    },
  },
  {
    says: 'one client page by page, which is a partial overwrite',
    also: ['joor.conduct.partial_overwrite'],
    async run(shop) {
      for (const upc of ['a', 'b', 'c', 'd']) await shop.send(rows(upc), overwrite)
    },
  },
  {
    says: 'two clients, each with its own warehouse',
    async run(shop) {
      await shop.send([row('a', 1)], by('erp'))
      await shop.send([row('a', 1, 'Los Angeles')], by('shop'))
      await shop.send([row('a', 2)], by('erp'))
      await shop.send([row('a', 2, 'Los Angeles')], by('shop'))
    },
  },
  {
    says: 'one client takes over from another',
    async run(shop) {
      await shop.send([row('a', 1)], by('erp'))
      await shop.send([row('a', 2)], by('shop'))
      await shop.send([row('a', 3)], by('shop'))
    },
  },
  {
    says: 'two clients without overwrite',
    async run(shop) {
      for (const [n, agent] of ['erp', 'shop', 'erp'].entries()) await shop.send([row('a', n)], { agent })
    },
  },
]

const singleCalls: readonly Omit<Case, 'rule'>[] = [
  { says: 'the twentieth call of one item', breaks: ['20 calls of one item'], run: (shop) => oneByOne(shop, 20) },
  { says: 'the nineteenth', run: (shop) => oneByOne(shop, 19) },
  {
    says: 'the twentieth just before a minute is over',
    breaks: ['20 calls'],
    async run(shop) {
      await oneByOne(shop, 19)
      shop.wait(59.999)
      await oneByOne(shop, 1, 19)
    },
  },
  {
    says: 'the twentieth when a minute is over',
    async run(shop) {
      await oneByOne(shop, 19)
      shop.wait(60)
      await oneByOne(shop, 1, 19)
    },
  },
  {
    says: 'as many as the limit says',
    options: { conduct: { single_calls: '3/10' } },
    breaks: ['3 calls'],
    run: (shop) => oneByOne(shop, 3),
  },
  {
    says: 'calls for a single SKU',
    breaks: ['20 calls'],
    async run(shop) {
      for (let n = 0; n < 20; n++) await shop.send([row(`upc-${n}`, n)], { form: 'single' })
    },
  },
  {
    says: 'calls of two items',
    async run(shop) {
      for (let n = 0; n < 25; n++) await shop.send([row(`a-${n}`, n), row(`b-${n}`, n)])
    },
  },
  {
    says: 'calls that were refused',
    async run(shop) {
      for (let n = 0; n < 25; n++) {
        await shop.arm({ kind: 'error', status: 503 })
        await shop.send([row(`upc-${n}`, n)])
      }
    },
  },
  {
    says: 'calls that are only sent again',
    async run(shop) {
      for (let n = 0; n < 12; n++) {
        await shop.arm(lost)
        await shop.send([row(`upc-${n}`, n)])
        await shop.send([row(`upc-${n}`, n)])
      }
    },
  },
]

async function sendThrice(shop: Shop, seconds: number) {
  await shop.send(rows('a', 'b'))
  await shop.send(rows('a', 'b'))
  shop.wait(seconds)
  await shop.send(rows('a', 'c'))
}

const sameLevel: readonly Omit<Case, 'rule'>[] = [
  {
    says: 'the third time',
    breaks: ['1 position at the same level 3 times', 'New York, IMMEDIATE, upc a'],
    run: (shop) => sendThrice(shop, 1),
  },
  { says: 'just before ten minutes are over', breaks: ['upc a'], run: (shop) => sendThrice(shop, 599.999) },
  { says: 'when ten minutes are over', run: (shop) => sendThrice(shop, 600) },
  {
    says: 'the second time',
    async run(shop) {
      await shop.send(rows('a'))
      await shop.send(rows('a'))
    },
  },
  {
    says: 'as often as the limit says',
    options: { conduct: { same_level: '2/10' } },
    breaks: ['2 times within 10 seconds'],
    async run(shop) {
      await shop.send(rows('a'))
      await shop.send(rows('a'))
    },
  },
  {
    says: 'every form says the same of a position',
    breaks: ['upc a'],
    async run(shop) {
      await shop.send([{ ...row('a', 5), inventory_date: '2026-02-01' }], { form: 'json' })
      await shop.send([{ ...row('a', 5), inventory_date: '02-01-2026' }], { form: 'xml' })
      await shop.send([{ ...row('a', 5), inventory_date: '2026-02-01' }], { form: 'single' })
    },
  },
  {
    says: 'a level that has changed in between',
    async run(shop) {
      for (const quantity of [5, 5, 6, 5, 5]) await shop.send([row('a', quantity)])
    },
  },
  {
    says: 'all of it again every night',
    async run(shop) {
      for (let night = 0; night < 4; night++) {
        await shop.send(rows('a', 'b', 'c'))
        shop.wait(86_400)
      }
    },
  },
  {
    says: 'calls whose reply was lost',
    async run(shop) {
      for (let n = 0; n < 3; n++) {
        await shop.arm(lost)
        await shop.send(rows('a'))
      }
      await shop.send(rows('a'))
      await shop.send(rows('a'))
    },
  },
  {
    says: 'items that were refused',
    async run(shop) {
      for (let n = 0; n < 3; n++) {
        await shop.arm({ kind: 'partial', items: { sku: ['a'] } })
        await shop.send(rows('a'))
      }
      await shop.send(rows('a'))
      await shop.send(rows('a'))
    },
  },
  {
    says: 'another warehouse, another date, another account',
    async run(shop) {
      await shop.send(rows('a'))
      await shop.send(rows('a'))
      await shop.send([row('a', 5, 'Los Angeles')])
      await shop.send([{ ...row('a', 5), inventory_date: '2026-02-01' }])
      await shop.send(rows('a'), { token: 'another' })
    },
  },
]

async function sendAfter429(shop: Shop, seconds: number) {
  await shop.arm({ kind: 'error', status: 429, retry_after: 30 })
  await shop.send(rows('a'))
  shop.wait(seconds)
  await shop.send(rows('a'))
}

/** A call whose headers come before the reply of another and whose body comes behind it. */
async function sendAround(shop: Shop, between: () => Promise<unknown>): Promise<void> {
  const body = JSON.stringify({ inventory_items: rows('under-way') })
  const headers = {
    authorization: oauth2('a-token'),
    'content-type': 'application/json',
    'content-length': body.length,
    expect: '100-continue',
  }
  const call = request(`${shop.emulator.url}/v2/bulk-inventory`, { method: 'POST', headers })
  const replied = new Promise<void>((resolve, reject) => {
    call.on('response', (response) => response.resume().on('end', resolve)).on('error', reject)
  })
  const arrived = new Promise((resolve) => call.once('continue', resolve))
  call.flushHeaders()
  await arrived
  await between()
  call.end(body)
  await replied
}

/** Connections that are opened first, and each of which then sends a call at the same moment. */
async function sendAbreast(shop: Shop, count: number, behind: (agents: readonly Agent[]) => Promise<unknown>) {
  const agents = Array.from({ length: count }, () => new Agent({ keepAlive: true, maxSockets: 1 }))
  try {
    for (const [index, agent] of agents.entries()) await sendBy(shop, agent, 'open', `other-${index}`)
    await Promise.all(agents.map((agent, index) => sendBy(shop, agent, `abreast-${index}`)))
    await behind(agents)
  } finally {
    for (const agent of agents) agent.destroy()
  }
}

function sendBy({ emulator }: Shop, agent: Agent | undefined, upc: string, token = 'a-token'): Promise<unknown> {
  const headers = { authorization: oauth2(token), 'content-type': 'application/json' }
  const call = request(`${emulator.url}/v2/bulk-inventory`, { method: 'POST', headers, ...(agent && { agent }) })
  call.end(JSON.stringify({ inventory_items: rows(upc) }))
  return new Promise((resolve, reject) => {
    call.on('response', (response) => response.resume().on('end', resolve)).on('error', reject)
  })
}

const retryAfter: readonly Omit<Case, 'rule'>[] = [
  {
    says: 'a call before it is over',
    breaks: ['0 seconds after the 429'],
    run: (shop) => sendAfter429(shop, 0),
  },
  {
    says: 'at once something else by the same connection',
    breaks: ['0 seconds after'],
    async run(shop) {
      await shop.arm({ kind: 'error', status: 429, retry_after: 30 })
      const agent = new Agent({ keepAlive: true, maxSockets: 1 })
      for (const upc of ['a', 'b']) await sendBy(shop, agent, upc)
      agent.destroy()
    },
  },
  {
    says: 'at once something else by a connection that was opened since',
    breaks: ['0 seconds after'],
    async run(shop) {
      await shop.arm({ kind: 'error', status: 429, retry_after: 30 })
      for (const upc of ['a', 'b']) await sendBy(shop, undefined, upc)
    },
  },
  { says: 'a call shortly before it is over', breaks: ['29.9 seconds'], run: (shop) => sendAfter429(shop, 29.9) },
  { says: 'a call as much too early as timers are', run: (shop) => sendAfter429(shop, 29.95) },
  { says: 'a call when it is over', run: (shop) => sendAfter429(shop, 30) },
  {
    says: 'the 429 of the rate limit',
    options: { settings: { rate_limit: '5/300' } },
    breaks: ['10 seconds after'],
    async run(shop) {
      await shop.send(rows('a'))
      await shop.send(rows('b'))
      shop.wait(10)
      await shop.send(rows('b'))
    },
  },
  {
    says: 'the 429 of the rate limit, waited for',
    options: { settings: { rate_limit: '5/300' } },
    async run(shop) {
      await shop.send(rows('a'))
      shop.wait(100)
      await shop.send(rows('b'))
      shop.wait(200)
      await shop.send(rows('b'))
    },
  },
  {
    says: 'more calls than the limit says',
    options: { conduct: { retry_after: '2/3600' } },
    breaks: ['1 seconds'],
    async run(shop) {
      await sendAfter429(shop, 0)
      shop.wait(1)
      await shop.send(rows('c'))
    },
  },
  {
    says: 'one call where the limit says two',
    options: { conduct: { retry_after: '2/3600' } },
    run: (shop) => sendAfter429(shop, 0),
  },
  {
    says: 'a wait beyond what is held',
    options: { conduct: { retry_after: '1/10' } },
    run: (shop) => sendAfter429(shop, 10),
  },
  {
    says: 'a call that had arrived before',
    run: (shop) =>
      sendAround(shop, async () => {
        await shop.arm({ kind: 'error', status: 429, retry_after: 30 })
        await shop.send(rows('a'))
      }),
  },
  {
    says: 'a call of something else, later than one can be under way',
    breaks: ['0.1 seconds after the 429'],
    async run(shop) {
      await shop.arm({ kind: 'error', status: 429, retry_after: 30 })
      await shop.send(rows('a'))
      shop.wait(0.1)
      await shop.send(rows('b'))
    },
  },
  {
    says: 'calls that other connections had sent before they could know',
    options: { settings: { rate_limit: '5/300' } },
    run: (shop) => sendAbreast(shop, 6, async () => {}),
  },
  {
    says: 'a call of a connection that had its 429 with others',
    options: { settings: { rate_limit: '5/300' } },
    breaks: ['0 seconds after'],
    run: (shop) => sendAbreast(shop, 6, (agents) => sendBy(shop, agents.at(-1), 'again')),
  },
  {
    says: 'a wait in real time, while the clock stands',
    async run(shop) {
      await shop.arm({ kind: 'error', status: 429, retry_after: 1 })
      await shop.send(rows('a'))
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      await shop.send(rows('a'))
    },
  },
  {
    says: 'a call of another account',
    async run(shop) {
      await shop.arm({ kind: 'error', status: 429, retry_after: 30 })
      await shop.send(rows('a'))
      await shop.send(rows('a'), { token: 'another' })
    },
  },
]

async function lose(shop: Shop, sent: readonly Row[] = rows('a', 'b'), fault: object = lost) {
  await shop.arm(fault)
  await shop.send(sent)
}

const lostReply: readonly Omit<Case, 'rule'>[] = [
  ...['after_commit', 'before_commit', 'reset', 'close', 'truncate', 'garble', 'empty'].map((kind) => ({
    says: `nothing comes after ${kind}`,
    breaks: ['2 statements', 'upc a', 'upc b'],
    run: (shop: Shop) => lose(shop, undefined, { kind }),
  })),
  {
    says: 'nothing comes from a client that did not wait for its reply',
    breaks: ['1 statement', 'upc a'],
    async run(shop) {
      await shop.arm({ kind: 'latency', ms: 60_000 })
      await shop.send(rows('a'), { signal: AbortSignal.timeout(200) })
      await new Promise((resolve) => setTimeout(resolve, 100))
    },
  },
  {
    says: 'some of it comes again',
    breaks: ['1 statement', 'upc b'],
    async run(shop) {
      await lose(shop)
      await shop.send(rows('a'))
    },
  },
  {
    says: 'its time is over, and the run has not ended',
    asked: '',
    breaks: ['upc a'],
    async run(shop) {
      await lose(shop)
      shop.wait(600)
    },
  },
  {
    says: 'its time was over before it came',
    asked: '',
    breaks: ['upc a'],
    async run(shop) {
      await lose(shop)
      shop.wait(600)
      await shop.send(rows('a', 'b'))
    },
  },
  {
    says: 'its time is not over, and the run has not ended',
    asked: '',
    async run(shop) {
      await lose(shop)
      shop.wait(599.999)
    },
  },
  {
    says: 'fewer than the limit says',
    options: { conduct: { lost_reply: '3/60' } },
    run: (shop) => lose(shop),
  },
  {
    says: 'the same comes again',
    async run(shop) {
      await lose(shop)
      await shop.send(rows('a', 'b'))
    },
  },
  {
    says: 'the same comes in other forms, one by one and by PUT',
    async run(shop) {
      await lose(shop)
      await shop.send(rows('a'), { form: 'xml', method: 'PUT' })
      await shop.send([{ upc: 'b', warehouse: 'New York', inventory: 5 }], { form: 'single' })
    },
  },
  {
    says: 'the same comes behind other pages',
    async run(shop) {
      await lose(shop)
      await shop.send(rows('c', 'd'))
      await shop.send(rows('b', 'a'))
    },
  },
  {
    says: 'a reply of a wrong Content-Type can be read',
    run: (shop) => lose(shop, undefined, { kind: 'wrong_content_type' }),
  },
  {
    says: 'a call that was refused had its reply',
    run: (shop) => lose(shop, undefined, { kind: 'error', status: 503 }),
  },
  {
    says: 'it is tried again, and refused',
    async run(shop) {
      await lose(shop)
      await lose(shop, undefined, { kind: 'error', status: 503 })
    },
  },
]

const retryPayload: readonly Omit<Case, 'rule'>[] = [
  {
    says: 'the retry adds up',
    breaks: ['2 positions', 'upc a: 10 instead of 5'],
    async run(shop) {
      await lose(shop)
      await shop.send([row('a', 10), row('b', 10)])
    },
  },
  {
    says: 'the retry repeats its items',
    breaks: ['2 positions more often', 'upc a'],
    async run(shop) {
      await lose(shop)
      await shop.send([...rows('a', 'b'), ...rows('a', 'b')])
    },
  },
  {
    says: 'it is told as soon as it came',
    asked: '',
    breaks: ['upc a: 10 instead of 5'],
    async run(shop) {
      await lose(shop, rows('a'))
      await shop.send([row('a', 10)])
    },
  },
  {
    says: 'it stays told when its time is over',
    asked: '',
    breaks: ['upc a: 10 instead of 5'],
    async run(shop) {
      await lose(shop, rows('a'))
      await shop.send([row('a', 10)])
      shop.wait(1_200)
      await shop.send(rows('z'))
    },
  },
  {
    says: 'fewer than the limit says',
    options: { conduct: { retry_payload: '2/60' } },
    async run(shop) {
      await lose(shop)
      await shop.send([row('a', 10), row('b', 5)])
    },
  },
  {
    says: 'so long after that it is no retry',
    also: ['joor.conduct.lost_reply'],
    async run(shop) {
      await lose(shop, rows('a'))
      shop.wait(600)
      await shop.send([row('a', 10)])
    },
  },
  {
    says: 'the retry says the same, and newer stock comes behind it',
    async run(shop) {
      await lose(shop, rows('a'))
      await shop.send(rows('a'))
      await shop.send([row('a', 10)])
    },
  },
  {
    says: 'newer stock after a reply that came',
    async run(shop) {
      await shop.send(rows('a'))
      await shop.send([row('a', 10)])
    },
  },
  {
    says: 'the retry in another order',
    async run(shop) {
      await lose(shop)
      await shop.send(rows('b', 'a'))
    },
  },
  {
    says: 'newer stock that was under way when the reply was lost',
    run: (shop) => sendAround(shop, () => lose(shop, [row('under-way', 1)])),
  },
]

const staleRetry: readonly Omit<Case, 'rule'>[] = [
  {
    says: 'the lost call comes again behind newer stock',
    breaks: ['1 position', 'upc a: 5 behind 7'],
    async run(shop) {
      await lose(shop, rows('a'))
      await shop.send([row('a', 7)])
      await shop.send(rows('a'))
    },
  },
  {
    says: 'so late that it is a new level',
    also: ['joor.conduct.retry_payload'],
    async run(shop) {
      await lose(shop, rows('a'))
      await shop.send([row('a', 7)])
      shop.wait(600)
      await shop.send(rows('a'))
    },
  },
  {
    says: 'the retry comes first',
    async run(shop) {
      await lose(shop, rows('a'))
      await shop.send(rows('a'))
      await shop.send([row('a', 7)])
    },
  },
  {
    says: 'a level that comes back after it was answered',
    async run(shop) {
      await shop.send(rows('a'))
      await shop.send([row('a', 7)])
      await shop.send(rows('a'))
    },
  },
  {
    says: 'another position',
    async run(shop) {
      await lose(shop, rows('a'))
      await shop.send([row('b', 7)])
      await shop.send(rows('a'))
    },
  },
]

async function refuse(shop: Shop) {
  await shop.arm({ kind: 'partial', items: { sku: ['b'] } })
  await shop.send(rows('a', 'b'))
}

const refusedItems: readonly Omit<Case, 'rule'>[] = [
  {
    says: 'nobody cares',
    breaks: ['1 item not updated', 'upc b'],
    run: refuse,
  },
  {
    says: 'an item that is wrong is left',
    breaks: ['upc c'],
    run: (shop) => shop.send([{ warehouse: 'New York', upc: 'c', inventory: 'many' }]),
  },
  {
    says: 'its time is over, and the run has not ended',
    asked: '',
    breaks: ['upc b'],
    async run(shop) {
      await refuse(shop)
      shop.wait(600)
    },
  },
  {
    says: 'its time is not over, and the run has not ended',
    asked: '',
    async run(shop) {
      await refuse(shop)
      shop.wait(599.999)
    },
  },
  {
    says: 'the list of violations asks about no item',
    breaks: ['upc b'],
    async run(shop) {
      await refuse(shop)
      await shop.ask('violations')
      await shop.ask('requests')
    },
  },
  {
    says: 'the SKU comes again, for another warehouse',
    breaks: ['New York, IMMEDIATE, upc b'],
    async run(shop) {
      await refuse(shop)
      await shop.send([{ warehouse: 'Los Angeles', upc: 'b', inventory: 5 }])
    },
  },
  {
    says: 'its warehouse was wrong, and comes right',
    options: { settings: { missing_warehouse: 'refuse' } },
    async run(shop) {
      await shop.send([{ upc: 'b', inventory: 5 }])
      await shop.send(rows('b'))
    },
  },
  {
    says: 'it is sent again, right',
    async run(shop) {
      await shop.send([{ ...row('b', 5), inventory_date: '2014-1-1' }])
      await shop.send([{ ...row('b', 5), inventory_date: '2014-01-01' }])
    },
  },
  {
    says: 'it is sent again, and refused again',
    async run(shop) {
      await refuse(shop)
      await refuse(shop)
    },
  },
  {
    says: 'it is sent again by a call that is refused',
    async run(shop) {
      await refuse(shop)
      await lose(shop, rows('b'), { kind: 'error', status: 503 })
    },
  },
  {
    says: 'the call is asked about',
    async run(shop) {
      await refuse(shop)
      await shop.ask(`requests/${await shop.lastId()}`)
    },
  },
  {
    says: 'the log is asked about',
    async run(shop) {
      await shop.arm({ kind: 'partial', items: { sku: ['b'] } })
      const reply = await fetch(`${shop.emulator.url}/v2/bulk-inventory`, {
        method: 'POST',
        headers: { authorization: oauth2('a-token'), 'content-type': 'application/json' },
        body: JSON.stringify({ inventory_items: rows('a', 'b') }),
      })
      // JOOR's envelope.
      const { response } = (await reply.json()) as { response: { log_id: string } }
      await shop.ask(`joor/logs/${response.log_id}`)
    },
  },
  {
    says: 'a client that heard no reply knows of no refused item',
    also: ['joor.conduct.lost_reply'],
    async run(shop) {
      await shop.arm(lost)
      await shop.send([{ warehouse: 'New York', upc: 'c', inventory: 'many' }])
    },
  },
  {
    says: 'fewer than the limit says',
    options: { conduct: { refused_items: '2/60' } },
    run: refuse,
  },
]

const token = 'secret+token/1'
const inQuery =
  (query: string, way: object = {}) =>
  (shop: Shop) =>
    shop.send(rows('a'), { query, token, ...way })
const encodedToken = encodeURIComponent(Buffer.from(token).toString('base64'))

const tokenInUrl: readonly Omit<Case, 'rule'>[] = [
  { says: 'as a parameter', breaks: ['key'], run: inQuery(`?key=${encodeURIComponent(token)}`) },
  { says: 'in Base64', breaks: ['key'], run: inQuery(`?key=${encodedToken}`) },
  { says: 'with its scheme', breaks: ['key'], run: inQuery(`?key=OAuth2%20${encodedToken}`) },
  { says: 'with a plus sign as it is', breaks: ['key'], run: inQuery('?key=secret+token/1') },
  ...[
    ...['token', 'access_token', 'api_key', 'apikey', 'oauth_token', 'authorization', 'Access_Token'],
    ...['auth_token', 'api-token', 'accessToken', 'bearer'],
  ].map((name) => ({
    says: `as the parameter ${name}`,
    breaks: [name],
    run: inQuery(`?${name}=whatever`),
  })),
  {
    says: 'by a caller that nobody knows',
    breaks: ['access_token'],
    run: inQuery('?access_token=whatever', { token: '' }),
  },
  {
    says: 'in the path',
    breaks: ['the path'],
    run: (shop) =>
      shop.call('/v2/style-number/secret-token/x/inventory?upc=a&inventory=1', {
        method: 'PUT',
        token: 'secret-token',
      }),
  },
  {
    says: 'a short token that a parameter is',
    breaks: ['upc'],
    run: (shop) => shop.send([row('tok', 1)], { form: 'single', token: 'tok' }),
  },
  { says: 'a parameter of that name without a value', run: inQuery('?token=') },
  { says: 'another parameter', run: inQuery('?key=another-secret') },
  { says: 'no parameter', run: inQuery('') },
  {
    says: 'a short token that is a part of a word',
    run: (shop) => shop.send([row('tokens-of-love', 1)], { form: 'single', token: 'tok' }),
  },
  {
    says: 'a token that is a word of the path',
    run: (shop) => shop.send(rows('a'), { token: 'bulk-inventory' }),
  },
  {
    says: 'as many as the limit says',
    options: { conduct: { token_in_url: '2/60' } },
    breaks: ['token'],
    async run(shop) {
      await inQuery('?token=x')(shop)
      await inQuery('?token=x')(shop)
    },
  },
  { says: 'fewer than the limit says', options: { conduct: { token_in_url: '2/60' } }, run: inQuery('?token=x') },
]

const json = { form: 'json' } as const
const typed =
  (...values: (string | number | boolean | null)[]) =>
  async (shop: Shop) => {
    for (const [n, inventory] of values.entries()) await shop.send([{ warehouse: 'W', upc: `u${n}`, inventory }], json)
  }

const typesChange: readonly Omit<Case, 'rule'>[] = [
  { says: 'a number, then a text', breaks: ['inventory: string, after number'], run: typed(5, '6') },
  {
    says: 'a text, then a number',
    breaks: ['upc: number, after string'],
    async run(shop) {
      await shop.send([{ warehouse: 'W', upc: 'a', inventory: 1 }], json)
      await shop.send([{ warehouse: 'W', upc: 7, inventory: 1 }], json)
    },
  },
  {
    says: 'a null between',
    breaks: ['inventory: string, after number'],
    also: ['joor.conduct.refused_items'],
    run: typed(5, null, '6'),
  },
  { says: 'a number, then null', also: ['joor.conduct.refused_items'], run: typed(5, null, 6) },
  { says: 'always a text', run: typed('5', '6', '7') },
  {
    says: 'XML has no types',
    async run(shop) {
      await shop.send(rows('a'), json)
      await shop.send(rows('b'), { form: 'xml' })
      await shop.send(rows('c'), { form: 'single' })
    },
  },
  {
    says: 'made_to_order has two in the examples of the vendor',
    async run(shop) {
      await shop.send([{ warehouse: 'W', upc: 'a', made_to_order: true }], json)
      await shop.send([{ warehouse: 'W', upc: 'b', made_to_order: 'true' }], json)
    },
  },
  {
    says: 'another account',
    async run(shop) {
      await shop.send([{ warehouse: 'W', upc: 'a', inventory: 1 }], json)
      await shop.send([{ warehouse: 'W', upc: 'a', inventory: '1' }], { ...json, token: 'another' })
    },
  },
  {
    says: 'so long after that it is another client',
    async run(shop) {
      await typed(5)(shop)
      shop.wait(86_400)
      await typed('5')(shop)
    },
  },
  { says: 'fewer than the limit says', options: { conduct: { types_change: '2/60' } }, run: typed(5, '6') },
  {
    says: 'as many as the limit says',
    options: { conduct: { types_change: '2/60' } },
    breaks: ['inventory: number, after string'],
    run: typed(5, '6', 7),
  },
]

/** Every one is run with rows in JSON and in XML. */
export const joorCases: readonly Case[] = Object.entries({
  partial_overwrite: partialOverwrite,
  two_writers: twoWriters,
  single_calls: singleCalls,
  same_level: sameLevel,
  retry_after: retryAfter,
  lost_reply: lostReply,
  retry_payload: retryPayload,
  stale_retry: staleRetry,
  refused_items: refusedItems,
  token_in_url: tokenInUrl,
  types_change: typesChange,
}).flatMap(([name, cases]) => cases.map((each) => ({ ...each, rule: `joor.conduct.${name}` })))
