import type { Case, Shop } from './conduct.js'

const at = '2026-01-23T12:00:00+0000'
const level = (code: string, inventoryLevel: unknown, timestamp = at) => ({
  timestamp,
  product_code: code,
  inventory_level: inventoryLevel,
})
const second = (code: string, inventoryLevel: number, change: string) => ({
  sku_code: code,
  effective_date: '2026-01-23',
  change_date: change,
  inventory_level: inventoryLevel,
})
const batch = { path: '/v2/site/batch' }
const ofLevels = (...levels: object[]) => ({ 'product.inventory': levels })

async function oneByOne(shop: Shop, count: number, from = 0) {
  for (let n = from; n < from + count; n++) await shop.report(level(`code-${n}`, n))
}

const singleCalls: readonly Omit<Case, 'rule'>[] = [
  { says: 'the twentieth event by itself', breaks: ['20 calls of one event'], run: (shop) => oneByOne(shop, 20) },
  { says: 'the nineteenth', run: (shop) => oneByOne(shop, 19) },
  {
    says: 'the twentieth when a minute is over',
    async run(shop) {
      await oneByOne(shop, 19)
      shop.wait(60)
      await oneByOne(shop, 1, 19)
    },
  },
  {
    says: 'batches of one event',
    breaks: ['20 calls'],
    async run(shop) {
      for (let n = 0; n < 20; n++) await shop.report(ofLevels(level(`code-${n}`, n)), batch)
    },
  },
  {
    says: 'one batch of twenty',
    run: (shop) => shop.report(ofLevels(...Array.from({ length: 20 }, (_, n) => level(`code-${n}`, n))), batch),
  },
  {
    says: 'trackers, of which there is no batch',
    async run(shop) {
      const pageview = { page_type: 'homepage' }
      for (let n = 0; n < 25; n++) await shop.report({ site: 'site', pageview }, { path: '/v2/tracker/pageview' })
    },
  },
  {
    says: 'another site',
    async run(shop) {
      await oneByOne(shop, 10)
      for (let n = 0; n < 10; n++) await shop.report(level(`code-${n}`, n), { path: '/v2/another/inventory' })
    },
  },
]

const sameLevel: readonly Omit<Case, 'rule'>[] = [
  {
    says: 'the third time, by batch or by itself',
    breaks: ['inventory, a', '3 times'],
    async run(shop) {
      await shop.report(level('a', 5))
      await shop.report(level('a', 5, '2026-01-23T12:01:00+0000'), { path: '/v2/site/product.inventory' })
      await shop.report(ofLevels(level('a', 5)), batch)
    },
  },
  {
    says: 'the second time',
    async run(shop) {
      await shop.report(level('a', 5))
      await shop.report(level('a', 5))
    },
  },
  {
    says: 'the third when ten minutes are over',
    async run(shop) {
      await shop.report(level('a', 5))
      await shop.report(level('a', 5))
      shop.wait(600)
      await shop.report(level('a', 5))
    },
  },
  {
    says: 'all of it every night, which the vendor recommends',
    async run(shop) {
      for (let night = 0; night < 4; night++) {
        await shop.report(ofLevels(level('a', 5), level('b', 6)), batch)
        shop.wait(86_400)
      }
    },
  },
  {
    says: 'a level that changes',
    async run(shop) {
      for (const stock of [5, 5, 6, 5]) await shop.report(level('a', stock))
    },
  },
  {
    says: 'events that were refused',
    async run(shop) {
      for (let n = 0; n < 4; n++) await shop.report(level('a', '5'))
    },
  },
  {
    says: 'events without a level',
    async run(shop) {
      for (let n = 0; n < 4; n++) await shop.report({ instance_id: 'a' }, { path: '/v2/site/heartbeat' })
    },
  },
]

async function lose(shop: Shop, document: object, way: object = {}) {
  await shop.arm({ kind: 'after_commit' }, { vendor: 'jirafe' })
  await shop.report(document, way)
}

