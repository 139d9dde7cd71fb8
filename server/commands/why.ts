import { printable } from '../printable.js'
import { isRecord } from '../wire/json-values.js'
import { type Address, type Answer, NoAnswer, type RunningEmulator, withEmulator } from './asking.js'
import type { Outside } from './outside.js'
import { textOf } from './rows.js'

export interface WhyOptions extends Address {
  readonly json?: boolean
}

/** What the emulator tells of one call to JOOR. */
interface Log {
  readonly log_id: string
  readonly request: string
  readonly at: string
  readonly account: string
  /** Null where no reply was sent. */
  readonly status: number | null
  readonly code: string
  readonly comment: string
  /** What went wrong on purpose. */
  readonly fault?: { readonly kind: string }
  readonly items: readonly Item[]
}
interface Item {
  readonly index: number
  readonly outcome: 'updated' | 'not_updated'
  readonly reason: string | null
  /** The rule that decided against the item, by its id; null where it was updated. */
  readonly rule: string | null
  readonly statement: string | null
  readonly evidence: string | null
  readonly source: string | null
  readonly position: Position | null
}
interface Position {
  readonly warehouse: string | null
  readonly inventory_date: string | null
  readonly sku: Readonly<Record<string, unknown>>
}

/** Says of each item of a call why it was updated or not; the exit code. */
export function why(logId: string, { json, ...address }: WhyOptions, outside: Outside): Promise<number> {
  return withEmulator(address, outside, async (emulator) => {
    const { text, value } = await ask(emulator, logId)
    const lines = json === true ? [text] : writeLog(logIn(value, emulator))
    for (const line of lines) outside.print(printable(line))
  })
}

async function ask(emulator: RunningEmulator, logId: string): Promise<Answer> {
  try {
    return await emulator.ask(`joor/logs/${encodeURIComponent(logId)}`)
  } catch (error) {
    if (!(error instanceof NoAnswer) || error.status !== 404) throw error
    const forgets = 'its journal forgets the oldest calls'
    throw new NoAnswer(1, `the emulator at ${emulator.origin} knows no call with the log id ${logId}; ${forgets}`)
  }
}

function logIn(value: unknown, emulator: RunningEmulator): Log {
  if (!isRecord(value) || !('log_id' in value) || !Array.isArray(value.items)) throw emulator.strange()
  // The control plane's shape, which its own tests hold.
  return value as unknown as Log
}

function writeLog({ log_id, request, at, account, status, code, comment, fault, items }: Log): readonly string[] {
  const replied = status === null ? 'no reply' : `status ${status}`
  return [
    `log ${log_id}: request ${request} of account ${account} at ${at}, ${replied}, code ${code}`,
    ...(fault === undefined
      ? []
      : [`fault: ${fault.kind}, on purpose; /_backstock/requests/${request} shows what was armed`]),
    ...(comment === '' ? [] : [`comment: ${comment}`]),
    ...items.flatMap(writeItem),
  ]
}

function writeItem({ index, outcome, reason, rule, statement, evidence, source, position }: Item): readonly string[] {
  const verdict = outcome === 'updated' ? 'updated' : 'not updated'
  const where = position === null ? '' : ` (${writePosition(position)})`
  return [
    `item ${index}: ${verdict}${where}${reason ? `: ${reason}` : ''}`,
    ...(rule === null ? [] : [`  rule ${rule}, ${evidence}: ${statement}`, `  source: ${source}`]),
  ]
}

function writePosition({ warehouse, inventory_date, sku }: Position): string {
  const identifiers = Object.entries(sku).map(([name, value]) => `${name} ${textOf(value)}`)
  return [warehouse, inventory_date, ...identifiers].filter((part) => part !== null).join(', ')
}
