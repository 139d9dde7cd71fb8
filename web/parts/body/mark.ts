import type { Line } from './line.js'

/** Something to say about a place of a body. */
export interface Mark {
  readonly key: string
  readonly level: 'error' | 'warn'
  readonly text: string
  readonly pointer: string
  /** From 1, of the body as it was sent. */
  readonly line?: number | undefined
  readonly column?: number | undefined
}

/** The index of the line that each mark is about. Where neither its pointer nor its line is there, the first line. */
export function placeMarks(
  lines: readonly Line[],
  text: string,
  marks: readonly Mark[],
): ReadonlyMap<number, readonly Mark[]> {
  const byPointer = new Map<string, number>()
  for (const [index, { pointer }] of lines.entries())
    if (pointer !== undefined && !byPointer.has(pointer)) byPointer.set(pointer, index)
  const placed = new Map<number, Mark[]>()
  const starts = startsOf(text)
  for (const mark of marks) {
    const index = (mark.pointer === '' ? undefined : byPointer.get(mark.pointer)) ?? lineAt(lines, starts, mark)
    placed.set(index, [...(placed.get(index) ?? []), mark])
  }
  return placed
}

function startsOf(text: string): readonly number[] {
  const starts = [0]
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return starts
}

function lineAt(lines: readonly Line[], starts: readonly number[], { line, column = 1 }: Mark): number {
  if (line === undefined) return 0
  const offset = (starts[line - 1] ?? 0) + column - 1
  let low = 0
  let high = lines.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((lines[middle]?.start ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return Math.max(0, low)
}
