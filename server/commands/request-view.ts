import type { Color } from './colors.js'
import { fieldsOf, type View } from './forms.js'
import { partOf, type Row, textOf, writeInstant } from './rows.js'

/** How calls are shown, one in a line. The id is kept long: `requests ID` asks for it, or for its beginning. */
export const requestView: View = {
  columns: [
    { title: 'at (UTC)', read: ({ at }) => writeInstant(at), weight: 5, least: 9, usual: 19, cut: 'start' },
    { title: 'of', read: whose, weight: 7, least: 8, usual: 14 },
    { title: 'operation', read: ({ operation }) => textOf(operation), weight: 4, least: 12, usual: 21 },
    { title: 'method', read: ({ method }) => textOf(method), weight: 2, least: 4, usual: 6 },
    { title: 'path', read: ({ path }) => textOf(path), weight: 3, least: 8, usual: 32 },
    { title: 'status', read: writeStatus, color: colorOfStatus, weight: 10, least: 4, usual: 6, align: 'right' },
    { title: 'updated', read: writeItems, color: colorOfItems, weight: 8, least: 6, usual: 9, align: 'right' },
    { title: 'broken', read: writeBroken, color: colorOfBroken, weight: 9, least: 4, usual: 6, align: 'right' },
    { title: 'ms', read: writeMs, weight: 1, least: 4, usual: 6, align: 'right' },
    { title: 'id', read: ({ id }) => textOf(id), weight: 6, least: 9, usual: 36 },
  ],
  fields: [
    ...fieldsOf('id', 'at', 'vendor', 'operation', 'account', 'site', 'method', 'path', 'status'),
    { title: 'updated', read: (row) => partOf(row, 'items').updated },
    { title: 'not_updated', read: (row) => partOf(row, 'items').not_updated },
    ...fieldsOf('violations', 'ms'),
  ],
  nothing: 'no calls',
}

/** The account or site; the vendor where nobody was let in. */
export function whose({ account, site, vendor }: Row): string {
  return textOf(account ?? site ?? vendor)
}

/** A call without a reply: its client was gone, or a fault lost it. */
export function writeStatus({ status }: Row): string {
  return status === null ? 'lost' : textOf(status)
}

export function colorOfStatus({ status }: Row): Color {
  if (typeof status !== 'number' || status >= 500) return 'red'
  return status >= 400 ? 'yellow' : 'green'
}

/** `3 of 4`; nothing for a call that has no items. */
function writeItems(row: Row): string {
  const { updated, all } = itemsOf(row)
  return all === undefined ? '' : `${updated} of ${all}`
}

function colorOfItems(row: Row): Color | undefined {
  const { updated, all } = itemsOf(row)
  if (all === undefined || updated === all) return undefined
  return updated === 0 ? 'red' : 'yellow'
}

function itemsOf(row: Row): { readonly updated: number; readonly all: number | undefined } {
  const { updated, not_updated: notUpdated } = partOf(row, 'items')
  if (typeof updated !== 'number' || typeof notUpdated !== 'number') return { updated: 0, all: undefined }
  return { updated, all: updated + notUpdated }
}

/** How often a rule was broken; nothing where none was. */
function writeBroken({ violations }: Row): string {
  return violations === 0 ? '' : textOf(violations)
}

function colorOfBroken({ violations }: Row): Color | undefined {
  return violations === 0 ? undefined : 'red'
}

function writeMs({ ms }: Row): string {
  return typeof ms === 'number' ? ms.toFixed(1) : textOf(ms)
}