const category = (id: string) => ({ id, name: 'Shoes', change_date: at, create_date: at })

const lostReply: readonly Omit<Case, 'rule'>[] = [
  { says: 'nothing comes', breaks: ['1 statement', 'inventory, a'], run: (shop) => lose(shop, level('a', 5)) },
  {
    says: 'nothing comes for an event without a level',
    breaks: ['category, c'],
    run: (shop) => lose(shop, category('c'), { path: '/v2/site/category' }),
  },
  {
    says: 'a part of the batch comes again',
    breaks: ['1 statement', 'inventory, b'],
    async run(shop) {
      await lose(shop, ofLevels(level('a', 5), level('b', 5)), batch)
      await shop.report(level('a', 5))
    },
  },
  {
    says: 'all of the batch comes again, one by one',
    async run(shop) {
      await lose(shop, ofLevels(level('a', 5), level('b', 5)), batch)
      await shop.report(level('a', 5))
      await shop.report(level('b', 5))
    },
  },
  {
    says: 'the event comes again',
    async run(shop) {
      await lose(shop, category('c'), { path: '/v2/site/category' })
      await shop.report(category('c'), { path: '/v2/site/category' })
    },
  },
  {
    says: 'its time is not over, and the run has not ended',
    asked: '',
    async run(shop) {
      await lose(shop, level('a', 5))
      shop.wait(599.999)
    },
  },
  {
    says: 'its time is over, and the run has not ended',
    asked: '',
    breaks: ['inventory, a'],
    async run(shop) {
      await lose(shop, level('a', 5))
      shop.wait(600)
    },
  },
]

const retryPayload: readonly Omit<Case, 'rule'>[] = [
  {
    says: 'the retry adds up',
    breaks: ['inventory, a: 10 instead of 5'],
    async run(shop) {
      await lose(shop, level('a', 5))
      await shop.report(level('a', 10))
    },
  },
  {
    says: 'the retry repeats its events',
    breaks: ['1 position more often'],
    async run(shop) {
      await lose(shop, ofLevels(level('a', 5)), batch)
      await shop.report(ofLevels(level('a', 5), level('a', 5)), batch)
    },
  },
  {
    says: 'the retry says the same',
    async run(shop) {
      await lose(shop, level('a', 5))
      await shop.report(level('a', 5))
    },
  },
  {
    says: 'newer stock after a reply that came',
    async run(shop) {
      await shop.report(level('a', 5))
      await shop.report(level('a', 10))
    },
  },
]

const staleRetry: readonly Omit<Case, 'rule'>[] = [
  {
    says: 'the lost event comes again behind a newer level',
    breaks: ['inventory, a: 5 behind 7'],
    async run(shop) {
      await lose(shop, level('a', 5))
      await shop.report(level('a', 7))
      await shop.report(level('a', 5))
    },
  },
  {
    says: 'the retry comes first',
    async run(shop) {
      await lose(shop, level('a', 5))
      await shop.report(level('a', 5))
      await shop.report(level('a', 7))
    },
  },
  {
    says: 'a newer event with the same level',
    also: ['jirafe.conduct.retry_payload'],
    async run(shop) {
      await lose(shop, level('a', 5))
      await shop.report(level('a', 7))
      await shop.report(level('a', 5, '2026-01-23T12:05:00+0000'))
    },
  },
  {
    says: 'an event of the second revision, which says itself that it is older',
    also: ['jirafe.conduct.retry_payload'],
    async run(shop) {
      await lose(shop, second('a', 5, '2026-01-23T12:00:00Z'))
      await shop.report(second('a', 7, '2026-01-23T12:05:00Z'))
      await shop.report(second('a', 5, '2026-01-23T12:00:00Z'))
    },
  },
]

