import { joor } from '../../contracts/rules/joor.js'
import { entryOf } from '../entry-of.js'
import { type Findings, inText, type Place } from '../findings.js'
import { type Limits, tellOver } from '../limits.js'
import { Refusal } from '../operation.js'
import { type LineAndColumn, lineAndColumn, lineCounter } from '../wire/json-tree.js'
import { escapeXml, parseXml, writeElement, type XmlElement, type XmlFaultKind } from '../wire/xml-tree.js'
import type { Format } from './format.js'
import { itemLimit, rulesOfItems, tooMany } from './item-limit.js'
import { type Decoration, pointerTo, type SentField, type SentItem } from './sent.js'

const rulesOfXml = [
  joor['body.well_formed'],
  joor['body.depth'],
  joor['xml.doctype'],
  joor['xml.version'],
  joor['xml.encoding'],
  joor['xml.dropped'],
]
const rulesOfRoot = [joor['body.xml_root'], joor['xml.root_plain']]
const rightForm = 'Right is <inventory_items><inventory_item>…</inventory_item></inventory_items>.'

/** Reads an XML body; a body whose items cannot be told is refused. */
export function readXmlItems(
  text: string,
  reply: Format,
  takes: Limits,
  findings: Findings,
): readonly SentItem[] | Refusal {
  const parsed = parseXml(text, { name: 'inventory_item', most: itemLimit })
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
  const items = root.children.filter((child) => child.name === 'inventory_item')
  if (items.length === 0) {
    findings.breach(joor['body.items'], atRoot, 'no inventory_item', 'one item or more')
    return new Refusal(400, `inventory_items holds no inventory_item: a call has one item or more. ${rightForm}`)
  }
  if (items.length > takes.items) return new Refusal(413, tellOver('items', takes))
  findings.appliesAll(rulesOfItems)
  const lines = lineCounter(text)
  return items.map((element, index) => new XmlItem(lines, element, index, reply))
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
  for (const child of root.children)
    if (child.name !== 'inventory_item') findings.breach(joor['xml.root_plain'], place(child), child.name, right)
}

class XmlItem implements SentItem {
  readonly fields: readonly SentField[]
  readonly echo: string
  readonly changed: readonly string[]
  readonly decorations: readonly Decoration[]
  readonly strayText: string
  readonly #lines: (offset: number) => LineAndColumn
  readonly #element: XmlElement
  readonly #index: number
  #starts: ReadonlyMap<string, readonly number[]> | undefined

  constructor(lines: (offset: number) => LineAndColumn, element: XmlElement, index: number, reply: Format) {
    this.#lines = lines
    this.#element = element
    this.#index = index
    this.fields = element.children.map(fieldOf)
    this.strayText = element.text.trim()
    this.decorations = decorationsOf(element)
    const changed: string[] = []
    this.echo = reply === 'xml' ? itemToXml(element) : toJson(element, changed)
    this.changed = changed
  }

  at(field?: string, time?: number): Place {
    this.#starts ??= startsOfChildren(this.#element)
    const starts = field === undefined ? [] : (this.#starts.get(field) ?? [])
    const offset = (time === undefined ? starts.at(-1) : starts[time - 1]) ?? this.#element.offset
    return { pointer: pointerTo(this.#index, field), ...this.#lines(offset) }
  }
}

/** Where the children of each name begin; kept, for places come in numbers. */
function startsOfChildren({ children }: XmlElement): ReadonlyMap<string, readonly number[]> {
  const starts = new Map<string, number[]>()
  for (const { name, offset } of children) entryOf(starts, name, () => []).push(offset)
  return starts
}

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

/** An item as sent, without what our reading ignores and in the vendor's own layout. */
function itemToXml({ name, children }: XmlElement): string {
  return writeElement(name, children.map(toXml).join(''))
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
