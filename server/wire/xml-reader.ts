import { SaxesParser } from 'saxes'
import { detached } from './detached.js'
import { deepest } from './json-scan.js'
import { lineAndColumn } from './json-tree.js'
import { PlainXml } from './plain-xml.js'
import type { XmlElement } from './xml-element.js'
import { failureOf, type XmlFailure, XmlFault } from './xml-fault.js'
import { isXmlName } from './xml-text.js'

interface XmlDocument {
  /** Without the children that somebody took. */
  readonly root: XmlElement
  /** The encoding that the XML declaration names. */
  readonly encoding: string | undefined
  /** The levels of the deepest element; the root is level 1. */
  readonly depth: number
}

/** Children of the root that have a name: at most so many, each given away once it is complete. */
export interface Watched {
  readonly name: string
  /** Reading stops at the first beyond. */
  readonly most: number
  readonly take?: (child: XmlElement) => void
}

interface OpenElement extends XmlElement {
  children: XmlElement[]
  text: string
  end: number
}

/** Most elements have none; whoever gets some gets a list of its own. */
const noChildren: XmlElement[] = []

/**
 * Reads a whole document of at most 64 levels, as much at a time as is wanted. DOCTYPE, entities of one's own and XML
 * 1.1 are faults.
 */
export class XmlReader {
  readonly #text: string
  readonly #watched: Watched
  readonly #parser = new SaxesParser({ position: false })
  /** Undefined where nobody watches. */
  readonly #plain: PlainXml | undefined
  readonly #open: OpenElement[] = []
  #root: OpenElement | undefined
  #encoding: string | undefined
  #count = 0
  #depth = 0
  #read = 0
  /** What the parser did not get to see of what was read. */
  #skipped = 0
  /** Where the tag ends that the parser read last. */
  #endOfTag = 0
  /** How far the parser reads before plain elements are looked for; behind that it is told anew. */
  #until: number
  #failure: XmlFailure | undefined

  constructor(text: string, watched: Watched) {
    this.#text = text
    this.#watched = watched
    if (watched.name === '') this.#until = text.length
    else {
      this.#plain = new PlainXml(text, watched.name)
      // To the end of the tag in front of the first of them.
      this.#until = Math.max(text.lastIndexOf('>', text.indexOf(`<${watched.name}>`)), 0)
    }
    const parser = this.#parser
    // Not one more: with the eighth handler V8 keeps the parser's members in a dictionary, and reading takes four times as long.
    parser.on('doctype', () => {
      this.#judgeVersion()
      throw new XmlFault('doctype', 'a DOCTYPE is not taken')
    })
    parser.on('processinginstruction', ({ body }) => {
      this.#judgeVersion()
      // The parser takes <?x?y?> for one with the body ?y; XML has white space in front of that.
      if (body.startsWith('?') && !/[ \t\n\r]/.test(text.charAt(startOf(body, text, this.#position - 2) - 1)))
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
    const most = this.#read + characters
    try {
      // The parser would drop a mark of its own accord; the one that a body may have is gone by now.
      if (this.#read === 0 && text.startsWith('\ufeff'))
        throw new XmlFault('syntax', 'a byte order mark is not expected')
      do {
        if (this.#until < this.#read) this.#until = this.#endOfWatched()
        // Where the parser is stopped within a text, it tells of some faults at another place.
        const end = text.indexOf('>', Math.min(most, this.#until)) + 1
        const from = this.#read
        this.#read = end === 0 ? text.length : end
        this.#parser.write(text.slice(from, this.#read))
        this.#readPlain(most)
      } while (this.#read < Math.min(most, text.length))
      if (this.#read < text.length) return true
      this.#parser.close()
    } catch (fault) {
      if (!(fault instanceof XmlFault)) throw fault
      this.#failure = failureOf(fault, text, this.#position)
    }
    return false
  }

  /** Watched elements that are as plain as nearly all of them are read without the parser, which is between two tags. */
  #readPlain(most: number): void {
    const [root] = this.#open
    const plain = this.#plain
    if (plain === undefined || root === undefined) return
    if (this.#open.length > 1 || this.#endOfTag !== this.#read) return
    // The first beyond the bound is the parser's, which tells where it stands.
    while (this.#read < most && this.#count < this.#watched.most) {
      const element = plain.read(this.#read, root.text.length)
      if (element === undefined) return
      this.#count++
      this.#depth = Math.max(this.#depth, element.children.length === 0 ? 2 : 3)
      root.text += plain.spaceBefore
      this.#skipped += element.end - this.#read
      this.#endOfTag = this.#read = element.end
      this.#giveAway(element, root)
    }
  }

  /** Where the end tag begins of the watched element that is not plain. */
  #endOfWatched(): number {
    const start = this.#text.indexOf(`</${this.#watched.name}`, this.#read)
    return start < 0 ? this.#text.length : start
  }

  /** How much of the body the parser would have read by now. */
  get #position(): number {
    return this.#parser.position + this.#skipped
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
    const { xmlDecl } = this.#parser
    if (this.#position <= this.#text.indexOf('?>') + '?>'.length) return
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
    this.#endOfTag = this.#position
  }

  /** Where the tag begins that was read last; there is no other such sign in it. */
  #startOfTag(name: string): number {
    const end = this.#position
    const usual = end - name.length - '<>'.length
    return this.#text.charCodeAt(usual) === lessThan ? usual : this.#text.lastIndexOf('<', end - 1)
  }

  #end(): void {
    const element = this.#open.pop()
    const parent = this.#open.at(-1)
    if (element === undefined) return
    element.end = this.#endOfTag = this.#position
    if (element.children.length === 0) element.text = detached(element.text)
    if (parent !== undefined) this.#giveAway(element, parent)
  }

  /** To who watches, or to the parent. */
  #giveAway(element: XmlElement, parent: OpenElement): void {
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
