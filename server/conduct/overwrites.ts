import { counted } from '../counted.js'
import { inQuery } from '../findings.js'
import { firstOf } from '../first-of.js'
import { describePosition, describeSku, type Said } from '../said.js'
import type { PositionValue } from '../state/rows.js'
import { type Hearing, tell } from './hearing.js'
import { isWithin } from './limits.js'
import type { Overwrite } from './memory.js'
import { Pace } from './pace.js'
import { listed } from './watched.js'

/** Changes of one call that are looked at; a warehouse of more rows may be cleared by a call of one item. */
const changesSeen = 100_000
/** Warehouses whose writers are remembered, and positions of one of them that were wiped. */
const mostWarehouses = 100
const wipedKept = 100

interface WipedRow {
  readonly key: string
  readonly warehouse: string
  /** The request that had set it. */
  readonly by: string
}

/** An overwrite that wipes what other calls have set, and two writers that overwrite each other. */
export function judgeOverwrites(call: Hearing, { overwrite }: Said): void {
  const { entry, watches } = call
  if (!overwrite || entry.items === null) return
  if (watches.partial_overwrite === undefined && watches.two_writers === undefined) return
  const wiped = wipedRows(call)
  judgePartial(call, wiped)
  judgeWriters(call, wiped)
}

function judgePartial(call: Hearing, rows: readonly WipedRow[]): void {
  const { memory, now, watches } = call
  const watched = watches.partial_overwrite
  if (watched === undefined) return
  const wiped = rows.filter(({ by }) => isWithin(watched.limit, now, memory.find(by)?.at ?? Number.NaN))
  if (wiped.length < watched.limit.count) return
  const writers = [...new Set(wiped.map(({ by }) => by))]
  const seen = `${counted(wiped.length, 'position')} wiped that request ${listed(writers)} had set: ${listed(wiped.map(({ key }) => key))}`
  tell(
    call,
    watched,
    inQuery('overwrite'),
    seen,
    'one overwrite with the whole list of the warehouse, or calls without overwrite',
  )
}

/** Rows of other calls of this run that the call took away and does not speak of. */
function wipedRows({ entry, memory }: Hearing): readonly WipedRow[] {
  const spoken = new Set(
    entry.outcomes.flatMap(({ outcome, position }) => (outcome === 'not_updated' ? [writeKey(position)] : [])),
  )
  const marked = new Set<string>()
  const wiped: { readonly row: WipedRow; readonly sku: string }[] = []
  for (const { table, key, before, after } of firstOf(entry.changes, changesSeen)) {
    if (table === 'marks' && after !== null) marked.add(key[2])
    if (table !== 'positions' || before === null || after !== null || memory.find(before.by) === undefined) continue
    // The row of this table holds a position.
    const value = before.value as PositionValue
    if (spoken.has(writeKey({ warehouse: value.warehouse, inventory_date: value.date, sku: value.sku }))) continue
    wiped.push({ row: { key: keyOf(value), warehouse: value.warehouse, by: before.by }, sku: key[2] })
  }
  return wiped.flatMap(({ row, sku }) => (marked.has(sku) ? [] : [row]))
}

const keyOf = ({ warehouse, date, sku }: PositionValue) => describePosition(warehouse, date, describeSku(sku))

/** A position as an outcome tells it. */
const writeKey = (position: Readonly<Record<string, unknown>> | null) =>
  position === null ? '' : JSON.stringify([position.warehouse, position.inventory_date, position.sku])

function judgeWriters(call: Hearing, rows: readonly WipedRow[]): void {
  const { entry, memory, now, watches } = call
  const watched = watches.two_writers
  if (watched === undefined) return
  const agent = entry.request.headers['user-agent']
  for (const warehouse of warehousesOf(call).slice(0, mostWarehouses)) {
    const here = rows.filter((row) => row.warehouse === warehouse)
    const writers = memory.writers.get(warehouse)
    const ofLast = here.filter(({ by }) => writers?.last.ids.has(by))
    const next: Overwrite = {
      at: now,
      ids: new Set([entry.id]),
      agent,
      wiped: new Set(ofLast.slice(0, wipedKept).map(({ key }) => key)),
    }
    if (writers === undefined) {
      const turns = new Pace()
      turns.take(now, watched.limit)
      remember(call, warehouse, { last: next, before: undefined, turns })
      continue
    }
    const { last, before, turns } = writers
    if (last.agent === agent && ofLast.length === 0) {
      // The same writer once more: it takes the place of the one before.
      writers.last = { ...last, ids: new Set([...last.ids, entry.id].slice(-8)), at: now }
      continue
    }
    const back =
      before !== undefined &&
      ((last.agent !== agent && before.agent === agent) ||
        (ofLast.length > 0 && setsAgain(call, warehouse, last.wiped)))
    if (!back) {
      turns.forget()
      turns.take(last.at, watched.limit)
    }
    const often = turns.take(now, watched.limit)
    remember(call, warehouse, { last: next, before: last, turns })
    if (!often) continue
    const [other = ''] = last.ids
    const told =
      ofLast.length > 0
        ? `, and wiped ${counted(ofLast.length, 'position')} of it: ${listed(ofLast.map(({ key }) => key))}`
        : ''
    tell(
      call,
      watched,
      inQuery('overwrite'),
      `${warehouse}: overwritten again behind request ${other} of another writer${told}`,
      'one writer for a warehouse',
    )
  }
}

function remember({ memory: { writers } }: Hearing, warehouse: string, known: Parameters<typeof writers.set>[1]): void {
  writers.delete(warehouse)
  writers.set(warehouse, known)
  const [oldest] = writers.keys()
  if (writers.size > mostWarehouses && oldest !== undefined) writers.delete(oldest)
}

/** The warehouses that accepted items of a call name. */
function warehousesOf({ entry }: Hearing): readonly string[] {
  const named = new Set<string>()
  for (const { outcome, position } of entry.outcomes)
    if (outcome === 'updated' && typeof position?.warehouse === 'string') named.add(position.warehouse)
  return [...named]
}

function setsAgain({ entry }: Hearing, warehouse: string, wiped: ReadonlySet<string>): boolean {
  if (wiped.size === 0) return false
  for (const { table, after } of firstOf(entry.changes, changesSeen)) {
    if (table !== 'positions' || after === null) continue
    // The row of this table holds a position.
    const value = after.value as PositionValue
    if (value.warehouse === warehouse && wiped.has(keyOf(value))) return true
  }
  return false
}
