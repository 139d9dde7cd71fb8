import { type Line, type Piece, stepOf } from './line.js'

interface Element {
  readonly name: string
  readonly pointer: string
  readonly line: number
  /** How many elements it has had so far, by their names. */
  readonly children: Map<string, number>
}

/**
 * An XML text an element to a line, as it was written. An element in the root is an item and has its index in the pointer,
 * among those of its name, as the emulator has it; what is no XML, and what follows it, stands as it is. Undefined where the text does not begin
 * with a tag.
 */
export function xmlLines(text: string): readonly Line[] | undefined {
  if (!/^\uFEFF?\s*</.test(text)) return undefined
  const lines: Line[] = []
  const open: Element[] = []
  let at = text.indexOf('<')

  const put = (pieces: readonly Piece[], pointer: string | undefined, start: number) =>
    lines.push({ depth: open.length, pieces, pointer, start, end: undefined })

  while (at < text.length) {
    if (text[at] !== '<') {
      const next = text.indexOf('<', at)
      const until = next < 0 ? text.length : next
      const characters = text.slice(at, until).trim()
      if (characters !== '') put([{ kind: 'text', text: characters }], open.at(-1)?.pointer, at)
      at = until
      continue
    }
    const end = endOfTag(text, at)
    if (end < 0) break
    const tag = text.slice(at, end)
    const name = /^<\/?([^\s/>]*)/.exec(tag)?.[1] ?? ''
    if (/^<[!?]/.test(tag)) put([{ kind: 'word', text: tag }], undefined, at)
    else if (tag.startsWith('</')) {
      const closed = open.pop()
      const opening = closed === undefined ? undefined : lines[closed.line]
      if (opening !== undefined) opening.end = lines.length
      put([{ kind: 'name', text: tag }], closed?.pointer, at)
    } else {
      const pointer = pointerIn(open, name)
      const whole = tag.endsWith('/>') ? undefined : wholeElement(text, end, name)
      if (tag.endsWith('/>')) put([{ kind: 'name', text: tag }], pointer, at)
      else if (whole !== undefined) {
        put(
          [
            { kind: 'name', text: tag },
            { kind: 'text', text: text.slice(end, whole.textEnd) },
            { kind: 'name', text: text.slice(whole.textEnd, whole.end) },
          ],
          pointer,
          at,
        )
        at = whole.end
        continue
      } else {
        put([{ kind: 'name', text: tag }], pointer, at)
        open.push({ name, pointer, line: lines.length - 1, children: new Map() })
      }
    }
    at = end
  }
  const rest = text.slice(at).trim()
  if (rest !== '') put([{ kind: 'word', text: rest }], undefined, at)
  return lines
}

function pointerIn(open: readonly Element[], name: string): string {
  const parent = open.at(-1)
  if (parent === undefined) return `/${stepOf(name)}`
  const before = parent.children.get(name) ?? 0
  parent.children.set(name, before + 1)
  const step = open.length === 1 ? String(before) : stepOf(name)
  return `${parent.pointer}/${step}`
}

/** An element with nothing but text in it stands on one line; where its text and itself end. */
function wholeElement(text: string, from: number, name: string) {
  const textEnd = text.indexOf('<', from)
  if (textEnd < 0 || !text.startsWith(`</${name}`, textEnd)) return undefined
  const end = text.indexOf('>', textEnd)
  return end < 0 || text.slice(textEnd + 2 + name.length, end).trim() !== '' ? undefined : { textEnd, end: end + 1 }
}

/** Behind the tag, comment or section that begins here; -1 where it does not end. A quoted value may hold a `>`. */
function endOfTag(text: string, at: number): number {
  for (const [opening, closing] of enclosed) if (text.startsWith(opening, at)) return behind(text, closing, at)
  const quotedOrEnd = /["'>]/g
  quotedOrEnd.lastIndex = at
  for (let found = quotedOrEnd.exec(text); found !== null; found = quotedOrEnd.exec(text)) {
    if (found[0] === '>') return found.index + 1
    const closing = text.indexOf(found[0], found.index + 1)
    if (closing < 0) return -1
    quotedOrEnd.lastIndex = closing + 1
  }
  return -1
}

const enclosed = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
] as const

function behind(text: string, closing: string, from: number): number {
  const found = text.indexOf(closing, from)
  return found < 0 ? -1 : found + closing.length
}
