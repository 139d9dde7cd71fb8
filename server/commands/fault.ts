import { printable } from '../printable.js'
import { type Address, withEmulator } from './asking.js'
import { type Form, fieldsOf, printJsonText, printRows, type View } from './forms.js'
import type { Outside } from './outside.js'
import { behind, type Scope, scopeQuery, writeScope } from './reset.js'
import { partOf, type Row, rowsIn, textOf, writeCount } from './rows.js'

export interface FaultOptions extends Address, Form, Scope {}

/** Lists what is armed; the exit code. */
export function listFaults(options: FaultOptions, outside: Outside): Promise<number> {
  return withEmulator(options, outside, async (emulator) => {
    const { text, value } = await emulator.ask('faults', { query: scopeQuery(options) })
    const rows = rowsIn(value, 'faults', emulator.strange())
    if (options.json === true) printJsonText(text, outside)
    else await printRows(rows, faultView, options, outside)
  })
}

/** Arms the list of faults that is read, in the place of what its scope had armed; the exit code. */
export function armFaults(read: () => Promise<string>, options: FaultOptions, outside: Outside): Promise<number> {
  return withEmulator(options, outside, async (emulator) => {
    const body = await read()
    const query = scopeQuery(options)
    const before = await emulator.ask('faults', { query })
    const { text, value } = await emulator.ask('faults', { method: 'PUT', query, body })
    const rows = rowsIn(value, 'faults', emulator.strange())
    if (options.json === true) return printJsonText(text, outside)
    const others = rowsIn(before.value, 'faults', emulator.strange()).filter((row) => isOf(row, options))
    const replaced = others.length === 0 ? '' : `, in the place of ${others.length} that had been armed`
    outside.print(printable(`armed ${writeCount(rows.length, 'fault')}${behind('for', options)}${replaced}`))
    if (rows.length > 0) await printRows(rows, faultView, options, outside)
  })
}

/** Disarms everything, or what is armed for one account or site; the exit code. */
export function disarmFaults(options: FaultOptions, outside: Outside): Promise<number> {
  return withEmulator(options, outside, async (emulator) => {
    await emulator.ask('faults', { method: 'DELETE', query: scopeQuery(options) })
    outside.print(printable(`disarmed all faults${behind('for', options)}`))
  })
}

/** Without a scope the control plane lists the faults of every scope, and replaces those of everyone. */
const isOf = (row: Row, { account, site }: Scope) => row.account === account && row.site === site

const faultView: View = {
  columns: [
    { title: 'fault', read: ({ fault }) => writeMembers(fault, 'kind'), weight: 6, least: 10 },
    { title: 'for', read: (row) => writeScope(row) || 'everyone', weight: 4, least: 8 },
    { title: 'calls', read: ({ match }) => writeMembers(match) || 'all', weight: 3, least: 8 },
    { title: 'after', read: ({ after }) => textOf(after), weight: 1, least: 5, align: 'right' },
    { title: 'times', read: ({ times }) => textOf(times ?? 'always'), weight: 2, least: 5, align: 'right' },
    { title: 'hits', read: ({ hits }) => textOf(hits), color: colorOfHits, weight: 5, least: 4, align: 'right' },
  ],
  fields: [
    ...fieldsOf('account', 'site'),
    { title: 'kind', read: (row) => partOf(row, 'fault').kind },
    ...fieldsOf('fault', 'match', 'after', 'times', 'hits'),
  ],
  nothing: 'no faults are armed',
}

/** Members as `name value`; of the member that is named the value alone. */
function writeMembers(value: unknown, alone?: string): string {
  const members = Object.entries(partOf({ value }, 'value'))
  return members.map(([name, member]) => (name === alone ? '' : `${name} `) + textOf(member)).join(', ')
}

/** Green has done all that it was armed for, yellow was never met. */
function colorOfHits({ hits, times }: Row) {
  if (hits === 0) return 'yellow'
  return hits === times ? 'green' : undefined
}
