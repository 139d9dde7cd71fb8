import { type Command, Option } from 'commander'
import { identifierNames } from '../state/rows.js'
import type { Address, Query } from './asking.js'
import type { Form } from './forms.js'
import { addFault, addSnapshot } from './group-verbs.js'
import { addHealth } from './health-verb.js'
import type { LevelsOptions } from './levels.js'
import type { Outside } from './outside.js'
import type { ResetOptions } from './reset.js'
import { addAddress, addScope, examplesOf, limitOption, pick } from './verb-options.js'

/** The verbs that ask a running emulator, or tell it what to do. Each loads what it needs when it runs. */
export function addControlVerbs(program: Command, outside: Outside, end: (code: number) => void): void {
  addRequests(program, outside, end)
  addState(program, outside, end)
  addLevels(program, outside, end)
  addReset(program, outside, end)
  addSnapshot(program, outside, end)
  addFault(program, outside, end)
  addHealth(program, outside, end)
}

/** What a filter is called on the control plane, and what it is about. */
const requestFilters = [
  ['account', '<name>', 'calls of one JOOR account'],
  ['site', '<id>', 'calls of one Jirafe site'],
  ['vendor', '<vendor>', 'joor or jirafe'],
  ['operation', '<operation>', 'such as joor.bulk-inventory or jirafe.batch'],
  ['method', '<method>', 'such as POST'],
  ['path', '<path>', 'the path as sent, without its query'],
  ['status', '<status>', 'status of the reply; null for calls without one'],
  ['outcome', '<outcome>', 'updated, partial, not_updated, refused, lost or none'],
  ['violations', '[rule]', 'calls that broke a rule, this one or any; true, false or how many'],
  ['since', '<instant>', 'calls from this instant on, such as 2026-01-31T12:00:00Z'],
] as const

function addRequests(program: Command, outside: Outside, end: (code: number) => void): void {
  const command: Command = program
    .command('requests')
    .description('list the calls that arrived, the newest last; show one in detail; or follow them as they come')
    .argument('[id]', 'the id of one call, or the beginning of it')
  for (const [name, value, says] of requestFilters)
    command.addOption(new Option(`--${name} ${value}`, says).preset('true'))
  command
    .addOption(limitOption('how many of the newest (default: 1000; with --follow none but new ones)'))
    .option('-f, --follow', 'show calls as they come, until Ctrl-C; across restarts of the emulator, too')
  addAddress(command, 'table')
    .addHelpText(
      'after',
      examplesOf(
        'backstock requests --account brand --violations',
        'backstock requests --follow',
        'backstock requests 1d4cb115',
        `backstock requests --since 2026-01-31T12:00:00Z --csv > calls.csv`,
        `backstock requests --follow --json | jq 'select(.status >= 400)'`,
      ),
    )
    .action(async (id: string | undefined, options: Query & Address & Form & { limit?: number; follow?: boolean }) => {
      const { url, controlToken, json, csv, limit, follow, ...filters } = options
      const stray = Object.keys({ ...filters, ...pick({ limit, follow, csv }) })[0]
      if (id !== undefined && stray !== undefined)
        command.error(`error: --${stray} is for a list of calls; an id names one call`)
      const { requests } = await import('./requests.js')
      end(await requests(id, { ...pick({ url, controlToken, json, csv, limit, follow }), filters }, outside))
    })
}

function addState(program: Command, outside: Outside, end: (code: number) => void): void {
  const command = program
    .command('state')
    .description("list an account's positions; without an account, the accounts and sites")
    .option('--account <name>', 'the JOOR account whose positions are meant')
  const names = ['warehouse', 'inventory_date', ...identifierNames]
  for (const name of names) command.option(`--${name.replaceAll('_', '-')} <value>`, `positions of this ${name} only`)
  command.addOption(limitOption('how many positions at most (default: all)'))
  addAddress(command, 'table')
    .addHelpText(
      'after',
      examplesOf(
        'backstock state',
        'backstock state --account brand',
        "backstock state --account brand --warehouse 'New York' --upc 822508068753",
        'backstock state --account brand --csv > positions.csv',
      ),
    )
    .action(async (options: Readonly<Record<string, string>> & Address & Form & { limit?: number }) => {
      const { url, controlToken, json, csv, limit, account } = options
      const filters = Object.fromEntries(
        names.map((name) => [name, options[new Option(`--${name.replaceAll('_', '-')}`).attributeName()]]),
      )
      const { state } = await import('./state.js')
      end(await state({ ...pick({ url, controlToken, json, csv, limit, account }), filters }, outside))
    })
}

function addLevels(program: Command, outside: Outside, end: (code: number) => void): void {
  const command = program
    .command('levels')
    .description("list a site's inventory levels")
    .requiredOption('--site <id>', 'the Jirafe site; "backstock state" lists them')
    .option('--code <code>', 'levels of this product code only')
    .option('--history', 'what they were before, too: the last 100 for each code')
    .addOption(limitOption('how many levels at most (default: all)'))
  addAddress(command, 'table')
    .addHelpText(
      'after',
      examplesOf(
        'backstock levels --site my-site',
        'backstock levels --site my-site --code 822508068753 --history',
        'backstock levels --site my-site --csv > levels.csv',
      ),
    )
    .action(async (options: LevelsOptions) => {
      const { levels } = await import('./levels.js')
      end(await levels(options, outside))
    })
}

function addReset(program: Command, outside: Outside, end: (code: number) => void): void {
  const command = addScope(
    program.command('reset').description('put everything, or one account or site, back to the seed'),
  )
  addAddress(command, 'act')
    .addHelpText('after', examplesOf('backstock reset', 'backstock reset --account brand'))
    .action(async (options: ResetOptions) => {
      const { reset } = await import('./reset.js')
      end(await reset(options, outside))
    })
}
