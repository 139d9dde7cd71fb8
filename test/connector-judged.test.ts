import { setTimeout } from 'node:timers/promises'
import { type Account, connect } from 'backstock/client'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from '../server/emulator.js'
import type { Connector } from './connector/connector.js'
import { type Format, formats } from './connector/formats.js'
import { standing, stock } from './connector/stock.js'
import { TestClock } from './connector/test-clock.js'
import { planted, right, type Variant } from './connector/variants.js'

/** Where in its run the connector meets what brings the bug to light. */
const positions = ['first', 'last'] as const
type Position = (typeof positions)[number]

/** Ends with the run; what it means for a person at the shop is done by hand. */
type Run = (scene: Scene) => Promise<void>

interface Scene {
  readonly connector: Connector
  readonly account: Account
  readonly clock: TestClock
  readonly position: Position
}

const pages = 3
/** The calls before the one that is meant. */
const before = (position: Position) => (position === 'first' ? 0 : pages - 1)

/** A reply is lost, and the call has taken effect. */
const loseReply: Run = async ({ connector, account, position }) => {
  await account.arm({ after: before(position), times: 1, fault: { kind: 'after_commit' } })
  await connector.send(stock)
}

/** All stock is replaced; the pages share a warehouse at the beginning or at the end only. */
const replaceAll: Run = async ({ connector, position }) => {
  const rows = ['a', 'b', 'c', 'd', 'e', 'f'].map((upc, index) => ({ warehouse: `W${index}`, upc, inventory: index }))
  const shared = position === 'first' ? [0, 2] : [3, 5]
  await connector.replace(rows.map((row, index) => (shared.includes(index) ? { ...row, warehouse: 'Shared' } : row)))
}

/** After the full load comes what has changed. */
const replaceThenSend: Run = async ({ connector, position }) => {
  const [changed = { warehouse: '', upc: '', inventory: 0 }] = stock
  const more = { ...changed, inventory: changed.inventory + 1 }
  const loads = position === 'first' ? 1 : 3
  for (let load = 0; load < loads; load++)
    await connector.replace(stock.map((row) => ({ ...row, inventory: row.inventory + load })))
  await connector.send([more])
}

/** The vendor leaves an item out; whoever reads the report of it sends the row by hand. */
const leaveOut: Run = async ({ connector, account, position }) => {
  const [first, last] = [stock.at(0), stock.at(-1)]
  const upc = (position === 'first' ? first : last)?.upc ?? ''
  await account.arm({ fault: { kind: 'partial', items: { sku: [upc] } } })
  const { notUpdated } = await connector.send(stock)
  await account.disarm()
  for (const row of notUpdated) await connector.post([row], '')
}

/** A reply comes later than the connector waits. */
const replyLate: Run = async ({ connector, account, clock, position }) => {
  await account.arm({ after: before(position), times: 1, fault: { kind: 'latency', ms: 700 } })
  const sending = connector.send(stock)
  const { requests } = await account.waitFor({ outcome: 'updated' }, { count: before(position) + 1 })
  clock.elapse(30_000)
  await sending
  // That the client has gone is seen a moment later.
  if (connector.patience > 30_000) return
  while ((await account.request(requests[0]?.id ?? '')).reply?.taken) await setTimeout(10)
}

/** The same, and then comes newer stock. */
const replyLateThenNewer: Run = async (scene) => {
  await replyLate(scene)
  await scene.connector.send(stock.map((row) => ({ ...row, inventory: row.inventory - 2 })))
}

/** By the bug: what brings it to light, and the rules that name it. */
const judged: Readonly<Record<string, readonly [Run, ...string[]]>> = {
  'no-retry': [loseReply, 'joor.conduct.lost_reply'],
  'retry-adds': [loseReply, 'joor.conduct.retry_payload'],
  'retry-repeats': [loseReply, 'joor.inventory.same_position', 'joor.conduct.retry_payload'],
  'overwrite-by-page': [replaceAll, 'joor.conduct.partial_overwrite'],
  'overwrite-always': [replaceThenSend, 'joor.conduct.partial_overwrite'],
  'not-updated-ignored': [leaveOut, 'joor.conduct.refused_items'],
  'not-updated-dropped': [leaveOut, 'joor.conduct.refused_items'],
  'timeout-fails': [replyLate, 'joor.conduct.lost_reply'],
  'timeout-sent-last': [replyLateThenNewer, 'joor.conduct.stale_retry'],
}

let emulator: Emulator
beforeAll(async () => {
  emulator = await startEmulator({ port: 0 })
  return () => emulator.close()
})

/** The rules that a run of the connector broke, once it is over. */
async function rulesBrokenBy(
  { Connector: Class }: Variant,
  run: Run,
  format: Format,
  position: Position,
): Promise<readonly string[]> {
  const backstock = await connect(emulator.url)
  const account = await backstock.joor.account({ positions: standing })
  const site = await backstock.jirafe.site()
  const clock = new TestClock()
  const connector = new Class({ joor: account, jirafe: site, format, pageSize: 2, clock })
  await run({ connector, account, clock, position })
  const told = await fetch(`${emulator.url}/_backstock/violations?account=${account.name}&run=ended`)
  const { violations } = (await told.json()) as { violations: readonly { rule: string }[] } // What the control plane answers.
  return [...new Set(violations.map(({ rule }) => rule))]
}

const matrix = formats.flatMap((format) => positions.map((position) => [format, position] as const))

describe.each(matrix)(
  'Of a run in %s, where it is the %s call that tells',
  { concurrent: true },
  (format, position) => {
    it.each(planted.map(({ bug }) => [bug.says, bug] as const))(
      'a connector that %s is named for that, and for nothing else',
      async (_, bug) => {
        const [run = loseReply, ...rules] = judged[bug.name] ?? []
        expect(await rulesBrokenBy(bug, run, format, position)).toEqual(rules)
      },
    )

    it.each(planted.map(({ bug, nearMiss }) => [nearMiss.says, bug.name, nearMiss] as const))(
      'one that %s is clean, and so is the right one',
      async (_, bug, nearMiss) => {
        const [run = loseReply] = judged[bug] ?? []
        expect(await rulesBrokenBy(nearMiss, run, format, position)).toEqual([])
        expect(await rulesBrokenBy(right, run, format, position)).toEqual([])
      },
    )
  },
)

describe('The proof', () => {
  it('is of every bug that is planted, in both formats, on the first and the last call', () => {
    expect(Object.keys(judged).sort()).toEqual(planted.map(({ bug }) => bug.name).sort())
    expect(matrix).toHaveLength(4)
  })
})
