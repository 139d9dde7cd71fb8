import type { Command } from 'commander'
import type { HealthOptions } from './health.js'
import type { Outside } from './outside.js'
import { examplesOf } from './verb-options.js'

/** What tells a container's engine, or a script, whether the emulator takes calls. */
export function addHealth(program: Command, outside: Outside, end: (code: number) => void): void {
  program
    .command('health')
    .description('ask whether the emulator takes calls: exit 0 where it does, 1 where it does not')
    .option(
      '--url <url>',
      'its address (env: BACKSTOCK_URL; default: this machine, at the port that environment and config file give to start)',
    )
    .addHelpText(
      'after',
      examplesOf(
        'backstock health',
        'until backstock health 2> /dev/null; do sleep 0.2; done',
        'backstock health --url http://stock:4350',
      ),
    )
    .action(async (options: HealthOptions) => {
      const { health } = await import('./health.js')
      end(await health(options, outside))
    })
}
