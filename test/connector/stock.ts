import type { Stock } from './rows.js'

/** What stands before. */
export const standing: readonly Stock[] = [
  { warehouse: 'New York', upc: 'a', inventory: 3 },
  { warehouse: 'New York', upc: 'old', inventory: 9 },
  { warehouse: 'Los Angeles', upc: 'old', inventory: 4 },
]
export const old = standing.filter(({ upc }) => upc === 'old')
/** Three pages, the last of one row. */
export const stock: readonly Stock[] = [
  { warehouse: 'New York', upc: 'a', inventory: 26 },
  { warehouse: 'New York', upc: 'b', inventory: 27 },
  { warehouse: 'New York', upc: 'c', inventory: 28 },
  { warehouse: 'Los Angeles', upc: 'a', inventory: 5 },
  { warehouse: 'Los Angeles', upc: 'd', inventory: 6 },
]
export const newer = stock.map((row) => ({ ...row, inventory: row.inventory - 2 }))
export const levels = [
  { code: 'a', level: 31 },
  { code: 'b', level: 27 },
]
