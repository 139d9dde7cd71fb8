import type { Request, Response } from 'express'
import type { Committed } from '../journal/committed.js'
import { identifierNames, isKey, type Key, keyPart, type SkuIdentifiers } from '../state/rows.js'
import type { PageQuery, Partition, Store } from '../state/store.js'
import { ExactNumber } from '../wire/exact-json.js'
import { badCursor, Problem, readCursor, readLimit, readParameters, sendJson, writeCursor } from './answers.js'
import { writeStanding } from './rows.js'

const filters = ['warehouse', 'inventory_date', ...identifierNames] as const
const csvColumns = [
  'warehouse',
  'inventory_date',
  ...identifierNames,
  'available',
  'incoming',
  'pending_deducted',
  'made_to_order',
]

type PositionRow = ReturnType<typeof writeStanding>

/** Positions by warehouse, date and SKU; made-to-order SKUs, which have none of the first two, come before them. */
export async function positionsOf(
  store: Store<Committed>,
  of: Partition,
  request: Request,
  response: Response,
): Promise<void> {
  const parameters = readParameters(request, [...filters, 'limit', 'cursor', 'format'])
  const { format = 'json' } = parameters
  if (format !== 'json' && format !== 'csv') throw new Problem(400, `format is ${format}. Right is json or csv.`)
  const limit = readLimit(parameters.limit)
  const from = readPlace(parameters.cursor)
  const named = identifierNames.flatMap((name) =>
    parameters[name] === undefined ? [] : [[name, parameters[name]] as const],
  )
  const isNamed = ({ sku }: { readonly sku: SkuIdentifiers }) => named.every(([name, value]) => sku[name] === value)
  const where = named.length > 0 ? isNamed : undefined
  const { warehouse, inventory_date: date } = parameters

  const marks: PageQuery<'marks'> = {
    table: 'marks',
    after: from?.table === 'marks' ? from.key : undefined,
    where,
  }
  const positions: PageQuery<'positions'> = {
    table: 'positions',
    after: from?.table === 'positions' ? from.key : undefined,
    first: warehouse && keyPart(warehouse),
    second: date,
    where,
  }
  const withMarks = from?.table !== 'positions' && warehouse === undefined && date === undefined
  // A SKU that is marked loses its positions: it would be in both or in neither if they were not of one instant. One
  // row more than asked for tells whether there is a next page.
  const found = await store.page<'marks' | 'positions'>(of, withMarks ? [marks, positions] : [positions], limit + 1)
  const last = found.length > limit ? found[limit - 1] : undefined
  const next = last === undefined ? null : writeCursor({ table: last.table, key: last.key })
  const page = found.slice(0, limit).map(writeStanding)
  if (format === 'json') sendJson(response, 200, { positions: page, next })
  else await sendCsv(response, page, next)
}

interface Place {
  readonly table: 'marks' | 'positions'
  readonly key: Key
}

function readPlace(cursor: string | undefined): Place | undefined {
  const place = readCursor(cursor)
  if (place === undefined) return undefined
  if (typeof place === 'object' && place !== null && 'table' in place && 'key' in place) {
    const { table, key } = place
    if (isKey(key) && (table === 'marks' || table === 'positions')) return { table, key }
  }
  throw badCursor(cursor)
}

async function sendCsv(response: Response, rows: readonly PositionRow[], next: string | null): Promise<void> {
  const { stringify } = await import('csv-stringify/sync')
  const flat = rows.map(({ sku, ...row }) => ({ ...textsOf(sku), ...row, made_to_order: String(row.made_to_order) }))
  if (next !== null) response.set('Backstock-Next', next)
  response
    .status(200)
    .type('text/csv')
    .send(stringify(flat, { header: true, columns: csvColumns }))
}

function textsOf(sku: PositionRow['sku']): Readonly<Record<string, string>> {
  const texts = Object.entries(sku).map(([name, value]) => [
    name,
    value instanceof ExactNumber ? value.digits : String(value),
  ])
  return Object.fromEntries(texts)
}
