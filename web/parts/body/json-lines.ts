import { type Line, type Piece, stepOf } from './line.js'

/** What holds values: an object has the name of the next one, a list its index. */
interface Holder {
  readonly isList: boolean
  readonly pointer: string
  readonly line: number
  index: number
  name: string | undefined
}

/** One token, or the whole rest where none fits: a body may be cut, or never have been JSON. */
const token = /\s*(?:([{}[\],:])|("[^"\\]*(?:\\.[^"\\]*)*")|([^\s{}[\],:"]+))/sy

/**
 * A JSON text a value to a line, every number and string by its own characters. What is no JSON, and what follows it, stands
 * as it is; nothing is repaired. Undefined where the text does not begin as an object or list.
 */
export function jsonLines(text: string): readonly Line[] | undefined {
  if (!/^\uFEFF?\s*[{[]/.test(text)) return undefined
  const lines: Line[] = []
  const holders: Holder[] = []
  let pieces: Piece[] = []
  let start = -1
  let pointer = ''
  let at = /^\uFEFF/.test(text) ? 1 : 0

  const put = (kind: Piece['kind'], piece: string, from: number) => {
    if (start < 0) start = from
    pieces.push({ kind, text: piece })
  }
  const endLine = (depth: number) => {
    if (pieces.length === 0) return
    lines.push({ depth, pieces, pointer, start, end: undefined })
    pieces = []
    start = -1
  }
  const beginValue = () => {
    const holder = holders.at(-1)
    if (holder === undefined) pointer = ''
    else pointer = `${holder.pointer}/${holder.isList ? holder.index : stepOf(holder.name ?? '')}`
  }
  const isName = () => {
    const holder = holders.at(-1)
    return holder !== undefined && !holder.isList && holder.name === undefined
  }

  while (at < text.length) {
    token.lastIndex = at
    const found = token.exec(text)
    if (found === null) break
    const [whole, mark, string, other] = found
    const from = at + whole.length - (mark ?? string ?? other ?? '').length
    at += whole.length
    const holder = holders.at(-1)
    if (string !== undefined && isName() && holder !== undefined) {
      endLine(holders.length)
      put('name', string, from)
      holder.name = nameIn(string)
      beginValue()
    } else if (string !== undefined || other !== undefined) {
      if (holder?.isList) endLine(holders.length)
      if (pieces.length === 0) beginValue()
      if (string !== undefined) put('text', string, from)
      else put(/^[-\d]/.test(other ?? '') ? 'number' : 'word', other ?? '', from)
    } else if (mark === ':') put('mark', ': ', from)
    else if (mark === ',') {
      put('mark', ',', from)
      endLine(holders.length)
      if (holder !== undefined) {
        holder.index++
        holder.name = undefined
      }
    } else if (mark === '{' || mark === '[') {
      if (holder?.isList) endLine(holders.length)
      if (pieces.length === 0) beginValue()
      const opened = { isList: mark === '[', pointer, index: 0, name: undefined, line: lines.length }
      put('mark', mark, from)
      // An empty one stays on its line.
      const closing = /\s*[\]}]/y
      closing.lastIndex = at
      const ended = closing.exec(text)
      if (ended !== null) {
        put('mark', ended[0].trim(), from)
        at += ended[0].length
      } else {
        endLine(holders.length)
        holders.push(opened)
      }
    } else if (mark !== undefined) {
      endLine(holders.length)
      const closed = holders.pop()
      const opening = closed === undefined ? undefined : lines[closed.line]
      pointer = closed?.pointer ?? ''
      if (opening !== undefined) opening.end = lines.length
      put('mark', mark, from)
    }
  }
  endLine(holders.length)
  const rest = text.slice(at).trim()
  if (rest !== '')
    lines.push({ depth: 0, pieces: [{ kind: 'word', text: rest }], pointer: undefined, start: at, end: undefined })
  return lines
}

function nameIn(literal: string): string {
  try {
    return String(JSON.parse(literal))
  } catch {
    return literal.slice(1, -1)
  }
}
