import { SaxesParser } from 'saxes'
import { deepest } from './json-scan.js'
import { type LineAndColumn, lineAndColumn } from './json-tree.js'
import { isXmlName } from './xml-text.js'

/** An element as sent: text and children kept, comments and processing instructions dropped. */
export interface XmlElement {
  /** Without a namespace prefix, where a name is left behind it: of `x:` and `x:1` there is none. */
  readonly name: string
  /** The prefix or the attributes, as sent, that our reading ignores. */
  readonly ignored: readonly string[]
  readonly children: readonly XmlElement[]
  /** All text and CDATA directly in the element, joined; it may be a slice of the body, which holds on to all of it. */
  readonly text: string
  /** How much of the parent's text stands before it. */
  readonly textBefore: number
  /** Where the element's tag begins in the body. */
  readonly offset: number
  /** Where the element ends in the body. */
  readonly end: number
}

interface XmlDocument {
  /** Without the children that somebody took. */
  readonly root: XmlElement
  /** The encoding that the XML declaration names. */
  readonly encoding: string | undefined
  /** The levels of the deepest element; the root is level 1. */
  readonly depth: number
}

/** What kind of fault keeps a text from being read. */
export type XmlFaultKind = 'syntax' | 'depth' | 'doctype' | 'version' | 'limit'

interface XmlFailure {
  readonly fault: string
  readonly about: XmlFaultKind
  readonly at: LineAndColumn
}

/** Children of the root that have a name: at most so many, each given away once it is complete. */
export interface Watched {
  readonly name: string
  /** Reading stops at the first beyond. */
  readonly most: number
  readonly take?: (child: XmlElement) => void
}

interface OpenElement extends XmlElement {
  children: OpenElement[]
  text: string
  end: number
}

class XmlFault extends Error {
  readonly about: XmlFaultKind
  constructor(about: XmlFaultKind, message: string) {
    super(message)
    this.about = about
  }
}

/** Most elements have none; whoever gets some gets a list of its own. */
const noChildren: OpenElement[] = []

/**
 * Reads a whole document of at most 64 levels, as much at a time as is wanted. DOCTYPE, entities of one's own and XML
 * 1.1 are faults.
 */
export class XmlReader {
  readonly #text: string
  readonly #watched: Watched
  readonly #parser = new SaxesParser({ position: false })
  readonly #open: OpenElement[] = []
  #root: OpenElement | undefined
  #encoding: string | undefined
  #count = 0
  #depth = 0
  #read = 0
  #failure: XmlFailure | undefined

