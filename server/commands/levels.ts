import { writeExact } from '../wire/exact-json.js'
import { type Address, withEmulator } from './asking.js'
import { type Form, fieldsOf, printJson, printRows, type View } from './forms.js'
import type { Outside } from './outside.js'
import { listRows, type Row, textOf, writeInstant } from './rows.js'

export interface LevelsOptions extends Address, Form {
  readonly site: string
  readonly code?: string
  readonly history?: boolean
  readonly limit?: number
}

/** What a site's products have; with their last 100 states, if asked for. The exit code. */
export function levels(options: LevelsOptions, outside: Outside): Promise<number> {
  const { site, code, history, limit = Number.POSITIVE_INFINITY, json } = options
  return withEmulator(options, outside, async (emulator) => {
    const query = { code, history: history === true ? 'true' : undefined }
    const path = `jirafe/sites/${encodeURIComponent(site)}/levels`
    const { rows, next } = await listRows(emulator, path, 'levels', query, limit)
    if (json === true) printJson({ levels: rows, next }, outside)
    else await printRows(history === true ? rows.flatMap(withPast) : rows, viewOf(history), options, outside)
  })
}

/** A level and what it was before, newest first, each as a row of its own. */
function withPast({ history, ...level }: Row): readonly Row[] {
  const states: readonly Row[] = Array.isArray(history) ? history : []
  // Its history has the level as it is now, too.
  const now = states.findIndex((each) => writeExact(each) === writeExact(level))
  const past = states.filter((_, index) => index !== now)
  return [{ ...level, standing: 'current' }, ...past.map((each) => ({ ...each, standing: 'past' }))]
}

function viewOf(history: boolean | undefined): View {
  if (history !== true) return levelView
  const standing = { title: 'standing', read: ({ standing }: Row) => textOf(standing), weight: 5, least: 4 }
  const color = ({ standing }: Row) => (standing === 'past' ? ('dim' as const) : undefined)
  return {
    ...levelView,
    columns: [{ ...standing, color }, ...levelView.columns],
    fields: [...fieldsOf('standing'), ...levelView.fields],
  }
}

const levelView: View = {
  columns: [
    { title: 'code', read: ({ code }) => textOf(code), weight: 7, least: 10 },
    {
      title: 'level',
      read: ({ inventory_level: level }) => textOf(level),
      color: colorOfLevel,
      weight: 8,
      least: 5,
      align: 'right',
    },
    { title: 'effective', read: ({ effective_date: date }) => writeInstant(date) || '-', weight: 4, least: 10 },
    { title: 'sent for', read: sentFor, weight: 3, least: 10 },
    { title: 'received', read: ({ received_at: at }) => writeInstant(at), weight: 6, least: 9, cut: 'start' },
    { title: 'alert', read: ({ low_stock_alert: alert }) => textOf(alert), weight: 2, least: 4, align: 'right' },
    { title: 'revision', read: ({ revision }) => textOf(revision), weight: 1, least: 5 },
  ],
  fields: fieldsOf(
    'code',
    'revision',
    'inventory_level',
    'timestamp',
    'effective_date',
    'change_date',
    'received_at',
    'low_stock_alert',
    'inventory_alerts',
  ),
  nothing: 'no levels',
}

/** The instant that the document names: each revision has a field of its own for it. */
function sentFor({ timestamp, change_date: date }: Row): string {
  return writeInstant(timestamp ?? date)
}

/** As low as the client wants to be told of, or below nothing. */
function colorOfLevel({ inventory_level: level, low_stock_alert: alert }: Row) {
  if (typeof level !== 'number') return undefined
  if (level < 0) return 'red'
  return typeof alert === 'number' && level <= alert ? 'yellow' : undefined
}