const refusedItems: readonly Omit<Case, 'rule'>[] = [
  { says: 'nobody cares', breaks: ['1 item', 'inventory a'], run: (shop) => shop.report(level('a', '5')) },
  {
    says: 'one of a batch',
    breaks: ['1 item', 'inventory b'],
    run: (shop) => shop.report(ofLevels(level('a', 5), level('b', 'x')), batch),
  },
  {
    says: 'it is sent again, right',
    also: ['jirafe.conduct.types_change'],
    async run(shop) {
      await shop.report(level('a', '5'))
      await shop.report(level('a', 5))
    },
  },
  {
    says: 'the call is asked about',
    async run(shop) {
      await shop.report(level('a', '5'))
      await shop.ask(`requests/${await shop.lastId()}`)
    },
  },
  {
    says: 'an event that came too late was answered as accepted',
    async run(shop) {
      await shop.report(second('a', 7, '2026-01-23T12:05:00Z'))
      await shop.report(second('a', 5, '2026-01-23T12:00:00Z'))
    },
  },
  {
    says: 'its time is not over, and the run has not ended',
    asked: '',
    run: (shop) => shop.report(level('a', '5')),
  },
]

const secret = 'secret+token'
const sendTo =
  (path: string, token = secret) =>
  (shop: Shop) =>
    shop.report(level('a', 5), { path, token })

const tokenInUrl: readonly Omit<Case, 'rule'>[] = [
  { says: 'as a parameter', breaks: ['key'], run: sendTo(`/v2/site/inventory?key=${encodeURIComponent(secret)}`) },
  {
    says: 'in Base64',
    breaks: ['key'],
    run: sendTo(`/v2/site/inventory?key=${Buffer.from(secret).toString('base64')}`),
  },
  { says: 'as access_token', breaks: ['access_token'], run: sendTo('/v2/site/inventory?access_token=x') },
  {
    says: 'by a caller that nobody knows',
    breaks: ['api_key'],
    run: (shop) => shop.call('/v2/site/inventory?api_key=whatever', { token: '' }),
  },
  { says: 'a site that is called as its token', run: sendTo('/v2/my-shop/inventory', 'my-shop') },
  { says: 'no parameter', run: sendTo('/v2/site/inventory') },
  { says: 'another parameter', run: sendTo('/v2/site/inventory?key=another') },
]

const typesChange: readonly Omit<Case, 'rule'>[] = [
  {
    says: 'a number, then a text',
    breaks: ['inventory product_code: number, after string'],
    also: ['jirafe.conduct.refused_items'],
    async run(shop) {
      await shop.report(level('a', 5))
      await shop.report({ ...level('b', 5), product_code: 7, code: 'b' })
    },
  },
  {
    says: 'null has no type',
    also: ['jirafe.conduct.refused_items'],
    async run(shop) {
      await shop.report(level('a', 5))
      await shop.report(level('b', null))
      await shop.report(level('c', 5))
    },
  },
  {
    says: 'the same field of another operation',
    async run(shop) {
      await shop.report({ ...category('c'), parent_categories: [] }, { path: '/v2/site/category' })
      await shop.report({ instance_id: 'i', parent_categories: 'none' }, { path: '/v2/site/heartbeat' })
    },
  },
  {
    says: 'another site',
    async run(shop) {
      await shop.report({ instance_id: 'i', note: 1 }, { path: '/v2/site/heartbeat' })
      await shop.report({ instance_id: 'i', note: '1' }, { path: '/v2/another/heartbeat' })
    },
  },
]

export const jirafeCases: readonly Case[] = Object.entries({
  single_calls: singleCalls,
  same_level: sameLevel,
  lost_reply: lostReply,
  retry_payload: retryPayload,
  stale_retry: staleRetry,
  refused_items: refusedItems,
  token_in_url: tokenInUrl,
  types_change: typesChange,
}).flatMap(([name, cases]) => cases.map((each) => ({ ...each, rule: `jirafe.conduct.${name}` })))
