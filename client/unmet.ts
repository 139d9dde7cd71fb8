import type { Answer, Comparison, Difference, RowDifference } from './replies.js'

/** What was demanded did not hold: the message says what was expected and what there was instead. */
export class UnmetError<Found extends Answer | Comparison = Answer | Comparison> extends Error {
  readonly found: Found

  constructor(message: string, found: Found) {
    super(message)
    this.name = 'UnmetError'
    this.found = found
  }
}

/** Rows that a message tells of. */
const rowsTold = 20
const valueTold = 120

/** A call that was waited for in vain. */
export function unmetWait(whose: string, match: unknown, count: number, timeoutMs: number, answer: Answer) {
  const { verdict, count: came, evicted, nearest } = answer
  const lines = [
    `${whose}: ${calls(count)} with ${JSON.stringify(match)} expected within ${timeoutMs} ms, ${came} came (${verdict}).`,
  ]
  if (evicted > 0) lines.push(`The journal has dropped ${calls(evicted)} that may be meant: let it keep more entries.`)
  if (nearest === null) lines.push('No other call came.')
  else lines.push(`Nearest is ${nearest.id}:`, ...nearest.differences.map((each) => `  ${writeDifference(each)}`))
  return new UnmetError(lines.join('\n'), answer)
}

/** A state that is not as it was to be. */
export function unmetState(whose: string, comparison: Comparison) {
  const { rows, equal, differences, differences_total: total } = comparison
  const told = differences.slice(0, rowsTold).map((each) => `  ${writeRow(each)}`)
  const more = total > told.length ? [`  and ${total - told.length} more`] : []
  const first = `${whose}: ${equal} of ${rows} rows are as expected, ${total} ${total === 1 ? 'differs' : 'differ'}:`
  return new UnmetError([first, ...told, ...more].join('\n'), comparison)
}

function writeDifference({ part, expected, seen, cut }: Difference): string {
  const found = cut ? 'only the start of the body is kept' : `seen ${short(seen)}`
  return `${part}: expected ${short(expected)}, ${found}`
}

function writeRow({ row, kind, key, expected, actual }: RowDifference): string {
  const where = row === null ? short(key) : `row ${row} ${short(key)}`
  if (kind === 'missing') return `${where}: nothing stands there, expected ${short(expected)}`
  if (kind === 'unexpected') return `${where}: no row names it, and it is ${short(actual)}`
  return `${where}: expected ${short(expected)}, seen ${short(actual)}`
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > valueTold ? `${text.slice(0, valueTold)}…` : text
}

const calls = (count: number) => `${count} call${count === 1 ? '' : 's'}`
