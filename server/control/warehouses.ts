import type { Request, Response } from 'express'
import type { Committed } from '../journal/committed.js'
import { isKey, type Key } from '../state/rows.js'
import type { Partition, Store } from '../state/store.js'
import { badCursor, readCursor, readLimit, readParameters, sendJson, writeCursor } from './answers.js'

/** Sorts behind every SKU: a part of a key has at most 255 bytes. */
const lastSku = '\u{10ffff}'.repeat(64)

interface Bucket {
  readonly warehouse: string
  readonly inventory_date: string
}

/**
 * In which warehouses, and on which dates there, an account has positions: what a person chooses from. Each costs one
 * look at the sorted rows, however many SKUs it has.
 */
export async function warehousesOf(
  store: Store<Committed>,
  of: Partition,
  request: Request,
  response: Response,
): Promise<void> {
  const parameters = readParameters(request, ['limit', 'cursor'])
  const limit = readLimit(parameters.limit)
  const buckets: Bucket[] = []
  let after = readPlace(parameters.cursor)
  for (;;) {
    const [found] = await store.page(of, [{ table: 'positions', after }], 1)
    if (found === undefined) return sendJson(response, 200, { warehouses: buckets, next: null })
    if (buckets.length === limit) return sendJson(response, 200, { warehouses: buckets, next: writeCursor(after) })
    const { warehouse, date } = found.row.value
    buckets.push({ warehouse, inventory_date: date })
    after = [found.key[0], found.key[1], lastSku]
  }
}

function readPlace(cursor: string | undefined): Key | undefined {
  const key = readCursor(cursor)
  if (key !== undefined && !isKey(key)) throw badCursor(cursor)
  return key
}
