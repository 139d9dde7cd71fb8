import { describe, expect, it } from 'vitest'
import { type Account, connect } from '../client/client.js'
import { Bench, type BenchOptions } from '../client/runners/bench.js'
import { startTestEmulator } from './emulator.js'

async function send({ baseUrl, authorization }: Account, ...quantities: unknown[]): Promise<void> {
  const items = quantities.map((inventory, index) => ({ warehouse: 'New York', upc: `${index}`, inventory }))
  await fetch(`${baseUrl}/v2/bulk-inventory`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ inventory_items: items }),
  })
}

const open = async (entries = 1_000) => connect(await startTestEmulator({ journal: { entries } }))
/** What a test is told at its end; empty where it may pass. */
const endOf = (bench: Bench) =>
  bench.end().then(
    () => '',
    (error: unknown) => String(error),
  )

describe('At the end of a test', () => {
  it('its accounts and sites are gone, whatever became of it, and those of others are not', async () => {
    const backstock = await open()
    const other = await backstock.joor.account()
    for (const quantity of [7, '7']) {
      const bench = new Bench(backstock, {})
      const [account] = await Promise.all([bench.account(), bench.site()])
      await send(account, quantity)
      const forkOfFork = await (await account.fork()).fork()
      await forkOfFork.snapshot('kept')
      expect((await endOf(bench)).includes('broke rules')).toBe(quantity === '7')
      expect(await backstock.joor.accounts()).toMatchObject([{ account: other.name }])
      expect(await backstock.jirafe.sites()).toEqual([])
      expect(await backstock.snapshots()).toEqual([])
    }
  })

  it('calls of others are not its own, nor earlier ones under a name that it takes over', async () => {
    const backstock = await open()
    await send(await backstock.joor.account({ name: 'brand' }), '7')
    const bench = new Bench(backstock, {})
    const account = await bench.backstock.joor.account({ name: 'brand' })
    await bench.backstock.joor.account({ name: 'brand', token: account.token })
    await send(await backstock.joor.account(), '7')
    await send(account, 7)
    expect(await endOf(bench)).toBe('')
    const next = new Bench(backstock, {})
    await send(await next.backstock.joor.account({ name: 'brand' }), '8')
    const told = await endOf(next)
    expect(told).toContain('"8"')
    expect(told).not.toContain('"7"')
  })

  it('what the journal has dropped of its calls is not taken for right', async () => {
    const backstock = await open(2)
    const run = async (options: BenchOptions, calls: number) => {
      const bench = new Bench(backstock, options)
      const account = await bench.account()
      for (let n = 0; n < calls; n++) await send(account, n)
      return endOf(bench)
    }
    expect(await run({}, 2)).toBe('')
    const told = await run({}, 3)
    for (const part of ['is not known', 'dropped 1 of its calls', '--journal-entries']) expect(told).toContain(part)
    expect(await run({ violations: false }, 3)).toBe('')
  })

  it('a message has twenty lines of a kind, and says how many there are beside', async () => {
    const bench = new Bench(await open(), {})
    const account = await bench.account()
    for (let n = 0; n < 23; n++) await send(account, `${n}`)
    const told = await endOf(bench)
    expect(told.match(/joor\.item\.integer_type/g)).toHaveLength(20)
    expect(told).toContain('and 3 more')
  })

  it('a fault that was disarmed again was not armed in vain', async () => {
    const bench = new Bench(await open(), {})
    const account = await bench.account()
    await account.arm({ fault: { kind: 'reset' } })
    await account.disarm()
    expect(await endOf(bench)).toBe('')
  })
})
