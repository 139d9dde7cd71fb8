import type { Command } from 'commander'
import { startOptions } from '../config/config.js'
import type { CaOptions } from './ca.js'
import type { Outside } from './outside.js'
import { createOption, readTexts } from './start-options.js'
import { examplesOf } from './verb-options.js'

/** The options of `start` that say which certificate authority it is, and for whom it may speak. */
const caOptions = new Set(['ca_dir', 'intercept_hosts', 'config'])

export function addCa(program: Command, outside: Outside, end: (code: number) => void): void {
  const command: Command = program
    .command('ca')
    .description('say where the certificate authority of --intercept is, and how programs come to trust it')
    .option('--export <file>', 'write its certificate to a file; never its key')
    .option('--new', 'replace it: whoever trusts the one before trusts this one no more')
    .option('--json', 'print where it is, its fingerprint and its end as JSON')
    .action(async (options: CaOptions) => {
      const { ca } = await import('./ca.js')
      end(await ca(options, readTexts(command.opts()), outside, () => new Date()))
    })
  for (const row of startOptions) if (caOptions.has(row.name)) command.addOption(createOption(row))
  command.addHelpText(
    'after',
    examplesOf(
      'backstock ca                                     where it is; made where there is none',
      'backstock ca --export backstock-ca.pem           its certificate, to be trusted elsewhere',
      'backstock ca --new --intercept-host api.test     another one, which may speak for api.test, too',
    ),
  )
}
