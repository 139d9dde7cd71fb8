import type { Command } from 'commander'
import { startOptions } from '../config/config.js'
import type { Outside } from './outside.js'
import type { ProxyOptions } from './proxy-options.js'
import { createOption, readTexts } from './start-options.js'
import { examplesOf, repeatable } from './verb-options.js'

export function addProxy(
  program: Command,
  outside: Outside,
  end: (code: number) => void,
  behind: readonly string[] | undefined,
): void {
  const usage = '[options] [-- <command> [arguments...]]'
  const command: Command = program
    .command('proxy')
    .description('pass calls on to the real API or a sandbox, judge them, and say where its replies differ from ours')
    .usage(usage)
    .allowExcessArguments()
    .action(async (options: ReturnType<typeof command.opts>) => {
      const [stray] = command.args
      if (stray !== undefined)
        command.error(
          `error: unexpected argument '${stray}'; a command stands behind --\nUsage: backstock proxy ${usage}`,
        )
      if (behind !== undefined && behind[0] === undefined)
        command.error('error: there is no command behind --; leave it out to run until SIGINT or SIGTERM')
      const { proxy } = await import('./proxy.js')
      const { joor, jirafe, record, failOn = [] } = options
      const own: ProxyOptions = { joor, jirafe, record, failOn }
      end(await proxy({ options: readTexts(options), own, command: behind ?? [] }, outside))
    })
    .option('--joor <url>', "where JOOR's calls go on to, such as https://apisandbox.jooraccess.com")
    .option('--jirafe <url>', "where Jirafe's calls go on to")
    .option('--record <file>', 'write what was compared into a new YAML file, which verify --cases replays')
    .addOption(
      repeatable(
        '--fail-on <what>',
        'different, unknown (it could not be told), violations or errors (violations of that level): exit 1 for them',
      ),
    )
  for (const row of startOptions) command.addOption(createOption(row))
  command.addHelpText(
    'after',
    examplesOf(
      'backstock proxy --joor https://apisandbox.jooraccess.com',
      'backstock proxy --joor https://apisandbox.jooraccess.com --record monday.yaml --fail-on different -- npm test',
      'backstock verify --cases monday.yaml',
    ),
  )
}
