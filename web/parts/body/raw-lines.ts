import type { Line } from './line.js'

/** Characters of one line on the page: a browser lays out no line of a megabyte while somebody scrolls. */
const longestLine = 1_000

/** A text as it was sent, its longest lines in pieces; `end` is never set, for nothing folds. */
export function rawLines(text: string): readonly Line[] {
  const lines: Line[] = []
  let start = 0
  for (const line of text.split('\n')) {
    for (let at = 0; at === 0 || at < line.length; at += longestLine)
      lines.push({
        ...{ depth: 0, pointer: undefined, end: undefined, start: start + at },
        pieces: [{ kind: 'mark', text: line.slice(at, at + longestLine) }],
      })
    start += line.length + 1
  }
  return lines
}
