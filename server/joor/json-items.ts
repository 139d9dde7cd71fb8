import { joor } from '../../contracts/rules/joor.js'
import { entryOf } from '../entry-of.js'
import { type Findings, inText, type Place } from '../findings.js'
import { type Limits, tellOver } from '../limits.js'
import { Refusal } from '../operation.js'
import { itemsInOneGo } from '../slices.js'
import { deepest, type ElementSpan, scanJson } from '../wire/json-scan.js'
import {
  type JsonNode,
  type LineAndColumn,
  lineAndColumn,
  lineCounter,
  nodeAt,
  parseJson,
  parseJsonTree,
  placeOfFault,
  startOfValue,
} from '../wire/json-tree.js'
import { isRecord, writePointer } from '../wire/json-values.js'
import { escapeXml, isXmlName, replaceForbidden, writeElement } from '../wire/xml-text.js'
import { type Echo, EchoWriter } from './echo.js'
import type { Format } from './format.js'
import { itemLimit, rulesOfItems, tooMany } from './item-limit.js'
import { pointerTo, type Reading, type SentField, type SentItem, type Take } from './sent.js'

const rulesOfJson = [joor['body.well_formed'], joor['body.depth']]
const rulesOfRoot = [joor['body.json_root'], joor['body.json_root_only']]
const nothing = [] as const
const rightForm = '{"inventory_items": [{"warehouse": "New York", "upc": "822508068753", "inventory": 200}]}'

/** Reads a JSON body; a body whose items cannot be told is refused. */
export function* readJsonItems(text: string, reply: Format, takes: Limits, findings: Findings, take: Take): Reading {
  // The items are counted first: JSON.parse would build them all.
  const scan = scanJson(text, 'inventory_items', itemLimit)
  if (scan.elements.length > itemLimit)
    return tooMany(lineAndColumn(text, scan.elements[itemLimit]?.start ?? 0), findings)
  // Looking through it and parsing it cannot be done by parts, but one after the other.
  const isLarge = scan.elements.length > itemsInOneGo
  if (isLarge) yield
  const parsed = parseJson(text)
  if ('fault' in parsed) {
    const rule = parsed.about === 'depth' ? joor['body.depth'] : joor['body.well_formed']
    findings.breach(rule, inText(parsed.at), parsed.fault, 'well-formed JSON')
    return new Refusal(400, `The body is not well-formed JSON: ${parsed.fault}.`)
  }
  if (scan.depth > deepest) {
    findings.breach(joor['body.depth'], inText(placeOfFault(text)), 'more than 64 levels', 'at most 64 levels')
    return new Refusal(400, 'The JSON body has more than 64 levels of nesting.')
  }
  if (isLarge) yield
  findings.appliesAll(rulesOfJson)
  if (scan.depth > takes.depth) return new Refusal(400, tellOver('depth', takes))
  const root = parsed.value
  const list = itemsOf(root)
  if (!isRecord(root) || !Array.isArray(list) || hasItemLevel(list)) {
    const at = lineAndColumn(text, startOfValue(text))
    findings.breach(joor['body.json_root'], inText(at), wrongRoot(root), rightForm)
    return new Refusal(400, `${wrongRoot(root)} Right is ${rightForm}, without an inventory_item level.`)
  }
  findings.appliesAll(rulesOfRoot)
  // What stands beside the list, or a second list, shows only in the text: JSON.parse has taken the last.
  if (scan.times > 1 || Object.keys(root).length > 1) judgeRoot(text, findings)
  if (list.length === 0) {
    const at = () => ({ pointer: '/inventory_items', ...placeOfItems(text) })
    findings.breach(joor['body.items'], at, '[]', 'one item or more')
    return new Refusal(400, 'inventory_items is empty: a call has one item or more.')
  }
  if (list.length > takes.items) return new Refusal(413, tellOver('items', takes))
  findings.appliesAll(rulesOfItems)
  const source = { text, lines: lineCounter(text), reply, page: { text }, echoes: new EchoWriter() }
  for (const [index, span] of scan.elements.entries()) {
    const item = new JsonItem(source, span, list[index], index)
    take(item)
    if (index % itemsInOneGo === itemsInOneGo - 1) yield
  }
  return undefined
}

function placeOfItems(text: string): LineAndColumn {
  return lineAndColumn(text, nodeAt(parseJsonTree(text), ['inventory_items'])?.start ?? 0)
}

function itemsOf(root: unknown): unknown {
  return isRecord(root) && Object.hasOwn(root, 'inventory_items') ? root.inventory_items : undefined
}

function wrongRoot(root: unknown): string {
  if (Array.isArray(root)) return 'The body is a bare list.'
  if (!isRecord(root)) return 'The body is no JSON object.'
  const items = itemsOf(root)
  if (items === undefined) return 'The body has no inventory_items.'
  if (hasItemLevel([items].flat())) return 'The JSON body has an inventory_item level.'
  return 'inventory_items is no list.'
}

/** The level that XML has and JSON has not: what a converter makes of the XML form. */
function hasItemLevel(items: readonly unknown[]): boolean {
  const wraps = (item: unknown) =>
    isRecord(item) && Object.hasOwn(item, 'inventory_item') && Object.keys(item).length === 1
  return items.length > 0 && items.every(wraps)
}

function judgeRoot(text: string, findings: Findings): void {
  const tree = parseJsonTree(text)
  if (tree.kind !== 'object') return
  const lines = lineCounter(text)
  const seen = new Set<string>()
  for (const { name, start } of tree.members) {
    const repeated = seen.has(name)
    seen.add(name)
    if (name === 'inventory_items' && !repeated) continue
    const pointer = writePointer([name])
    const what = repeated ? `${name} a second time` : name
    const at = (): Place => ({ pointer, ...lines(start) })
    findings.breach(joor['body.json_root_only'], at, what, 'inventory_items, once')
  }
}

