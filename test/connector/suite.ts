import type { Account, Site } from 'backstock/client'
import { createTest } from 'backstock/vitest'
import { describe, expect } from 'vitest'
import type { Connector } from './connector.js'
import { demandKept, demandTruth } from './demands.js'
import { formats, types } from './formats.js'
import type { Stock } from './rows.js'
import { levels, newer, old, standing, stock } from './stock.js'
import { TestClock } from './test-clock.js'
import { variants } from './variants.js'

const today = new Date('2026-01-23T12:00:00Z')

const test = createTest({ account: { warehouses: ['New York', 'Los Angeles'], positions: standing } })

/** What stands where all of these rows have replaced what was there. */
const only = (rows: readonly Stock[]) =>
  rows.map(({ warehouse, upc, inventory }) => ({ warehouse, upc, available: inventory }))
/** What stands where they came beside it. */
const beside = (rows: readonly Stock[]) => only([...rows, ...old])

/** The page of the table that has this SKU. */
const has = (upc: string) => ({ command: { '/inventory_items/*/upc': upc } })

const matrix = variants.flatMap(({ name, Connector }) =>
  formats.map((format) => [`${name} in ${format}`, Connector, format] as const),
)

describe.each(matrix)('%s', { concurrent: true }, (_name, Connector, format) => {
  const connect = (account: Account, site: Site, clock = new TestClock()) =>
    new Connector({ joor: account, jirafe: site, format, pageSize: 2, clock })

  test('sends the table, and leaves what it does not name', async ({ account, site }) => {
    const report = await connect(account, site).send(stock)
    await demandKept(old, account)
    await demandTruth(report, stock, account)
    await account.verifyState(beside(stock))
    expect(report.sent).toHaveLength(stock.length)
    await account.waitFor({ headers: { 'content-type': types[format], accept: types[format] } }, { timeoutMs: 0 })
  })

  test('sends a page again that was lost on its way', async ({ account, site }) => {
    await account.arm({ match: has('c'), times: 1, fault: { kind: 'before_commit' } })
    await connect(account, site).send(stock)
    await account.verifyState(beside(stock))
  })

  test('sends a page again whose reply was lost', async ({ account, site }) => {
    await account.arm({ match: has('c'), times: 1, fault: { kind: 'after_commit' } })
    await connect(account, site).send(stock)
    await account.waitFor(has('c'), { count: 2, timeoutMs: 0 })
    await account.verifyState(beside(stock))
  })

  test('waits as long as it is asked to', async ({ account, site }) => {
    await account.arm({ match: has('c'), times: 1, fault: { kind: 'error', status: 429, retry_after: 7 } })
    // The emulator is to know that the time which it asked for has passed.
    const clock = new TestClock((ms) => account.clock.advance(ms / 1_000))
    await connect(account, site, clock).send(stock)
    await account.verifyState(beside(stock))
    expect(clock.slept).toEqual([7_000])
  })

  test('waits longer from time to time where the vendor is down', async ({ account, site }) => {
    await account.arm({ times: 2, fault: { kind: 'error', status: 503, retry_after: 0 } })
    const clock = new TestClock()
    await connect(account, site, clock).send(stock)
    await account.verifyState(beside(stock))
    expect(clock.slept).toEqual([1_000, 2_000])
  })

  test('replaces all stock', async ({ account, site }) => {
    const report = await connect(account, site).replace(stock)
    await demandKept(stock, account)
    await demandTruth(report, stock, account)
    await account.verifyState(only(stock))
  })

  test('replaces all stock also where its reply was lost', async ({ account, site }) => {
    await account.arm({ times: 1, fault: { kind: 'after_commit' } })
    await connect(account, site).replace(stock)
    await demandKept(stock, account)
    await account.verifyState(only(stock))
  })

  test('reports what is not updated', async ({ account, site }) => {
    await account.arm({ fault: { kind: 'partial', items: { sku: ['b', 'd'] } } })
    await demandTruth(await connect(account, site).send(stock), stock, account)
  })

  test('reports what became of a page whose reply comes late', async ({ account, site }) => {
    const clock = new TestClock()
    const report = await sendBesideLateReply(connect(account, site, clock), account, clock)
    await demandTruth(report, stock, account)
  })

  test('leaves newer stock alone after a reply that came late', async ({ account, site }) => {
    const clock = new TestClock()
    const connector = connect(account, site, clock)
    await sendBesideLateReply(connector, account, clock)
    await connector.send(newer)
    await account.verifyState(beside(newer))
  })

  test('sends levels again where Jirafe was down', async ({ account, site }) => {
    await site.arm({ times: 1, fault: { kind: 'error', status: 503 } })
    await connect(account, site).sendLevels(levels, today)
    await site.verifyState(levels.map(({ code, level }) => ({ code, inventory_level: level })))
  })

  test('reports the levels that Jirafe refuses', async ({ account, site }) => {
    await site.arm({ fault: { kind: 'partial', items: { sku: ['b'] } } })
    const { notUpdated } = await connect(account, site).sendLevels(levels, today)
    expect(notUpdated, 'the levels that Jirafe refused, as they are reported').toEqual([levels[1]])
    await site.verifyState([{ code: 'a', inventory_level: 31 }])
  })
})

/** The first page is applied at once, and its reply comes when the connector has waited for half a minute. */
async function sendBesideLateReply(connector: Connector, account: Account, clock: TestClock) {
  await account.arm({ times: 1, fault: { kind: 'latency', ms: 10_000 } })
  const sending = connector.send(stock)
  await account.waitFor({ outcome: 'updated' })
  clock.elapse(30_000)
  return sending
}
