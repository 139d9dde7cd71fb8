import type { Outside } from './outside.js'

export interface WhyOptions {
  readonly url?: string
  readonly json?: boolean
}

export const defaultUrl = 'http://127.0.0.1:4350'
const patience = 10_000

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
  readonly sku: Readonly<Record<string, string | number>>
}

/** Says of each item of a call why it was updated or not; the exit code. */
export async function why(logId: string, { url, json }: WhyOptions, outside: Outside): Promise<number> {
  const origin = url ?? (outside.env.BACKSTOCK_URL || defaultUrl)
  if (!/^https?:/.test(origin) || !URL.canParse(origin)) {
    outside.complain(`"${printable(origin)}" is not the address of an emulator; one looks like ${defaultUrl}`)
    return 2
  }
  const answer = await ask(new URL(`/_backstock/joor/logs/${encodeURIComponent(logId)}`, origin), logId)
  if (typeof answer === 'string') {
    outside.complain(printable(answer))
    return 1
  }
  const lines = json === true ? [JSON.stringify(answer, null, 2)] : writeLog(answer).map(printable)
  for (const line of lines) outside.print(line)
  return 0
}

/** What the emulator knows of the call, or the sentence that says why there is no answer. */
async function ask(url: URL, logId: string): Promise<Log | string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(patience) })
    const body: unknown = await response.json()
    if (isLog(body)) return body
    if (response.status === 404 && isProblem(response))
      return `the emulator at ${url.origin} knows no call with the log id ${logId}; its journal forgets the oldest calls`
    return `what answers at ${url.origin} does not answer as Backstock does: status ${response.status}`
  } catch (error) {
    if (error instanceof SyntaxError) return `what answers at ${url.origin} is not Backstock`
    return `no emulator answers at ${url.origin} (${writeCause(error)}); start one with "backstock", or name its address with --url`
  }
}

function isLog(body: unknown): body is Log {
  return typeof body === 'object' && body !== null && 'log_id' in body && 'items' in body && Array.isArray(body.items)
}

function isProblem(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('application/problem+json') ?? false
}

/** `fetch` hides the reason in the cause of what it throws. */
function writeCause(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.message
  return error.message
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
  const identifiers = Object.entries(sku).map(([name, value]) => `${name} ${value}`)
  return [warehouse, inventory_date, ...identifiers].filter((part) => part !== null).join(', ')
}

/** What came over the wire must not steer the terminal: control and bidirectional characters are shown by their code. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}