/** What the items of one body have in common. */
interface Source {
  readonly text: string
  readonly lines: (offset: number) => LineAndColumn
  readonly reply: Format
  readonly page: Echo['page']
  readonly echoes: EchoWriter
}

/** It holds on to little: of ten thousand of them, all is in memory until the call is decided. */
class JsonItem implements SentItem {
  readonly changed: readonly string[]
  readonly #source: Source
  readonly #span: ElementSpan
  readonly #value: unknown
  readonly #echo: Echo | undefined
  readonly #index: number
  #starts: ReadonlyMap<string, readonly number[]> | undefined

  constructor(source: Source, span: ElementSpan, value: unknown, index: number) {
    this.#source = source
    this.#span = span
    this.#value = value
    this.#index = index
    if (source.reply === 'json') {
      this.changed = nothing
    } else {
      const changed: string[] = []
      this.#echo = source.echoes.add(toXml(this.#text, changed))
      this.changed = changed
    }
  }

  /** The very text that was sent, unless the reply is in another format. */
  get echo(): Echo {
    const { start: from, end: to } = this.#span
    return this.#echo ?? { page: this.#source.page, from, to }
  }

  /** Made anew each time: they are read once, and rarely asked for after that. */
  get fields(): readonly SentField[] | undefined {
    const value = this.#value
    if (!isRecord(value)) return undefined
    const names = Object.keys(value)
    // JSON.parse lost nothing of the item unless a name repeats or a number is odd.
    if (names.length === this.#span.members && !this.#span.oddNumbers) return plainFields(names, value)
    return fieldsOf(parseJsonTree(this.#text), this.#text)
  }

  get is(): string | undefined {
    return isRecord(this.#value) ? undefined : this.#text
  }

  get decorations(): readonly [] {
    return nothing
  }

  get strayText(): string {
    return ''
  }

  at(field?: string, time?: number): Place {
    const starts = field === undefined ? [] : (this.#startsOfValues().get(field) ?? [])
    const within = (time === undefined ? starts.at(-1) : starts[time - 1]) ?? 0
    return { pointer: pointerTo(this.#index, field), ...this.#source.lines(this.#span.start + within) }
  }

  /** Where the values of each name begin in the item; kept, for places come in numbers. */
  #startsOfValues(): ReadonlyMap<string, readonly number[]> {
    this.#starts ??= startsOfValues(parseJsonTree(this.#text))
    return this.#starts
  }

  get #text(): string {
    return this.#source.text.slice(this.#span.start, this.#span.end)
  }
}

function startsOfValues(tree: JsonNode): ReadonlyMap<string, readonly number[]> {
  const starts = new Map<string, number[]>()
  for (const { name, node } of tree.kind === 'object' ? tree.members : [])
    entryOf(starts, name, () => []).push(node.start)
  return starts
}

function plainFields(names: readonly string[], value: Readonly<Record<string, unknown>>): readonly SentField[] {
  return names.map((name) => plainField(name, value[name]))
}

function plainField(name: string, value: unknown): SentField {
  if (typeof value === 'string') return { name, kind: 'string', text: value }
  if (typeof value === 'number') return { name, kind: 'number', text: String(value) }
  if (typeof value === 'boolean') return { name, kind: 'boolean', text: String(value) }
  if (value === null) return { name, kind: 'null', text: '' }
  return { name, kind: 'nested', text: JSON.stringify(value) }
}

function fieldsOf(tree: JsonNode, text: string): readonly SentField[] {
  return tree.kind === 'object' ? tree.members.map(({ name, node }) => fieldOf(name, node, text)) : []
}

function fieldOf(name: string, node: JsonNode, text: string): SentField {
  switch (node.kind) {
    case 'string':
      return { name, kind: 'string', text: node.value }
    case 'number':
      return { name, kind: 'number', text: node.literal }
    case 'boolean':
      return { name, kind: 'boolean', text: String(node.value) }
    case 'null':
      return { name, kind: 'null', text: '' }
    default:
      return { name, kind: 'nested', text: compact(node, text) }
  }
}

/** A value without the white space around its tokens, every literal as it was sent. */
function compact(node: JsonNode, text: string): string {
  if (node.kind === 'list') return `[${node.elements.map((element) => compact(element, text)).join(',')}]`
  if (node.kind !== 'object') return text.slice(node.start, node.end)
  const members = node.members.map(({ name, node: value }) => `${JSON.stringify(name)}:${compact(value, text)}`)
  return `{${members.join(',')}}`
}

function toXml(text: string, changed: string[]): string {
  const tree = parseJsonTree(text)
  if (tree.kind !== 'object') {
    changed.push('an item that is no object is shown by its JSON text')
    return writeElement('inventory_item', escapeXml(hold(compact(tree, text), changed)))
  }
  const fields = tree.members.map(({ name, node }) => {
    if (!isXmlName(name)) {
      changed.push(`the name ${JSON.stringify(name)} is no XML name and is left out`)
      return ''
    }
    const field = fieldOf(name, node, text)
    if (field.kind === 'nested') changed.push(`${name} is shown by its JSON text`)
    return writeElement(name, escapeXml(hold(field.text, changed)))
  })
  return writeElement('inventory_item', fields.join(''))
}

function hold(text: string, changed: string[]): string {
  const held = replaceForbidden(text)
  if (held !== text) changed.push('a character that XML cannot hold is shown as U+FFFD')
  return held
}
