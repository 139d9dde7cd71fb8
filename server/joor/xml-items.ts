import { joor } from '../../contracts/rules/joor.js'
import { entryOf } from '../entry-of.js'
import { type Findings, inText, type Place } from '../findings.js'
import { type Limits, tellOver } from '../limits.js'
import { Refusal } from '../operation.js'
import { type LineAndColumn, lineAndColumn, lineCounter } from '../wire/json-tree.js'
import type { XmlElement } from '../wire/xml-element.js'
import type { XmlFaultKind } from '../wire/xml-fault.js'
import { XmlReader } from '../wire/xml-reader.js'
import { escapeXml, writeElement } from '../wire/xml-text.js'
import { parseXml } from '../wire/xml-tree.js'
import { type Echo, EchoWriter } from './echo.js'
import type { Format } from './format.js'
import { itemLimit, rulesOfItems, tooMany } from './item-limit.js'
import { type Decoration, pointerTo, type Reading, type SentField, type SentItem, type Take } from './sent.js'

const rulesOfXml = [
  joor['body.well_formed'],
  joor['body.depth'],
  joor['xml.doctype'],
  joor['xml.version'],
  joor['xml.encoding'],
  joor['xml.dropped'],
]
const rulesOfRoot = [joor['body.xml_root'], joor['xml.root_plain']]
/** So many characters are read before other calls have their turn. */
const sliceLength = 128 * 1024
const rightForm = 'Right is <inventory_items><inventory_item>…</inventory_item></inventory_items>.'

/** Reads an XML body, a slice at a time; a body whose items cannot be told is refused. */
export function* readXmlItems(text: string, reply: Format, takes: Limits, findings: Findings, take: Take): Reading {
  const source = { text, lines: lineCounter(text), reply, page: { text }, echoes: new EchoWriter() }
  let items = 0
  const takeElement = (element: XmlElement) => {
    const item = new XmlItem(source, element, items++)
    take(item)
    item.release()
  }
  const reader = new XmlReader(text, { name: 'inventory_item', most: itemLimit, take: takeElement })
  while (reader.read(sliceLength)) yield
  const parsed = reader.document
  if ('fault' in parsed) {
    if (parsed.about === 'limit') return tooMany(parsed.at, findings)
    findings.breach(ruleOf(parsed.about), inText(parsed.at), parsed.fault, 'well-formed XML 1.0')
    return new Refusal(400, `The body is not well-formed XML: ${parsed.fault}.`)
  }
  findings.appliesAll(rulesOfXml)
  const { root, encoding, depth } = parsed
  if (depth > takes.depth) return new Refusal(400, tellOver('depth', takes))
  if (encoding !== undefined && encoding.toLowerCase() !== 'utf-8')
    findings.breach(joor['xml.encoding'], inText(lineAndColumn(text, text.indexOf(encoding))), encoding, 'UTF-8')
  const atRoot = () => inText(lineAndColumn(text, root.offset))
  if (root.name !== 'inventory_items') {
    findings.breach(joor['body.xml_root'], atRoot, root.name, 'inventory_items')
    return new Refusal(400, `The root of the XML body is ${root.name}. ${rightForm}`)
  }
  findings.appliesAll(rulesOfRoot)
  judgeRoot(root, text, findings)
  if (items === 0) {
    findings.breach(joor['body.items'], atRoot, 'no inventory_item', 'one item or more')
    return new Refusal(400, `inventory_items holds no inventory_item: a call has one item or more. ${rightForm}`)
  }
  if (items > takes.items) return new Refusal(413, tellOver('items', takes))
  findings.appliesAll(rulesOfItems)
  return undefined
}

function ruleOf(about: Exclude<XmlFaultKind, 'limit'>) {
  switch (about) {
    case 'depth':
      return joor['body.depth']
    case 'doctype':
      return joor['xml.doctype']
    case 'version':
      return joor['xml.version']
    case 'syntax':
      return joor['body.well_formed']
  }
}

function judgeRoot(root: XmlElement, text: string, findings: Findings): void {
  const right = 'inventory_item elements and nothing else'
  const lines = lineCounter(text)
  const place = (element: XmlElement) => (): Place => ({ pointer: '', ...lines(element.offset) })
  for (const ignored of root.ignored) findings.breach(joor['xml.root_plain'], place(root), ignored, right)
  if (root.text.trim() !== '') findings.breach(joor['xml.root_plain'], place(root), root.text.trim(), right)
  for (const child of root.children) findings.breach(joor['xml.root_plain'], place(child), child.name, right)
}

/** What the items of one body have in common. */
interface Source {
  readonly text: string
  readonly lines: (offset: number) => LineAndColumn
  readonly reply: Format
  readonly page: Echo['page']
  readonly echoes: EchoWriter
}

