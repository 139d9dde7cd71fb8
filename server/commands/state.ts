import { identifierNames } from '../state/rows.js'
import { type Address, NoAnswer, type Query, type RunningEmulator, withEmulator } from './asking.js'
import { type Form, fieldsOf, printJson, printRows, type View } from './forms.js'
import type { Outside } from './outside.js'
import { listRows, partOf, type Row, rowsIn, textOf, writeCount } from './rows.js'

export interface StateOptions extends Address, Form {
  readonly account?: string
  readonly limit?: number
  /** The filters of an account's positions, by their names on the control plane. */
  readonly filters: Query
}

/** What an account has, position by position; without an account which accounts and sites there are. The exit code. */
export function state(options: StateOptions, outside: Outside): Promise<number> {
  const { account } = options
  return withEmulator(options, outside, (emulator) =>
    account === undefined
      ? printOverview(emulator, options, outside)
      : printPositions(emulator, account, options, outside),
  )
}

async function printPositions(emulator: RunningEmulator, account: string, options: StateOptions, outside: Outside) {
  const { filters, limit = Number.POSITIVE_INFINITY, json } = options
  const path = `joor/accounts/${encodeURIComponent(account)}/positions`
  const { rows, next } = await listRows(emulator, path, 'positions', filters, limit)
  if (json === true) printJson({ positions: rows, next }, outside)
  else await printRows(rows, positionView, options, outside)
}

const positionView: View = {
  columns: [
    { title: 'warehouse', read: ({ warehouse }) => textOf(warehouse) || '-', weight: 5, least: 8 },
    { title: 'date', read: ({ inventory_date: date }) => textOf(date) || '-', weight: 4, least: 9, cut: 'start' },
    { title: 'sku', read: writeSku, weight: 6, least: 11, cut: 'start' },
    { title: 'available', read: writeAvailable, color: colorOfAvailable, weight: 7, least: 6, align: 'right' },
    { title: 'incoming', read: ({ incoming }) => textOf(incoming), weight: 1, least: 6, align: 'right' },
    { title: 'pending', read: ({ pending_deducted: pending }) => textOf(pending), weight: 3, least: 6, align: 'right' },
  ],
  // The columns of the control plane's own CSV.
  fields: [
    ...fieldsOf('warehouse', 'inventory_date'),
    ...identifierNames.map((title) => ({ title, read: (row: Row) => partOf(row, 'sku')[title] })),
    ...fieldsOf('available', 'incoming', 'pending_deducted', 'made_to_order'),
  ],
  nothing: 'no positions',
}

function writeSku(row: Row): string {
  const identifiers = Object.entries(partOf(row, 'sku'))
  return identifiers.map(([name, value]) => `${name} ${textOf(value)}`).join(', ')
}

function writeAvailable({ available, made_to_order: marked }: Row): string {
  return marked === true ? 'made to order' : textOf(available)
}

function colorOfAvailable({ available, made_to_order: marked }: Row) {
  if (marked === true) return 'cyan'
  return typeof available === 'number' && available < 0 ? 'red' : undefined
}

async function printOverview(emulator: RunningEmulator, options: StateOptions, outside: Outside): Promise<void> {
  const { filters, limit } = options
  const [stray] = Object.entries({ ...filters, limit }).filter(([, value]) => value !== undefined)
  if (stray !== undefined) {
    const flag = `--${stray[0].replaceAll('_', '-')}`
    throw new NoAnswer(2, `${flag} is about the positions of an account: name it by --account`)
  }
  const [accounts, sites] = await Promise.all(
    (['joor/accounts', 'jirafe/sites'] as const).map(async (path) => {
      const { value } = await emulator.ask(path)
      return rowsIn(value, path.slice(path.indexOf('/') + 1), emulator.strange())
    }),
  )
  if (options.json === true) return printJson({ accounts, sites }, outside)
  await printRows([...(accounts ?? []), ...(sites ?? [])], overviewView, options, outside)
}

const overviewView: View = {
  columns: [
    { title: 'account or site', read: ({ account, site }) => textOf(account ?? site), weight: 5, least: 10 },
    { title: 'vendor', read: vendorOf, weight: 4, least: 6 },
    { title: 'declared', read: ({ declared }) => (declared === true ? 'declared' : 'first seen'), weight: 1, least: 8 },
    { title: 'holds', read: writeHeld, weight: 3, least: 8, align: 'right' },
    { title: 'requests', read: ({ requests }) => textOf(requests), weight: 2, least: 4, align: 'right' },
  ],
  fields: [
    { title: 'vendor', read: vendorOf },
    ...fieldsOf('account', 'site', 'declared', 'positions', 'levels', 'requests'),
  ],
  nothing: 'no accounts and no sites',
}

function vendorOf({ site }: Row): string {
  return site === undefined ? 'joor' : 'jirafe'
}

function writeHeld({ positions, levels }: Row): string {
  return positions === undefined ? writeCount(levels, 'level') : writeCount(positions, 'position')
}
