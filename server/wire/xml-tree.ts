import { SaxesParser } from 'saxes'
import { detached } from './detached.js'
import { deepest } from './json-scan.js'
import { type LineAndColumn, lineAndColumn } from './json-tree.js'

/** An element as sent: text and children kept, comments and processing instructions dropped. */
export interface XmlElement {
  /** Without a namespace prefix, where a name is left behind it: of `x:` and `x:1` there is none. */
  readonly name: string
  /** The prefix or the attributes, as sent, that our reading ignores. */
  readonly ignored: readonly string[]
  readonly children: readonly XmlElement[]
  /** All text and CDATA directly in the element, joined. */
  readonly text: string
  /** How much of the parent's text stands before it. */
  readonly textBefore: number
  /** Where the element's tag begins in the body. */
  readonly offset: number
}

interface XmlDocument {
  readonly root: XmlElement
  /** The encoding that the XML declaration names. */
  readonly encoding: string | undefined
  /** The levels of the deepest element; the root is level 1. */
  readonly depth: number
}

interface OpenElement extends XmlElement {
  ignored: string[]
  children: OpenElement[]
  text: string
}

/** What kind of fault keeps a text from being read. */
export type XmlFaultKind = 'syntax' | 'depth' | 'doctype' | 'version' | 'limit'

class XmlFault extends Error {
  readonly about: XmlFaultKind
  constructor(about: XmlFaultKind, message: string) {
    super(message)
    this.about = about
  }
}

const nothing: string[] = []

/** How many children of a name the root may have; reading stops at the first beyond. */
interface ChildLimit {
  readonly name: string
  readonly most: number
}

/** Reads a whole document of at most 64 levels. DOCTYPE, entities of one's own and XML 1.1 are faults. */
export function parseXml(
  text: string,
  limit: ChildLimit,
): XmlDocument | { readonly fault: string; readonly about: XmlFaultKind; readonly at: LineAndColumn } {
  const parser = new SaxesParser()
  const open: OpenElement[] = []
  let root: OpenElement | undefined
  let encoding: string | undefined
  let offset = 0
  let limited = 0
  let depth = 0

  parser.on('xmldecl', (declaration) => {
    if (declaration.version !== '1.0')
      throw new XmlFault('version', `XML ${declaration.version} is not taken, only 1.0`)
    encoding = declaration.encoding
  })
  parser.on('doctype', () => {
    throw new XmlFault('doctype', 'a DOCTYPE is not taken')
  })
  parser.on('processinginstruction', ({ body }) => {
    // The parser takes <?x?y?> for one with the body ?y; XML has white space in front of that.
    if (body.startsWith('?') && !/[ \t\n\r]/.test(text.charAt(startOf(body, text, parser.position - 2) - 1)))
      throw new XmlFault('syntax', 'white space is missing behind the name of a processing instruction')
  })
  parser.on('opentagstart', () => {
    // By now the parser has read the name, and behind it one character or the two of a line's end.
    offset = text.lastIndexOf('<', parser.position - 1)
  })
  parser.on('opentag', (tag) => {
    if (open.length === deepest) throw new XmlFault('depth', `more than ${deepest} levels of nesting`)
    const name = withoutPrefix(tag.name)
    if (open.length === 1 && name === limit.name && ++limited > limit.most)
      throw new XmlFault('limit', `more than ${limit.most} ${name} elements`)
    const ignored = Object.keys(tag.attributes)
    if (name !== tag.name) ignored.unshift(tag.name)
    const parent = open.at(-1)
    const element: OpenElement = {
      name,
      ignored: ignored.length === 0 ? nothing : ignored,
      children: [],
      text: '',
      textBefore: parent?.text.length ?? 0,
      offset,
    }
    if (parent === undefined) root = element
    else parent.children.push(element)
    depth = Math.max(depth, open.push(element))
  })
  const addText = (part: string) => {
    const element = open.at(-1)
    if (element !== undefined) element.text += detached(part)
  }
  parser.on('text', addText)
  parser.on('cdata', addText)
  parser.on('closetag', () => {
    open.pop()
  })
  parser.on('error', (error) => {
    throw new XmlFault('syntax', error.message.replace(/^\d+:\d+: /, ''))
  })

  try {
    // The parser would drop a mark of its own accord; the one that a body may have is gone by now.
    if (text.startsWith('\ufeff')) throw new XmlFault('syntax', 'a byte order mark is not expected')
    parser.write(text).close()
  } catch (fault) {
    if (!(fault instanceof XmlFault)) throw fault
    const at = lineAndColumn(text, offsetOf(fault, text, parser.position))
    const told = fault.message.replace(/\.$/, '')
    return { fault: `${told}, at line ${at.line}, column ${at.column}`, about: fault.about, at }
  }
  if (root === undefined)
    return { fault: 'the document has no root element', about: 'syntax', at: lineAndColumn(text, text.length) }
  return { root, encoding, depth }
}

function withoutPrefix(name: string): string {
  const local = name.slice(name.lastIndexOf(':') + 1)
  return local === name || isXmlName(local) ? local : name
}

/** Where a part of the text begins of which the parser gave the content, and where it ends: a line's end may be two. */
function startOf(part: string, text: string, end: number): number {
  let at = end
  for (let left = part.length; left > 0; left--) at -= text.startsWith('\r\n', at - 2) ? 2 : 1
  return at
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

const xmlForbidden = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu
const needsEscape = /[&<>\r]/

/** Text as element content; a character that XML cannot hold becomes U+FFFD, which the caller reports. */
export function escapeXml(text: string): string {
  if (!needsEscape.test(text)) return text
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('\r', '&#13;')
}

/** The text without what XML 1.0 cannot hold. */
export function replaceForbidden(text: string): string {
  return text.replace(xmlForbidden, '\ufffd')
}

const nameStart =
  'A-Z_a-z\\u00c0-\\u00d6\\u00d8-\\u00f6\\u00f8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c\\u200d\\u2070-\\u218f\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd\\u{10000}-\\u{effff}'
const nameForm = new RegExp(`^[${nameStart}][${nameStart}\\-.0-9\\u00b7\\u0300-\\u036f\\u203f\\u2040]*$`, 'u')

/** Whether a JSON name can be an element's name; a colon would make it a prefix, so it cannot. */
export function isXmlName(name: string): boolean {
  return nameForm.test(name)
}

/** `<name>text</name>`, and `<name />` for an empty one, as the vendor writes it. */
export function writeElement(name: string, content: string): string {
  return content === '' ? `<${name} />` : `<${name}>${content}</${name}>`
}
