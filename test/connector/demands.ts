import type { Account, Position } from 'backstock/client'
import { expect } from 'vitest'
import type { Report } from './report.js'
import type { Stock } from './rows.js'
import { standing } from './stock.js'

type Key = Pick<Position, 'warehouse' | 'sku'>

const isOf =
  ({ warehouse, upc }: Stock) =>
  (key: Key) =>
    key.warehouse === warehouse && key.sku.upc === upc
const write = ({ inventory, upc, warehouse }: Stock) => `${inventory} of ${upc} in ${warehouse}`

function demandNone(wrong: readonly string[]): void {
  expect(wrong, wrong.join('\n')).toEqual([])
}

/** What is reported of each row is to be what became of it. */
export async function demandTruth(report: Report<Stock>, account: Account): Promise<void> {
  const positions = await account.positions()
  const was = (row: Stock) => standing.find(({ warehouse, upc }) => isOf(row)({ warehouse, sku: { upc } }))?.inventory
  demandNone(
    (['sent', 'notUpdated', 'failed'] as const).flatMap((said) =>
      report[said].flatMap((row) => {
        const now = positions.find(isOf(row))?.available
        if ((now === row.inventory) === (said === 'sent')) return []
        return [
          `${write(row)}: reported as ${said}; it was ${was(row) ?? 'nothing'} before and is ${now ?? 'nothing'} now`,
        ]
      }),
    ),
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
