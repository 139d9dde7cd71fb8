import { type LineAndColumn, lineAndColumn } from './json-tree.js'

/** What kind of fault keeps a text from being read. */
export type XmlFaultKind = 'syntax' | 'depth' | 'doctype' | 'version' | 'limit'

export interface XmlFailure {
  readonly fault: string
  readonly about: XmlFaultKind
  readonly at: LineAndColumn
}

/** Stops the parser. */
export class XmlFault extends Error {
  readonly about: XmlFaultKind
  constructor(about: XmlFaultKind, message: string) {
    super(message)
    this.about = about
  }
}

/** A fault with its place; `position`: how much of the text was read when it was told. */
export function failureOf(fault: XmlFault, text: string, position: number): XmlFailure {
  const at = lineAndColumn(text, offsetOf(fault, text, position))
  const told = fault.message.replace(/\.$/, '')
  return { fault: `${told}, at line ${at.line}, column ${at.column}`, about: fault.about, at }
}

const ofTag = /close tag|closing tag:|only one root|malformed comment|processing instruction|declaration/
const ofReference = /entity|character reference/

/** Where a fault begins; the parser tells it when it has read on to the end of what is wrong, or of the text. */
function offsetOf({ about, message }: XmlFault, text: string, position: number): number {
  const read = Math.min(position, text.length)
  if (about === 'doctype') return text.lastIndexOf('<!DOCTYPE', read)
  if (about === 'version') return 0
  if (about !== 'syntax' || ofTag.test(message)) return Math.max(text.lastIndexOf('<', read - 1), 0)
  if (ofReference.test(message)) return Math.max(text.lastIndexOf('&', read - 1), 0)
  if (/outside of root/.test(message)) return firstText(text, text.lastIndexOf('>', read - 1) + 1)
  if (/^unclosed|unexpected end|must contain a root/.test(message)) return text.length
  // The character that was read last; its second half where it has two.
  const last = Math.max(read - 1, 0)
  return /^[\ud800-\udbff][\udc00-\udfff]/.test(text.slice(last - 1, last + 1)) ? last - 1 : last
}

/** Where something stands behind the white space at an offset. */
function firstText(text: string, from: number): number {
  const space = /[ \t\n\r]*/y
  space.lastIndex = from
  return from + (space.exec(text)?.[0].length ?? 0)
}
