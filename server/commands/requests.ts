import { type Address, NoAnswer, type Query, type RunningEmulator, withEmulator } from './asking.js'
import { follow, type Shown } from './follow.js'
import { csvWriter, type Form, printJson, printJsonText, printRows } from './forms.js'
import type { Outside } from './outside.js'
import { printDetail } from './request-detail.js'
import { requestView } from './request-view.js'
import { listRows, textOf } from './rows.js'
import { Table } from './table.js'

export interface RequestsOptions extends Address, Form {
  readonly follow?: boolean
  readonly limit?: number
  /** The filters of the control plane, by its names. */
  readonly filters: Query
}

const path = 'requests'
const usualLimit = 1_000
/** A shorter beginning of an id would rarely mean one call only. */
const shortestId = 4

/** Lists calls, shows one in detail, or follows them as they come; the exit code. */
export function requests(id: string | undefined, options: RequestsOptions, outside: Outside): Promise<number> {
  return withEmulator(options, outside, async (emulator) => {
    if (id !== undefined) await detail(emulator, id, options, outside)
    else if (options.follow === true) await watch(emulator, options, outside)
    else await list(emulator, options, outside)
  })
}

async function list(emulator: RunningEmulator, options: RequestsOptions, outside: Outside): Promise<void> {
  const { filters, limit, json } = options
  const { rows, next } = await listRows(emulator, path, path, filters, limit ?? usualLimit)
  if (json === true) printJson({ requests: rows, next }, outside)
  // As logs are read: the newest stands where the eye is when the output has passed.
  else await printRows([...rows].reverse(), requestView, options, outside)
  if (next !== null && limit === undefined)
    outside.complain(`there are older calls; --limit shows more than ${usualLimit}`)
}

async function watch(emulator: RunningEmulator, options: RequestsOptions, outside: Outside): Promise<void> {
  const { filters, limit, json, csv } = options
  // Who says how many, or since when, means calls that came before, too.
  const before = limit ?? (filters.since === undefined ? 0 : usualLimit)
  const shown = json === true ? showJson(outside) : csv === true ? await showCsv(outside) : showTable(outside)
  await follow(emulator, filters, before, shown, outside)
}

function showJson(outside: Outside): Shown {
  return { begin: () => {}, row: (row) => printJson(row, outside) }
}

async function showCsv(outside: Outside): Promise<Shown> {
  const write = await csvWriter(requestView.fields, outside)
  return { begin: () => outside.print(write.head()), row: (row) => outside.print(write.row(row)) }
}

function showTable(outside: Outside): Shown {
  const table = new Table(requestView.columns, outside)
  return { begin: () => outside.print(table.head()), row: (row) => outside.print(table.row(row)) }
}

async function detail(emulator: RunningEmulator, id: string, { json }: Form, outside: Outside): Promise<void> {
  const { text, value } = await askOne(emulator, id)
  if (json === true) printJsonText(text, outside)
  else printDetail(value, emulator, outside)
}

/** One call by its id, or by the beginning of it that a table shows in a narrow window. */
async function askOne(emulator: RunningEmulator, id: string) {
  const ask = (whole: string) => emulator.ask(`${path}/${encodeURIComponent(whole)}`)
  try {
    return await ask(id)
  } catch (error) {
    const beginning = id.replace(/…$/, '')
    if (!(error instanceof NoAnswer) || error.status !== 404 || beginning.length < shortestId) throw error
    const { rows } = await listRows(emulator, path, path, {}, usualLimit)
    const meant = rows.map((row) => textOf(row.id)).filter((each) => each.startsWith(beginning))
    const [only, another] = meant
    if (only === undefined) throw error
    if (another === undefined) return ask(only)
    throw new NoAnswer(1, `${meant.length} calls have an id that begins with ${beginning}: ${only}, ${another} …`)
  }
}
