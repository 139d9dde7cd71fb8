import { writeExact } from '../wire/exact-json.js'
import { isRecord } from '../wire/json-values.js'
import type { NoAnswer, Query, RunningEmulator } from './asking.js'

/** A row as the control plane writes it. */
export type Row = Readonly<Record<string, unknown>>

/** Some rows of a list. */
export interface Rows {
  readonly rows: readonly Row[]
  /** Where the list goes on; null at its end. */
  readonly next: string | null
}

const mostAtATime = 1_000

/** Asks for a list page by page, until there are `limit` rows or there is no more. */
export async function listRows(
  emulator: RunningEmulator,
  path: string,
  name: string,
  query: Query,
  limit: number,
): Promise<Rows> {
  const rows: Row[] = []
  let next: string | null = null
  do {
    const page = String(Math.min(mostAtATime, limit - rows.length))
    const { value } = await emulator.ask(path, { query: { ...query, limit: page, cursor: next ?? undefined } })
    const more = rowsIn(value, name, emulator.strange())
    rows.push(...more)
    // A page without rows leads nowhere, whatever it says.
    next = more.length > 0 && isRecord(value) && typeof value.next === 'string' ? value.next : null
  } while (next !== null && rows.length < limit)
  return { rows, next }
}

/** The rows of an answer under their name; what is none of Backstock's is thrown. */
export function rowsIn(value: unknown, name: string, strange: NoAnswer): readonly Row[] {
  const rows = isRecord(value) ? value[name] : undefined
  if (!Array.isArray(rows) || !rows.every(isRecord)) throw strange
  return rows
}

/** A value as a cell has it; nothing for null and for what is not there. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : writeExact(value)
}

/** A part of a row that is an object; an empty one where it is none. */
export function partOf(row: Row, name: string): Row {
  const part = row[name]
  return isRecord(part) ? part : {}
}

/** An instant such as 2026-01-31T12:00:00.000Z for people; anything else as it is. */
export function writeInstant(value: unknown): string {
  return textOf(value).replace(/^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$/, '$1 $2')
}

/** `2 accounts`, `1 site` */
export function writeCount(count: unknown, one: string, many = `${one}s`): string {
  return `${textOf(count)} ${count === 1 ? one : many}`
}
