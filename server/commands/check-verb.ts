import type { Command } from 'commander'
import { startOptions } from '../config/config.js'
import type { Outside } from './outside.js'
import { createOption, readTexts } from './start-options.js'
import { examplesOf } from './verb-options.js'

/** The options of `start` that say how payloads are judged. */
const checkOptions = new Set(['settings', 'levels', 'evidence', 'config'])

export function addCheck(program: Command, outside: Outside, end: (code: number) => void): void {
  const command: Command = program
    .command('check')
    .description("judge payloads of JOOR's bulk call or of Jirafe's events without sending them")
    .argument('[files...]', 'files of one payload each, JSON or XML; - is stdin, and so is none')
    .option(
      '--as <payload>',
      'what the payloads are, where they do not tell: joor, jirafe, jirafe/batch, jirafe/order …',
    )
    .option('--format <format>', 'text, json, junit, sarif, github or markdown', 'text')
    .action(async (files: readonly string[], options: { as?: string; format: string }) => {
      const { check } = await import('./check.js')
      end(await check({ options: readTexts(command.opts()), files, own: options }, outside, new Date()))
    })
  for (const row of startOptions) if (checkOptions.has(row.name)) command.addOption(createOption(row))
  command.addHelpText(
    'after',
    examplesOf(
      'backstock check stock.json                       file:line:col level rule message, and 1 for errors',
      'my-export | backstock check --as jirafe/batch    what comes out of a pipe',
      'backstock check --format sarif *.xml > out.sarif for code scanning',
    ),
  )
}
