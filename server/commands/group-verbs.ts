import type { Command } from 'commander'
import type { FaultOptions } from './fault.js'
import { addFaultOptions, readShorthand } from './fault-options.js'
import type { Outside } from './outside.js'
import type { SnapshotOptions } from './snapshot.js'
import { addAddress, addScope, examplesOf, suggestVerb } from './verb-options.js'

type End = (code: number) => void

export function addSnapshot(program: Command, outside: Outside, end: End): void {
  const group = program
    .command('snapshot')
    .description('keep the state of everything, or of one account or site, and go back to it')
    .addHelpText(
      'after',
      examplesOf(
        'backstock snapshot save before-import',
        'backstock snapshot restore before-import',
        'backstock snapshot save full --account brand',
        'backstock snapshot list --json',
        'backstock snapshot delete before-import',
      ),
    )
  const list = addDefault(group, 'list', 'list the snapshots; the default')
  addAddress(addScope(list), 'table').action(async (options: SnapshotOptions) => {
    refuseStray(group, list)
    const { listSnapshots } = await import('./snapshot.js')
    end(await listSnapshots(options, outside))
  })
  const acts = [
    ['save', 'keep the state under a name', 'saveSnapshot', 'act'],
    ['restore', 'go back to what was kept under a name', 'restoreSnapshot', 'act'],
    ['delete', 'forget what was kept under a name', 'deleteSnapshot', 'silent'],
  ] as const
  for (const [verb, says, act, form] of acts) {
    const command = addScope(group.command(verb).description(says).argument('<name>', 'the name of the snapshot'))
    addAddress(command, form).action(async (name: string, options: SnapshotOptions) => {
      const verbs = await import('./snapshot.js')
      end(await verbs[act](name, options, outside))
    })
  }
}

export function addFault(program: Command, outside: Outside, end: End): void {
  const group = program
    .command('fault')
    .description('list, arm and disarm what is to go wrong with calls')
    .addHelpText(
      'after',
      examplesOf(
        'backstock fault',
        'backstock fault arm error --status 503 --operation joor.bulk-inventory --times 2 --account brand',
        'backstock fault arm latency --ms 2000 --site my-site',
        'backstock fault arm faults.yaml',
        'backstock fault disarm --account brand',
      ),
    )
  const list = addDefault(group, 'list', 'list what is armed, and how often it was met; the default')
  addAddress(addScope(list), 'table').action(async (options: FaultOptions) => {
    refuseStray(group, list)
    const { listFaults } = await import('./fault.js')
    end(await listFaults(options, outside))
  })
  const arm = group
    .command('arm')
    .description('arm faults, in the place of those that the same account, site or everyone had')
    .argument('<what>', 'a kind of fault such as error, latency or partial, a .json or .yaml file, or a JSON text')
  addFaultOptions(addScope(arm))
  addAddress(arm, 'act')
    .addHelpText(
      'after',
      examplesOf(
        'backstock fault arm error --status 429 --retry-after 30 --times 1',
        'backstock fault arm partial --index 0 --index 2 --account brand',
        'backstock fault arm after_commit --operation joor.bulk-inventory',
        `backstock fault arm '[{"times":1,"fault":{"kind":"reset"}}]'`,
      ),
    )
    .action(async (what: string, options: FaultOptions) => {
      const [{ armFaults }, { readFaults }] = await Promise.all([import('./fault.js'), import('./fault-source.js')])
      end(await armFaults(() => readFaults(what, readShorthand(options), outside.folder), options, outside))
    })
  const disarm = addScope(group.command('disarm').description('disarm all faults, or those of one account or site'))
  addAddress(disarm, 'silent')
    .addHelpText('after', examplesOf('backstock fault disarm', 'backstock fault disarm --site my-site'))
    .action(async (options: FaultOptions) => {
      const { disarmFaults } = await import('./fault.js')
      end(await disarmFaults(options, outside))
    })
}

/** The verb of a group that may be left out; a misspelt one arrives there as an argument. */
function addDefault(group: Command, name: string, says: string): Command {
  return group.command(name, { isDefault: true }).description(says).allowExcessArguments()
}

function refuseStray(group: Command, { args: [verb] }: Command): void {
  if (verb !== undefined) group.error(`error: unknown command '${verb}'${suggestVerb(verb, group)}`)
}
