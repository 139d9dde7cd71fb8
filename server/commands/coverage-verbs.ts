import { type Command, InvalidArgumentError, Option } from 'commander'
import { grades } from '../../contracts/rules/book.js'
import { readPercentage, rightPercentage } from '../coverage/percentage.js'
import type { CoverageOptions, MergeOptions } from './coverage.js'
import type { Outside } from './outside.js'
import { addAddress, addScope, examplesOf, suggestVerb } from './verb-options.js'

const formats = ['json', 'markdown', 'html']

export function addCoverage(program: Command, outside: Outside, end: (code: number) => void): void {
  const group = program
    .command('coverage')
    .description('which rules the calls of a running emulator came to, and what is missing, worst first')
    .addHelpText(
      'after',
      examplesOf(
        'backstock coverage',
        'backstock coverage --of joor.bulk-inventory --evidence documented',
        'backstock coverage --format html > coverage.html',
        'backstock coverage merge shard-*.json --min-coverage 80 --format markdown',
      ),
    )
  const show = group
    .command('show', { isDefault: true })
    .description('of a running emulator; the default')
    .allowExcessArguments()
    .addOption(new Option('--format <format>', 'how it is printed').choices(['table', ...formats]).default('table'))
    .option('--of <what>', 'joor, jirafe or an operation instead of what was called; may be repeated', collect)
    .addOption(new Option('--evidence <grade>', 'the least evidence of the rules that count').choices(grades))
  addAddress(addScope(show), 'silent').action(async (options: CoverageOptions) => {
    const [verb] = show.args
    if (verb !== undefined) group.error(`error: unknown command '${verb}'${suggestVerb(verb, group)}`)
    const { coverage } = await import('./coverage.js')
    end(await coverage(options, outside))
  })
  group
    .command('merge')
    .description('join the JSON of several runs, such as parallel jobs: calls add up, exercised once is exercised')
    .argument('<file...>', 'what "backstock coverage --format json" or "exec --report coverage=FILE" wrote')
    .addOption(new Option('--format <format>', 'how it is written').choices(formats).default('json'))
    .addOption(minCoverageOption())
    .option('--output <file>', 'write it there instead of stdout')
    .action(async (files: readonly string[], options: MergeOptions) => {
      const { merge } = await import('./coverage.js')
      end(await merge(files, options, outside))
    })
}

const collect = (text: string, before: readonly string[] = []) => [...before, text]

function minCoverageOption(): Option {
  return new Option('--min-coverage <n>', 'exit 1 where less is covered').argParser((text: string) => {
    const value = readPercentage(text)
    if (value !== undefined) return value
    throw new InvalidArgumentError(`Right is ${rightPercentage}.`)
  })
}
