/** Stock of one SKU in one warehouse, as the shop's table has it. */
export interface Stock {
  readonly warehouse: string
  readonly upc: string
  readonly inventory: number
}

/** What one call sends. */
export type Page = readonly Stock[]

/** How much there is of one product, over all channels. */
export interface Level {
  readonly code: string
  readonly level: number
}
