import type { Account, Position } from 'backstock/client'
import { expect } from 'vitest'
import type { Report } from './report.js'
import type { Stock } from './rows.js'
import { standing } from './stock.js'

type Key = Pick<Position, 'warehouse' | 'sku'>

const isOf = (row: Stock) => (key: Key) => key.warehouse === row.warehouse && key.sku.upc === row.upc
const isSame = (row: Stock) => (other: Stock) => row.warehouse === other.warehouse && row.upc === other.upc
const kinds = ['sent', 'notUpdated', 'failed', 'unknown'] as const
const write = ({ inventory, upc, warehouse }: Stock) => `${inventory} of ${upc} in ${warehouse}`

function demandNone(wrong: readonly string[]): void {
  expect(wrong, wrong.join('\n')).toEqual([])
}

/** What is reported of each row is to be what became of it. */
export async function demandTruth(report: Report<Stock>, rows: readonly Stock[], account: Account): Promise<void> {
  const positions = await account.positions()
  const was = (row: Stock) => standing.find(isSame(row))?.inventory
  demandNone(
    rows.flatMap((row) => {
      const now = positions.find(isOf(row))?.available
      const said = kinds.filter((kind) => report[kind].some(isSame(row)))
      const right = now === row.inventory ? ['sent', 'unknown'] : ['notUpdated', 'failed', 'unknown']
      if (said.length === 1 && said.every((kind) => right.includes(kind))) return []
      const what = said.length === 0 ? 'not reported' : `reported as ${said.join(' and ')}`
      return [`${write(row)}: ${what}; it was ${was(row) ?? 'nothing'} before and is ${now ?? 'nothing'} now`]
    }),
  )
}

/** No call is to clear what is meant to stay. */
export async function demandKept(rows: readonly Stock[], account: Account): Promise<void> {
  const calls = await Promise.all((await account.requests()).map(({ id }) => account.request(id)))
  demandNone(
    calls.reverse().flatMap(({ method, path, changes }, index) =>
      changes.flatMap(({ kind, key, before }) => {
        if (kind !== 'clear') return []
        const lost = rows.find((row) => isOf(row)(key) && row.inventory === before?.available)
        return lost === undefined ? [] : [`${write(lost)}: cleared by call ${index + 1}, ${method} ${path}`]
      }),
    ),
  )
}
