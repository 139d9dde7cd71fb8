import { type Answer, call, exchange, type Text } from './call.js'

/** Identifiers as an item has them; integers beyond 2^53 are bigints. */
export type Sku = Readonly<Record<string, string | number | bigint>>

export const identifierNames = [
  'upc',
  'style_number',
  'style_identifier',
  'style_id',
  'color_code',
  'style_color_id',
  'size',
  'size_code',
] as const
export type IdentifierName = (typeof identifierNames)[number]

/** What stands in one warehouse on one date, in units; a SKU that is made to order has no place and no quantities. */
export interface Position {
  readonly warehouse: string | null
  /** YYYY-MM-DD or IMMEDIATE */
  readonly inventory_date: string | null
  readonly sku: Sku
  readonly available: number | bigint | null
  readonly incoming: number | bigint | null
  readonly pending_deducted: number | bigint | null
  readonly made_to_order: boolean
}

export interface PositionPage {
  readonly positions: readonly Position[]
  readonly next: string | null
}

/** A warehouse and a date there that has positions. */
export interface Bucket {
  readonly warehouse: string
  readonly inventory_date: string
}

/** Units on pending orders; the identifiers stand beside. */
export interface PendingRow {
  readonly warehouse: string
  readonly inventory_date: string
  readonly quantity: unknown
  readonly [identifier: string]: unknown
}

export interface AccountDetail {
  readonly account: string
  readonly declared: boolean
  readonly warehouses: readonly string[] | null
  /** Null: no list of styles, so any SKU is taken. */
  readonly styles: readonly unknown[] | null
  readonly pending: readonly PendingRow[]
  /** Only in the reply that made it. */
  readonly token?: string
}

const at = (account: string) => `joor/accounts/${encodeURIComponent(account)}`

export const readAccount = (account: string): Promise<Answer<AccountDetail>> => call('GET', at(account))

/** Replaces the account whole where there is one. */
export const putAccount = (account: string, document: object): Promise<Answer<AccountDetail>> =>
  call('PUT', at(account), { body: document })

export const putPending = (account: string, pending: readonly object[]): Promise<Answer<unknown>> =>
  call('PUT', `${at(account)}/pending`, { body: pending })

export const listPositions = (
  account: string,
  query: URLSearchParams,
  stop: AbortSignal,
): Promise<Answer<PositionPage>> => call('GET', `${at(account)}/positions`, { query, signal: stop })

/** A page as CSV; `Backstock-Next` of its headers is where the next one takes up. */
export const positionsAsCsv = (account: string, query: URLSearchParams): Promise<Answer<Text>> => {
  const asked = new URLSearchParams(query)
  asked.set('format', 'csv')
  return exchange('GET', `${at(account)}/positions`, { query: asked })
}

export const listWarehouses = (account: string): Promise<Answer<{ readonly warehouses: readonly Bucket[] }>> =>
  call('GET', `${at(account)}/warehouses`)