  constructor(text: string, watched: Watched) {
    this.#text = text
    this.#watched = watched
    const parser = this.#parser
    // Not one more: with the eighth handler V8 keeps the parser's members in a dictionary, and reading takes four times as long.
    parser.on('doctype', () => {
      this.#judgeVersion()
      throw new XmlFault('doctype', 'a DOCTYPE is not taken')
    })
    parser.on('processinginstruction', ({ body }) => {
      this.#judgeVersion()
      // The parser takes <?x?y?> for one with the body ?y; XML has white space in front of that.
      if (body.startsWith('?') && !/[ \t\n\r]/.test(text.charAt(startOf(body, text, parser.position - 2) - 1)))
        throw new XmlFault('syntax', 'white space is missing behind the name of a processing instruction')
    })
    parser.on('opentag', ({ name, attributes }) => this.#begin(name, attributes))
    parser.on('closetag', () => this.#end())
    const addText = (part: string) => {
      const element = this.#open.at(-1)
      if (element !== undefined) element.text += part
    }
    parser.on('text', addText)
    parser.on('cdata', addText)
    parser.on('error', ({ message }) => {
      this.#judgeVersion()
      throw new XmlFault('syntax', message)
    })
  }

  /** Reads so many characters more and on to the end of a tag; false when there is nothing left to read. */
  read(characters = this.#text.length): boolean {
    const text = this.#text
    const from = this.#read
    // Where the parser is stopped within a text, it tells of some faults at another place.
    const end = text.indexOf('>', from + characters) + 1
    try {
      // The parser would drop a mark of its own accord; the one that a body may have is gone by now.
      if (from === 0 && text.startsWith('\ufeff')) throw new XmlFault('syntax', 'a byte order mark is not expected')
      this.#read = end === 0 ? text.length : end
      this.#parser.write(text.slice(from, this.#read))
      if (this.#read < text.length) return true
      this.#parser.close()
    } catch (fault) {
      if (!(fault instanceof XmlFault)) throw fault
      const at = lineAndColumn(text, offsetOf(fault, text, this.#parser.position))
      const told = fault.message.replace(/\.$/, '')
      this.#failure = { fault: `${told}, at line ${at.line}, column ${at.column}`, about: fault.about, at }
    }
    return false
  }

  /** What was read, once nothing is left. */
  get document(): XmlDocument | XmlFailure {
    if (this.#failure !== undefined) return this.#failure
    if (this.#root !== undefined) return { root: this.#root, encoding: this.#encoding, depth: this.#depth }
    const at = lineAndColumn(this.#text, this.#text.length)
    return { fault: 'the document has no root element', about: 'syntax', at }
  }

  /** Before anything is told of what stands behind the declaration. */
  #judgeVersion(): void {
    const { position, xmlDecl } = this.#parser
    if (position <= this.#text.indexOf('?>') + '?>'.length) return
    const { version = '1.0', encoding } = xmlDecl
    if (version !== '1.0') throw new XmlFault('version', `XML ${version} is not taken, only 1.0`)
    this.#encoding = encoding
  }

  #begin(sent: string, attributes: Readonly<Record<string, unknown>>): void {
    const open = this.#open
    const parent = open.at(-1)
    if (parent === undefined) this.#judgeVersion()
    if (open.length === deepest) throw new XmlFault('depth', `more than ${deepest} levels of nesting`)
    const name = withoutPrefix(sent)
    const { name: watched, most } = this.#watched
    if (open.length === 1 && name === watched && ++this.#count > most)
      throw new XmlFault('limit', `more than ${most} ${name} elements`)
    const offset = this.#startOfTag(sent)
    const element: OpenElement = {
      name,
      ignored: ignoredOf(sent, name, attributes),
      children: noChildren,
      text: '',
      textBefore: parent === undefined ? 0 : parent.text.length,
      offset,
      end: offset,
    }
    if (parent === undefined) this.#root = element
    this.#depth = Math.max(this.#depth, open.push(element))
  }

  /** Where the tag begins that was read last; there is no other such sign in it. */
  #startOfTag(name: string): number {
    const end = this.#parser.position
    const usual = end - name.length - '<>'.length
    return this.#text.charCodeAt(usual) === lessThan ? usual : this.#text.lastIndexOf('<', end - 1)
  }

  #end(): void {
    const element = this.#open.pop()
    const parent = this.#open.at(-1)
    if (element === undefined) return
    element.end = this.#parser.position
    if (parent === undefined) return
    const { name, take } = this.#watched
    if (this.#open.length === 1 && take !== undefined && element.name === name) take(element)
    else if (parent.children === noChildren) parent.children = [element]
    else parent.children.push(element)
  }
}

const lessThan = 0x3c
/** Most elements have nothing that is ignored. */
const noNames: readonly string[] = []

function ignoredOf(sent: string, name: string, attributes: Readonly<Record<string, unknown>>): readonly string[] {
  let ignored: string[] | undefined = name === sent ? undefined : [sent]
  // The parser's own object has no prototype, and nearly always no member.
  for (const attribute in attributes) {
    if (ignored === undefined) ignored = [attribute]
    else ignored.push(attribute)
  }
  return ignored ?? noNames
}

function withoutPrefix(name: string): string {
  if (!name.includes(':')) return name
  const local = name.slice(name.lastIndexOf(':') + 1)
  return isXmlName(local) ? local : name
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
