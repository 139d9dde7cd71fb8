import { isRecord } from '../wire/json-values.js'
import { type Address, withEmulator } from './asking.js'
import { printJsonText } from './forms.js'
import type { Outside } from './outside.js'
import { type Row, textOf, writeCount } from './rows.js'

/** One account or one site; everything where neither is named. */
export interface Scope {
  readonly account?: string
  readonly site?: string
}

export interface ResetOptions extends Address, Scope {
  readonly json?: boolean
}

/** Puts everything, or one account or site, back to the seed; the exit code. */
export function reset(options: ResetOptions, outside: Outside): Promise<number> {
  return withEmulator(options, outside, async (emulator) => {
    const { text, value } = await emulator.ask('reset', { method: 'POST', query: scopeQuery(options) })
    if (!isRecord(value)) throw emulator.strange()
    if (options.json === true) printJsonText(text, outside)
    else outside.print(`back to the seed: ${writeCounts(value)}`)
  })
}

export function scopeQuery({ account, site }: Scope) {
  return { account, site }
}

/** `account NAME` or `site ID`; nothing for everything. */
export function writeScope({ account, site }: Row | Scope): string {
  if (account !== undefined) return `account ${textOf(account)}`
  return site === undefined ? '' : `site ${textOf(site)}`
}

/** The same behind the word that leads to it. */
export function behind(word: 'of' | 'for', scope: Scope): string {
  const named = writeScope(scope)
  return named === '' ? '' : ` ${word} ${named}`
}

export function writeCounts({ accounts, sites }: Row): string {
  return `${writeCount(accounts, 'account')}, ${writeCount(sites, 'site')}`
}
