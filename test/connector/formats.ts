import { Builder, parseStringPromise } from 'xml2js'
import type { Stock } from './rows.js'

/** The two of JOOR. */
export const formats = ['json', 'xml'] as const
export type Format = (typeof formats)[number]

export const types = { json: 'application/json', xml: 'application/xml' } as const

type Named = Pick<Stock, 'warehouse' | 'upc'>

/** A bulk call of these rows. */
export function bodyIn(format: Format, rows: readonly Stock[]): string {
  if (format === 'json') return JSON.stringify({ inventory_items: rows })
  return new Builder({ rootName: 'inventory_items', headless: true }).buildObject({ inventory_item: rows })
}

/** What the reply to a bulk call names as not updated. Throws where it cannot be read. */
export async function notUpdatedIn(format: Format, reply: string): Promise<readonly Named[]> {
  if (format === 'json') return JSON.parse(reply).items_not_updated.flat()
  const { bulk_inventory: read } = await parseStringPromise(reply, { explicitArray: false })
  // One item is an object, several are a list, and none is an empty text.
  return [read.items_not_updated.inventory_item ?? []].flat()
}