class XmlItem implements SentItem {
  readonly echo: Echo
  readonly changed: readonly string[]
  readonly decorations: readonly Decoration[]
  readonly strayText: string
  readonly #source: Source
  readonly #offset: number
  readonly #end: number
  readonly #index: number
  #fields: readonly SentField[] | undefined
  #starts: ReadonlyMap<string, readonly number[]> | undefined

  constructor(source: Source, element: XmlElement, index: number) {
    this.#source = source
    this.#offset = element.offset
    this.#end = element.end
    this.#index = index
    this.#fields = element.children.map(fieldOf)
    this.strayText = element.text.trim()
    this.decorations = isPlain(element) ? nothing : decorationsOf(element)
    if (source.reply === 'xml') {
      this.echo = echoOfItem(element, source)
      this.changed = nothing
    } else {
      const changed: string[] = []
      this.echo = source.echoes.add(toJson(element, changed))
      this.changed = changed
    }
  }

  get fields(): readonly SentField[] {
    return this.#fields ?? this.#children().map(fieldOf)
  }

  release(): void {
    this.#fields = undefined
  }

  get is(): undefined {
    return undefined
  }

  at(field?: string, time?: number): Place {
    this.#starts ??= this.#startsOfFields()
    const starts = field === undefined ? [] : (this.#starts.get(field) ?? [])
    const offset = (time === undefined ? starts.at(-1) : starts[time - 1]) ?? this.#offset
    return { pointer: pointerTo(this.#index, field), ...this.#source.lines(offset) }
  }

  /** Where the fields of each name begin; kept, for places come in numbers. */
  #startsOfFields(): ReadonlyMap<string, readonly number[]> {
    const starts = new Map<string, number[]>()
    for (const { name, offset } of this.#children()) entryOf(starts, name, () => []).push(this.#offset + offset)
    return starts
  }

  #children(): readonly XmlElement[] {
    const read = parseXml(this.#source.text.slice(this.#offset, this.#end))
    // It was well-formed within the body, so it is by itself.
    return 'fault' in read ? [] : read.root.children
  }
}

const nothing = [] as const
const isPlain = ({ ignored, children }: XmlElement) =>
  ignored.length === 0 && children.every((child) => child.ignored.length === 0)

function fieldOf(element: XmlElement): SentField {
  const nested = element.children.length > 0
  return { name: element.name, kind: nested ? 'nested' : 'string', text: element.text }
}

function decorationsOf(element: XmlElement): readonly Decoration[] {
  const decorations: Decoration[] = element.ignored.map((text) => ({ text }))
  const times = new Map<string, number>()
  for (const { name, ignored } of element.children) {
    const time = (times.get(name) ?? 0) + 1
    times.set(name, time)
    for (const text of ignored) decorations.push({ text, field: name, time })
  }
  return decorations
}

/** The very text that was sent, where nothing of it is left out or turned into something else. */
function echoOfItem(element: XmlElement, source: Source): Echo {
  const { name, children, offset, end } = element
  let length = 2 * name.length + '<></>'.length
  for (const child of children) length += isVerbatim(child) ? child.end - child.offset : Number.NaN
  if (children.length > 0 && length === end - offset) return { page: source.page, from: offset, to: end }
  return source.echoes.add(itemToXml(element, source.text))
}

/** An item as sent, without what our reading ignores and in the vendor's own layout. */
function itemToXml({ name, children }: XmlElement, body: string): string {
  if (children.length === 0) return writeElement(name, '')
  let content = ''
  for (const child of children) content += isVerbatim(child) ? body.slice(child.offset, child.end) : toXml(child)
  return `<${name}>${content}</${name}>`
}

/**
 * Whether an element was sent as it is written: all that is left out or turned into another makes it longer or shorter,
 * but for what `&`, `<`, `>` and line ends are.
 */
function isVerbatim({ name, text, children, offset, end }: XmlElement): boolean {
  const length = 2 * name.length + '<></>'.length + text.length
  return text !== '' && end - offset === length && children.length === 0 && !/[&<>\r\n]/.test(text)
}

function toXml(element: XmlElement): string {
  return writeElement(element.name, contentOf(element))
}

/** Text and child elements in the order in which they were sent. */
function contentOf({ text, children }: XmlElement): string {
  let content = ''
  let told = 0
  for (const child of children) {
    content += escapeXml(text.slice(told, child.textBefore)) + toXml(child)
    told = child.textBefore
  }
  return content + escapeXml(text.slice(told))
}

const integerFields = new Set(['inventory', 'style_id', 'style_color_id'])
const plainInteger = /^-?(?:0|[1-9][0-9]*)$/

function toJson(element: XmlElement, changed: string[]): string {
  const members = element.children.map((child) => {
    const name = JSON.stringify(child.name)
    if (child.children.length > 0) {
      changed.push(`${child.name} is shown by its XML text`)
      return `${name}:${JSON.stringify(contentOf(child))}`
    }
    const number = integerFields.has(child.name) && plainInteger.test(child.text)
    return `${name}:${number ? child.text : JSON.stringify(child.text)}`
  })
  return `{${members.join(',')}}`
}
