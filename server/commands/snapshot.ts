import { printable } from '../printable.js'
import { isRecord } from '../wire/json-values.js'
import { type Address, type RunningEmulator, withEmulator } from './asking.js'
import { type Form, fieldsOf, printJsonText, printRows, type View } from './forms.js'
import type { Outside } from './outside.js'
import { behind, type Scope, scopeQuery, writeCounts, writeScope } from './reset.js'
import { type Row, rowsIn, textOf, writeInstant } from './rows.js'

export interface SnapshotOptions extends Address, Form, Scope {}

/** Lists the snapshots; the exit code. */
export function listSnapshots(options: SnapshotOptions, outside: Outside): Promise<number> {
  return withEmulator(options, outside, async (emulator) => {
    const { text, value } = await emulator.ask('snapshots', { query: scopeQuery(options) })
    const rows = rowsIn(value, 'snapshots', emulator.strange())
    if (options.json === true) printJsonText(text, outside)
    else await printRows(rows, snapshotView, options, outside)
  })
}

/** Keeps the state under a name, in the place of what had the name before; the exit code. */
export function saveSnapshot(name: string, options: SnapshotOptions, outside: Outside): Promise<number> {
  return act(name, options, outside, 'saved', (emulator, path) =>
    emulator.ask(path, { method: 'PUT', query: scopeQuery(options) }),
  )
}

/** Goes back to a snapshot; the exit code. */
export function restoreSnapshot(name: string, options: SnapshotOptions, outside: Outside): Promise<number> {
  return act(name, options, outside, 'restored', (emulator, path) =>
    emulator.ask(`${path}/restore`, { method: 'POST', query: scopeQuery(options) }),
  )
}

/** Forgets a snapshot; the exit code. */
export function deleteSnapshot(name: string, options: SnapshotOptions, outside: Outside): Promise<number> {
  return act(name, options, outside, 'deleted', (emulator, path) =>
    emulator.ask(path, { method: 'DELETE', query: scopeQuery(options) }),
  )
}

function act(
  name: string,
  options: SnapshotOptions,
  outside: Outside,
  done: string,
  ask: (emulator: RunningEmulator, path: string) => ReturnType<RunningEmulator['ask']>,
): Promise<number> {
  return withEmulator(options, outside, async (emulator) => {
    const { text, value } = await ask(emulator, `snapshots/${encodeURIComponent(name)}`)
    if (options.json === true) return printJsonText(text, outside)
    const counts = isRecord(value) ? `: ${writeCounts(value)}` : ''
    outside.print(printable(`${done} snapshot ${name}${behind('of', options)}${counts}`))
  })
}

const snapshotView: View = {
  columns: [
    { title: 'snapshot', read: ({ name }) => textOf(name), weight: 5, least: 8 },
    { title: 'of', read: whoseSnapshot, weight: 4, least: 8 },
    { title: 'at (UTC)', read: ({ at }) => writeInstant(at), weight: 3, least: 9, cut: 'start' },
    { title: 'accounts', read: ({ accounts }) => textOf(accounts), weight: 2, least: 4, align: 'right' },
    { title: 'sites', read: ({ sites }) => textOf(sites), weight: 1, least: 4, align: 'right' },
  ],
  fields: fieldsOf('name', 'account', 'site', 'at', 'accounts', 'sites'),
  nothing: 'no snapshots',
}

function whoseSnapshot(row: Row): string {
  return writeScope(row) || 'everything'
}
