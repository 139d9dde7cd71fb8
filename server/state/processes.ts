import { readFileSync } from 'node:fs'
import { hasCode } from './files.js'

/** A process, told from a later one that has its number. */
export interface Process {
  readonly pid: number
  /** What no other process with this number has; null where the system does not tell. */
  readonly started: string | null
}

/** What a lock needs to know of the machine's processes. */
export interface Processes {
  readonly self: Process
  isAlive(process: Process): boolean
}

export const machineProcesses: Processes = {
  get self() {
    return { pid: process.pid, started: lookAt(process.pid)?.started ?? null }
  },
  isAlive({ pid, started }) {
    const seen = lookAt(pid)
    if (seen === undefined) return hasNumber(pid)
    return !seen.ended && (started === null || started === seen.started)
  },
}

/** Whether there is a process of that number, whoever may see more of it. */
function hasNumber(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return !hasCode(error, 'ESRCH')
  }
}

/** What Linux tells of a process; undefined on other systems, and where there is none or none to be seen. */
function lookAt(pid: number): { readonly started: string; readonly ended: boolean } | undefined {
  const stat = textOf(`/proc/${pid}/stat`)
  if (stat === undefined) return undefined
  // The second field is the name in brackets, which may hold anything; the third is the state, the 22nd the start.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [state = ''] = fields
  // The start is counted from when the system was booted, and boots have an id.
  const boot = textOf('/proc/sys/kernel/random/boot_id')?.trim() ?? ''
  return { started: `${fields[19] ?? ''} ${boot}`.trim(), ended: state === 'Z' || state === 'X' }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
