import { type Given, readConfig, readConfigPath } from '../config/config.js'
import { readConfigFile } from '../config/config-file.js'
import { diagnose } from '../doctor/diagnosis.js'
import type { Finding } from '../doctor/finding.js'
import { type Machine, thisMachine } from '../doctor/machine.js'
import { printable } from '../printable.js'
import type { Outside } from './outside.js'

/** Says what would stop Backstock from working here: 1 where something would. */
export async function doctor(
  options: Given['options'],
  { json }: { readonly json: boolean },
  { env, folder, print }: Pick<Outside, 'env' | 'folder' | 'print'>,
  machine: Machine = thisMachine,
): Promise<number> {
  const configured = async () => {
    const file = await readConfigFile(folder, readConfigPath({ options, env }))
    return { config: readConfig({ options, env, file }), file: file?.path }
  }
  const findings = await diagnose(configured, env, machine, () => new Date())
  const healthy = findings.every(({ verdict }) => verdict !== 'failure')
  if (json) print(JSON.stringify({ ok: healthy, checks: findings.map(writeFinding) }, null, 2))
  else for (const line of findings.flatMap(linesOf)) print(line)
  return healthy ? 0 : 1
}

const writeFinding = ({ check, verdict, found, wayOut }: Finding) => ({ check, verdict, found, way_out: wayOut })

const width = 'loopback_ipv4'.length

function linesOf({ check, verdict, found, wayOut }: Finding): readonly string[] {
  const line = `${verdict.padEnd('failure'.length)}  ${check.padEnd(width)}  ${printable(found)}`
  return wayOut === null ? [line] : [line, `${' '.repeat('failure'.length + 2)}${printable(wayOut)}`]
}
